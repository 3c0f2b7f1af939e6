"""Offsets that are gone while the ledger is not: the worker waits for the operator, and sends nothing by itself."""

import struct
import time

import pytest

from confluent_kafka import Consumer, Producer, TopicPartition

from harness.records import QUIET
from harness.requests import key_of, request
from harness.waiting import wait_for
from harness.worker import run


def finished_and_forgotten(site, simulator, is_reset=False):
    """Twenty finished requests, their dedup window passed, their group deleted; and a worker on top that waits.

    `is_reset`: somebody has set the group to the beginning, as one does with an ordinary one."""
    settings = {"DEDUP_WINDOW": "1s"}
    worker = site.started(**settings)
    made = [site.publish(request(f"old-{number}"), key=key_of(number)) for number in range(20)]
    site.flush()
    site.wait_over()
    wait_for(lambda: worker.metric("rocketsms_ledger_closed_ids") == 0, 30, "the window to pass")
    assert worker.terminate() == 0
    site.admin.delete_consumer_groups([site.group], request_timeout=20)[site.group].result(30)
    if is_reset:
        consumer = Consumer({"bootstrap.servers": site.broker.bootstrap, "group.id": site.group, **QUIET})
        consumer.commit(offsets=[TopicPartition(site.requests, number, 0) for number in range(4)], asynchronous=False)
        consumer.close()
    worker = site.worker(**settings).start()
    reason = worker.wait_not_ready("offset")
    assert reason.count(". ") == 0 and "offsets repair" in reason, reason
    return worker, made, reason


def repair(site, choice):
    """First what it would be, which changes nothing; what may send again wants a word more."""
    if choice == "earliest":
        refused = run("offsets", "repair", "--from", choice, env=site.settings("repair"))
        assert refused.returncode == 64 and "--yes is needed" in refused.stderr
    dry = run("offsets", "repair", "--from", choice, "--dry-run", env=site.settings("repair"))
    assert dry.returncode == 0 and "would go on at" in dry.stdout, dry.stdout + dry.stderr
    done = run("offsets", "repair", "--from", choice, *(["--yes"] if choice == "earliest" else []), env=site.settings("repair"))
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.mark.parametrize("choice, again", [("ledger", 0), ("latest", 0), ("earliest", 20)])
def test_the_operator_chooses_beside_the_running_worker(site, simulator, choice, again):
    worker, made, reason = finished_and_forgotten(site, simulator)
    while_waiting = site.send(request("while-waiting"), key=key_of("w"))
    site.status.read(2)
    assert len(simulator.sends()) == 20 and worker.ready()[0] == 503
    repair(site, choice)
    worker.wait_ready(timeout=30)
    after = site.send(request("after"), key=key_of("after"))
    site.status.until_final(after)
    if choice != "latest":
        site.status.until_final(while_waiting)
    if again:
        # Sent again as new requests: their sequences begin anew, so the stream cannot be judged as one.
        wait_for(lambda: len(simulator.sends_of(*made)) == 40, 30, "the twenty again")
    else:
        assert len(simulator.sends_of(*made)) == 20
    assert len(simulator.sends_of(while_waiting)) == (0 if choice == "latest" else 1)
    assert worker.is_running


def test_a_repair_may_commit_the_offset_that_was_committed(site, simulator):
    """What the operator decides shows in the ledger, where the group's offset stays what it was."""
    worker, made, _ = finished_and_forgotten(site, simulator, is_reset=True)
    repair(site, "earliest")
    worker.wait_ready(timeout=30)
    wait_for(lambda: len(simulator.sends_of(*made)) == 40, 30, "the twenty again")
    assert worker.is_running


def recorded(site):
    """The last record under the empty key of each partition of the ledger: offset and value."""
    consumer = Consumer({"bootstrap.servers": site.broker.bootstrap, "group.id": "looks", "isolation.level": "read_committed", "enable.partition.eof": True, **QUIET})
    try:
        parts = consumer.list_topics(f"{site.requests}.ledger", 10).topics[f"{site.requests}.ledger"].partitions
        consumer.assign([TopicPartition(f"{site.requests}.ledger", part, 0) for part in parts])
        last, ended = {}, set()

        def read():
            record = consumer.poll(0.2)
            if record is None:
                return False
            if record.error():
                ended.add(record.partition())
            elif not record.key():
                last[record.partition()] = (record.offset(), record.value())
            return len(ended) == len(parts)

        wait_for(read, 30, "the ledger's end", interval=0)
        return last
    finally:
        consumer.close()


def test_a_repair_keeps_when_nobody_could_be_asked(site, simulator):
    """The horizon of what is tracked leaves that time out, and only the record that is written anew says so."""
    worker, _, _ = finished_and_forgotten(site, simulator)
    worker.terminate()
    now = int(time.time() * 1000)
    stood = struct.pack("<qq", now - 7_200_000, now - 3_600_000)
    producer = Producer({"bootstrap.servers": site.broker.bootstrap, **QUIET})
    before = recorded(site)
    for partition, (_, value) in before.items():
        producer.produce(f"{site.requests}.ledger", key=b"", value=value + stood, partition=partition)
    assert before and producer.flush(20) == 0
    repair(site, "ledger")
    after = recorded(site)
    assert after.keys() == before.keys()
    # Behind ours, so it is the repair's own.
    assert all(offset > before[partition][0] + 1 and value.endswith(stood) for partition, (offset, value) in after.items()), (before, after)
    # And the worker takes such a record.
    worker.start().wait_ready(timeout=30)


@pytest.mark.needs("unknown-topic")
def test_a_repair_holds_when_old_requests_change(site, simulator):
    """After a topic was made anew, an old entry that is written stands above the repaired offset: the partition must not close again."""
    worker = site.started(SEND_ON_UNKNOWN="hold", LOG_LEVEL="info")
    done = [site.publish(request(f"d-{number}"), key=key_of("same")) for number in range(10)]
    site.flush()
    site.status.until_final(*done)
    simulator.next("replyLost")
    held = site.send(request("held"), key=key_of("same"))
    wait_for(lambda: worker.metric("rocketsms_requests_held") == 1, 20, "the held one")
    assert worker.terminate() == 0
    site.delete_topic(site.requests)
    site.create(site._topic(site.requests, 4))
    worker.start()
    worker.wait_not_ready("offset")
    repair(site, "earliest")
    worker.wait_ready(timeout=30)
    # The first transaction of an assignment writes the recorded offset in any case.
    new = site.send(request("new"), key=held.key)
    site.status.until(lambda: any(e.value["requestId"] == "new" and e.is_final for e in site.status.in_order), 30, "a new one's end")
    site.send({"command": "resolve", "id": "held", "as": "failed"}, key=held.key)
    # Its place may be another record's in the new topic: the event is looked for by its id.
    site.status.until(lambda: any(e.value["requestId"] == "held" and e.is_final for e in site.status.in_order), 30, "the held one's end")
    assert worker.terminate() == 0
    worker.start().wait_ready(timeout=30)
    assert new.partition == held.partition and len(simulator.sends()) == 12


def test_a_ledger_that_is_gone_is_noticed(site, simulator):
    """Its open requests are gone with it: reading on as if nothing had been would lose them without a word."""
    worker = site.started(SEND_ON_UNKNOWN="hold")
    done = [site.publish(request(f"d-{number}"), key=key_of(number)) for number in range(20)]
    site.flush()
    site.status.until_final(*done)
    simulator.next("replyLost")
    held = site.send(request("held"), key=key_of("h"))
    wait_for(lambda: worker.metric("rocketsms_requests_held") == 1, 20, "the held one")
    assert worker.terminate() == 0
    empty = {"TOPICS_LEDGER_SUFFIX": ".empty"}
    site.create(site._topic(f"{site.requests}.empty", 4, {"cleanup.policy": "compact"}))
    worker = site.worker(**empty).start()
    reason = worker.wait_not_ready("ledger is empty")
    assert "offsets repair --from ledger" in reason, reason
    while_waiting = site.send(request("while-waiting"), key=held.key)
    site.status.read(2)
    assert len(simulator.sends()) == 21 and worker.ready()[0] == 503
    done = run("offsets", "repair", "--from", "ledger", env=site.settings("repair", **empty))
    assert done.returncode == 0, done.stdout + done.stderr
    worker.wait_ready(timeout=30)
    site.status.until_final(while_waiting)
    assert len(simulator.sends()) == 22


def test_offsets_that_another_consumer_left_wait_for_the_operator(site, simulator):
    """A group that was used before: its offsets are taken over when the operator says so, and then nothing before them is sent."""
    site.send(*[request(f"old-{number}") for number in range(20)])
    consumer = Consumer({"bootstrap.servers": site.broker.bootstrap, "group.id": site.group, **QUIET})
    ends = [TopicPartition(site.requests, number, consumer.get_watermark_offsets(TopicPartition(site.requests, number), timeout=20)[1]) for number in range(4)]
    consumer.commit(offsets=ends, asynchronous=False)
    consumer.close()
    worker = site.worker().start()
    worker.wait_not_ready("ledger is empty")
    repair(site, "ledger")
    worker.wait_ready(timeout=30)
    new = site.send(request("new"))
    site.status.until_final(new)
    assert [one for one in simulator.sends_by_id()] == ["new"]


def test_repair_touches_nothing_that_is_open(site, simulator):
    worker = site.started()
    made = [site.publish(request(f"r-{number}"), key=key_of(number)) for number in range(20)]
    site.flush()
    site.wait_over()
    run("offsets", "repair", "--from", "earliest", "--yes", env=site.settings("repair"))
    after = site.send(request("after"), key=key_of("after"))
    site.status.until_final(after)
    assert worker.terminate() == 0
    site.started()
    site.status.read(1)
    assert len(simulator.sends_of(*made)) == 20
    site.judge()


def test_two_groups_cannot_share_a_ledger(site, simulator):
    worker = site.started()
    site.status.until_final(site.send(request("first"), key=key_of("a")))
    assert worker.terminate() == 0
    other = site.worker(KAFKA_GROUP_ID=f"{site.group}-other").start()
    reason = other.wait_not_ready("ledger")
    assert site.group in reason
    assert len(simulator.sends()) == 1
