"""What an operator asks of a running system: what is open, the story of a request, dead letters, and whether a worker is well."""

import json
import subprocess

import jsonschema
import pytest

from harness.requests import in_days, key_of, phone, request
from harness.waiting import wait_for
from harness.worker import run
from test_cli import answers, command, hold, publish

LATER = in_days(300)


def states(site, *arguments):
    (answer,) = answers(site, "requests", "list", *arguments)
    return {one["id"]: one["state"] for one in answer["requests"]}


def test_what_is_open_is_listed_by_state_and_told_in_full(site, simulator):
    worker = site.started(SEND_SCHEDULE="worker")
    assert states(site) == {}
    never = phone()
    simulator.fate("DELIVERED", never, after="24h")
    publish(site, "tracked", to=never, key=key_of("tracked"))
    hold(site, simulator, "held", key=key_of("held"))
    publish(site, "later", "--send-at", LATER)
    done = publish(site, "done")
    site.status.until_final(done)
    wait_for(lambda: states(site) == {"tracked": "tracking", "held": "held", "later": "waiting"}, 30, lambda: f"{states(site)}; {worker.state()}")
    assert states(site, "--state", "held") == {"held": "held"}
    assert "later" in command(site, "requests", "list", "--state", "waiting")[0]
    _, err = command(site, "requests", "list", "--state", "closed", code=64)
    assert "waiting, sending, tracking" in err
    (story,) = answers(site, "ledger", "show", "tracked")
    (one,) = story["requests"]
    assert (one["state"], one["attempts"], one["topic"]) == ("tracking", 1, site.requests) and one["lastStatus"] in ("QUEUED", "SENT")
    assert one["messageIds"] == [send.id for send in simulator.sends() if send.request_id == "tracked"]
    assert "sendAt" in answers(site, "ledger", "show", "later")[0]["requests"][0]
    assert answers(site, "ledger", "show", "held")[0]["requests"][0]["possibleDuplicate"] is True
    assert "done: closed since" in command(site, "ledger", "show", "done")[0]
    _, err = command(site, "ledger", "show", "nobody", code=1)
    assert "No ledger has a request nobody" in err


def test_dead_letters_are_listed_and_go_back_once(site, simulator):
    worker = site.started()
    bad = site.send(request("bad", phone="12"), bad="BAD_PHONE")
    broken = site.send(b"no json", bad="NOT_JSON")
    known = site.send(request("known"), key=key_of("known"))
    site.status.until_final(known)
    wait_for(lambda: worker.metric("rocketsms_dead_letters_total") == 2, 20, worker.state)
    listed = answers(site, "dead-letters", "list")
    assert {(one["code"], one["record"]["offset"], one["record"]["partition"]) for one in listed} == {
        ("BAD_PHONE", bad.offset, bad.partition),
        ("NOT_JSON", broken.offset, broken.partition),
    }
    assert [one["code"] for one in answers(site, "dead-letters", "list", "--code", "NOT_JSON")] == ["NOT_JSON"]
    # They would be dead letters again.
    refused = answers(site, "dead-letters", "redrive", "--all", "--yes", code=1)
    assert {one["result"] for one in refused} == {"refused"} and all("would be one again" in one["why"] for one in refused)
    # As an older version refused what this one takes: with an id, without one, and one that has been sent since.
    about = [("dlq-code", b"BAD_SENDER"), ("dlq-topic", site.requests.encode()), ("dlq-timestamp", b"1700000000000")]
    for number, (value, key) in enumerate([(request("named"), b"k1"), (request(None), b"k2"), (request("known"), key_of("known"))]):
        headers = about + [("dlq-partition", str(number % site.partitions).encode()), ("dlq-offset", str(7000 + number).encode()), ("kept", b"x")]
        site.producer.produce(site.dead_letter_topic, json.dumps(value).encode(), key, headers=headers)
    assert site.producer.flush(20) == 0
    _, err = command(site, "dead-letters", "redrive", "--code", "BAD_SENDER", code=64)
    assert "--yes is needed" in err
    dry = answers(site, "dead-letters", "redrive", "--code", "BAD_SENDER", "--dry-run", code=1)
    assert sorted(one["result"] for one in dry) == ["refused", "would be published", "would be published"]
    assert len(simulator.sends()) == 1
    sent = answers(site, "dead-letters", "redrive", "--code", "BAD_SENDER", "--yes", code=1)
    assert sorted(one["result"] for one in sent) == ["published", "published", "refused"]
    assert {one["id"] for one in sent if one["result"] == "published"} == {"named", f"{site.requests}-1-7001-1700000000000"}
    wait_for(lambda: len(simulator.sends()) == 3, 30, worker.state)
    # What was sent is known by now.
    again = answers(site, "dead-letters", "redrive", "--code", "BAD_SENDER", "--yes", code=1)
    assert [one["result"] for one in again] == ["refused"] * 3
    assert all("a ledger knows" in one["why"] for one in again)
    assert len(simulator.sends()) == 3


def test_a_worker_is_asked_whether_it_is_well(site):
    worker = site.worker(name="well")
    port = ("--admin-port", str(worker.port))
    command(site, "healthcheck", *port, code=1)
    worker.start().wait_ready()
    command(site, "healthcheck", *port)
    command(site, "healthcheck", "--ready", *port)
    worker.freeze()
    try:
        _, err = command(site, "healthcheck", *port, code=1)
        assert "no answer in time" in err
    finally:
        worker.thaw()


def test_a_configuration_is_checked_without_asking_anybody(site):
    assert "good" in command(site, "config", "check", "--kafka-bootstrap-servers", "127.0.0.1:1")[0]
    _, err = command(site, "config", "check", "--send-max-in-flight", "0", code=78)
    assert "send.maxInFlight" in err or "SEND_MAX_IN_FLIGHT" in err or "--send-max-in-flight" in err


def test_the_schema_takes_what_the_worker_takes_and_refuses_what_it_refuses(tmp_path):
    schema = json.loads(run("config", "schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    good = {"kafka": {"bootstrapServers": ["a:9092", "b:9092"], "groupId": None}, "send.maxInFlight": 8, "send": {"onUnknown": "hold", "backoff": "2s"}}
    good |= {"rocketsms": {"username": "1", "password": "p", "checkBalance": False}, "track": {"cadence": "2s,5s"}}
    file = tmp_path / "worker.json"
    for change, is_good in [({}, True), ({"kafka.groupName": "x"}, False), ({"send.maxInFlight": 0}, False), ({"send": {"backoff": 2}}, False), ({"log": {"level": "Info"}}, True), ({"log": {"level": "loud"}}, False), ({"send.rateLimit": -1}, False), ({"config": {"version": 1}}, True), ({"config.version": 2}, False), ({"config.version": "2"}, False)]:
        file.write_text(json.dumps({**good, **change}))
        assert validator.is_valid({**good, **change}) == is_good, change
        assert run("config", "check", "--config", str(file)).returncode == (0 if is_good else 78), change
