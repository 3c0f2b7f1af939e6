"""One limit of requests to the provider, for sends and polls, for the whole fleet: through an outage and through a rebalance."""

import pytest

from harness.requests import key_of, request
from harness.waiting import wait_for

# The provider counts by its own clock's seconds, and by when requests arrive.
TOLERANCE = 1.1


def seconds(simulator):
    """Requests of every kind in each second since the provider's start."""
    return [second["requests"] for second in simulator.ask("rates")["seconds"]]


def quick(start_simulator):
    """A provider that delivers at once: a send and one poll for each message."""
    return start_simulator(switches={"delivery-delay": "0s", "delivery-jitter": "0s", "send-answer": "SENT"})


@pytest.mark.long
def test_a_minute_without_the_provider_fails_nothing_and_ends_without_a_burst(make_site, start_simulator):
    limit, requests = 300, 5000
    simulator = quick(start_simulator)
    site = make_site(simulator)
    # The defaults of retries, but for their times.
    worker = site.started(SEND_RATE_LIMIT=limit, TRACK_CADENCE="1s,2s,5s", LOG_LEVEL="info")
    for number in range(requests):
        site.publish(request(f"o-{number}"), key=key_of(number))
    site.flush()
    simulator.wait_sends(requests // 10)
    simulator.faults(outage="unavailable", outageFor="60s")
    wait_for(lambda: worker.ready()[1]["breaker"] != "closed", 30, "the breaker to open")
    assert worker.ready()[0] == 200, "a rollout must not hang on the provider"
    site.wait_over(timeout=200)
    assert {site.status.final(one).status for one in site.published} == {"DELIVERED"}
    counts = seconds(simulator)
    print(f"requests a second: most {max(counts)}, of {limit} allowed; {sum(1 for count in counts if count > limit / 2)} s above half of it")
    assert max(counts) <= limit * TOLERANCE, counts
    worker.wait_metric("rocketsms_breaker_open", 0)
    site.judge()


@pytest.mark.long
@pytest.mark.needs("cooperative")
def test_the_fleet_keeps_its_limit_while_partitions_move(make_site, start_simulator):
    limit, requests = 120, 1800
    simulator = quick(start_simulator)
    site = make_site(simulator, partitions=8)
    settings = {"SEND_RATE_LIMIT": limit, "TRACK_CADENCE": "1s,2s,5s", "LOG_LEVEL": "info"}
    first = site.started(**settings)
    for number in range(requests):
        site.publish(request(f"f-{number}"), key=key_of(number))
    site.flush()
    simulator.wait_sends(requests // 4)
    second = site.started(**settings)
    wait_for(lambda: second.ready()[1]["partitions"]["open"] == 4, 60, lambda: f"half of the partitions; {second.state()}")
    simulator.wait_sends(requests // 2, timeout=60)
    assert first.terminate() == 0
    wait_for(lambda: second.ready()[1]["partitions"]["open"] == 8, 60, lambda: f"all partitions; {second.state()}")
    site.wait_over(timeout=120)
    counts = seconds(simulator)
    print(f"requests a second: most {max(counts)}, of {limit} allowed; all: {counts}")
    assert max(counts) <= limit * TOLERANCE, counts
    site.judge()


@pytest.mark.long
def test_a_code_overtakes_a_hundred_thousand_advertisements(make_site, start_simulator):
    bulk, codes = 100_000, 20
    simulator = start_simulator(switches={"delivery-delay": "24h", "send-answer": "SENT"})
    site = make_site(simulator, partitions=4, priority=True)
    for number in range(bulk):
        site.publish(request(f"b-{number}"), key=key_of(number))
    site.flush()
    worker = site.started(TRACK_CADENCE="1h", LOG_LEVEL="info")
    simulator.wait_sends(2_000)
    made = []
    for number in range(codes):
        one = site.send(request(f"code-{number}"), key=key_of(f"c-{number}"), topic=site.priority_requests)
        made.append(one)
        site.status.until_first(one, timeout=20)
    sends = simulator.sends()
    assert len(sends) < bulk, "the backlog was gone before"
    received = {send.request_id: send.received_at for send in sends}
    took = sorted(received[one.id] - one.at for one in made)
    commit = worker.metric("rocketsms_commit_seconds_sum") / worker.metric("rocketsms_commit_seconds_count")
    said = f"{len(sends)} of {bulk} sent; a code at the provider after p50 {took[codes // 2] * 1000:.0f} ms, most {took[-1] * 1000:.0f} ms; a commit {commit * 1000:.0f} ms"
    print(said)
    assert took[-1] <= 1 + 2 * commit, said
