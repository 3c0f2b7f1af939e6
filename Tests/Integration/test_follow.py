"""`audit --follow`: an injected breach is told within ten seconds, and nothing else is."""

import json
import pathlib
import subprocess
import time
import urllib.request

import pytest

from harness import ports
from harness.process import end
from harness.requests import in_days, key_of, request
from harness.waiting import wait_for
from harness.worker import BINARY, environment


class Follow:
    """`audit --follow` of a site, and what it has said so far."""

    def __init__(self, site, folder, *arguments):
        self.path = pathlib.Path(folder) / f"follow-{ports.free_port()}.log"
        self.errors = self.path.with_suffix(".err")
        with open(self.path, "wb") as out, open(self.errors, "wb") as err:
            self.process = subprocess.Popen(
                [BINARY, "audit", "--follow", "--json", *arguments], env=environment(**site.settings("follow")), stdin=subprocess.DEVNULL, stdout=out, stderr=err
            )
        wait_for(lambda: "Following" in self.errors.read_text() or self.process.poll() is not None, 40, lambda: self.errors.read_text())
        assert self.process.poll() is None, self.errors.read_text()

    def findings(self):
        return [json.loads(line) for line in self.path.read_text().splitlines() if line.endswith("}")]

    def scrape(self):
        port = next(line for line in self.errors.read_text().splitlines() if line.startswith("Metrics: ")).split(":")[-1].split("/")[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            return answer.read().decode()

    def metrics(self):
        lines = (line for line in self.scrape().splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

    def wait_judged(self, count):
        wait_for(lambda: self.metrics()["rocketsms_audit_requests_total"] >= count, 30, lambda: f"{self.metrics()}; {self.errors.read_text()}")

    def wait_pass(self):
        """Until a pass that began after this call is over, for certain: two of them."""
        for _ in range(2):
            before = self.metrics()["rocketsms_audit_last_pass_timestamp_seconds"]
            wait_for(lambda: self.metrics()["rocketsms_audit_last_pass_timestamp_seconds"] > before, 30, lambda: self.errors.read_text())


@pytest.fixture
def start_follow(site, tmp_path):
    started = []

    def start(*arguments):
        started.append(Follow(site, tmp_path, *arguments))
        return started[-1]

    yield start
    for follow in started:
        end(follow.process)


def healthy(site, simulator, count, name="good"):
    made = [site.publish(request(f"{name}-{number}"), key=key_of(number)) for number in range(count)]
    bad = site.publish(b"no json", bad="NOT_JSON")
    site.publish(made[0].value and json.loads(made[0].value), key=made[0].key)
    site.flush()
    site.wait_over()
    return made, bad


@pytest.mark.needs("transactions")
def test_a_healthy_course_has_no_finding_and_leaves_nothing_behind(site, simulator, start_follow):
    worker = site.started(DEDUP_WINDOW="1s")
    old = site.send(request("old", sendAt=in_days(20 / 86400)), key=key_of("old"))
    follow = start_follow("--metrics-port", "0", "--keep-going")
    healthy(site, simulator, 300)
    follow.wait_judged(302)
    site.status.until_final(old, timeout=120)
    # In the middle of it: a worker dies, another one goes on.
    made = [site.publish(request(f"more-{number}"), key=key_of(number)) for number in range(200)]
    worker.kill()
    site.flush()
    worker.start().wait_ready()
    site.wait_over()
    follow.wait_judged(502)
    wait_for(lambda: worker.metric("rocketsms_ledger_closed_ids") == 0, 30, "the window to pass")
    follow.wait_pass()
    assert follow.findings() == [] and follow.process.poll() is None, follow.errors.read_text()
    assert follow.metrics()["rocketsms_audit_remembered"] == 0
    assert follow.metrics()["rocketsms_audit_restarts_total"] == 0
    follow.process.terminate()
    assert follow.process.wait(20) == 0


@pytest.mark.needs("transactions")
def test_promtool_finds_nothing_wrong_with_its_metrics(site, simulator, start_follow, promtool):
    site.started()
    follow = start_follow("--metrics-port", "0")
    healthy(site, simulator, 5)
    follow.wait_judged(7)
    result = subprocess.run([promtool, "check", "metrics"], input=follow.scrape(), capture_output=True, text=True, timeout=60)
    assert "rocketsms_audit_requests_total 7" in follow.scrape() and result.returncode == 0, result.stdout + result.stderr


@pytest.mark.needs("transactions")
def test_an_event_written_by_hand_is_told_within_ten_seconds(site, simulator, start_follow):
    site.started()
    follow = start_follow("--metrics-port", "0")
    (one, *_), _ = healthy(site, simulator, 20)
    follow.wait_judged(22)
    follow.wait_pass()
    assert follow.findings() == []
    last = site.status.of(one)[-1]
    value = {**last.value, "sequence": last.value["sequence"] + 1}
    headers = {**last.headers, "ce_id": f"{one.topic}-{one.partition}-{one.offset}/{value['sequence']}".encode()}
    begin = time.monotonic()
    site.producer.produce(site.status_topic, json.dumps(value).encode(), last.key, headers=list(headers.items()))
    assert site.producer.flush(20) == 0
    # It ends by the breach.
    assert follow.process.wait(10) == 1 and time.monotonic() - begin < 10
    (finding,) = follow.findings()
    assert (finding["guarantee"], finding["requestId"]) == ("G4", one.id)
    assert (finding["topic"], finding["partition"], finding["offset"]) == one.place


@pytest.mark.needs("transactions")
def test_a_missing_final_event_is_told_within_ten_seconds(site, simulator, start_follow):
    worker = site.started(SEND_SCHEDULE="worker")
    follow = start_follow("--metrics-port", "0", "--keep-going")
    later = site.send(request("later", sendAt=in_days(300)), key=key_of("later"))
    follow.wait_judged(1)
    assert worker.terminate() == 0
    # As a tool that "cleans" would: the entry goes, and nobody is told.
    begin = time.monotonic()
    site.producer.produce(f"{site.requests}.ledger", None, b"later", partition=later.partition)
    assert site.producer.flush(20) == 0
    (finding,) = wait_for(follow.findings, 10, lambda: follow.errors.read_text())
    assert time.monotonic() - begin < 10
    assert (finding["guarantee"], finding["requestId"], finding["offset"]) == ("G1", "later", later.offset)
    assert "final event" in finding["message"]
    # A request that is skipped: nobody read it, and the group's offset says that somebody did.
    lost = site.send(request("skipped"), key=key_of("later"))
    begin = time.monotonic()
    from confluent_kafka import Consumer, TopicPartition

    consumer = Consumer({"bootstrap.servers": site.broker.bootstrap, "group.id": site.group, "enable.auto.commit": False})
    consumer.commit(offsets=[TopicPartition(lost.topic, lost.partition, lost.offset + 1)], asynchronous=False)
    consumer.close()
    found = wait_for(lambda: len(follow.findings()) == 2 and follow.findings(), 10, lambda: follow.errors.read_text())
    assert time.monotonic() - begin < 10
    assert (found[1]["guarantee"], found[1]["requestId"]) == ("G1", "skipped") and "neither a final event" in found[1]["message"]
    assert follow.process.poll() is None
    assert follow.metrics()['rocketsms_audit_findings_total{guarantee="G1"}'] == 2
    site.published.clear()
    follow.process.terminate()
    assert follow.process.wait(20) == 1


@pytest.mark.needs("nodes")
def test_a_broker_that_comes_back_is_followed_on(make_site, simulator, tmp_path):
    import os

    from harness import brokers

    broker = brokers.ApacheKafka(os.environ["KAFKA_HOME"])
    follow = None
    try:
        site = make_site(simulator, on=broker, partitions=2, status_partitions=2)
        site.started()
        follow = Follow(site, tmp_path, "--metrics-port", "0", "--keep-going")
        healthy(site, simulator, 20)
        broker.stop_node(1)
        wait_for(lambda: "goes on when that has passed" in follow.errors.read_text(), 60, lambda: follow.errors.read_text())
        broker.start_node(1)
        broker.wait_until_whole()
        healthy(site, simulator, 20, name="after")
        follow.wait_judged(44)
        follow.wait_pass()
        assert follow.findings() == [] and follow.process.poll() is None, follow.errors.read_text()
    finally:
        if follow:
            end(follow.process)
        broker.stop()
