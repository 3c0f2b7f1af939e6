"""A log that is damaged on the broker's disk: its partition stops where it is, nothing behind it is taken, and the others go on (G1, G5)."""

import pytest

from harness.requests import key_of, request
from harness.waiting import wait_for


def restarted(node, change):
    """Changes its files between an orderly end, after which Kafka looks through no log, and a start."""
    node.stop_node(1)
    change()
    node.start_node(1)
    node.wait_until_whole(90)


def log_of(node, topic, partition):
    (log,) = node._folder(1).glob(f"log/{topic}-{partition}/*.log")
    return log


def flip(log, place):
    content = bytearray(log.read_bytes())
    content[place] ^= 0x55
    log.write_bytes(content)


@pytest.mark.long
@pytest.mark.needs("nodes")
def test_nothing_behind_a_damaged_batch_is_taken_and_the_rest_goes_on(node, make_site, simulator):
    site = make_site(simulator, on=node, partitions=2)
    before = site.send(request("before"), key=key_of("a"), partition=0)
    damaged = [site.publish(request(f"damaged-{number}"), key=key_of("a"), partition=0) for number in range(10)]
    site.flush()
    log = log_of(node, site.requests, 0)
    # In the last batch: the segment is as long as what stands in it.
    place = len(log.read_bytes().rstrip(b"\0")) - 3
    restarted(node, lambda: flip(log, place))
    behind = site.send(request("behind"), key=key_of("a"), partition=0)
    other = site.send(request("other"), key=key_of("b"), partition=1)
    worker = site.worker(LOG_LEVEL="info").start()
    wait_for(lambda: simulator.sends_of(other), 60, "the other partition's")
    wait_for(lambda: "damaged" in ((worker.ready()[1] or {}).get("reason") or ""), 30, "the damage to show")
    status, body = worker.ready()
    assert status == 503 and f"{site.requests}-0" in body["reason"], body
    assert not simulator.sends_of(behind), "what stands behind the damage"
    restarted(node, lambda: flip(log, place))
    worker.wait_ready(timeout=90)
    site.status.until_final(before, *damaged, behind, other, timeout=60)
    assert sorted(send.request_id for send in simulator.sends()) == sorted(one.id for one in (before, *damaged, behind, other))
    site.judge()



@pytest.mark.long
@pytest.mark.needs("nodes")
def test_a_damaged_ledger_opens_nothing_until_it_is_whole(node, make_site, simulator):
    """Half a ledger would send again, or forget."""
    site = make_site(simulator, on=node, partitions=1)
    worker = site.started(SEND_SCHEDULE="worker")
    done = [site.publish(request(f"done-{number}"), key=key_of(number)) for number in range(20)]
    site.flush()
    site.status.until_final(*done)
    assert worker.terminate() == 0
    log = log_of(node, f"{site.requests}.ledger", 0)
    # In the middle: what stands behind it is whole.
    place = len(log.read_bytes().rstrip(b"\0")) // 2
    restarted(node, lambda: flip(log, place))
    repeat = site.publish(request("done-7"), key=key_of(7))
    site.flush()
    worker = site.worker(SEND_SCHEDULE="worker").start()
    wait_for(lambda: "damaged" in ((worker.ready()[1] or {}).get("reason") or ""), 60, "the damage to show")
    assert worker.ready()[0] == 503 and len(simulator.sends()) == 20, worker.ready()
    restarted(node, lambda: flip(log, place))
    worker.wait_ready(timeout=120)
    after = site.send(request("after"), key=key_of(7))
    site.status.until_final(after)
    assert len(simulator.sends()) == 21 and not simulator.sends_of(repeat)[1:]
    site.judge()
