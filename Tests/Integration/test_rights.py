"""A right that is taken away from a running worker: it says what it may not do, and goes on by itself when it may again (G6)."""

import os
import types

import pytest

from confluent_kafka.admin import AclBinding, AclBindingFilter, AclOperation, AclPermissionType, AdminClient, ResourcePatternType, ResourceType

from harness import brokers
from harness.records import QUIET
from harness.requests import key_of, request
from harness.waiting import wait_for

WORKER = "of-the-worker"


@pytest.fixture
def locked():
    """A broker on which the worker has no right that nobody gave it; who comes by the peers' port may do everything."""
    broker = brokers.ApacheKafka(os.environ["KAFKA_HOME"], users={"admin": "of-the-broker", "worker": WORKER})
    yield broker
    broker.stop()


def binding(kind, name, operation, pattern=ResourcePatternType.LITERAL, of=AclBinding):
    return of(kind, name, pattern, "User:worker", "*" if of is AclBinding else None, operation, AclPermissionType.ALLOW)


def visible(broker, who):
    found = brokers.metadata(broker.bootstrap, **who)
    return found.topics if found else {}


@pytest.mark.long
@pytest.mark.needs("nodes")
def test_a_topic_that_may_not_be_read_any_more_shows_and_is_read_again(locked, make_site, simulator):
    peers = types.SimpleNamespace(bootstrap=locked.addresses(locked.peer_ports), name=locked.name, replication=1)
    site = make_site(simulator, on=peers, partitions=2)
    admin = AdminClient({"bootstrap.servers": peers.bootstrap, **QUIET})
    topic, group, transaction = ResourceType.TOPIC, ResourceType.GROUP, ResourceType.TRANSACTIONAL_ID
    read = binding(topic, site.requests, AclOperation.READ)
    rights = [read, binding(group, site.group, AclOperation.READ), binding(transaction, site.group, AclOperation.WRITE, ResourcePatternType.PREFIXED)]
    rights += [binding(topic, f"{site.requests}.ledger", one) for one in (AclOperation.READ, AclOperation.WRITE)]
    rights += [binding(topic, name, AclOperation.WRITE) for name in (site.status_topic, site.dead_letter_topic)]
    for future in admin.create_acls(rights).values():
        future.result(30)
    # A broker learns of them a moment later.
    mine = locked.credentials("worker", WORKER)
    wait_for(lambda: {site.requests, f"{site.requests}.ledger", site.status_topic} <= set(visible(locked, mine)), 30, "the rights to be there")
    worker = site.started(properties=mine, KAFKA_BOOTSTRAP_SERVERS=locked.bootstrap)
    site.status.until_final(site.send(request("first"), key=key_of("a")))
    (taken,) = admin.delete_acls([binding(topic, site.requests, AclOperation.READ, of=AclBindingFilter)]).values()
    assert len(taken.result(30)) == 1
    second = site.send(request("second"), key=key_of("a"))
    wait_for(lambda: worker.ready()[0] == 503, 60, "the missing right to show")
    assert "AUTHORIZATION_FAILED" in worker.ready()[1]["reason"], worker.ready()
    assert not simulator.sends_of(second)
    (given,) = admin.create_acls([read]).values()
    given.result(30)
    site.status.until_final(second, timeout=60)
    worker.wait_ready(timeout=60)
    site.judge()
