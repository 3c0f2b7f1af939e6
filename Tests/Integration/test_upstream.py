"""Requests that another system writes in transactions of its own: markers and aborted records stand between them (G1)."""

import json

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from harness.records import QUIET
from harness.requests import key_of, request
from harness.waiting import wait_for


def committed_and_ends(site):
    """The group's offset and the end of each partition."""
    consumer = Consumer({"bootstrap.servers": site.broker.bootstrap, "group.id": site.group, "enable.auto.commit": False, **QUIET})
    try:
        found = consumer.committed([TopicPartition(site.requests, number) for number in range(site.partitions)], timeout=20)
        return [(one.offset, consumer.get_watermark_offsets(one, timeout=20)[1]) for one in found]
    finally:
        consumer.close()


@pytest.mark.needs("transactions")
def test_transactions_upstream_leave_no_gap_and_no_lag(site, simulator):
    upstream = Producer({"bootstrap.servers": site.broker.bootstrap, "partitioner": "murmur2_random", "transactional.id": f"{site.group}-upstream", **QUIET})
    upstream.init_transactions(30)

    def write(name, commits):
        upstream.begin_transaction()
        for part in range(3):
            value = request(f"{name}-{part}", onUnknown="fail")
            upstream.produce(site.requests, json.dumps(value).encode(), key_of(part))
        # An abort while the first partition is being added is refused for good (librdkafka #4849); and what is aborted shall stand in the log.
        upstream.flush(30)
        (upstream.commit_transaction if commits else upstream.abort_transaction)(30)

    def ended(names):
        ids = {e.value["requestId"] for e in site.status.in_order if e.is_final}
        return ids >= {f"{name}-{part}" for name in names for part in range(3)}

    # Half of them before the worker is there, half while it reads.
    for number in range(60):
        write(f"early-{number}" if number % 3 else f"never-{number}", commits=number % 3 != 0)
    worker = site.started(LOG_LEVEL="info")
    for number in range(60):
        write(f"late-{number}" if number % 3 else f"never-{number}", commits=number % 3 != 0)
    names = [f"{half}-{number}" for half in ("early", "late") for number in range(60) if number % 3]
    site.status.until(lambda: ended(names), 60, "the ends of all that was committed")
    assert len(simulator.sends()) == 3 * len(names), "an aborted request was sent, or one was sent twice"
    wait_for(lambda: all(offset == end for offset, end in committed_and_ends(site) if end), 30, lambda: f"no lag; {committed_and_ends(site)}")
    # Nor in the worker's own figures, which are up to ten seconds old.
    lag = f'rocketsms_kafka_consumer_lag{{topic="{site.requests}"}}'
    wait_for(lambda: worker.metrics().get(lag) == 0, 25, worker.state)
