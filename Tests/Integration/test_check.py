"""`check`: a line for each thing that a start needs, with its remedy where it is not well; it changes nothing, and it ends."""

import json
import os
import time
import types

import pytest

from harness import brokers, ports
from harness.process import end
from harness.requests import key_of, request
from harness.waiting import wait_for
from harness.worker import LEAKS, PASSWORD, run
from test_connections import SecureKafka, authority, connected, secure
from test_rights import WORKER, Rights, locked, place, worker_of
from test_smpp import centre, door, message, parts

@pytest.fixture
def site(make_site, simulator):
    """A site whose topics are as the worker wants them: `topics create` made them."""
    site = make_site(simulator)
    site.requests, site.status_topic, site.dead_letter_topic = (f"{name}.sound" for name in (site.requests, site.status_topic, site.dead_letter_topic))
    done = run("topics", "create", "--partitions", "2", env=site.settings("create"))
    assert done.returncode == 0, done.stderr
    names = {site.requests, f"{site.requests}.ledger", site.status_topic, site.dead_letter_topic}
    wait_for(lambda: names <= {name for name, topic in site.admin.list_topics(timeout=10).topics.items() if topic.partitions}, 30, "the topics to be there")
    return site


SUBJECTS = ["broker", "tls", "rights", "topics", "provider", "credentials", "senders", "clock"]


def check(site, *arguments, settings=None, **changed):
    """Exit code, and lines by subject: result, message, remedy."""
    env = {**site.settings("check"), **changed} if settings is None else settings
    done = run("check", "--json", *arguments, env=env, timeout=90)
    assert done.stdout, done.stderr
    assert not LEAKS.search(done.stdout + done.stderr) and WORKER not in done.stdout + done.stderr
    answer = json.loads(done.stdout)
    lines = {}
    for line in answer["checks"]:
        lines.setdefault(line["check"], []).append((line["result"], line["message"], line.get("remedy", "")))
    assert list(lines) == SUBJECTS
    assert answer["findings"] == sum(line["result"] == "finding" for line in answer["checks"])
    assert done.returncode == (1 if answer["findings"] else 0)
    return done.returncode, lines


def results(lines):
    return {subject: [result for result, _, _ in found] for subject, found in lines.items()}


def found(lines):
    """Findings by subject, as sentences with their remedies."""
    return {subject: [f"{message}. {remedy}" for result, message, remedy in own if result == "finding"] for subject, own in lines.items() if any(result == "finding" for result, _, _ in own)}


def test_where_all_is_well_it_says_so_and_changes_nothing(site, simulator):
    before = site.admin.list_topics(timeout=10).topics.keys()
    code, lines = check(site)
    assert code == 0 and not found(lines), lines
    assert {subject: own[0] for subject, own in results(lines).items()} == dict.fromkeys(SUBJECTS, "ok")
    assert site.admin.list_topics(timeout=10).topics.keys() == before
    groups = site.admin.list_consumer_groups(request_timeout=20).result(30).valid
    assert site.group not in {group.group_id for group in groups}
    assert simulator.attempts() == 0
    done = run("check", env=site.settings("check"), timeout=90)
    assert done.returncode == 0 and [line.split(":")[0].split() for line in done.stdout.splitlines()][0] == ["ok", "broker"], done.stdout


def test_what_is_wrong_with_the_account_is_named(site, simulator):
    code, lines = check(site, ROCKETSMS_PASSWORD="another")
    assert list(found(lines)) == ["credentials"] and "WRONG_AUTH" in found(lines)["credentials"][0] and "ROCKETSMS_PASSWORD" in found(lines)["credentials"][0]
    _, lines = check(site, SEND_ALLOWED_SENDERS="Simulator,Nobody")
    assert list(found(lines)) == ["senders"] and len(found(lines)["senders"]) == 1
    assert "Nobody" in found(lines)["senders"][0] and "senders add Nobody" in found(lines)["senders"][0]
    _, lines = check(site, ROCKETSMS_BASE_URL=f"http://127.0.0.1:{ports.free_port()}")
    assert list(found(lines)) == ["provider"] and "ROCKETSMS_BASE_URL" in found(lines)["provider"][0]
    assert results(lines)["credentials"] == ["unasked"]
    simulator.control("credits", credits=0)
    _, lines = check(site)
    assert list(found(lines)) == ["credentials"] and "top up" in found(lines)["credentials"][0]


def test_a_clock_that_is_off_is_named(site, simulator):
    simulator.switch(date_ahead="2m")
    _, lines = check(site)
    assert list(found(lines)) == ["clock"], lines
    assert "behind the provider's" in found(lines)["clock"][0] and "timedatectl" in found(lines)["clock"][0]
    simulator.switch(date_ahead="5s")
    assert check(site)[0] == 0


def test_a_topic_that_is_missing_is_named(site):
    site.delete_topic(site.status_topic)
    _, lines = check(site)
    assert list(found(lines)) == ["topics"] and any(site.status_topic in line and "topics create" in line for line in found(lines)["topics"])
    _, lines = check(site, TOPICS_AUTO_CREATE="true")
    assert not found(lines)
    assert site.status_topic not in site.admin.list_topics(timeout=10).topics


def test_brokers_that_are_away_or_hang_do_not_hold_it(site):
    begin = time.monotonic()
    _, lines = check(site, "--timeout", "4s", KAFKA_BOOTSTRAP_SERVERS=f"127.0.0.1:{ports.free_port()}")
    assert list(found(lines)) == ["broker"] and "KAFKA_BOOTSTRAP_SERVERS" in found(lines)["broker"][0]
    assert results(lines)["topics"] == ["unasked"] and results(lines)["provider"] == ["ok"]
    assert time.monotonic() - begin < 12


@pytest.mark.needs("nodes")
def test_a_cluster_and_a_provider_that_hang_do_not_hold_it(make_site, start_simulator):
    simulator = start_simulator(switches={"fault-hang": "1"})
    broker = brokers.ApacheKafka(os.environ["KAFKA_HOME"])
    try:
        site = make_site(simulator, on=broker, partitions=1, status_partitions=1)
        broker.freeze()
        begin = time.monotonic()
        _, lines = check(site, "--timeout", "6s")
        took = time.monotonic() - begin
        broker.thaw()
    finally:
        broker.stop()
    assert set(found(lines)) == {"broker", "provider"}, lines
    assert took < 6 + 5, took


@pytest.mark.needs("nodes")
def test_a_right_that_is_missing_is_named(place):
    site, rights = place
    left_out = {"Read on the group", "Read on the ledger", "Write on the status topic"}
    rights.give_all_but(*left_out)
    worker = worker_of(site, rights)
    _, lines = check(site, settings=worker.settings)
    assert set(found(lines)) == {"rights"}, lines
    said = " ".join(found(lines)["rights"])
    assert len(found(lines)["rights"]) == 3 and "acls plan" in said
    for name in (f"Read on the group {site.group}", f"Read on the topic {site.requests}.ledger", f"Write on the topic {site.status_topic}"):
        assert f"{name} is missing" in said
    rights.give(*left_out)
    code, lines = check(site, settings=worker.settings)
    # Settings may not be asked with these rights: that is told, and no finding.
    assert code == 0 and results(lines)["rights"] == ["ok", "unasked"] and set(results(lines)["topics"]) == {"unasked"}, lines
    _, lines = check(site, settings={**worker.settings, "KAFKA_PROPERTIES_FILE": site.properties_file("wrong", **brokers.ApacheKafka.credentials("worker", "wrong"))})
    assert list(found(lines)) == ["broker"] and "sasl.password" in found(lines)["broker"][0], lines


@pytest.mark.worker
@pytest.mark.needs("nodes")
def test_tls_that_does_not_fit_is_named(secure, authority, make_site, simulator, tmp_path):
    site = make_site(simulator, on=secure, partitions=1, status_partitions=1)
    good = {**site.settings("check"), **connected(secure, "own-ca", authority, tmp_path)}
    code, lines = check(site, settings=good)
    assert lines["tls"] == [("ok", "the brokers' certificates are trusted", "")], lines
    assert set(found(lines)) <= {"topics"}
    # Another authority, and each side alone with its TLS.
    other = tmp_path / "other.properties"
    other.write_text("security.protocol=SSL\n")
    plain = tmp_path / "plain.properties"
    plain.write_text("session.timeout.ms=6000\n")
    for changed, words in [
        ({"KAFKA_PROPERTIES_FILE": other}, "ssl.ca.location"),
        ({"KAFKA_PROPERTIES_FILE": plain}, "security.protocol"),
        ({"KAFKA_BOOTSTRAP_SERVERS": secure.bootstrap}, "security.protocol"),
    ]:
        _, lines = check(site, "--timeout", "8s", settings={**good, **changed})
        assert set(found(lines)) == {"broker", "tls"}, (changed, lines)
        assert words in found(lines)["tls"][0], lines


def test_over_smpp_it_binds_takes_no_receipt_and_unbinds(door, centre):
    """A receipt that it took would be lost: the one that waits for a bind is the worker's."""
    centre.switch(delivery_delay="2s")
    worker = door.started(KAFKA_INSTANCE_ID="phoenix")
    one = door.send(message("waits"), key=key_of("a"))
    wait_for(lambda: parts(centre), 20, "the part")
    worker.kill()
    time.sleep(3)
    binds = centre.ask("parts")["counters"]["binds"]
    _, lines = check(door)
    assert results(lines)["provider"] == results(lines)["credentials"] == ["ok"], lines
    assert results(lines)["senders"] == results(lines)["clock"] == ["unasked"]
    assert centre.ask("parts")["counters"]["binds"] == binds + 1
    worker.start().wait_ready()
    (*_, last) = door.status.until_final(one)
    assert last.status == "DELIVERED"


def test_over_smpp_what_is_wrong_is_named(door, centre):
    def provider(**changed):
        return {subject: lines for subject, lines in found(check(door, "--timeout", "9s", **changed)[1]).items() if subject in ("provider", "credentials")}

    wrong = provider(SMPP_PASSWORD="another")
    assert list(wrong) == ["credentials"] and "ESME_RINVPASWD (0x0E)" in wrong["credentials"][0] and "SMPP_PASSWORD" in wrong["credentials"][0]
    wrong = provider(SMPP_PORT=str(ports.free_port()))
    assert list(wrong) == ["provider"] and "SMPP_PORT" in wrong["provider"][0]
    wrong = provider(SMPP_TLS="true")
    assert list(wrong) == ["provider"] and "SMPP_TLS" in wrong["provider"][0]
    # Where something else answers.
    wrong = provider(SMPP_PORT=str(centre.port))
    assert list(wrong) == ["provider"] and "is it SMPP" in wrong["provider"][0]
    centre.switch(smpp_bind_limit=1)
    door.started()
    wrong = provider()
    assert list(wrong) == ["credentials"] and "as often as it may be" in wrong["credentials"][0]
