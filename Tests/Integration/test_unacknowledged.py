"""Records that the broker has and their producer does not know of (G1, G4): after the abort their sequence numbers are given to other records,
which the broker takes for repeats, acknowledges and drops. So a producer whose Produce request got no answer is made anew as well.

Found by scripts/chaos --profile recovery-random --seed 72 on a machine that was too busy to answer in time.
"""

import os

import pytest

from harness import brokers
from harness.late import PROPERTIES
from harness.requests import key_of, request
from harness.unacknowledged import LostAnswers

ROUNDS = 4


@pytest.fixture
def losing():
    """A node of its own and the relay that its clients go through."""
    cluster = brokers.ApacheKafka(os.environ["KAFKA_HOME"], is_relayed=True)
    relay = LostAnswers(cluster.doors)
    yield cluster, relay
    relay.close()
    cluster.stop()


@pytest.mark.long
@pytest.mark.newest
@pytest.mark.needs("relay")
def test_records_behind_an_abort_are_not_taken_for_repeats(losing, make_site, start_simulator):
    """One request at a time, so that each transaction has one event: a broker takes a batch for a repeat that has the length of the first."""
    cluster, relay = losing
    site = make_site(start_simulator(switches={"latency": "5ms"}), on=cluster, partitions=1, status_partitions=1)
    properties = {**PROPERTIES, "transaction.timeout.ms": 3000}
    worker = site.worker(properties=properties, KAFKA_BOOTSTRAP_SERVERS=cluster.addresses(cluster.advertised_ports), LOG_LEVEL="info")
    worker.start().wait_ready()
    for round in range(ROUNDS):
        relay.lose(site.status_topic)
        site.send(request(f"lost-{round}"), key=key_of("one"))
        assert relay.has_aborted.wait(60), "the producer did not abort"
        for number in range(6):
            one = site.send(request(f"behind-{round}-{number}"), key=key_of("one"))
            site.status.until_final(one, timeout=20)
    assert not relay.failures
    site.wait_over(60)
    site.judge()
