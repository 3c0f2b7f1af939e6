"""A worker takes over from one of another version: an earlier one's open requests go on, a newer one's ledger is refused in one sentence."""

import base64
import json
import pathlib
import time

import pytest

from confluent_kafka import Consumer, Producer, TopicPartition

from harness.records import QUIET
from harness.requests import key_of, request
from harness.waiting import wait_for
from harness.worker import PASSWORD, run

# What version 32f862e left on its topics when it was killed; earlier/record.py says how it was made.
EARLIER = json.loads((pathlib.Path(__file__).parent / "earlier" / "ledger-32f862e.json").read_text())
STEM = EARLIER["stem"].encode()


class Legacy:
    """The recorded topics on a site: under its names, which are as long, and as if the version had been killed a moment ago.

    The ledger's numbers are those of Sources/README.md; nothing else of the bytes is touched. `shift` is what their times gain: the request that
    waits for its time is due some seconds after the test began.
    """

    def __init__(self, site):
        self.site = site
        self.stem = site.requests.removesuffix(".requests").encode()
        assert len(self.stem) == len(STEM)
        self.due = int(time.time() * 1000) + 20_000
        self.shift = self.due - EARLIER["due"]

    def write(self):
        producer = Producer({"bootstrap.servers": self.site.broker.bootstrap, **QUIET})
        for name, topic in (("requests", self.site.requests), ("ledger", f"{self.site.requests}.ledger"), ("status", self.site.status_topic)):
            for record in EARLIER[name]:
                key, value = self._renamed(record["key"]), self._renamed(record["value"])
                if name == "ledger" and key and value:
                    value = self._shifted(value)
                producer.produce(
                    topic, value, key, partition=0, timestamp=record["timestamp"] + self.shift,
                    headers=[(header, self._renamed(text)) for header, text in record["headers"]],
                )  # fmt: skip
        assert producer.flush(30) == 0
        group = Consumer({"bootstrap.servers": self.site.broker.bootstrap, "group.id": self.site.group, "enable.auto.commit": False, **QUIET})
        group.commit(offsets=[TopicPartition(self.site.requests, 0, len(EARLIER["requests"]))], asynchronous=False)
        group.close()

    def _renamed(self, text):
        return None if text is None else base64.b64decode(text).replace(STEM, self.stem)

    def _shifted(self, value):
        made = bytearray(value)
        is_closed = made[1] == 5
        for place in (12, 20) if is_closed else (24, 32, 48, 56, 64, 72):
            time = int.from_bytes(made[place : place + 8], "little", signed=True)
            if time > 0:
                made[place : place + 8] = (time + self.shift).to_bytes(8, "little", signed=True)
        return bytes(made)

    def id(self, offset):
        return f"{self.site.requests}-0-{offset}"

    def of(self, offset):
        """Events of a request, in order."""
        return self.site.status.events.get((self.site.requests, 0, offset), [])

    def until(self, offset, condition, timeout=40):
        return self.site.status.until(
            lambda: any(condition(event) for event in self.of(offset)) and self.of(offset), timeout,
            lambda: f"{self.id(offset)}; it has {[event.value for event in self.of(offset)]}\n" + self.site.workers[-1].state(),
        )  # fmt: skip


@pytest.mark.needs("transactions")
def test_an_earlier_versions_open_requests_go_on_and_nothing_is_sent_again(make_site, simulator):
    site = make_site(simulator, partitions=1, status_partitions=1)
    offsets = EARLIER["offsets"]
    # The message that is tracked, under the provider's id that the ledger has.
    sent = run(
        "send", "--phone", "375299999977", "--text", "as the earlier version", "--yes", "--json",
        env={"ROCKETSMS_BASE_URL": simulator.url, "ROCKETSMS_USERNAME": simulator.USERNAME, "ROCKETSMS_PASSWORD": PASSWORD},
    )  # fmt: skip
    assert sent.returncode == 0 and json.loads(sent.stdout)["id"] == EARLIER["providerID"], sent.stdout + sent.stderr
    legacy = Legacy(site)
    legacy.write()
    worker = site.started(SEND_SCHEDULE="worker", LOG_LEVEL="info")

    # Killed in the middle of a POST: nobody knows, and neither policy may send again.
    cut, kept = offsets["sending"]
    (final,) = [event for event in legacy.until(cut, lambda event: event.is_final)]
    assert final.code == "OUTCOME_UNKNOWN" and final.value["possibleDuplicate"] and final.sequence == 1
    worker.wait_metric("rocketsms_requests_held", 2)
    # Tracked: its events go on where they were.
    tracked = legacy.until(offsets["tracked"], lambda event: event.is_final)
    assert [(event.status, event.sequence) for event in tracked] == [("SENT", 1), ("DELIVERED", 2)]
    assert tracked[-1].value["metadata"] == {"order": "77"} and tracked[-1].value["messageId"] == EARLIER["providerID"]
    # Closed: published again under the id that the earlier version made, it is a repeat.
    repeat = request(legacy.id(1))
    site.producer.produce(site.requests, json.dumps(repeat).encode(), key_of("a"), partition=0)
    assert site.producer.flush(30) == 0
    wait_for(lambda: worker.metric("rocketsms_requests_duplicate_total") == 1, 20, worker.state)
    assert [(event.status, event.sequence) for event in legacy.of(1)] == [("SENT", 1), ("DELIVERED", 2)]
    # Held: an operator's word reaches it under its id.
    kafka = {name: site.settings()[name] for name in ("KAFKA_BOOTSTRAP_SERVERS", "KAFKA_GROUP_ID", "TOPICS_REQUESTS", "TOPICS_STATUS", "TOPICS_DEAD_LETTER")}
    for offset in (offsets["held"], kept):
        resolved = run("requests", "resolve", legacy.id(offset), "--as", "failed", env=kafka)
        assert resolved.returncode == 0, resolved.stderr
        (event,) = legacy.until(offset, lambda event: event.is_final)
        assert event.code == "RESOLVED" and event.sequence == 1
    # Waiting: sent at its time, once; and beside it nothing but what this test sent itself.
    waiting = legacy.until(offsets["waiting"], lambda event: event.is_final)
    assert [event.sequence for event in waiting] == list(range(1, len(waiting) + 1)) and waiting[-1].status == "DELIVERED"
    assert [send.request_id for send in simulator.sends()[1:]] == ["n4"]
    assert simulator.sends()[1].received_at * 1000 >= legacy.due
    # And what comes now is this version's.
    site.status.until_final(site.send(request("new"), key=key_of("a")))
    audit = run("audit", env=kafka, timeout=120)
    assert audit.returncode == 0, audit.stdout + audit.stderr
    # Events of before had no `kind` in their reason; what this version adds is held against its schema.
    site.status.in_order = [event for event in site.status.in_order if event.position >= len(EARLIER["status"])]


@pytest.mark.parametrize("key", [b"", b"of-a-newer-one"], ids=["the reserved key", "an entry"])
def test_a_newer_versions_ledger_is_refused_in_one_sentence(make_site, simulator, key):
    site = make_site(simulator, partitions=2)
    producer = Producer({"bootstrap.servers": site.broker.bootstrap, **QUIET})
    producer.produce(f"{site.requests}.ledger", bytes([3]) + bytes(40), key, partition=0)
    assert producer.flush(30) == 0
    behind = site.send(request("behind"), partition=0)
    other = site.send(request("other"), partition=1)
    worker = site.worker(LOG_LEVEL="info").start()
    reason = worker.wait_not_ready("format 3")
    assert f"{site.requests}-0" in reason, reason
    assert "a ledger record of format 3, written by a newer worker, at offset 0 of the ledger: this one knows formats up to 2; run that worker again" in reason
    # The other partition goes on, and `ledger forget` would lose what the newer one knows.
    site.status.until_final(other)
    assert not simulator.sends_of(behind)
    kafka = {name: site.settings()[name] for name in ("KAFKA_BOOTSTRAP_SERVERS", "KAFKA_GROUP_ID", "TOPICS_REQUESTS", "TOPICS_STATUS", "TOPICS_DEAD_LETTER")}
    forgotten = run("ledger", "forget", "--offset", "0", "--partition", "0", "--yes", env=kafka)
    assert forgotten.returncode != 0 and "use that worker" in forgotten.stderr, forgotten.stderr
    status, body = worker.ready()
    assert status == 503 and "format 3" in body["reason"]


def test_a_newer_versions_key_is_named(tmp_path):
    """In the file, and as a flag; the environment may hold anything, and is the way to set a key for two versions at once."""
    path = tmp_path / "worker.json"
    path.write_text('{"send": {"newerKey": 1}}')
    refused = run("config", "check", "--config", path)
    assert refused.returncode == 78 and "send.newerKey" in refused.stderr, refused.stderr
    assert run("config", "print", env={"SEND_NEWER_KEY": "1"}).returncode == 0
