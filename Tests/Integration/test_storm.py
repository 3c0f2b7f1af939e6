"""Everything at once: mixed and bad requests, every fault of the provider, and workers that are killed (G6: the judge finds G1, G3 and G4
kept through it all)."""

import os
import random

import pytest

from harness.judge import repeats
from harness.requests import key_of, request
from harness.waiting import TimedOut

REQUESTS = int(os.environ.get("STORM_REQUESTS", "10000"))
# Shares of the requests to the provider.
BEFORE = {"dropBeforeAccept": 0.005, "resetBeforeAccept": 0.005, "serverError": 0.005, "htmlBeforeAccept": 0.003, "unavailable": 0.0005, "hangBeforeAccept": 0.0005, "tooManyRequests": 0.0005, "wrongAuth": 0.0002}
AFTER = {"replyLost": 0.01, "resetAfterAccept": 0.005, "serverErrorAfterAccept": 0.005, "html": 0.005, "emptyBody": 0.005, "truncated": 0.005, "cutJSON": 0.005, "garbage": 0.005, "slow": 0.01, "trickle": 0.001, "hang": 0.001}


def mixed(site, chance, number):
    """Publishes one of the many kinds of records."""
    key = key_of(chance.randrange(2000)) if chance.random() < 0.9 else None
    draw = chance.random()
    if draw < 0.02:
        return site.publish(b'{"phone": ', key=key, bad="NOT_JSON")
    if draw < 0.03:
        return site.publish(request(f"bad-{number}", text=None), key=key, bad="NO_TEXT")
    if draw < 0.04:
        return site.publish(None, key=key_of(number), bad="NO_VALUE")
    more = {}
    if chance.random() < 0.7:
        more["onUnknown"] = chance.choice(["resend", "fail", "fail", "hold"])
    if chance.random() < 0.1:
        more["priority"] = True
    if chance.random() < 0.1:
        more["metadata"] = {"n": str(number)}
    made = request(f"r-{number}", **more)
    topic = chance.choice(site.request_topics)
    one = site.publish(made, key=key, topic=topic)
    if key and chance.random() < 0.02:
        site.publish(made, key=key, topic=topic)
    return one


def settle(site, timeout):
    """Waits for every end; what is held is resolved as failed."""
    resolved = set()

    repeated = repeats(site.published)

    def open_ones():
        return [one for one in site.published if not one.is_command and not one.bad and one.place not in repeated and not site.status.final(one)]

    rounds = max(1, timeout // 20)
    for _ in range(rounds):
        try:
            site.wait_over(timeout=20)
            return
        except TimedOut:
            for one in open_ones():
                if one.policy == "hold" and one.place not in resolved and not site.status.of(one):
                    resolved.add(one.place)
                    site.publish({"command": "resolve", "id": one.id, "as": "failed"}, topic=one.topic, partition=one.partition, key=one.key)
            site.flush()
            resolved_once_more = [one for one in open_ones() if one.policy == "hold"]
            # A command that came while its partition moved, or before its request was held, is dropped: ask again.
            resolved.difference_update(one.place for one in resolved_once_more)
    site.wait_over(timeout=20)


@pytest.mark.long
@pytest.mark.newest
def test_storm(make_site, start_simulator, broker):
    """Two workers, one of them killed three times. Every request has one end, and what must not be sent twice is not."""
    seed = int(os.environ.get("STORM_SEED", random.randrange(1 << 30)))
    print(f"STORM_SEED={seed}")
    chance = random.Random(seed)
    simulator = start_simulator(seed=seed, switches={"failed-share": "0.03", "latency": "2ms", "hang-limit": "30s"})
    site = make_site(simulator, partitions=6, priority=True)
    is_dynamic = "cooperative" in broker.abilities
    common = {"SEND_RETRY_BUDGET": 1, "SEND_MAX_ATTEMPTS": 3, "LOG_LEVEL": "info"}
    if is_dynamic:
        workers = [site.worker(**common), site.worker(**common)]
    else:
        workers = [site.worker(properties={"partition.assignment.strategy": "range"}, KAFKA_INSTANCE_ID=f"storm-{number}", **common) for number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.wait_ready()
    simulator.faults(probabilities={**BEFORE, **AFTER}, endpoint="send")
    simulator.faults(probabilities={"serverError": 0.01, "hang": 0.001, "cutJSON": 0.005, "dropBeforeAccept": 0.005}, endpoint="status")

    kills = [REQUESTS * part // 4 for part in (1, 2, 3)]
    for number in range(REQUESTS):
        mixed(site, chance, number)
        if number % 200 == 0:
            site.flush()
            site.status.read(0)
            site.dead_letters.read(0)
        if number in kills:
            site.flush()
            ended = number * 3 // 5
            site.status.until(lambda: site.status.finals >= ended * 0.5 or None, 240, lambda: f"half of {ended} to end; {site.status.finals} have")
            workers[0].kill()
            workers[0].start()
    site.flush()
    settle(site, timeout=400)
    for worker in workers:
        worker.wait_ready()
    site.judge()
    assert [worker.terminate() for worker in workers] == [0, 0]
    # G3 once more, without the judge's bookkeeping: an SMS for a request that forbids a second one.
    strict = {one.id for one in site.published if one.policy in ("fail", "hold")}
    twice = {id: ids for id, ids in simulator.sends_by_id().items() if id in strict and len(ids) > 1}
    assert not twice
