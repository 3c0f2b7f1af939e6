"""From a request's publication to its first event, as a downstream system sees it, at low load."""

import os
import statistics
import time

from confluent_kafka import Producer

from harness.records import QUIET
from harness.requests import key_of, request

P50 = float(os.environ.get("LATENCY_P50_MS", "40"))


def test_the_first_event_comes_soon(make_site, simulator):
    site = make_site(simulator, partitions=8, status_partitions=8)
    site.producer = Producer({"bootstrap.servers": site.broker.bootstrap, "partitioner": "murmur2_random", "linger.ms": 0, **QUIET})
    site.started(LOG_LEVEL="info", TRACK_CADENCE="1h")

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
    # Whatever else the machine does can only add: the best of three rounds is the worker's.
    rounds = []
    for first in (50, 100, 150):
        measured = sorted(latency(number) for number in range(first, first + 50))
        rounds.append((statistics.median(measured), measured[44], measured[49]))
        if rounds[-1][0] <= P50:
            break
    said = "; ".join(f"p50 {p50:.1f} ms, p90 {p90:.1f} ms, most {most:.1f} ms" for p50, p90, most in rounds)
    print(f"publication to first event: {said}")
    assert min(rounds)[0] <= P50, said
