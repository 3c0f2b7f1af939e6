"""What the tests write to the request topics and read from the status and dead-letter topics."""

import dataclasses
import json
import time

from confluent_kafka import Consumer, TopicPartition

from .waiting import TimedOut

# Brokers come and go in these tests; what matters of it shows in their results.
QUIET = {"log_level": 0}


@dataclasses.dataclass
class Published:
    """A record on a request topic. Partition and offset are known once it is delivered."""

    topic: str
    key: bytes | None
    value: bytes | None
    id: str | None = None
    # onUnknown of the request, where it has one.
    policy: str | None = None
    # The code of the dead letter that it must become.
    bad: str | None = None
    is_command: bool = False
    is_delivered: bool = False
    partition: int = -1
    offset: int = -1
    at: float = 0.0

    @property
    def place(self):
        return self.topic, self.partition, self.offset


@dataclasses.dataclass
class Event:
    """A record on the status topic."""

    position: int  # the record's own offset
    place: tuple  # topic, partition, offset of the request's record, out of ce_id
    sequence: int  # out of ce_id
    value: dict
    key: bytes | None
    headers: dict
    # Unix seconds: when the reader saw it, and when the broker or the producer stamped it.
    seen_at: float
    stamped_at: float

    @property
    def status(self):
        return self.value["status"]

    @property
    def is_final(self):
        return self.value["final"]

    @property
    def code(self):
        return self.value.get("reason", {}).get("code")


@dataclasses.dataclass
class DeadLetter:
    place: tuple
    code: str
    key: bytes | None
    value: bytes | None
    headers: list


class Reader:
    """Follows a topic read_committed from its beginning, partitions assigned by hand."""

    # noida-db lets a long-lived reader pass over records, or see no new ones, after aborted transactions; a fresh one sees everything.
    PATIENCE = 3.0

    def __init__(self, bootstrap, topic, partitions, renews=False):
        self.bootstrap, self.topic, self.renews = bootstrap, topic, renews
        self.next = {partition: 0 for partition in range(partitions)}
        self.seen = set()
        self.consumer = None
        self._open()

    def _open(self):
        if self.consumer is not None:
            self.consumer.close()
        self.consumer = Consumer(
            {
                "bootstrap.servers": self.bootstrap,
                "group.id": "reader-without-group",
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "fetch.wait.max.ms": 20,
                "allow.auto.create.topics": False,
                "topic.metadata.refresh.interval.ms": 2000,
                **QUIET,
            }
        )
        self.consumer.assign([TopicPartition(self.topic, partition, offset) for partition, offset in self.next.items()])
        self.heard = time.monotonic()

    def restart(self):
        """From the beginning: the topic was made anew."""
        self.seen.clear()
        self._reopen()

    def _reopen(self):
        self.next = dict.fromkeys(self.next, 0)
        self._open()

    def poll(self, timeout=0.05):
        """What is there, at most some thousand records."""
        records = []
        for record in self.consumer.consume(5000, timeout):
            if record.error() is not None or record.offset() < self.next[record.partition()]:
                continue
            self.next[record.partition()] = record.offset() + 1
            if self.renews:
                if (record.partition(), record.offset()) in self.seen:
                    continue
                self.seen.add((record.partition(), record.offset()))
            records.append(record)
        now = time.monotonic()
        if records:
            self.heard = now
        elif self.renews and now - self.heard > self.PATIENCE:
            self._reopen()
        return records

    def close(self):
        self.consumer.close()


class StatusLog:
    """Every event so far, by the place of its request."""

    def __init__(self, reader):
        self.reader = reader
        self.events = {}
        self.in_order = []
        self.finals = 0

    def read(self, timeout=0.05):
        records = self.reader.poll(timeout)
        for record in records:
            event = parse_event(record)
            course = self.events.setdefault(event.place, [])
            course.append(event)
            # All of a request's events are in one partition; a reader that went back has read some of them late.
            if len(course) > 1 and course[-2].position > event.position:
                course.sort(key=lambda one: one.position)
            self.in_order.append(event)
            self.finals += event.is_final
        return len(records)

    def of(self, published):
        return self.events.get(published.place, [])

    def final(self, published):
        return next((event for event in self.of(published) if event.is_final), None)

    def until(self, condition, timeout, what):
        """Reads until `condition()` gives something true, and returns that."""
        end = time.monotonic() + timeout
        while True:
            self.read()
            result = condition()
            if result:
                return result
            if time.monotonic() > end:
                raise TimedOut(f"not within {timeout} s: {what() if callable(what) else what}")

    def until_final(self, *published, timeout=30):
        """Reads until each has its final event, and returns those events."""

        def missing():
            return [one for one in published if self.final(one) is None]

        self.until(
            lambda: not missing(),
            timeout,
            lambda: f"final events; missing {len(missing())}, first " + ", ".join(f"{one.id} at {one.place} has {[e.status for e in self.of(one)]}" for one in missing()[:5]),
        )
        return [self.final(one) for one in published]

    def until_first(self, *published, timeout=30):
        """Reads until each has an event, and returns each one's first."""
        self.until(lambda: all(self.of(one) for one in published), timeout, lambda: f"first events; missing {[one.id for one in published if not self.of(one)][:5]}")
        return [self.of(one)[0] for one in published]


class DeadLetters:
    def __init__(self, reader):
        self.reader = reader
        self.letters = {}

    def read(self, timeout=0.05):
        records = self.reader.poll(timeout)
        for record in records:
            letter = parse_dead_letter(record)
            self.letters.setdefault(letter.place, []).append(letter)
        return len(records)

    def of(self, published):
        return self.letters.get(published.place, [])

    def until_there(self, *published, timeout=30):
        end = time.monotonic() + timeout
        while True:
            self.read()
            missing = [one for one in published if not self.of(one)]
            if not missing:
                return [self.of(one)[0] for one in published]
            if time.monotonic() > end:
                raise TimedOut(f"not within {timeout} s: dead letters of {[one.place for one in missing[:5]]}")


def parse_event(record):
    headers = {name: value.decode() for name, value in record.headers() or []}
    stem, sequence = headers["ce_id"].rsplit("/", 1)
    topic, partition, offset = stem.rsplit("-", 2)
    return Event(
        position=record.offset(), place=(topic, int(partition), int(offset)), sequence=int(sequence), value=json.loads(record.value()), key=record.key(),
        headers=headers, seen_at=time.time(), stamped_at=record.timestamp()[1] / 1000,
    )  # fmt: skip


def parse_dead_letter(record):
    headers = dict(record.headers())
    text = {name: value.decode() for name, value in headers.items() if name.startswith("dlq-")}
    return DeadLetter(
        place=(text["dlq-topic"], int(text["dlq-partition"]), int(text["dlq-offset"])), code=text["dlq-code"],
        key=record.key(), value=record.value(), headers=record.headers(),
    )  # fmt: skip
