"""Membership that never rests, under load: nothing is missed, whatever moves where (G6: rebalance and restart)."""

import os
import random
import threading
import time

import pytest

from harness.requests import key_of, request
from harness.waiting import wait_for

REQUESTS = int(os.environ.get("CHURN_REQUESTS", "100000"))
SECONDS = int(os.environ.get("CHURN_SECONDS", "60"))


@pytest.mark.long
@pytest.mark.newest
@pytest.mark.needs("cooperative", "eviction")
def test_churn(make_site, start_simulator):
    """Two workers stay; others come, and go by SIGTERM or kill -9, for a minute."""
    seed = int(os.environ.get("CHURN_SEED", random.randrange(1 << 30)))
    print(f"CHURN_SEED={seed}")
    chance = random.Random(seed)
    simulator = start_simulator(switches={"delivery-delay": "0s", "delivery-jitter": "0s", "send-answer": "SENT"})
    site = make_site(simulator, partitions=8)
    # One poll a message, and the provider's word is final by then.
    settings = {"LOG_LEVEL": "info", "SEND_ON_UNKNOWN": "fail", "TRACK_CADENCE": "1s,2s,5s"}
    for _ in range(2):
        site.worker(**settings).start()
    for worker in site.workers:
        worker.wait_ready()
    stop = threading.Event()

    def load():
        begun = time.monotonic()
        for number in range(REQUESTS):
            site.publish(request(f"c-{number}"), key=key_of(number % 5000))
            if number % 500 == 0 and stop.wait(max(0, begun + SECONDS * number / REQUESTS - time.monotonic())):
                break

    loader = threading.Thread(target=load)
    loader.start()
    moves = 0
    try:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            guest = site.worker(name=f"guest-{moves}", **settings).start()
            # Gone before it has joined, in the middle of joining, or at work.
            pause = chance.choice([0.3, 1.0, 3.0, 6.0])
            deadline = time.monotonic() + pause
            wait_for(lambda: time.monotonic() >= deadline or not guest.is_running, pause + 5, "the guest's time")
            assert guest.is_running, guest.tail()
            if chance.random() < 0.7:
                assert guest.terminate() == 0, guest.tail()
            else:
                guest.kill()
            moves += 1
            site.status.read(0)
        loader.join(120)
    finally:
        stop.set()
        loader.join(30)
    site.flush()
    assert len(site.published) == REQUESTS
    site.wait_over(timeout=300)
    assert all(worker.is_running for worker in site.workers[:2])
    # Where the client jumped, the worker must have noticed: see ReadPosition.
    print(f"{moves} moves; sent back: {sum(worker.metric('rocketsms_seek_backs_total') for worker in site.workers[:2]):.0f} times")
    assert moves >= min(5, SECONDS // 10)
    site.judge(default_policy="fail")
