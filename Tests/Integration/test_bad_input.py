"""Records that cannot become a request, each with its code, and the limits of those that can (G1: one dead letter each; G5: they stop nothing)."""

import json

import jsonschema
import pytest

from harness.requests import SECRET, in_days, key_of, phone, request
from harness.worker import ROOT

LONG_KEY = SECRET.encode() + b"k" * 4096
# Name, code, value; further arguments of the record.
BAD = [
    ("no value", "NO_VALUE", None, {}),
    ("not json", "NOT_JSON", b'{"phone": "375290000000", "text":', {}),
    ("no object", "NOT_JSON", b"[1]", {}),
    ("repeated key", "NOT_JSON", b'{"phone": "375290000000", "text": "a", "text": "b"}', {}),
    ("key too long", "BAD_KEY", request("a"), {"key": LONG_KEY}),
    ("no phone", "NO_PHONE", request("a", phone=None), {}),
    ("seven digits", "BAD_PHONE", request("a", phone="1234567"), {}),
    ("letters", "BAD_PHONE", request("a", phone="37529abc0000"), {}),
    ("a number for a phone", "BAD_PHONE", request("a", phone=375290000000), {}),
    ("no text", "NO_TEXT", request("a", text=None), {}),
    ("empty text", "BAD_TEXT", request("a", text=""), {}),
    ("2001 characters", "BAD_TEXT", request("a", text=SECRET + "x" * (2001 - len(SECRET))), {}),
    ("both", "TEXT_AND_TEMPLATE", request("a", template="TPL_ID_1"), {}),
    ("template", "BAD_TEMPLATE", request("a", text=None, template="WELCOME"), {}),
    ("sender", "BAD_SENDER", request("a", sender="TwelveLetter"), {}),
    ("empty id", "BAD_ID", request(""), {}),
    ("long id", "BAD_ID", request("i" * 129), {}),
    ("send at", "BAD_SEND_AT", request("a", sendAt="tomorrow"), {}),
    ("expires at", "BAD_EXPIRES_AT", request("a", expiresAt="2026-13-01T00:00:00Z"), {}),
    ("expires before", "BAD_EXPIRES_AT", request("a", sendAt=in_days(300), expiresAt=in_days(299)), {}),
    ("priority", "BAD_PRIORITY", request("a", priority="yes"), {}),
    ("on unknown", "BAD_ON_UNKNOWN", request("a", onUnknown="retry"), {}),
    ("metadata", "BAD_METADATA", request("a", metadata={"a": 1}), {}),
    ("much metadata", "BAD_METADATA", request("a", metadata={"a": "x" * 4097}), {}),
    ("cloudevent", "BAD_CLOUDEVENT", {"specversion": "1.0", "data": {}}, {"headers": [("content-type", b"application/cloudevents+json")]}),
    ("command", "BAD_COMMAND", {"command": "stop", "id": "a"}, {}),
    ("resolve without as", "BAD_COMMAND", {"command": "resolve", "id": "a"}, {}),
]


def test_each_bad_record_becomes_a_dead_letter_and_stops_nothing(site, simulator):
    site.started()
    schema = json.loads((ROOT / "schemas" / "dead-letter-headers.schema.json").read_text())
    headers = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
    old = [("dlq-code", b"OLD"), ("mine", b"\xff\x00")]
    made = []
    for name, code, value, more in BAD:
        arguments = {"key": key_of(name), "headers": old, **more}
        made.append(site.publish(value, bad=code, partition=0, **arguments))
    good = site.send(request("good"), key=key_of("good"), partition=0)
    letters = site.dead_letters.until_there(*made)
    assert {name: letter.code for (name, *_), letter in zip(BAD, letters)} == {name: code for name, code, *_ in BAD}
    for (name, _, _, more), one, letter in zip(BAD, made, letters):
        assert (letter.key, letter.value) == (one.key, one.value), name
        ours = [(header, value) for header, value in letter.headers if header.startswith("dlq-")]
        theirs = [(header, value) for header, value in letter.headers if not header.startswith("dlq-")]
        assert theirs == [header for header in more.get("headers", old) if not header[0].startswith("dlq-")], name
        assert len(dict(ours)) == len(ours), f"{name}: an older header was not replaced"
        headers.validate({header: value.decode() for header, value in ours})
        message = dict(ours)["dlq-message"].decode()
        assert SECRET not in message and "37529" not in message, name
    assert site.status.until_final(good)[0].status == "DELIVERED"
    assert len(simulator.sends()) == 1
    site.judge()


def test_what_is_just_good_enough_is_sent(site, simulator):
    site.started()
    texts = SECRET + "ю" * (2000 - len(SECRET))
    simulator.switch(maximum_parts="100")
    key = SECRET.encode() + b"k" * (4096 - len(SECRET))
    made = [
        site.publish(request("i" * 128), key=key_of("id")),
        site.publish(request("long", text=texts), key=key_of("long")),
        site.publish(request("formatted", phone=f"+{phone()[:3]} (29) 555-44 33"), key=key_of("formatted")),
        site.publish(request("nulls", sender=None) | {"sender": None, "template": None, "metadata": None, "unknown": {"a": [1]}}, key=key_of("nulls")),
        site.publish(request("key"), key=key),
        site.publish(request("metadata", metadata={"a": "x" * 4000, "b": "ж" * 10}), key=key_of("metadata")),
        site.publish(request("template", text=None, template="TPL_ID_1"), key=key_of("template")),
    ]
    site.flush()
    ended = site.status.until_final(*made)
    assert [last.status for last in ended] == ["DELIVERED"] * len(made)
    assert ended[4].key == key
    assert ended[5].value["metadata"]["a"] == "x" * 4000
    sends = simulator.sends()
    assert sorted(send.text for send in sends if not send.text.startswith(SECRET)) == ["TPL_ID_1"]
    assert texts in {send.text for send in sends}
    assert "375295554433" in {send.phone for send in sends}


def test_a_megabyte_with_everything_at_its_limit(make_site, simulator):
    """Key, metadata and trace headers as large as they may be, in a record of 1 MB: nothing that a transaction could fail on."""
    site = make_site(simulator, topic_settings={"max.message.bytes": 1_200_000})
    site.started()
    key = SECRET.encode() + b"k" * (4096 - len(SECRET))
    metadata = {"m": "x" * 4000}
    trace = [("traceparent", b"t" * 1024), ("tracestate", b"s" * 1024)]
    large = request("large", metadata=metadata, padding="p" * 1_000_000)
    one = site.publish(large, key=key, headers=trace)
    over = site.publish(request("over", padding="p" * 1_000_000), key=key_of("over"), headers=[("traceparent", b"t" * 900_00), ("tracestate", b"s" * 1025)])
    bad = site.publish(request("bad", phone=None, padding="p" * 1_000_000), key=key, headers=trace, bad="NO_PHONE")
    site.flush()
    first, second = site.status.until_final(one, over)
    assert first.value["metadata"] == metadata and first.key == key
    assert first.headers["traceparent"] == "t" * 1024 and first.headers["tracestate"] == "s" * 1024
    assert "traceparent" not in second.headers and "tracestate" not in second.headers
    (letter,) = site.dead_letters.until_there(bad)
    assert letter.value == bad.value
    site.judge()


def test_a_dead_letter_too_large_comes_without_its_value(make_site, simulator):
    """Dead letters and ledgers have no room beyond the request topic's own here."""
    site = make_site(simulator)
    site.started()
    limit = 1_048_588
    bad = site.publish(request("bad", phone=None, padding="p" * (limit - 500)), key=key_of("bad"), bad="NO_PHONE", partition=0)
    good = site.publish(request("good"), key=key_of("good"), partition=0)
    site.flush()
    (letter,) = site.dead_letters.until_there(bad)
    assert letter.value is None and letter.key == bad.key
    assert dict(letter.headers)["dlq-truncated"] == b"true"
    assert dict(letter.headers)["dlq-request-id"] == b"bad"
    site.status.until_final(good)
    site.judge()
