"""Status events in Confluent's frame, by the id that a registry has for their schema. The registry is a stub (harness/registry.py): no real one can be had
here. Their reader is Confluent's own."""

import json
import struct

import pytest

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.serialization import MessageField, SerializationContext

from harness.records import QUIET
from harness.registry import TYPE, StubRegistry
from harness.requests import key_of, request
from harness.schemas import validator
from harness.worker import ROOT, run

PASSWORD = "of-the-registry"


@pytest.fixture
def registry():
    stub = StubRegistry("sms", PASSWORD)
    yield stub
    stub.stop()


@pytest.fixture
def login(registry, tmp_path):
    path = tmp_path / "registry-password"
    path.write_text(PASSWORD + "\n")
    return {"SCHEMA_REGISTRY_URL": f"{registry.url}/", "SCHEMA_REGISTRY_USERNAME": "sms", "SCHEMA_REGISTRY_PASSWORD_FILE": path}


def raw_events(site, count):
    consumer = Consumer({"bootstrap.servers": site.broker.bootstrap, "group.id": "raw", "isolation.level": "read_committed", "auto.offset.reset": "earliest", **QUIET})
    consumer.assign([TopicPartition(site.status_topic, partition, 0) for partition in range(site.status_partitions)])
    found = []
    while len(found) < count:
        record = consumer.poll(30)
        assert record is not None, f"{len(found)} of {count} events"
        if record.error() is None:
            found.append(record)
    consumer.close()
    return found


def test_confluents_reader_reads_our_events(make_site, simulator, registry, login):
    deserializers = pytest.importorskip("confluent_kafka.schema_registry.json_schema")
    from confluent_kafka.schema_registry import SchemaRegistryClient

    site = make_site(simulator, partitions=1, status_partitions=1)
    # Its own log of events reads JSON alone.
    site.status.read = lambda timeout=0: 0
    worker = site.started(LOG_LEVEL="info", **login)
    site.send(request("framed", metadata={"order": "77"}), key=key_of("a"))
    records = raw_events(site, 2)
    assert registry.asked[0] == ("POST", f"/subjects/{site.status_topic}-value/versions", TYPE)
    (number,) = registry.subjects.values()
    assert json.loads(registry.schemas[number]["schema"]) == json.loads((ROOT / "schemas" / "status-event.schema.json").read_text())
    assert [record.value()[:5] for record in records] == [struct.pack(">bI", 0, number)] * 2

    client = SchemaRegistryClient({"url": registry.url, "basic.auth.user.info": f"sms:{PASSWORD}"})
    read = deserializers.JSONDeserializer(None, schema_registry_client=client)
    context = SerializationContext(site.status_topic, MessageField.VALUE)
    events = [read(record.value(), context) for record in records]
    assert [(event["requestId"], event["sequence"], event["final"]) for event in events] == [("framed", 1, False), ("framed", 2, True)]
    for event in events:
        validator("status-event").validate(event)
    # Our own readers too; and whoever has a bad record gets it back as it came, without a frame.
    bad = site.send(b"\x00\x00\x00\x00\x07{}", bad="NO_PHONE")
    assert site.dead_letters.until_there(bad)[0].value == bad.value
    kafka = {name: site.settings()[name] for name in ("KAFKA_BOOTSTRAP_SERVERS", "KAFKA_GROUP_ID", "TOPICS_REQUESTS", "TOPICS_STATUS", "TOPICS_DEAD_LETTER")}
    watched = run("watch", "--id", "framed", "--from-beginning", env=kafka)
    assert watched.returncode == 0 and "DELIVERED (final)" in watched.stdout, watched.stderr
    audit = run("audit", env=kafka)
    assert audit.returncode == 0, audit.stdout + audit.stderr
    assert PASSWORD not in worker.log()
    # One that was away for a moment is waited for; one that knows the schema has not to be told it.
    assert worker.terminate() == 0
    registry.trouble = [(503, {"error_code": 50301, "message": "no leader"})] * 2
    again = site.started(LOG_LEVEL="info", SCHEMA_REGISTRY_REGISTER="false", **login)
    assert registry.asked[-1][1] == f"/subjects/{site.status_topic}-value" and len(registry.schemas) == 1
    again.terminate()


@pytest.mark.parametrize("form", ["prefix_schema_id_serializer", "header_schema_id_serializer"])
def test_requests_in_either_form_of_confluents_are_read(make_site, simulator, registry, form):
    """The id of the schema in front of the value, or in a header beside it: by Confluent's own serializer."""
    pytest.importorskip("confluent_kafka.schema_registry.json_schema")
    from confluent_kafka import schema_registry
    from confluent_kafka.schema_registry.json_schema import JSONSerializer

    site = make_site(simulator, partitions=1)
    client = schema_registry.SchemaRegistryClient({"url": registry.url, "basic.auth.user.info": f"sms:{PASSWORD}"})
    schema = (ROOT / "schemas" / "request.schema.json").read_text()
    write = JSONSerializer(schema, client, conf={"schema.id.serializer": getattr(schema_registry, form), "validate": False})
    headers = []
    made = request(f"by-{form}")
    value = write(made, SerializationContext(site.requests, MessageField.VALUE, headers))
    assert (value[0] == 0) == (form == "prefix_schema_id_serializer") == (not headers)
    site.started()
    one = site.send(value, key=key_of("a"), headers=headers)
    site.status.until_final(one)
    assert [send.request_id for send in simulator.sends()] == [made["id"]]


@pytest.mark.parametrize(
    "trouble, more, code, said",
    [
        ([], {"SCHEMA_REGISTRY_REGISTER": "false"}, 78, "does not know the schema of the subject .*40401"),
        ([(409, {"error_code": 409, "message": "incompatible"})], {}, 78, "is not compatible with .*409"),
        ([(422, {"error_code": 42201, "message": "Invalid schema"})], {}, 78, "42201: Invalid schema"),
        ([(200, {"hello": "world"})], {}, 78, "no schema registry"),
        ([], {"SCHEMA_REGISTRY_USERNAME": "somebody"}, 77, "refuses user, password or rights"),
        ([], {"SCHEMA_REGISTRY_URL": "http://127.0.0.1:9", "KAFKA_START_TIMEOUT": "2s"}, 69, "does not answer"),
    ],
    ids=["unknown", "incompatible", "invalid", "another-server", "password", "away"],
)
def test_a_registry_that_gives_no_id_ends_the_start_in_one_sentence(make_site, simulator, registry, login, trouble, more, code, said):
    site = make_site(simulator, partitions=1)
    registry.trouble = trouble
    worker = site.worker(LOG_LEVEL="info", **{**login, **more}).start()
    assert worker.wait_end(60) == code, worker.tail()
    worker.wait_log(f"the schema registry .SCHEMA_REGISTRY_URL.: .*{said}", 1)
    assert PASSWORD not in worker.log()


@pytest.mark.parametrize(
    "settings, said",
    [
        ({"SCHEMA_REGISTRY_URL": "registry:8081"}, "SCHEMA_REGISTRY_URL"),
        ({"SCHEMA_REGISTRY_URL": "http://registry:8081", "SCHEMA_REGISTRY_USERNAME": "sms"}, "use https"),
        ({"SCHEMA_REGISTRY_URL": "https://registry", "SCHEMA_REGISTRY_PASSWORD_FILE": "/nowhere"}, "SCHEMA_REGISTRY_USERNAME must say"),
    ],
)
def test_what_does_not_fit_together_is_said(settings, said):
    refused = run("config", "check", env={"KAFKA_BOOTSTRAP_SERVERS": "kafka:9092", "ROCKETSMS_USERNAME": "1", "ROCKETSMS_PASSWORD": "1", **settings})
    assert refused.returncode == 78 and said in refused.stderr, refused.stderr
