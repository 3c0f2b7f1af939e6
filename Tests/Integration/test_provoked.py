"""Alerts provoked for real: a running worker in each trouble, its figures played to the rules (harness/lapse.py). docs/bad-night.md has the table."""

import json
import os
import resource
import time

import pytest

from confluent_kafka import Producer
from harness import brokers
from harness.lapse import Lapse
from harness.process import end
from harness.records import QUIET
from harness.requests import key_of, request
from harness.stall import Stall
from harness.waiting import wait_for
from test_follow import Follow, healthy
from test_rights import locked, place, worker_of  # noqa: F401
from test_smpp import centre, door  # noqa: F401

pytestmark = [pytest.mark.long, pytest.mark.needs("nodes")]


def publish(site, name, count, topic=None, **fields):
    made = [site.publish(request(f"{name}-{number}", **fields), key=key_of(f"{name}-{number}"), topic=topic) for number in range(count)]
    site.flush()
    return made


def test_a_provider_in_trouble(promtool, make_site, simulator, tmp_path):
    """Not delivered, not answered, refused, and away until codes and bulk are late."""
    site = make_site(simulator, priority=True)
    worker = site.started()
    with Lapse(promtool, tmp_path, sms=worker.metrics) as lapse:
        lapse.wait(3)
        simulator.fate("FAILED")
        site.status.until_final(*publish(site, "undelivered", 80), timeout=60)
        lapse.wait(3)
        simulator.faults(clear=["fates"])
        simulator.faults(next=[{"fault": "replyLost", "endpoint": "send", "count": 30}])
        site.status.until_final(*publish(site, "unanswered", 100), timeout=90)
        lapse.wait(3)
        simulator.next("error", code="LIMIT_EXCEEDED", always=True)
        refused = publish(site, "refused", 200)
        worker.wait_metric("rocketsms_refusals_narrow", 1, 30)
        lapse.wait(8)
        simulator.faults(clear=["rules"])
        site.status.until_final(*refused, timeout=120)
        simulator.faults(outage="close")
        late = publish(site, "late", 100) + publish(site, "code", 20, topic=site.priority_requests)
        lapse.wait(42)
        simulator.faults(outage="off")
        site.status.until_final(*late, timeout=120)
    lapse.assert_provoked("test_provoked.py::test_a_provider_in_trouble")
    site.judge()


def test_ids_in_another_form_and_a_centre_that_goes_away(promtool, door, centre, tmp_path):
    """Receipts are decimal where answers are hexadecimal, and nobody has told the worker; then there is no centre any more."""
    centre.switch(smpp_id_form="hex-then-decimal", smpp_receipt_tlv="off")
    worker = door.started()
    with Lapse(promtool, tmp_path, sms=worker.metrics) as lapse:
        lapse.wait(3)
        publish(door, "foreign", 100)
        worker.wait_metric("rocketsms_receipts_written_total", 100, 30)
        lapse.wait(20)
        centre.stop()
        lapse.wait(9)
    lapse.assert_provoked("test_provoked.py::test_ids_in_another_form_and_a_centre_that_goes_away")


def test_a_closed_partition_and_a_worker_that_ends(promtool, make_site, simulator, tmp_path):
    """First it has hardly a descriptor left, too."""
    site = make_site(simulator, partitions=2)
    # No worker wrote such a record.
    site.send(b"\x07", key=b"nobody", topic=f"{site.requests}.ledger", partition=1)
    site.published.clear()
    worker = site.worker().start()
    worker.wait_not_ready("stays closed")
    with Lapse(promtool, tmp_path, sms=worker.metrics) as lapse:
        used = int(worker.metric("process_open_fds"))
        resource.prlimit(worker.process.pid, resource.RLIMIT_NOFILE, (used + 4, used + 4))
        lapse.wait(14)
        worker.kill()
        lapse.wait(8)
    lapse.assert_provoked("test_provoked.py::test_a_closed_partition_and_a_worker_that_ends")


def test_a_right_to_write_that_is_taken_away(promtool, place, simulator, tmp_path):
    site, rights = place
    rights.give_all_but()
    worker = worker_of(site, rights).start().wait_ready()
    with Lapse(promtool, tmp_path, sms=worker.metrics) as lapse:
        site.status.until_final(*publish(site, "before", 10), timeout=60)
        lapse.wait(3)
        rights.take("Write on the status topic")
        waiting = publish(site, "waits", 10)
        worker.wait_not_ready("AUTHORIZATION_FAILED|transactions fail")
        lapse.wait(20)
        rights.give("Write on the status topic")
        site.status.until_final(*waiting, timeout=90)
    lapse.assert_provoked("test_provoked.py::test_a_right_to_write_that_is_taken_away")
    site.judge()


def test_fetches_that_hang(promtool, make_site, simulator, tmp_path):
    """A part of a backlog was read; what stands behind it is known, and nothing of it comes."""
    node = brokers.ApacheKafka(os.environ["KAFKA_HOME"], is_relayed=True)
    stall = Stall(node.doors)
    try:
        site = make_site(simulator, on=node, partitions=2)
        # Little is read ahead.
        relayed = {"KAFKA_BOOTSTRAP_SERVERS": node.addresses(node.advertised_ports)}
        worker = site.started(properties={"queued.max.messages.kbytes": 1024}, SEND_MAX_WAITING=1000, **relayed)
        simulator.control("credits", credits=0)
        backlog = publish(site, "backlog", 3_000, metadata={"of": "x" * 3_500})
        wait_for(lambda: worker.metric("rocketsms_account_paused") and worker.metric("rocketsms_kafka_consumer_lag") > 1_000, 60, worker.state)
        with Lapse(promtool, tmp_path, sms=worker.metrics) as lapse:
            stall.begin()
            simulator.control("credits", credits=1_000_000)
            wait_for(lambda: worker.metric("rocketsms_requests_waiting") == 0 and not worker.metric("rocketsms_account_paused"), 120, worker.state)
            lapse.wait(24)
        lapse.assert_provoked("test_provoked.py::test_fetches_that_hang")
        stall.end()
        site.status.until_final(*backlog, timeout=180)
        site.judge()
    finally:
        for worker in site.workers:
            worker.stop()
        stall.close()
        node.stop()


def test_a_worker_that_is_fenced_again_and_again(promtool, make_site, simulator, tmp_path):
    """It stood still, which explains what follows: others take its name, thrice within half a minute, and it goes on."""
    site = make_site(simulator)
    # A static member is back at once.
    worker = site.started(KAFKA_INSTANCE_ID="same")
    sent = publish(site, "before", 10)
    site.status.until_final(*sent, timeout=60)
    with Lapse(promtool, tmp_path, sms=worker.metrics) as lapse:
        lapse.wait(3)
        worker.freeze()
        time.sleep(5.5)
        worker.thaw()
        for turn in range(3):
            for number in range(2):
                rival = Producer({"bootstrap.servers": site.broker.bootstrap, "transactional.id": f"{site.group}-same-{number}", **QUIET})
                rival.init_transactions(30)
            sent += publish(site, f"turn-{turn}", 10)
            wait_for(lambda more=turn + 1: worker.metric("rocketsms_fencings_total") >= more, 60, worker.state)
            worker.wait_ready()
        lapse.wait(3)
        site.status.until_final(*sent, timeout=90)
    lapse.assert_provoked("test_provoked.py::test_a_worker_that_is_fenced_again_and_again")
    site.judge()


def test_a_breach_and_an_audit_that_stands(promtool, node, make_site, simulator, tmp_path):
    site = make_site(simulator, on=node, partitions=2, status_partitions=2)
    site.started()
    follow = Follow(site, tmp_path, "--metrics-port", "0", "--keep-going")
    try:
        with Lapse(promtool, tmp_path, audit=follow.metrics) as lapse:
            (one, *_), _ = healthy(site, simulator, 20)
            follow.wait_judged(22)
            follow.wait_pass()
            lapse.wait(2)
            last = site.status.of(one)[-1]
            value = {**last.value, "sequence": last.value["sequence"] + 1}
            headers = {**last.headers, "ce_id": f"{one.topic}-{one.partition}-{one.offset}/{value['sequence']}".encode()}
            site.producer.produce(site.status_topic, json.dumps(value).encode(), last.key, headers=list(headers.items()))
            assert site.producer.flush(20) == 0
            wait_for(follow.findings, 15, lambda: follow.errors.read_text())
            lapse.wait(4)
            node.freeze()
            lapse.wait(16)
            node.thaw()
            lapse.wait(2)
        lapse.assert_provoked("test_provoked.py::test_a_breach_and_an_audit_that_stands")
    finally:
        end(follow.process)
