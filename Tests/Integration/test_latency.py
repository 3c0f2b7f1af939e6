"""From a request's publication to its first event, as a downstream system sees it, at low load."""

import os
import statistics
import time

from confluent_kafka import Producer

from harness.records import QUIET
from harness.requests import key_of, request

# 40 is what is wanted, and reached where nothing else runs (29 to 40 measured); the rest is for machines that are slower for a while.
P50 = float(os.environ.get("LATENCY_P50_MS", "50"))
ROUNDS = 6
# Kafka lets one producer wait 100 ms for the markers of its last transaction; two in turn need 5 to 15 ms on a machine that does nothing
# else. What is kept here is that they take turns, also on one that is busy: the figure is printed.
COMMIT = float(os.environ.get("LATENCY_COMMIT_MS", "30"))


def buckets(worker):
    """How many commits took at most so many milliseconds."""
    name = 'rocketsms_commit_seconds_bucket{le="'
    return {float(key[len(name) : -2].replace("+Inf", "inf")) * 1000: count for key, count in worker.metrics().items() if key.startswith(name)}


def median(before, after):
    """Of what was counted in between, evenly spread within its bucket."""
    counted = sorted((bound, after[bound] - before.get(bound, 0)) for bound in after)
    half = counted[-1][1] / 2
    lower, below = 0.0, 0
    for bound, count in counted:
        if count >= half:
            return lower + (bound - lower) * (half - below) / max(1, count - below)
        lower, below = bound, count


def test_the_first_event_comes_soon(make_site, simulator):
    site = make_site(simulator, partitions=8, status_partitions=8)
    site.producer = Producer({"bootstrap.servers": site.broker.bootstrap, "partitioner": "murmur2_random", "linger.ms": 0, **QUIET})
    worker = site.started(LOG_LEVEL="info", TRACK_CADENCE="1h")

    def latency(number):
        begun = time.monotonic()
        one = site.publish(request(f"l-{number}"), key=key_of(number))
        while True:
            site.producer.poll(0)
            site.status.read(0.001)
            if one.offset >= 0 and site.status.of(one):
                return (time.monotonic() - begun) * 1000
            assert time.monotonic() < begun + 20, f"no event of request {number} within 20 s"

    # The broker's machine code is made while it works.
    for number in range(50):
        latency(number)
    # Whatever else the machine does can only add: the best of the rounds is the worker's.
    rounds, commits = [], []
    for first in range(50, 50 * (ROUNDS + 1), 50):
        before = buckets(worker)
        measured = sorted(latency(number) for number in range(first, first + 50))
        commits.append(median(before, buckets(worker)))
        rounds.append((statistics.median(measured), measured[44], measured[49]))
        if rounds[-1][0] <= P50 and commits[-1] <= COMMIT:
            break
    said = "; ".join(f"p50 {p50:.1f} ms, p90 {p90:.1f} ms, most {most:.1f} ms" for p50, p90, most in rounds)
    said += f"; a transaction {', '.join(f'{commit:.1f}' for commit in commits)} ms at p50"
    print(f"publication to first event: {said}")
    assert min(rounds)[0] <= P50, said
    assert min(commits) <= COMMIT, said
