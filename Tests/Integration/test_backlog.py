"""A backlog of one key in front of a slow provider: what it costs the other partitions (G5), which is nothing."""

import time

import pytest

from harness.requests import in_days, key_of, request
from harness.waiting import wait_for

BACKLOG = 20_000
# Of publication, for whatever is not behind the backlog: an attempt and a poll of LATENCY each, a transaction or two between.
LIMIT = 10
LATENCY = "1s"
ROUNDS = 10


@pytest.mark.parametrize("most", [10_000, 1_000_000], ids=["left-in-its-partition", "all-in-memory"])
def test_a_backlog_of_one_key_stops_no_other_partition(site, simulator, most):
    """`most`: requests that may wait in the worker. With few the partition of the key fills its share and is left unread."""
    worker = site.started(SEND_MAX_WAITING=most, SEND_SCHEDULE="worker", LOG_LEVEL="info")
    simulator.switch(latency=LATENCY)
    behind = [site.publish(request(f"behind-{number}"), key=key_of("backlog"), partition=0) for number in range(BACKLOG)]
    site.flush()
    share = min(most // site.partitions, BACKLOG)
    wait_for(lambda: worker.metric("rocketsms_requests_waiting") >= share - 10, 60, lambda: f"the backlog to be read; {worker.state()}")

    others, late, commands = [], [], []
    for turn in range(ROUNDS):
        for partition in range(1, site.partitions):
            name = f"{partition}-{turn}"
            others.append(site.publish(request(f"other-{name}"), key=key_of(f"o{name}"), partition=partition))
            late.append(site.publish(request(f"late-{name}", sendAt=in_days(300)), key=key_of(f"l{name}"), partition=partition))
        site.flush()
        if turn > 0:
            for one in late[-2 * (site.partitions - 1) : -(site.partitions - 1)]:
                commands.append((one, site.publish({"command": "cancel", "id": one.id}, key=one.key, partition=one.partition)))
        site.flush()
        next_turn = time.monotonic() + 1
        site.status.until(lambda end=next_turn: time.monotonic() >= end, 5, "the next second")

    cancelled = [one for one, _ in commands]
    finals = site.status.until_final(*others, *cancelled, timeout=2 * LIMIT)
    assert {last.status for last in finals[: len(others)]} == {"DELIVERED"}
    assert {last.code for last in finals[len(others) :]} == {"CANCELLED"}
    began = [one.at for one in others] + [command.at for _, command in commands]
    took = sorted(last.seen_at - at for last, at in zip(finals, began, strict=True))
    print(f"{len(others)} requests and {len(commands)} commands: half within {took[len(took) // 2]:.1f} s, all within {took[-1]:.1f} s of publication")
    assert took[-1] <= LIMIT
    # It was there all the time: one by one, in its order.
    sent = [send.request_id for send in simulator.sends_of(*behind)]
    assert sent == [one.id for one in behind[: len(sent)]] and 0 < len(sent) < BACKLOG / 10
    site.judge(is_over=False)
