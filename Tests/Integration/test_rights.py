"""The rights that the README lists: they suffice, each that is missing shows, and one that is given back is used again (G6)."""

import os
import types

import pytest

from confluent_kafka.admin import AclBinding, AclBindingFilter, AclOperation, AclPermissionType, AdminClient, ResourcePatternType, ResourceType

from harness import brokers
from harness.records import QUIET
from harness.requests import key_of, request
from harness.waiting import wait_for

WORKER = "of-the-worker"
TOPIC, GROUP, TRANSACTIONS = ResourceType.TOPIC, ResourceType.GROUP, ResourceType.TRANSACTIONAL_ID
READ, WRITE = AclOperation.READ, AclOperation.WRITE


@pytest.fixture(scope="module")
def locked():
    """A broker on which the worker has no right that nobody gave it; who comes by the peers' port may do everything."""
    broker = brokers.ApacheKafka(os.environ["KAFKA_HOME"], users={"admin": "of-the-broker", "worker": WORKER})
    yield broker
    broker.stop()


class Rights:
    """What the worker may do on a site of its own, by the README's list."""

    def __init__(self, broker, site):
        self.broker = broker
        self.admin = AdminClient({"bootstrap.servers": site.broker.bootstrap, **QUIET})
        self.properties = broker.credentials("worker", WORKER)
        self.all = {
            "Read on the request topic": (TOPIC, site.requests, READ),
            "Read on the ledger": (TOPIC, f"{site.requests}.ledger", READ),
            "Write on the ledger": (TOPIC, f"{site.requests}.ledger", WRITE),
            "Write on the status topic": (TOPIC, site.status_topic, WRITE),
            "Write on the dead-letter topic": (TOPIC, site.dead_letter_topic, WRITE),
            "Read on the group": (GROUP, site.group, READ),
            "Write on the transactional ids": (TRANSACTIONS, site.group, WRITE),
        }

    def _binding(self, right, of=AclBinding):
        kind, name, operation = self.all[right]
        pattern = ResourcePatternType.PREFIXED if kind == TRANSACTIONS else ResourcePatternType.LITERAL
        return of(kind, name, pattern, "User:worker", "*" if of is AclBinding else None, operation, AclPermissionType.ALLOW)

    def give(self, *rights):
        for future in self.admin.create_acls([self._binding(right) for right in rights]).values():
            future.result(30)
        # A broker learns of them a moment later, and of all in the order in which they were given.
        topics = {self.all[right][1] for right in rights if self.all[right][0] == TOPIC}
        wait_for(lambda: topics <= set(self._visible()), 30, "the rights to be there")

    def give_all_but(self, *left_out):
        self.give(*sorted(set(self.all) - set(left_out), key=lambda right: self.all[right][0] == TOPIC))

    def take(self, right):
        (taken,) = self.admin.delete_acls([self._binding(right, of=AclBindingFilter)]).values()
        assert len(taken.result(30)) == 1

    def _visible(self):
        found = brokers.metadata(self.broker.bootstrap, **self.properties)
        return found.topics if found else {}


@pytest.fixture
def place(locked, make_site, simulator):
    """A site whose worker has the rights that the test gives it, and these rights."""
    peers = types.SimpleNamespace(bootstrap=locked.addresses(locked.peer_ports), name=locked.name, replication=1)
    site = make_site(simulator, on=peers, partitions=2)
    return site, Rights(locked, site)


def worker_of(site, rights):
    return site.worker(properties=rights.properties, KAFKA_BOOTSTRAP_SERVERS=rights.broker.bootstrap)


@pytest.mark.needs("nodes")
def test_the_rights_of_the_readme_suffice(place):
    site, rights = place
    rights.give_all_but()
    worker = worker_of(site, rights).start().wait_ready()
    one = site.send(request("good"), key=key_of("a"))
    site.send(b"no JSON", key=key_of("a"), bad="NOT_JSON")
    later = site.send(request("later", sendAt="2026-01-01T00:00:00Z"))
    site.send({"command": "cancel", "id": "nobody"}, key=key_of("a"))
    site.status.until_final(one)
    site.status.until_final(later)
    site.wait_over()
    assert worker.terminate() == 0
    # What it left is taken over with the same rights.
    worker.start().wait_ready()
    site.status.until_final(site.send(request("again"), key=key_of("a")))
    assert "AUTHORIZATION" not in worker.log(), worker.tail()
    site.judge()


# A topic that may not be seen, a group or a transactional id that may not be used: the start ends. A right beside another one on the same topic
# shows when it is first needed.
ENDS = ["Read on the request topic", "Write on the status topic", "Write on the dead-letter topic", "Read on the group", "Write on the transactional ids"]
SHOWS = {"Read on the ledger": "ledger.*TOPIC_AUTHORIZATION_FAILED", "Write on the ledger": "TOPIC_AUTHORIZATION_FAILED"}


@pytest.mark.needs("nodes")
@pytest.mark.parametrize("left_out", ENDS)
def test_without_one_of_them_the_start_ends(place, left_out):
    site, rights = place
    rights.give_all_but(left_out)
    worker = worker_of(site, rights).start()
    assert worker.wait_end(60) == 77, worker.tail()
    said = [line for line in worker.log().splitlines() if '"level":"error"' in line]
    assert len(said) == 1 and "AUTHORIZATION_FAILED" in said[0], said
    name = rights.all[left_out][1]
    assert name in said[0] or left_out == "Write on the transactional ids", said
    assert WORKER not in worker.log()


@pytest.mark.needs("nodes")
@pytest.mark.parametrize("left_out", SHOWS)
def test_without_one_of_them_the_worker_is_not_ready_until_it_has_it(place, simulator, left_out):
    site, rights = place
    rights.give_all_but(left_out)
    worker = worker_of(site, rights).start()
    one = site.send(request("waits"), key=key_of("a"))
    worker.wait_not_ready(SHOWS[left_out])
    worker.wait_log(r"TOPIC_AUTHORIZATION_FAILED")
    assert not simulator.sends_of(one)
    rights.give(left_out)
    worker.wait_ready()
    site.status.until_final(one)
    site.judge()


@pytest.mark.long
@pytest.mark.needs("nodes")
@pytest.mark.parametrize("right", ["Read on the request topic", "Read on the group", "Write on the status topic"])
def test_a_right_that_is_taken_away_shows_and_is_used_again(place, simulator, right):
    site, rights = place
    rights.give_all_but()
    worker = worker_of(site, rights).start().wait_ready()
    site.status.until_final(site.send(request("first"), key=key_of("a")))
    rights.take(right)
    second = site.send(request("second"), key=key_of("a"))
    worker.wait_not_ready("AUTHORIZATION_FAILED|transactions fail")
    worker.wait_log("AUTHORIZATION_FAILED")
    rights.give(right)
    site.status.until_final(second, timeout=90)
    worker.wait_ready(timeout=90)
    assert len(simulator.sends_of(second)) == 1
    site.judge()
