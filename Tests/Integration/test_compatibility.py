"""The gate: schemas may change so that nobody who was built against the released ones breaks (schemas/released)."""

import copy
import hashlib
import json
import pathlib

import jsonschema
import pytest
import yaml

from harness.compatibility import READ, WRITE, breaks, document_breaks

ROOT = pathlib.Path(__file__).resolve().parents[2] / "schemas"
DIRECTIONS = {"request": READ, "command": READ, "status-event": WRITE, "status-event-headers": WRITE, "dead-letter-headers": WRITE}


def schema(kind, folder=ROOT):
    return json.loads((folder / f"{kind}.schema.json").read_text())


def released(kind):
    return schema(kind, ROOT / "released")


def document(folder=ROOT):
    return yaml.safe_load((folder / "asyncapi.yaml").read_text())


def test_every_schema_has_its_released_form():
    names = {path.name for path in ROOT.glob("*.schema.json")} | {"asyncapi.yaml"}
    assert {path.name for path in (ROOT / "released").iterdir()} == names | {"SHA256SUMS"}
    assert {f"{kind}.schema.json" for kind in DIRECTIONS} | {"asyncapi.yaml"} == names


def test_the_released_forms_are_what_was_released():
    """Whoever changes one in passing would take the gate along."""
    sums = dict(reversed(line.split()) for line in (ROOT / "released" / "SHA256SUMS").read_text().splitlines())
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (ROOT / "released").iterdir() if path.name != "SHA256SUMS"}
    assert found == sums, "with a release: cd schemas/released && sha256sum *.json *.yaml > SHA256SUMS"


@pytest.mark.parametrize("kind", DIRECTIONS)
def test_nobody_breaks(kind):
    assert breaks(DIRECTIONS[kind], released(kind), schema(kind)) == []


def test_no_tool_breaks():
    assert document_breaks(document(ROOT / "released"), document()) == []


@pytest.mark.parametrize("kind", DIRECTIONS)
def test_the_examples_of_today_are_taken_by_the_released_schema(kind):
    """Of what is written; and requests that worked then work today, as far as the examples of then are still here."""
    judge = jsonschema.Draft202012Validator(released(kind))
    for path in sorted((ROOT / "examples" / kind / "valid").glob("*.json")):
        if DIRECTIONS[kind] == WRITE:
            judge.validate(json.loads(path.read_text()))


def mutated(kind, *path, to=None):
    """A copy of the released schema with one place changed; None takes it out."""
    made = copy.deepcopy(released(kind))
    *way, last = path
    node = made
    for step in way:
        node = node[step]
    if to is None:
        del node[last]
    else:
        node[last] = to(node.get(last) if isinstance(node, dict) else node[last])
    return made


@pytest.mark.parametrize(
    "kind, path, to, said",
    [
        # Fields removed.
        ("status-event", ("properties", "cost"), None, "cost: it is no longer written"),
        ("status-event", ("properties", "reason", "properties", "message"), None, "reason.message: it is no longer written"),
        ("request", ("properties", "expiresAt"), None, "expiresAt: it is no longer read"),
        ("status-event-headers", ("properties", "ce_id"), None, "ce_id: it is no longer written"),
        # Types changed.
        ("status-event", ("properties", "messageId", "type"), lambda _: "integer", "messageId: its type is another"),
        ("status-event", ("properties", "messageId", "type"), lambda _: ["string", "null"], "messageId: its type is another"),
        ("status-event", ("properties", "sequence", "type"), lambda _: "number", "sequence: its type is another"),
        ("dead-letter-headers", ("properties", "dlq-offset", "type"), None, "dlq-offset: its type is another"),
        # Lists: a reader branches on what it knows, a producer sends what it knows.
        ("status-event", ("properties", "status", "enum"), lambda known: [*known, "READ"], "status: values beyond the list: 'READ'"),
        ("status-event", ("properties", "reason", "properties", "kind", "enum"), lambda known: [*known, "lost"], "reason.kind: values beyond the list: 'lost'"),
        ("command", ("properties", "command", "enum"), lambda known: known[1:], "command: values beyond the list"),
        # What must be there.
        ("status-event", ("required",), lambda known: [name for name in known if name != "at"], "the value: at may be absent now"),
        ("request", ("required",), lambda known: [*(known or []), "sender"], "the value: sender is required now"),
        # Bounds and forms.
        ("request", ("properties", "id", "maxLength"), lambda _: 64, "id: maxLength"),
        ("status-event", ("properties", "sequence", "minimum"), lambda _: 0, "sequence: minimum"),
        ("status-event", ("properties", "at", "pattern"), lambda _: "^[0-9]+$", "at: pattern is another"),
        ("request", ("additionalProperties",), lambda _: False, "the value: additionalProperties is another"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)  # fmt: skip
def test_what_breaks_somebody_is_said(kind, path, to, said):
    found = breaks(DIRECTIONS[kind], released(kind), mutated(kind, *path, to=to))
    assert any(sentence.startswith(said) for sentence in found), found


@pytest.mark.parametrize(
    "kind, path, to",
    [
        ("status-event", ("properties", "route"), lambda _: {"type": "string"}),
        ("status-event", ("required",), lambda known: [*known, "messageId"]),
        ("status-event", ("properties", "sequence", "maximum"), lambda _: 65_535),
        ("status-event", ("properties", "status", "enum"), lambda known: known[1:]),
        ("request", ("properties", "campaign"), lambda _: {"type": "string"}),
        ("request", ("properties", "text", "maxLength"), lambda _: 3_000),
        ("command", ("properties", "command", "enum"), lambda known: [*known, "pause"]),
        ("request", ("description",), lambda _: "Other words."),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)  # fmt: skip
def test_what_breaks_nobody_passes(kind, path, to):
    assert breaks(DIRECTIONS[kind], released(kind), mutated(kind, *path, to=to)) == []


@pytest.mark.parametrize(
    "change, said",
    [
        (lambda made: made["channels"].pop("status"), "channel status: it is gone"),
        (lambda made: made["channels"]["status"].update(address="sms.events"), "channel status: its topic is another"),
        (lambda made: made["channels"]["requests"]["messages"].pop("command"), "channel requests: no command goes over it any more"),
        (lambda made: made["operations"]["publishStatusEvents"].update(action="receive"), "operation publishStatusEvents: its direction"),
        (lambda made: made["components"]["messages"]["statusEvent"].pop("headers"), "message statusEvent: its headers is another"),
        (lambda made: made["components"]["messages"]["request"]["bindings"]["kafka"]["key"].update(type="integer"), "message request: its key's type"),
    ],
)
def test_what_breaks_a_tool_is_said(change, said):
    made = document(ROOT / "released")
    change(made)
    found = document_breaks(document(ROOT / "released"), made)
    assert any(sentence.startswith(said) for sentence in found), found


def test_a_new_channel_breaks_nobody():
    made = document(ROOT / "released")
    made["channels"]["receipts"] = {"address": "sms.receipts", "messages": {}}
    assert document_breaks(document(ROOT / "released"), made) == []
