"""What stays where (docs/SECURITY.md), read in the files of the broker: a log that no consumer is shown any more is on the disk all the same."""

import os
import pathlib

import pytest

from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource

from harness import brokers, worker
from harness.requests import SECRET, request
from harness.waiting import wait_for

# Files that can be read as they are, and that go at once when they have been replaced.
FILES = {"compression.type": "uncompressed", "file.delete.delay.ms": 0}
# A ledger's record is gone a second after it was replaced.
TOPICS = {**FILES, "segment.ms": 200, "max.compaction.lag.ms": 1000, "min.cleanable.dirty.ratio": 0.01, "delete.retention.ms": 1000}
PHONE, TEXT, KEY, METADATA, ID = "375297654321", f"{SECRET} кот 4711", f"{SECRET}-key-of-one", f"{SECRET}-order-8", "one-of-the-disk"
EVERYTHING = {PHONE, TEXT, KEY, METADATA, ID}


class Disk:
    """What the files of the broker hold of one request."""

    def __init__(self, broker):
        self.folder = pathlib.Path(broker.data)

    def places(self):
        """By topic (or by name, of what belongs to none), the words that stand in its files."""
        found = {}
        for file in self.folder.rglob("*"):
            try:
                data = file.read_bytes() if file.is_file() else b""
            except FileNotFoundError:
                continue
            words = {word for word in EVERYTHING if word.encode() in data}
            if words:
                place = file.parent.name.rpartition("-")[0] if file.parent.parent.name == "log" else file.name
                found.setdefault(place, set()).update(words)
        return found


@pytest.fixture
def broker_of_its_own():
    broker = brokers.ApacheKafka(os.environ["KAFKA_HOME"], settings={"log.retention.check.interval.ms": 500})
    yield broker
    broker.stop()


@pytest.mark.long
@pytest.mark.needs("nodes")
def test_personal_data_stay_where_the_table_says(broker_of_its_own, make_site, start_simulator):
    simulator = start_simulator(switches={"delivery-delay": "1h", "delivery-jitter": "0s"})
    disk = Disk(broker_of_its_own)
    site = make_site(simulator, on=broker_of_its_own, partitions=1, status_partitions=1, topic_settings=TOPICS, status_settings=FILES)
    ledger = f"{site.requests}.ledger"
    process = site.started()
    fillers = iter(range(1_000_000))

    def ledger_holds(*words):
        """Kafka cleans no segment that is written to: each look appends a record, so that there is a newer one."""

        def looks():
            site.send(request(f"filler-{next(fillers)}"))
            return disk.places().get(ledger, set()) == set(words)

        wait_for(looks, 60, lambda: f"the ledger to hold {words}; it is {disk.places()}", interval=0.3)

    # The provider has it and has not answered.
    simulator.next("hold", phoneSuffix=PHONE[-6:])
    one = site.send({"id": ID, "phone": PHONE, "text": TEXT, "metadata": {"order": METADATA}}, key=KEY.encode())
    simulator.wait_held()
    places = disk.places()
    assert places.pop(site.requests) == EVERYTHING and places.pop(ledger) == EVERYTHING, places
    assert places == {}

    # Accepted: what was sent is no one's business any more.
    simulator.release()
    site.status.until(lambda: site.status.of(one), 30, "its first event")
    ledger_holds(ID, KEY, METADATA)
    event = {ID, KEY, METADATA}
    assert disk.places() == {site.requests: EVERYTHING, ledger: event, site.status_topic: event}

    # Final: the id is remembered, and nothing else of it.
    simulator.control("clock", advance="2h")
    site.status.until_final(one)
    ledger_holds(ID)
    assert disk.places() == {site.requests: EVERYTHING, ledger: {ID}, site.status_topic: event}
    assert site.status.of(one)[-1].value["messageId"]

    # Forgotten: its tombstone goes too.
    given = worker.run("requests", "forget", ID, "--json", env=site.settings("forget"))
    assert given.returncode == 0, given.stdout + given.stderr
    ledger_holds()
    # The command has the id, as the request has it.
    assert disk.places() == {site.requests: EVERYTHING, site.status_topic: event}

    # A dead letter is the whole record.
    site.send({"id": ID, "phone": PHONE, "text": TEXT, "metadata": {"order": METADATA}, "priority": "yes"}, key=KEY.encode(), bad="BAD_PRIORITY")
    wait_for(lambda: disk.places().get(site.dead_letter_topic) == EVERYTHING, 30, lambda: f"the dead letter; it is {disk.places()}")
    assert disk.places() == {site.requests: EVERYTHING, site.status_topic: event, site.dead_letter_topic: EVERYTHING}

    # Nor do they come out at the other ends.
    shown = process.log() + str(process.metrics()) + str(process.ready())
    assert not [word for word in (PHONE, TEXT, KEY, METADATA) if word in shown]
    assert "BAD_PRIORITY" in process.log()

    # What is left goes with its topic's retention.
    def retain(topic, milliseconds):
        change = ConfigEntry("retention.ms", str(milliseconds), incremental_operation=AlterConfigOpType.SET)
        (done,) = site.admin.incremental_alter_configs([ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[change])]).values()
        done.result(30)

    process.terminate()
    for topic in (site.requests, site.status_topic, site.dead_letter_topic):
        retain(topic, 1000)
    wait_for(lambda: disk.places() == {}, 60, lambda: f"nothing to be left; it is {disk.places()}")
