"""The provider fails, refuses, or wants it slower: no message fails for it (G1), nothing is sent twice (G3), a refusal stops no other (G5),
and an outage is one of the troubles of G6."""

import time

import pytest

from harness.requests import key_of, phone, request
from harness.waiting import wait_for


@pytest.mark.long
@pytest.mark.parametrize("outage", ["refuse", "unavailable"])
def test_an_outage_delays_and_loses_nothing(site, simulator, outage):
    """Ten seconds in which nothing is accepted, under load."""
    policy = "fail" if outage == "refuse" else "resend"
    worker = site.started(SEND_ON_UNKNOWN=policy, SEND_MAX_ATTEMPTS=100, SEND_RETRY_BUDGET=1)
    for number in range(50):
        site.publish(request(f"before-{number}"), key=key_of(number % 10))
    site.flush()
    site.status.until_final(*site.published)
    simulator.faults(outage=outage, outageFor="10s")
    for number in range(50):
        site.publish(request(f"during-{number}"), key=key_of(number % 10))
    site.flush()
    wait_for(lambda: worker.ready()[1]["breaker"] != "closed", 15, "the breaker to open")
    assert worker.ready()[0] == 200, "a rollout must not hang on the provider"
    site.wait_over(timeout=120)
    assert {site.status.final(one).status for one in site.published} == {"DELIVERED"}
    assert len(simulator.sends()) == 100
    site.judge(default_policy=policy)


@pytest.mark.parametrize("failing", [*[pytest.param(share, marks=pytest.mark.long) for share in (0.1, 0.2, 0.35)], 0.5])
def test_a_provider_that_fails_some_is_used_in_full_after_an_outage(make_site, start_simulator, failing):
    """The pace follows the share of failures: it needs no run of luck to go on. With the defaults for retries."""
    switches = {"latency": "20ms", "latency-jitter": "30ms", "delivery-delay": "24h", "send-answer": "SENT"}
    simulator = start_simulator(switches=switches)
    site = make_site(simulator)
    for number in range(15_000):
        site.publish(request(f"f-{number}"), key=key_of(number))
    site.flush()
    worker = site.started(SEND_MAX_IN_FLIGHT=16, TRACK_CADENCE="1h", LOG_LEVEL="info")
    simulator.wait_sends(1000)

    def accepted_a_second(start, seconds):
        """In whole seconds of the provider's clock from the next on."""
        first = int(start) + 1
        wait_for(lambda: time.time() > first + seconds, seconds + 30, "the time to pass")
        counts = {one["second"]: one["accepted"] for one in simulator.ask("rates")["seconds"]}
        return sum(counts.get(first + number, 0) for number in range(seconds)) / seconds

    sound = accepted_a_second(time.time(), 5)
    simulator.faults(outage="unavailable", outageFor="5s", endpoint="send", probabilities={"serverError": failing})
    outage_ended = time.time() + 5
    wait_for(lambda: worker.ready()[1]["breaker"] == "open", 5, "the breaker to open")
    after = accepted_a_second(outage_ended + 10, 10)
    said = f"accepted a second: {sound:.1f} before; {after:.1f} with {failing:.0%} failing, from 10 s after an outage on; {after / sound:.3f}"
    print(said)
    assert len(simulator.sends()) < 15_000, "nothing was left to send"
    assert after >= 0.9 * (1 - failing) * sound, f"{said}; {worker.state()}"


def test_without_credits_nothing_fails_and_a_top_up_goes_on(site, simulator):
    """The refusal's code is one that the worker does not know: it asks the balance."""
    worker = site.started()
    simulator.control("credits", credits=3)
    made = [site.publish(request(f"sms-{number}"), key=key_of("same")) for number in range(6)]
    site.flush()
    site.status.until_final(*made[:3])
    wait_for(lambda: worker.ready()[1]["account"] != "ok", 20, "the account's pause")
    status, body = worker.ready()
    assert status == 200, body
    worker.wait_metric("rocketsms_account_paused", 1)
    site.status.read(1)
    assert not any(site.status.of(one) for one in made[3:])
    simulator.control("credits", credits=100)
    site.status.until_final(*made, timeout=60)
    assert {site.status.final(one).status for one in made} == {"DELIVERED"}
    assert [send.request_id for send in simulator.sends()] == [one.id for one in made]
    wait_for(lambda: worker.ready()[1]["account"] == "ok", 20, "the end of the pause")
    site.judge()


def test_a_top_up_is_spent_to_its_last_credit_and_fails_none(site, simulator):
    """Credits that were there before a refusal say nothing of it, and one credit does not pay for a message of two parts."""
    worker = site.started()
    simulator.control("credits", credits=0)
    made = [site.publish(request(f"top-up-{number}"), key=key_of(number)) for number in range(20)]
    site.flush()
    wait_for(lambda: worker.ready()[1]["account"] == "no credit", 20, "the account's pause")
    simulator.control("credits", credits=2)
    wait_for(lambda: len(simulator.sends()) == 2, 40, "the two that are paid for")
    wait_for(lambda: worker.ready()[1]["account"] == "no credit", 20, "the next pause")
    simulator.control("credits", credits=18)
    site.status.until_final(*made, timeout=90)
    wait_for(lambda: worker.ready()[1]["account"] == "ok", 30, "the end of the pause")
    long = site.publish(request("две-части-" * 7), key=key_of("long"))
    site.flush()
    wait_for(lambda: worker.ready()[1]["account"] == "no credit", 20, "the pause without any credit")
    simulator.control("credits", credits=1)
    posts = simulator.attempts()
    probes = simulator.ask("rates")["seconds"]
    wait_for(lambda: sum(second["requests"] for second in simulator.ask("rates")["seconds"]) > sum(s["requests"] for s in probes), 40, "a look")
    assert worker.ready()[1]["account"] == "no credit" and simulator.attempts() == posts
    simulator.control("credits", credits=2)
    site.status.until_final(long, timeout=90)
    assert {site.status.final(one).status for one in [*made, long]} == {"DELIVERED"}
    assert len(simulator.sends()) == 21
    site.judge()


def test_wrong_credentials_pause_and_the_right_ones_go_on(site, simulator):
    worker = site.worker()
    right = worker.settings["ROCKETSMS_PASSWORD"]
    simulator.control("credentials", password="another")
    worker.start().wait_ready()
    one = site.send(request("patient"), key=key_of("a"))
    wait_for(lambda: worker.ready()[1]["account"] != "ok", 20, "the account's pause")
    assert worker.ready()[0] == 200
    simulator.control("credentials", password=right)
    (last,) = site.status.until_final(one, timeout=60)
    assert last.status == "DELIVERED" and "possibleDuplicate" not in last.value
    site.judge()


def test_retry_after_is_kept_to_by_the_whole_process(site, simulator):
    site.started()
    simulator.switch(retry_after="3s")
    simulator.next("tooManyRequests")
    refused_at = time.time()
    one = site.send(request("refused"), key=key_of("a"))
    wait_for(lambda: simulator.attempts() == 1, 20, "the first attempt")
    other = site.send(request("other"), key=key_of("b"))
    site.status.until_final(one, other)
    first = min(send.received_at for send in simulator.sends())
    assert first - refused_at >= 3, "an attempt within Retry-After"
    assert simulator.attempts() == 3


def test_the_rate_limit_is_kept(site, simulator):
    limit = 20
    site.started(SEND_RATE_LIMIT=limit)
    for number in range(80):
        site.publish(request(f"r-{number}"), key=key_of(number))
    site.flush()
    site.wait_over(timeout=60)
    seconds = [second["requests"] for second in simulator.ask("rates")["seconds"]]
    busy = [count for count in seconds if count]
    # Two tokens' buckets may meet in one second of the clock, in no longer time.
    assert max(busy) <= 2 * limit and sum(busy) / len(busy) <= limit * 1.25, busy
    site.judge()


@pytest.mark.parametrize("code, setting", [("BUSY", "ROCKETSMS_TRANSIENT_CODES"), ("BLOCKED", "ROCKETSMS_ACCOUNT_CODES"), ("EMPTY", "ROCKETSMS_CREDIT_CODES")])
def test_configured_codes_are_no_refusal_for_good(site, simulator, code, setting):
    site.started(SEND_RETRY_BUDGET=1, **{setting: code})
    simulator.next("error", code=code)
    one = site.send(request("coded"), key=key_of("a"))
    (last,) = site.status.until_final(one)
    assert last.status == "DELIVERED"
    assert len(simulator.sends()) == 1


def test_an_unknown_code_refuses_the_message_alone(site, simulator):
    site.started()
    number = phone()
    simulator.next("error", code="SOMETHING_NEW", phoneSuffix=number)
    refused = site.publish(request("refused", phone=number), key=key_of("same"))
    after = site.publish(request("after"), key=key_of("same"))
    site.flush()
    last, fine = site.status.until_final(refused, after)
    assert (last.status, last.code) == ("FAILED", "SOMETHING_NEW")
    assert fine.status == "DELIVERED"
    assert simulator.attempts() == 2
    site.judge()


def test_a_provider_that_refuses_everything_fails_a_few_and_not_the_backlog(site, simulator):
    """By a code that the worker does not know, with credits enough: single probes follow, and the first that is accepted ends them."""
    worker = site.started(SEND_MAX_IN_FLIGHT=4)
    simulator.next("error", endpoint="send", code="LIMIT_EXCEEDED", always=True)
    made = [site.publish(request(f"limited-{number}"), key=key_of(number)) for number in range(400)]
    site.flush()
    wait_for(lambda: worker.ready()[1]["refusals"] == "LIMIT_EXCEEDED", 30, "the probes")
    assert worker.ready()[0] == 200
    worker.wait_metric("rocketsms_refusals_narrow", 1)
    posts = simulator.attempts()
    wait_for(lambda: simulator.attempts() >= posts + 2, 30, "two probes")
    simulator.faults(clear=["rules"])
    site.status.until_final(*made, timeout=60)
    refused = [one for one in made if site.status.final(one).status == "FAILED"]
    assert {(site.status.final(one).code, site.status.final(one).value["reason"]["kind"]) for one in refused} == {("LIMIT_EXCEEDED", "refused")}
    # Ten, those under way with the tenth, and the probes.
    assert 12 <= len(refused) <= 30, len(refused)
    assert worker.ready()[1]["refusals"] is None
    site.judge()
