"""Requests of ended transactions that reach the broker late, in the middle of a later one (KAFKA-17754): nothing is lost, repeated or left
out, and no worker ends. scripts/late-frames does the same at length."""

import os
import random

import pytest

from harness import brokers
from harness.late import PARTITIONS, let_go_late, worker_of
from harness.plan import Plan
from harness.relay import Relay

PLANS = [
    "commit:delay:1-200", "commit:gate:produce:0", "abort:delay:1-500", "commit:gate:produce:1", "commit:gate:before-offsets",
    "abort:gate:produce:1", "commit:gate:before-end", "offsets:gate:before-end", "commit:delay:1-50", "abort:gate:before-offsets",
]  # fmt: skip
FRAMES = 30


@pytest.fixture
def relayed():
    """A node of its own and the relay that its clients go through."""
    cluster = brokers.ApacheKafka(os.environ["KAFKA_HOME"], is_relayed=True)
    relay = Relay(cluster.doors)
    yield cluster, relay
    relay.close()
    cluster.stop()


@pytest.mark.long
@pytest.mark.newest
@pytest.mark.needs("relay")
def test_late_frames_change_nothing(relayed, make_site, start_simulator):
    seed = int(os.environ.get("LATE_SEED", random.randrange(1 << 30)))
    print(f"LATE_SEED={seed}")
    cluster, relay = relayed
    site = make_site(start_simulator(seed=seed, switches={"latency": "5ms"}), on=cluster, partitions=PARTITIONS)
    plans = [Plan.parse(plan) for plan in PLANS]
    outcome = let_go_late(site, worker_of(site, cluster, plans), relay, plans, FRAMES, seed)
    print(f"{len(outcome.lates)} frames, {outcome.count('is_open')} into an open transaction, answered {outcome.answers}")
    complaints = outcome.complaints(FRAMES)
    assert not complaints, f"{len(complaints)} complaints, fencings {outcome.fencings}:\n" + "\n".join(complaints[:20])
