"""The harness itself: the chosen broker starts, and takes and gives back a record."""

import uuid

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic


def test_broker_keeps_a_record(broker):
    topic = f"harness-{uuid.uuid4().hex[:8]}"
    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    admin.create_topics([NewTopic(topic, 1, broker.replication)])[topic].result(20)
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    producer.produce(topic, b"value", b"key", headers={"h": b"1"})
    assert producer.flush(20) == 0
    consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": topic})
    consumer.assign([TopicPartition(topic, 0, 0)])
    record = consumer.poll(20)
    assert record is not None and record.error() is None
    assert (record.key(), record.value(), record.headers()) == (b"key", b"value", [("h", b"1")])
    consumer.close()
