"""One request on its way: events as the schemas and CloudEvents say (G4: in sequence, one final), what is passed on, and an orderly end."""

import json
import signal
import time

import pytest

from harness.requests import key_of, phone, request
from harness.schemas import validator


def test_a_request_becomes_an_sms_and_events(site, simulator):
    site.started()
    trace = [("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("tracestate", b"a=b"), ("other", b"x")]
    one = site.send(request("ord-1", sender="MyShop", metadata={"orderId": "77", "имя": "Ян"}), key=key_of("a"), headers=trace)
    last = site.status.until_final(one)[0]
    (sms,) = simulator.sends()
    assert (sms.phone, sms.text, sms.sender, sms.timestamp, sms.priority) == (json.loads(one.value)["phone"], json.loads(one.value)["text"], "MyShop", None, False)
    assert last.status == "DELIVERED"
    assert [event.status for event in site.status.of(one)][0] in ("QUEUED", "SENT")
    stem = f"{one.topic}-{one.partition}-{one.offset}"
    for number, event in enumerate(site.status.of(one), 1):
        assert event.key == one.key
        assert event.value["requestId"] == "ord-1"
        assert event.value["messageId"] == sms.id
        assert event.value["attempt"] == 1
        assert event.value["metadata"] == {"orderId": "77", "имя": "Ян"}
        assert event.value["cost"] == {"credits": 1, "money": 0.2}
        assert "possibleDuplicate" not in event.value and "reason" not in event.value
        assert event.headers["ce_id"] == f"{stem}/{number}"
        assert event.headers["ce_source"] == f"/rocketsms-worker/{site.group}"
        assert event.headers["ce_subject"] == "ord-1"
        assert event.headers["ce_time"] == event.value["at"]
        assert event.headers["ce_type"] == f"by.rocketsms.sms.{event.status.lower()}.v1"
        assert event.headers["traceparent"].encode() == trace[0][1] and event.headers["tracestate"] == "a=b"
        assert "other" not in event.headers
    site.judge()


@pytest.mark.parametrize("key", [None, b""], ids=["null", "empty"])
def test_without_a_key_the_event_has_the_request_id(site, key):
    site.started()
    one = site.send(request("no-key"), key=key)
    assert site.status.until_final(one)[0].key == b"no-key"


def test_without_an_id_place_or_cloudevent_give_one(site):
    site.started()
    at = int(time.time() * 1000) - 1_500
    bare = site.send(request(None), key=key_of("bare"), timestamp=at)
    event = site.send(request(None), key=key_of("event"), headers=[("ce_specversion", b"1.0"), ("ce_id", b"evt-9"), ("ce_source", b"/s"), ("ce_type", b"t")])
    structured = {"specversion": "1.0", "id": "evt-10", "source": "/s", "type": "t", "datacontenttype": "application/json", "data": request(None)}
    whole = site.send(structured, key=key_of("whole"), headers=[("content-type", b"application/cloudevents+json; charset=utf-8")])
    framed = site.send(b"\x00\x00\x00\x00\x07" + json.dumps(request("framed")).encode(), key=key_of("framed"))
    ids = [last.value["requestId"] for last in site.status.until_final(bare, event, whole, framed)]
    assert ids == [f"{bare.topic}-{bare.partition}-{bare.offset}-{at}", "evt-9", "evt-10", "framed"]


def test_a_request_under_an_id_that_the_worker_made_is_a_repeat(site, simulator):
    worker = site.started()
    bare = site.send(request(None), key=key_of("bare"))
    made = site.status.until_final(bare)[0].value["requestId"]
    site.send(request(made), key=bare.key)
    after = site.send(request("after"), key=bare.key)
    site.status.until_final(after)
    assert len(simulator.sends()) == 2 and worker.metric("rocketsms_requests_duplicate_total") == 1


def test_every_event_is_valid_by_its_schema(site, simulator):
    """Of all sorts: delivered, failed, refused, expired, unknown, unknown provider status."""
    worker = site.started(SEND_MAX_ATTEMPTS=1)
    numbers = {name: phone() for name in ("failed", "refused", "lost", "odd", "plain")}
    simulator.fate("FAILED", numbers["failed"])
    simulator.fate("REJECTED", numbers["odd"], after="50ms")
    simulator.next("error", code="BLOCKED_WORD", phoneSuffix=numbers["refused"])
    simulator.next("replyLost", phoneSuffix=numbers["lost"])
    made = {name: site.publish(request(name, phone=number, metadata={"a": "b"}), key=key_of(name)) for name, number in numbers.items()}
    made["expired"] = site.publish(request("expired", expiresAt="2020-01-01T00:00:00Z"))
    site.flush()
    ended = {name: site.status.until_final(one)[0] for name, one in made.items() if name != "odd"}
    odd = site.status.until(lambda: [event for event in site.status.of(made["odd"]) if "providerStatus" in event.value], 20, "providerStatus")[-1]
    assert (odd.value["providerStatus"], odd.status, odd.is_final) == ("REJECTED", "SENT", False)
    assert (ended["plain"].status, ended["failed"].code, ended["refused"].code) == ("DELIVERED", "PROVIDER_FAILED", "BLOCKED_WORD")
    assert (ended["expired"].code, ended["lost"].code, ended["lost"].value["possibleDuplicate"]) == ("EXPIRED", "OUTCOME_UNKNOWN", True)
    body, headers = validator("status-event"), validator("status-event-headers")
    for event in site.status.in_order:
        body.validate(event.value)
        headers.validate(event.headers)
    assert worker.terminate() == 0
    site.judge(is_over=False)


def test_sigterm_finishes_what_runs_and_commits_it(site, simulator):
    worker = site.started()
    simulator.next("hold")
    one = site.send(request("running"), key=key_of("running"))
    simulator.wait_held()
    worker.process.terminate()
    worker.wait_log("drain")
    simulator.release()
    assert worker.wait_end() == 0
    # Known without another worker: the outcome was committed before the end.
    assert site.status.until_first(one)[0].status == "SENT"
    assert len(simulator.sends()) == 1


def test_a_second_sigterm_stops_at_once(site, simulator):
    worker = site.started(SEND_DRAIN_LIMIT="60s", ROCKETSMS_REQUEST_TIMEOUT="60s")
    simulator.next("hold")
    site.send(request("running"), key=key_of("running"))
    simulator.wait_held()
    worker.process.terminate()
    worker.wait_log("draining")
    worker.process.terminate()
    assert worker.wait_end(10) in (-signal.SIGTERM, 128 + signal.SIGTERM)


def test_sigterm_while_idle_ends_at_once(site):
    assert site.started().terminate(timeout=20) == 0


def test_cloudevents_own_library_writes_requests_and_reads_events(site):
    """Both ways with an implementation that is not ours: binary and structured in, the status event out."""
    kafka = pytest.importorskip("cloudevents.core.bindings.kafka")
    from cloudevents.core.formats.json import JSONFormat
    from cloudevents.core.v1.event import CloudEvent

    site.started()
    made = []
    for name, write in (("binary", kafka.to_binary), ("structured", kafka.to_structured)):
        attributes = {"id": f"ce-{name}", "source": "/shop", "type": "shop.code", "specversion": "1.0", "datacontenttype": "application/json"}
        message = write(CloudEvent(attributes=attributes, data=request(None)), JSONFormat())
        made.append(site.publish(message.value, key=key_of(name), headers=list(message.headers.items())))
    site.flush()
    for one, name in zip(made, ("binary", "structured")):
        last = site.status.until_final(one)[-1]
        assert last.value["requestId"] == f"ce-{name}"
        headers = {key: value.encode() for key, value in last.headers.items()}
        event = kafka.from_kafka_event(kafka.KafkaMessage(headers=headers, key=last.key, value=json.dumps(last.value).encode()))
        assert (event.get_subject(), event.get_type(), event.get_data()) == (f"ce-{name}", last.headers["ce_type"], last.value)
        assert event.get_id() == last.headers["ce_id"] and event.get_source() == f"/rocketsms-worker/{site.group}"
