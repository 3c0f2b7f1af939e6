"""Starts that cannot succeed: one sentence that names the culprit, and the exit code of its kind."""

import os

import pytest

from confluent_kafka.admin import AdminClient, NewTopic

from harness import brokers, ports
from harness.records import QUIET
from harness.requests import request
from harness.waiting import wait_for
from harness.worker import PASSWORD, Worker


def failed_start(site, *words, code, timeout=30, **settings):
    """A start that ends with `code`; its output holds every word. Returns the output."""
    worker = site.worker(**settings).start()
    assert worker.wait_end(timeout) == code, worker.tail()
    output = worker.log()
    for word in words:
        assert word in output, f"{word!r} is not in: {output}"
    assert PASSWORD not in output
    return output


def test_no_broker(site):
    server = f"127.0.0.1:{ports.free_port()}"
    failed_start(site, "KAFKA_START_TIMEOUT", server, code=69, KAFKA_BOOTSTRAP_SERVERS=server, KAFKA_START_TIMEOUT="2s")


def test_a_stop_ends_a_start_that_waits_for_a_broker(site):
    worker = site.worker(KAFKA_BOOTSTRAP_SERVERS=f"127.0.0.1:{ports.free_port()}", KAFKA_START_TIMEOUT="60s").start()
    worker.wait_log("admin port open")
    assert worker.terminate(timeout=10) == 0


@pytest.mark.needs("nodes")
def test_without_a_broker_the_worker_is_not_ready_and_comes_back(make_site, start_simulator):
    broker = brokers.ApacheKafka(os.environ["KAFKA_HOME"])
    try:
        site = make_site(start_simulator(), on=broker)
        worker = site.started(LOG_LEVEL="info")
        site.status.until_final(site.send(request("before")))
        broker.stop_node(1)
        worker.wait_not_ready("broker|group|Kafka", timeout=30)
        broker.start_node(1)
        worker.wait_ready(timeout=60)
        site.status.until_final(site.send(request("after")), timeout=60)
    finally:
        broker.stop()


@pytest.mark.needs("unknown-topic")
@pytest.mark.parametrize("setting", ["TOPICS_REQUESTS", "TOPICS_STATUS", "TOPICS_DEAD_LETTER"])
def test_a_missing_topic(site, setting):
    failed_start(site, "no-such-topic", "topics create", code=78, **{setting: "no-such-topic"})


def test_a_ledger_with_fewer_partitions(site):
    site.create(site._topic("few", 4), site._topic("few.ledger", 2, {"cleanup.policy": "compact"}))
    failed_start(site, "few.ledger", "2", "4", code=78, TOPICS_REQUESTS="few")


def test_a_ledger_that_is_not_compacted(site):
    site.create(site._topic("wrong", 1), site._topic("wrong.ledger", 1, {"cleanup.policy": "compact,delete"}))
    failed_start(site, "wrong.ledger", "cleanup.policy", "compact", code=78, TOPICS_REQUESTS="wrong")


@pytest.fixture(scope="module")
def locked():
    """A broker with one topic that nobody but its administrator may see."""
    broker = brokers.ApacheKafka(os.environ["KAFKA_HOME"], users={"admin": "of-the-broker", "worker": "of-the-worker"})
    admin = AdminClient({"bootstrap.servers": broker.bootstrap, **broker.client, **QUIET})
    admin.create_topics([NewTopic("sms.requests", 1, 1)])["sms.requests"].result(30)
    yield broker
    broker.stop()


@pytest.mark.worker
@pytest.mark.needs("nodes")
@pytest.mark.parametrize("password, words", [("wrong-password", ["credentials"]), ("of-the-worker", ["rights", "sms.requests", "TOPIC_AUTHORIZATION_FAILED"])])
def test_kafka_refuses_who_the_worker_is_or_what_it_may_do(locked, tmp_path, password, words):
    properties = tmp_path / "worker.properties"
    properties.write_text("".join(f"{key}={value}\n" for key, value in brokers.ApacheKafka.credentials("worker", password).items()))
    settings = {"KAFKA_BOOTSTRAP_SERVERS": locked.bootstrap, "KAFKA_PROPERTIES_FILE": properties, "KAFKA_START_TIMEOUT": "10s"}
    provider = {"ROCKETSMS_BASE_URL": "http://127.0.0.1:9", "ROCKETSMS_USERNAME": "nobody", "ROCKETSMS_PASSWORD": PASSWORD}
    worker = Worker("worker", tmp_path, {**settings, **provider}).start()
    assert worker.wait_end(30) == 77, worker.tail()
    for word in words:
        assert word in worker.log(), worker.log()
    assert password not in worker.log() and PASSWORD not in worker.log()


@pytest.fixture(scope="module")
def narrow():
    """A broker that allows few session timeouts."""
    broker = brokers.ApacheKafka(os.environ["KAFKA_HOME"], settings={"group.min.session.timeout.ms": 10000, "group.max.session.timeout.ms": 20000})
    yield broker
    broker.stop()


@pytest.mark.needs("nodes")
@pytest.mark.parametrize("milliseconds", [9000, 21000])
def test_a_session_timeout_that_the_broker_refuses(narrow, make_site, simulator, milliseconds):
    site = make_site(simulator, on=narrow)
    output = failed_start(
        site, "session.timeout.ms", f"{milliseconds} ms", "group.min.session.timeout.ms", "group.max.session.timeout.ms", code=78,
        properties={"session.timeout.ms": milliseconds},
    )  # fmt: skip
    said = [line for line in output.splitlines() if '"level":"error"' in line]
    assert len(said) == 1, output


@pytest.mark.parametrize("more, word", [({}, "sasl.oauthbearer.method"), ({"sasl.oauthbearer.method": "oidc"}, "sasl.oauthbearer.token.endpoint.url")])
def test_oauthbearer_without_a_source_of_tokens(site, more, word):
    failed_start(site, "OAUTHBEARER", word, code=78, properties={"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "OAUTHBEARER", **more})


@pytest.mark.parametrize("key, value", [("enable.idempotence", "false"), ("heartbeat.interval.ms", "2000"), ("session.timeout.ms", "3000"), ("group.id", "other"), ("isolation.level", "read_uncommitted"), ("no.such.key", "1")])
def test_a_property_that_a_guarantee_hangs_on(site, key, value):
    failed_start(site, key, code=78, properties={key: value})


def test_a_key_nobody_knows_in_the_environment_is_a_warning(site):
    worker = site.started(SEND_MAX_INFLIGHT="5")
    assert "SEND_MAX_INFLIGHT" in worker.log() and "SEND_MAX_IN_FLIGHT" in worker.log()


def test_secrets_from_files(site, simulator, tmp_path):
    secret = tmp_path / "password"
    secret.write_text(f"{PASSWORD}\n")
    site.started(ROCKETSMS_PASSWORD=None, ROCKETSMS_PASSWORD_FILE=secret)
    one = site.send(request("by-file"))
    site.status.until_final(one)


def test_a_provider_that_is_not_there_ends_nothing(make_site):
    site = make_site(None)
    worker = site.started(ROCKETSMS_BASE_URL=f"http://127.0.0.1:{ports.free_port()}")
    site.send(request("patient"))
    wait_for(lambda: worker.metric("rocketsms_attempts_total") + worker.metric("rocketsms_attempt_outcomes_total") > 0, 20, "an attempt")
    assert worker.ready()[0] == 200
    assert worker.terminate() == 0
    site.status.read(0.5)
    assert site.status.in_order == []
