"""What a request may ask for: policies on unknown outcomes (G3), dedup, expiry, schedules, commands."""

import datetime
import time

import pytest

from harness.requests import key_of, phone, request
from harness.waiting import wait_for


def rfc3339(seconds_from_now):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds_from_now)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


LOSSES = ["replyLost", "resetAfterAccept", "emptyBody", "html", "truncated", "cutJSON", "garbage", "serverErrorAfterAccept"]


def test_policies_decide_what_follows_an_unknown_outcome(site, simulator):
    """Each way of losing a reply, under each policy: resend sends again and says so; fail and hold send nothing."""
    worker = site.started(SEND_RETRY_BUDGET=1)
    # Enough that go well, or the pace would take the provider for broken.
    site.status.until_first(*site.send(*(request(f"good-{number}") for number in range(100))))
    made = {}
    for loss in LOSSES:
        for policy in ("resend", "fail", "hold"):
            number = phone()
            simulator.next(loss, phoneSuffix=number)
            made[loss, policy] = site.publish(request(f"{loss}-{policy}", phone=number, onUnknown=policy), key=key_of(f"{loss}-{policy}"))
    site.flush()
    site.status.until_final(*(one for (_, policy), one in made.items() if policy != "hold"), timeout=60)
    for (loss, policy), one in made.items():
        sends, last = simulator.sends_of(one), site.status.final(one)
        if policy == "resend":
            assert (len(sends), last.status, last.value["possibleDuplicate"], last.value["attempt"]) == (2, "DELIVERED", True, 2), loss
        elif policy == "fail":
            assert (len(sends), last.status, last.code, last.value["possibleDuplicate"]) == (1, "FAILED", "OUTCOME_UNKNOWN", True), loss
        else:
            assert (len(sends), site.status.of(one)) == (1, []), loss
    worker.wait_metric("rocketsms_requests_held", len(LOSSES))


def test_attempts_of_unknown_outcome_are_few(site, simulator):
    site.started(SEND_MAX_ATTEMPTS=2, SEND_RETRY_BUDGET=1)
    number = phone()
    simulator.next("replyLost", phoneSuffix=number, count=10)
    one = site.send(request("thrice", phone=number), key=key_of("a"))
    (last,) = site.status.until_final(one)
    assert (last.status, last.code, last.value["attempt"], last.value["possibleDuplicate"]) == ("FAILED", "OUTCOME_UNKNOWN", 2, True)
    assert len(simulator.sends()) == 2


def test_resolve_settles_what_is_held(site, simulator):
    worker = site.started(SEND_ON_UNKNOWN="hold")
    made = {}
    for name in ("sent", "sent-with-id", "resend", "failed"):
        number = phone()
        simulator.next("replyLost", phoneSuffix=number)
        made[name] = site.publish(request(name, phone=number), key=key_of(name))
    site.flush()
    worker_holds = lambda: worker.metric("rocketsms_requests_held") == 4
    site.status.until(worker_holds, 20, "four held requests")
    (sms,) = simulator.sends_of(made["sent-with-id"])
    site.publish({"command": "resolve", "id": "sent", "as": "sent"}, key=key_of("sent"))
    site.publish({"command": "resolve", "id": "sent-with-id", "as": "sent", "messageId": sms.id}, key=key_of("sent-with-id"))
    site.publish({"command": "resolve", "id": "resend", "as": "resend"}, key=key_of("resend"))
    site.publish({"command": "resolve", "id": "failed", "as": "failed"}, key=key_of("failed"))
    site.flush()
    site.status.until_final(*made.values())
    courses = {name: [(event.status, event.is_final, event.code) for event in site.status.of(one)] for name, one in made.items()}
    assert courses["sent"] == [("SENT", True, "RESOLVED")]
    assert courses["failed"] == [("FAILED", True, "RESOLVED")]
    assert courses["sent-with-id"] == [("SENT", False, "RESOLVED"), ("DELIVERED", True, None)]
    assert courses["resend"][-1] == ("DELIVERED", True, None)
    assert all("cost" not in event.value for event in site.status.of(made["sent-with-id"]))
    assert site.status.final(made["failed"]).value["possibleDuplicate"] is True
    assert len(simulator.sends_of(made["resend"])) == 2


def test_commands_that_fit_nothing_are_counted_and_dropped(site, simulator):
    worker = site.started()
    one = site.send(request("done"), key=key_of("done"))
    site.status.until_final(one)
    site.publish({"command": "cancel", "id": "done"}, key=key_of("done"))
    site.publish({"command": "cancel", "id": "nobody"}, key=key_of("done"))
    site.publish({"command": "resolve", "id": "done", "as": "failed"}, key=key_of("done"))
    after = site.send(request("after"), key=key_of("done"))
    site.status.until_final(after)
    assert worker.metrics()['rocketsms_commands_total{result="dropped"}'] == 3
    site.judge()


def test_a_repeat_within_the_window_is_one_sms(site, simulator):
    worker = site.started(DEDUP_WINDOW="1h")
    number = phone()
    simulator.next("error", code="BAD_PHONE", phoneSuffix=number)
    first = [site.publish(request("same"), key=key_of("same")) for _ in range(3)]
    failed = site.send(request("failed", phone=number), key=key_of("failed"))
    site.status.until_final(first[0], failed)
    # Closed now; and another worker knows it too.
    site.send(request("same"), key=key_of("same"))
    site.send(request("failed", phone=number), key=key_of("failed"))
    assert worker.terminate() == 0
    other = site.started(DEDUP_WINDOW="1h")
    site.send(request("same"), key=key_of("same"))
    end = site.send(request("end"), key=key_of("same"))
    site.status.until_final(end)
    site.status.until(lambda: worker.metric("rocketsms_requests_duplicate_total") + other.metric("rocketsms_requests_duplicate_total") >= 1, 10, "repeats")
    assert sorted(send.request_id for send in simulator.sends()) == ["end", "same"]
    site.judge()


def test_a_repeat_after_the_window_is_a_new_request(site, simulator):
    site.started(DEDUP_WINDOW="1s")
    first = site.send(request("again"), key=key_of("again"))
    (last,) = site.status.until_final(first)
    site.status.until(lambda: time.time() > last.seen_at + 2.5, 10, "the window to pass")
    second = site.send(request("again"), key=key_of("again"))
    site.status.until_final(second)
    assert len(simulator.sends()) == 2


def test_what_is_too_late_is_never_sent(site, simulator):
    site.started()
    late = site.send(request("late", expiresAt=rfc3339(-1)), key=key_of("late"))
    simulator.faults(outage="unavailable")
    soon = site.send(request("soon", expiresAt=rfc3339(2), onUnknown="fail"), key=key_of("soon"))
    for last in site.status.until_final(late, soon):
        assert last.status == "FAILED" and last.code in ("EXPIRED", "OUTCOME_UNKNOWN")
    assert site.status.final(late).code == "EXPIRED"
    simulator.faults(outage="off")
    good = site.send(request("good", expiresAt=rfc3339(60)), key=key_of("good"))
    site.status.until_final(good)
    assert [send.request_id for send in simulator.sends()] == ["good"]


def test_a_request_too_old_expires(site, simulator):
    """Connects are refused longer than SEND_MAX_AGE: not sent, and given up."""
    site.started(SEND_MAX_AGE="2s")
    simulator.faults(outage="refuse", outageFor="6s")
    one = site.send(request("old"), key=key_of("old"))
    (last,) = site.status.until_final(one)
    assert (last.status, last.code) == ("FAILED", "EXPIRED")
    assert "possibleDuplicate" not in last.value


def test_the_worker_waits_for_send_at_and_can_cancel(site, simulator):
    worker = site.started(SEND_SCHEDULE="worker")
    due = time.time() + 3
    kept = site.publish(request("kept", sendAt=rfc3339(3)), key=key_of("kept"))
    dropped = site.publish(request("dropped", sendAt=rfc3339(3)), key=key_of("dropped"))
    past = site.publish(request("past", sendAt=rfc3339(-3600)), key=key_of("past"))
    site.flush()
    site.send({"command": "cancel", "id": "dropped"}, key=key_of("dropped"))
    last, cancelled, _ = site.status.until_final(kept, dropped, past)
    assert (cancelled.status, cancelled.code) == ("FAILED", "CANCELLED") and "attempt" not in cancelled.value
    assert cancelled.stamped_at < due
    assert last.status == "DELIVERED"
    by_id = {send.request_id: send for send in simulator.sends()}
    assert set(by_id) == {"kept", "past"}
    assert by_id["kept"].received_at >= due - 0.05 and by_id["kept"].timestamp is None
    assert by_id["past"].received_at < due
    assert worker.metrics()['rocketsms_commands_total{result="applied"}'] == 1


def test_a_cancel_is_read_while_the_account_is_paused(site, simulator):
    simulator.control("credentials", password="another")
    worker = site.started()
    one = site.send(request("not-wanted"), key=key_of("a"))
    wait_for(lambda: worker.ready()[1]["account"] != "ok", 20, "the account's pause")
    site.send({"command": "cancel", "id": one.id}, key=one.key)
    (last,) = site.status.until_final(one, timeout=30)
    assert last.status == "FAILED" and last.code == "CANCELLED"
    assert worker.ready()[1]["account"] != "ok" and simulator.sends() == []
    site.judge()


def test_reading_stops_at_a_bound_and_goes_on(site, simulator):
    """Two marks for each partition, 500 at least: what waits is bounded, and nothing of it is lost."""
    simulator.control("credentials", password="another")
    worker = site.worker(SEND_MAX_WAITING=50, LOG_LEVEL="info", properties={"statistics.interval.ms": 1000})
    right = worker.settings["ROCKETSMS_PASSWORD"]
    worker.start().wait_ready()
    for number in range(4000):
        site.publish(request(f"w-{number}"), key=key_of(number))
    site.flush()
    worker.wait_log("SEND_MAX_WAITING")
    assert worker.metric("rocketsms_requests_waiting") <= 4 * 500, "each of the four partitions has its share"
    lag = f'rocketsms_kafka_consumer_lag{{topic="{site.requests}"}}'
    # What was not read is the lag.
    wait_for(lambda: (now := worker.metrics()).get(lag, 0) + now.get("rocketsms_records_consumed_total", 0) == 4000, 20, worker.state)
    assert worker.metrics()[lag] > 500
    simulator.control("credentials", password=right)
    site.wait_over(timeout=120)
    worker.wait_log("requests are read again")
    assert len(simulator.sends()) == 4000
    site.judge()


def test_a_campaign_for_tomorrow_stops_nothing_today(site, simulator):
    """What waits for its sendAt counts as a tenth of SEND_MAX_WAITING; it can be cancelled meanwhile."""
    worker = site.started(SEND_SCHEDULE="worker", SEND_MAX_WAITING=20)
    tomorrow = [site.publish(request(f"t-{number}", sendAt=rfc3339(86_400)), key=key_of(number)) for number in range(100)]
    site.flush()
    wait_for(lambda: worker.metric("rocketsms_requests_waiting") == 100, 20, "all to wait")
    now = site.send(request("today"), key=key_of("today"))
    assert site.status.until_final(now)[0].status == "DELIVERED"
    site.send({"command": "cancel", "id": "t-7"}, key=tomorrow[7].key)
    assert site.status.until_final(tomorrow[7])[0].code == "CANCELLED"
    assert [send.request_id for send in simulator.sends()] == ["today"]


def test_waiting_for_send_at_survives_a_restart(site, simulator):
    worker = site.started(SEND_SCHEDULE="worker", KAFKA_INSTANCE_ID="scheduled")
    due = time.time() + 6
    one = site.send(request("later", sendAt=rfc3339(6)), key=key_of("later"))
    site.status.until(lambda: worker.metric("rocketsms_requests_waiting") == 1, 20, "the request to wait")
    worker.kill()
    worker.start().wait_ready()
    site.status.until_final(one)
    (sms,) = simulator.sends()
    assert sms.received_at >= due - 0.05


def test_a_send_at_at_the_end_of_time_stops_nothing(make_site, simulator):
    """Under either schedule, and after a restart too."""
    for schedule in ("worker", "provider"):
        site = make_site(simulator)
        worker = site.started(SEND_SCHEDULE=schedule)
        site.send(request(f"far-{schedule}", sendAt="9999-12-31T00:00:00Z"), key=key_of("same"))
        for name in ("now", "later"):
            one = site.send(request(f"{name}-{schedule}"), key=key_of(name))
            assert site.status.until_final(one)[0].status == "DELIVERED"
            if name == "now":
                assert worker.terminate() == 0
                worker.start().wait_ready()
        assert worker.metric("rocketsms_polls_total") < 50
        assert worker.terminate() == 0


def test_the_provider_waits_for_send_at(site, simulator):
    site.started()
    at = int(time.time()) + 2
    moment = datetime.datetime.fromtimestamp(at, datetime.timezone.utc).isoformat()
    one = site.send(request("planned", sendAt=moment), key=key_of("planned"))
    (last,) = site.status.until_final(one)
    (sms,) = simulator.sends()
    assert sms.timestamp == at and sms.received_at < at
    assert [event.status for event in site.status.of(one)][0] == "QUEUED" and last.status == "DELIVERED"


def test_a_message_that_the_provider_does_not_know_ends(site, simulator):
    """Five answers WRONG_ID in a row."""
    simulator.faults(next=[{"fault": "error", "endpoint": "status", "code": "WRONG_ID", "always": True}])
    worker = site.started()
    one = site.send(request("forgotten"), key=key_of("a"))
    (last,) = site.status.until_final(one)
    assert last.code == "WRONG_ID" and last.status in ("QUEUED", "SENT")
    assert worker.metric("rocketsms_polls_total") == 5
    simulator.faults(clear=["rules"])
    site.judge()


def test_tracking_ends_with_its_horizon(site, simulator):
    site.started(TRACK_HORIZON="2s")
    simulator.fate("SENT")
    one = site.send(request("stuck"), key=key_of("stuck"))
    (last,) = site.status.until_final(one)
    assert (last.status, last.code) == ("SENT", "TRACKING_EXPIRED")
    site.judge()


@pytest.mark.parametrize("policy, refused", [("reject", True), ("warn", False)])
def test_a_sender_outside_the_providers_own_list(site, simulator, policy, refused):
    """The provider would send it from another name: by the list that the worker has asked for at its start."""
    simulator.control("senders", sender="MyShop", checked=True, registered=True)
    worker = site.started(ROCKETSMS_SENDER_POLICY=policy)
    known = site.publish(request("known", sender="MyShop"), key=key_of("a"))
    main = site.publish(request("main"), key=key_of("a"))
    other = site.publish(request("other", sender="NotYet"), key=key_of("a"))
    site.flush()
    site.status.until_final(known, main, other)
    assert {site.status.final(one).status for one in (known, main)} == {"DELIVERED"}
    last = site.status.final(other)
    if refused:
        assert (last.status, last.code, last.value["reason"]["kind"]) == ("FAILED", "SENDER_NOT_ALLOWED", "refused")
        assert not simulator.sends_of(other) and "attempt" not in last.value
    else:
        assert last.status == "DELIVERED"
        worker.wait_metric("rocketsms_senders_not_usable_total", 1)
    site.judge()


@pytest.mark.parametrize("policy", ["fail", "hold"])
def test_what_was_not_sent_is_tried_again_under_every_policy(site, simulator, policy):
    """429 is proof that nothing was sent, and 503 with Retry-After where the operator says so."""
    site.started(SEND_ON_UNKNOWN=policy, SEND_RETRY_BUDGET=1, ROCKETSMS_UNAVAILABLE="not-sent")
    simulator.next("unavailable")
    simulator.next("tooManyRequests")
    one = site.send(request("refused-twice"), key=key_of("a"))
    (last,) = site.status.until_final(one)
    assert last.status == "DELIVERED" and "possibleDuplicate" not in last.value
    assert len(simulator.sends()) == 1


def test_a_503_is_unknown_unless_the_operator_knows_better(site, simulator):
    """Caches in front answer so, Retry-After included, also after the provider had the request."""
    site.started(SEND_ON_UNKNOWN="fail")
    simulator.next("unavailable")
    one = site.send(request("refused-once"), key=key_of("a"))
    (last,) = site.status.until_final(one)
    assert (last.status, last.code) == ("FAILED", "OUTCOME_UNKNOWN") and last.value["possibleDuplicate"] is True
    assert simulator.sends() == []
