"""One test's own world on the shared broker: topics, group, workers, and what was written and read."""

import json
import time
import uuid

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from .judge import agree, judge, repeats
from .records import QUIET, DeadLetters, Published, Reader, StatusLog
from .schemas import validate_events
from .waiting import wait_for
from .worker import PASSWORD, Worker


class Site:
    # A small machine and short tests; sessions as short as a broker's default allows.
    PROPERTIES = {"session.timeout.ms": 6000, "heartbeat.interval.ms": 1500, "topic.metadata.refresh.interval.ms": 5000}

    def __init__(self, broker, simulator, folder, partitions=4, priority=False, status_partitions=4, topic_settings=None, status_settings=None, stem=None):
        self.broker, self.simulator, self.folder = broker, simulator, folder
        self.partitions = partitions
        stem = stem or f"t{uuid.uuid4().hex[:10]}"
        self.requests, self.status_topic, self.dead_letter_topic = f"{stem}.requests", f"{stem}.status", f"{stem}.dead"
        self.priority_requests = f"{stem}.priority" if priority else None
        self.group = f"{stem}.group"
        self.workers = []
        self.published = []
        self.admin = AdminClient({"bootstrap.servers": broker.bootstrap, **QUIET})
        settings = topic_settings or {}
        topics = [self._topic(self.status_topic, status_partitions, status_settings), self._topic(self.dead_letter_topic, 1, settings)]
        for name in self.request_topics:
            topics += [self._topic(name, partitions, settings), self._topic(f"{name}.ledger", partitions, {**settings, "cleanup.policy": "compact"})]
        self.create(*topics)
        self.status_partitions = status_partitions
        renews = broker.name == "noida-db"
        self.status = StatusLog(Reader(broker.bootstrap, self.status_topic, status_partitions, renews))
        self.dead_letters = DeadLetters(Reader(broker.bootstrap, self.dead_letter_topic, 1, renews))
        self.producer = Producer(
            {"bootstrap.servers": broker.bootstrap, "partitioner": "murmur2_random", "linger.ms": 2, "enable.idempotence": True, "message.max.bytes": 4 << 20, **QUIET}
        )

    @property
    def request_topics(self):
        return [self.requests] + ([self.priority_requests] if self.priority_requests else [])

    # Topics

    def _topic(self, name, partitions, settings=None):
        return NewTopic(name, partitions, self.broker.replication, config={name: str(value) for name, value in (settings or {}).items()})

    def create(self, *topics):
        for future in self.admin.create_topics(list(topics), operation_timeout=30).values():
            future.result(40)
        names = {topic.topic for topic in topics}

        def have_leaders():
            found = self.admin.list_topics(timeout=10).topics
            return all(name in found and found[name].partitions and all(p.leader >= 0 for p in found[name].partitions.values()) for name in names)

        wait_for(have_leaders, 30, f"leaders of {names}")

    def delete_topic(self, name):
        self.admin.delete_topics([name], operation_timeout=30)[name].result(40)

    # Writing

    def publish(self, value, key=None, topic=None, partition=None, headers=None, bad=None, timestamp=None):
        """Hands a record (a dict, or bytes as they are) to the producer; `flush` waits for it."""
        is_object = isinstance(value, dict)
        one = Published(
            topic=topic or self.requests, key=key, value=json.dumps(value, ensure_ascii=False).encode() if is_object else value,
            id=value.get("id") if is_object else None, policy=value.get("onUnknown") if is_object else None, bad=bad,
            is_command=is_object and "command" in value, at=time.time(),
        )  # fmt: skip
        self.published.append(one)

        def delivered(error, record):
            if error is None:
                one.is_delivered = True
                if record.offset() is not None and record.offset() >= 0:
                    one.partition, one.offset = record.partition(), record.offset()

        arguments = {"headers": headers, "on_delivery": delivered}
        if partition is not None:
            arguments["partition"] = partition
        if timestamp is not None:
            arguments["timestamp"] = timestamp
        while True:
            try:
                self.producer.produce(one.topic, one.value, one.key, **arguments)
                break
            except BufferError:
                self.producer.poll(0.1)
        self.producer.poll(0)
        return one

    def flush(self, timeout=60):
        assert self.producer.flush(timeout) == 0, "records were not delivered"
        lost = [one for one in self.published if not one.is_delivered]
        assert not lost, f"{len(lost)} records were not delivered"
        self._locate([one for one in self.published if one.offset < 0])

    def _locate(self, unknown):
        """Finds records that a restarting broker acknowledged without their offset: the log has them once, by their value."""
        wanted = {(one.topic, one.value): one for one in unknown}
        for topic in {one.topic for one in unknown}:
            reader = Reader(self.broker.bootstrap, topic, self.partitions)
            try:

                def read(topic=topic, reader=reader):
                    for record in reader.poll(0.5):
                        one = wanted.pop((topic, record.value()), None)
                        if one is not None:
                            one.partition, one.offset = record.partition(), record.offset()
                    return not any(name == topic for name, _ in wanted)

                wait_for(read, 60, "the places of records that were acknowledged without an offset")
            finally:
                reader.close()

    def send(self, *values, key=None, **more):
        """Publishes and waits until the records are in the log; one value gives one record, several a list."""
        made = [self.publish(value, key=key, **more) for value in values]
        self.flush()
        return made[0] if len(made) == 1 else made

    # Workers

    def properties_file(self, name, **properties):
        path = self.folder / f"{name}.properties"
        path.write_text("".join(f"{key}={value}\n" for key, value in {**self.PROPERTIES, **properties}.items()))
        return path

    def settings(self, name="worker", properties=None, **more):
        """Environment of a worker for this site; None leaves a setting out."""
        made = {
            "KAFKA_BOOTSTRAP_SERVERS": self.broker.bootstrap,
            "KAFKA_GROUP_ID": self.group,
            "KAFKA_PROPERTIES_FILE": self.properties_file(name, **(properties or {})),
            "TOPICS_REQUESTS": self.requests,
            "TOPICS_PRIORITY_REQUESTS": self.priority_requests,
            "TOPICS_STATUS": self.status_topic,
            "TOPICS_DEAD_LETTER": self.dead_letter_topic,
            "ROCKETSMS_BASE_URL": self.simulator.url if self.simulator else "http://127.0.0.1:9",
            "ROCKETSMS_USERNAME": self.simulator.USERNAME if self.simulator else "nobody",
            "ROCKETSMS_PASSWORD": PASSWORD,
            "ROCKETSMS_REQUEST_TIMEOUT": "3s",
            "ROCKETSMS_CONNECT_TIMEOUT": "2s",
            "SEND_BACKOFF": "100ms",
            "SEND_BACKOFF_MAX": "1s",
            "TRACK_CADENCE": "200ms,300ms,500ms,1s",
            **more,
        }
        return {key: value for key, value in made.items() if value is not None}

    def worker(self, name=None, properties=None, **more):
        """Another worker, not started."""
        name = name or f"worker-{len(self.workers) + 1}"
        made = Worker(name, self.folder, self.settings(name, properties, **more))
        self.workers.append(made)
        return made

    def started(self, *arguments, **more):
        """Another worker, ready."""
        return self.worker(*arguments, **more).start().wait_ready()

    # The end

    def wait_over(self, timeout=60):
        """Waits until every published request has its end."""
        repeated = repeats(self.published)
        left = {one.place: one for one in self.published if not one.is_command and one.place not in repeated}

        def is_over():
            self.dead_letters.read(0)
            for place in list(left):
                if self.status.final(left[place]) or self.dead_letters.of(left[place]):
                    del left[place]
            return not left

        def missing():
            some = list(left.values())[:5]
            courses = ", ".join(f"{one.id} at {one.place}: {[e.status for e in self.status.of(one)]}" for one in some)
            places = sorted({(one.topic, one.partition) for one in left.values()})
            return f"ends; missing {len(left)}, first {courses}; in {places}\n" + "\n".join(worker.state() for worker in self.workers)

        self.status.until(is_over, timeout, missing)

    def judge(self, default_policy="resend", is_over=True):
        """Fails unless all guarantees hold for what is there now."""
        self.read_to_end()
        agree(judge(self.published, self.status, self.dead_letters, self.simulator.sends_by_id(), default_policy, is_over))

    def read_to_end(self):
        """Reads with new readers up to where the topics end now: what would come as a surprise later is there already."""
        for log in (self.status, self.dead_letters):
            quiet = 0
            while quiet < 3:
                quiet = 0 if log.read(0.2) else quiet + 1

    def close(self):
        """Ends the workers; fails where one of them wrote something private into its log, or published an event that its schema refuses."""
        for worker in self.workers:
            worker.stop()
        self.status.reader.close()
        self.dead_letters.reader.close()
        leaks = [f"{worker.name}: {line}" for worker in self.workers for line in worker.leaks()]
        assert not leaks, "private data in a log:\n" + "\n".join(leaks[:5])
        validate_events(self.status.in_order)
