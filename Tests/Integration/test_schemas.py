"""Every schema is a schema, and judges every example in schemas/examples as its folder says.

That the worker judges them alike is SchemaExampleTests' and PublishedExampleTests' business (Swift).
Needs jsonschema and rfc3339-validator; the CloudEvents oracle is skipped where cloudevents is missing.
"""

import json
import pathlib
import re

import pytest

from harness.worker import run

jsonschema = pytest.importorskip("jsonschema")
pytest.importorskip("rfc3339_validator")

ROOT = pathlib.Path(__file__).resolve().parents[2] / "schemas"
KINDS = sorted(path.name.removesuffix(".schema.json") for path in ROOT.glob("*.schema.json"))

# What JSON Schema cannot say; the schema's description names each, and the worker refuses them.
BEYOND_SCHEMA = {
    "NOT_JSON--repeated-key",
    "BAD_EXPIRES_AT--not-after-send-at",
    "BAD_METADATA--over-4-KiB",
}


def schema(kind):
    return json.loads((ROOT / f"{kind}.schema.json").read_text())


def validator(kind):
    return jsonschema.Draft202012Validator(
        schema(kind), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def examples(folder):
    return [
        pytest.param(kind, path, id=f"{kind}/{path.stem}")
        for kind in KINDS
        for path in sorted((ROOT / "examples" / kind / folder).glob("*.json"))
    ]


def subschemas(node):
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from subschemas(value)
    elif isinstance(node, list):
        for value in node:
            yield from subschemas(value)


@pytest.mark.parametrize("kind", KINDS)
def test_schema_is_a_schema(kind):
    document = schema(kind)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(document)
    for node in subschemas(document):
        if isinstance(node.get("pattern"), str):
            re.compile(node["pattern"])
    assert any((ROOT / "examples" / kind / "valid").glob("*.json"))
    assert any((ROOT / "examples" / kind / "invalid").glob("*.json"))


def test_every_example_has_a_schema():
    assert sorted(path.name for path in (ROOT / "examples").iterdir()) == KINDS


@pytest.mark.parametrize("kind, path", examples("valid"))
def test_valid_example(kind, path):
    validator(kind).validate(json.loads(path.read_text()))


@pytest.mark.parametrize("kind, path", examples("invalid"))
def test_invalid_example(kind, path):
    accepted = validator(kind).is_valid(json.loads(path.read_text()))
    assert accepted == (path.stem in BEYOND_SCHEMA)


def test_dead_letter_codes_are_those_of_the_examples_and_the_worker():
    codes = set(schema("dead-letter-headers")["properties"]["dlq-code"]["enum"])
    source = ROOT.parent / "Sources/Requests/Decode/DeadLetterCode.swift"
    assert codes == set(re.findall(r'= "([A-Z_]+)"', source.read_text()))
    shown = {path.stem.split("--")[0] for kind in ("request", "command") for path in (ROOT / "examples" / kind / "invalid").iterdir()}
    # These three are about what stands around the JSON.
    assert codes - shown == {"NO_VALUE", "BAD_KEY", "BAD_CLOUDEVENT"}


@pytest.mark.parametrize("name", ["sent", "without-trace"])
def test_status_event_is_a_cloudevent(name):
    kafka = pytest.importorskip("cloudevents.core.bindings.kafka")
    headers = json.loads((ROOT / f"examples/status-event-headers/valid/{name}.json").read_text())
    value = json.loads((ROOT / "examples/status-event/valid/sent.json").read_text())
    message = kafka.KafkaMessage(
        headers={key: text.encode() for key, text in headers.items()}, key=b"user-1", value=json.dumps(value).encode()
    )
    event = kafka.from_kafka_event(message)
    assert event.get_id() == headers["ce_id"]
    assert event.get_source() == headers["ce_source"]
    assert event.get_type() == headers["ce_type"]
    assert event.get_subject() == value["requestId"]
    assert event.get_time().isoformat(timespec="milliseconds") == value["at"].replace("Z", "+00:00")
    assert event.get_data() == value


def asyncapi():
    return pytest.importorskip("yaml").safe_load((ROOT / "asyncapi.yaml").read_text())


@pytest.mark.parametrize("kind, path", [*examples("valid"), *examples("invalid")])
def test_draft_07_says_the_same(kind, path):
    """The tools of AsyncAPI know no newer draft, and the document names that one."""
    old = jsonschema.Draft7Validator(schema(kind), format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER)
    old.check_schema({**schema(kind), "$schema": "http://json-schema.org/draft-07/schema#"})
    document = json.loads(path.read_text())
    assert old.is_valid(document) == validator(kind).is_valid(document)


def test_the_examples_of_asyncapi_are_those_of_the_folder():
    messages = asyncapi()["components"]["messages"]
    parts = {"request": ("request", None), "command": ("command", None), "statusEvent": ("status-event", "status-event-headers"), "deadLetter": (None, "dead-letter-headers")}
    assert set(messages) == set(parts)
    for name, kinds in parts.items():
        (example,) = messages[name]["examples"]
        for part, kind in zip(("payload", "headers"), kinds):
            assert (part in example) == (kind is not None)
            if kind:
                assert example[part] == json.loads((ROOT / "examples" / kind / "valid" / f"{example['name']}.json").read_text())
                assert messages[name][part]["schemaFormat"].endswith("draft-07") and messages[name][part]["schema"]["$ref"] == f"./{kind}.schema.json"


def test_the_topics_of_asyncapi_are_those_that_are_made():
    planned = {one["topic"]: one["config"] for one in json.loads(run("topics", "plan", "--format", "json").stdout)["topics"]}
    channels = asyncapi()["channels"].values()
    for channel in channels:
        binding = channel["bindings"]["kafka"]
        assert binding["topic"] == channel["address"]
        made = planned.pop(binding["topic"])
        assert binding["topicConfiguration"] == {"cleanup.policy": [made["cleanup.policy"]], "retention.ms": int(made["retention.ms"])}
    # The ledger is nobody else's.
    assert list(planned) == ["sms.requests.ledger"]


def test_asyncapi_is_valid_and_its_references_lead_somewhere():
    yaml = pytest.importorskip("yaml")
    asyncapi3 = pytest.importorskip("asyncapi3")
    document = yaml.safe_load((ROOT / "asyncapi.yaml").read_text())
    asyncapi3.AsyncAPI3.model_validate(document)
    references = [node["$ref"] for node in subschemas(document) if "$ref" in node]
    for reference in references:
        if reference.startswith("#/"):
            target = document
            for part in reference[2:].split("/"):
                target = target[part]
        else:
            assert (ROOT / reference).is_file(), reference
    assert {f"./{kind}.schema.json" for kind in KINDS} <= set(references)
