"""Secrets that are changed in their files are taken without a restart, and without losing a request or sending one twice."""

import os
import urllib.error
import urllib.request

import pytest

from confluent_kafka.admin import AdminClient, ScramCredentialInfo, ScramMechanism, UserScramCredentialUpsertion

from harness.certificates import Authority
from harness.records import QUIET
from harness.requests import key_of, request
from harness.waiting import wait_for
from harness.worker import PASSWORD
from test_connections import SecureKafka, connected, library_of

OTHER = "pA55-word-of-tests-2"


class MountedSecret:
    """As Kubernetes mounts one: `name` is a link into `..data`, and `..data` one to a folder that is made anew; one rename changes all."""

    def __init__(self, folder, **values):
        self.folder = folder
        self.version = 0
        folder.mkdir()
        for name in values:
            (folder / name).symlink_to(f"..data/{name}")
        self.change(**values)

    def change(self, **values):
        self.version += 1
        place = self.folder / f"..{self.version}"
        place.mkdir()
        for name, value in values.items():
            (place / name).write_text(value)
        (self.folder / "..data_tmp").symlink_to(place.name)
        os.rename(self.folder / "..data_tmp", self.folder / "..data")


def test_the_providers_password_and_the_admin_ports_token(make_site, simulator, tmp_path):
    site = make_site(simulator, partitions=2)
    secret = MountedSecret(tmp_path / "secret", password=PASSWORD, token="0123456789abcdef")
    worker = site.worker(
        LOG_LEVEL="info", ROCKETSMS_PASSWORD=None, ROCKETSMS_PASSWORD_FILE=secret.folder / "password", ADMIN_TOKEN_FILE=secret.folder / "token"
    )
    worker.start().wait_ready()
    pid = worker.process.pid
    site.status.until_final(site.send(request("before"), key=key_of("a")))

    simulator.control("credentials", username=simulator.USERNAME, password=OTHER)
    waiting = [site.send(request(f"waits-{number}"), key=key_of(number)) for number in range(20)]
    wait_for(lambda: worker.ready()[1]["account"] != "ok", 20, lambda: f"the account pause; {worker.ready()}")
    assert worker.ready()[0] == 200 and len(simulator.sends()) == 1
    secret.change(password=OTHER, token="fedcba9876543210")
    site.status.until_final(*waiting, timeout=60)
    assert worker.process.pid == pid and worker.is_running
    assert sorted(send.request_id for send in simulator.sends()) == sorted(["before", *(one.id for one in waiting)])
    assert OTHER not in worker.log()

    def status(token):
        asked = urllib.request.Request(f"http://127.0.0.1:{worker.port}/metrics", headers={"Authorization": f"Bearer {token}"})
        try:
            return urllib.request.urlopen(asked, timeout=5).status
        except urllib.error.HTTPError as error:
            return error.code

    wait_for(lambda: status("fedcba9876543210") == 200, 20, "the new token to be asked for")
    assert status("0123456789abcdef") == 401
    site.judge()


def test_a_file_that_is_wrong_changes_nothing_and_is_said(make_site, simulator, tmp_path):
    site = make_site(simulator, partitions=1)
    secret = MountedSecret(tmp_path / "secret", password=PASSWORD)
    worker = site.worker(LOG_LEVEL="info", ROCKETSMS_PASSWORD=None, ROCKETSMS_PASSWORD_FILE=secret.folder / "password").start().wait_ready()
    secret.change(password=f"{OTHER}\nand a second line")
    worker.wait_log("ROCKETSMS_PASSWORD_FILE.*The secret of before stays in use")
    assert OTHER not in worker.log()
    site.status.until_final(site.send(request("goes on")))


@pytest.fixture
def kafka(tmp_path):
    """A node of its own: it forgets the old secrets."""
    authority = Authority(tmp_path)
    authority.issue("server")
    authority.issue("user")
    broker = SecureKafka(os.environ["KAFKA_HOME"], authority, authority.folder / "server.pem")
    yield broker
    broker.stop()


def change_plain(kafka):
    """The broker knows the new password only."""
    file = kafka._folder(1) / "server.properties"
    text = file.read_text()
    assert 'user_API_KEY="change-me"' in text
    file.write_text(text.replace('user_API_KEY="change-me"', 'user_API_KEY="changed"'))


def change_scram(kafka):
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap, **QUIET})
    info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
    for future in admin.alter_user_scram_credentials([UserScramCredentialUpsertion("sms", info, b"changed")]).values():
        future.result(30)


def replace_file(path, text):
    made = path.with_suffix(".new")
    made.write_text(text)
    os.rename(made, path)


@pytest.mark.worker
@pytest.mark.needs("nodes")
@pytest.mark.parametrize("way, change", [("confluent-cloud-plain", change_plain), ("msk-scram", change_scram)], ids=["plain", "scram"])
def test_kafkas_password(kafka, make_site, simulator, tmp_path, way, change):
    site = make_site(simulator, on=kafka, partitions=1, status_partitions=1)
    settings = connected(kafka, way, kafka.authority, tmp_path)
    worker = site.worker(LOG_LEVEL="info", **settings, **library_of(way, tmp_path)).start().wait_ready()
    pid = worker.process.pid
    site.status.until_final(site.send(request("before"), key=key_of("a")))
    change(kafka)
    path = settings["KAFKA_PROPERTIES_FILE"]
    replace_file(path, path.read_text().replace("change-me", "changed"))
    worker.wait_log("Kafka's secrets were changed in their files")
    site.status.until_final(site.send(request("between"), key=key_of("a")))
    # What is connected stays so; after this nobody is.
    kafka.stop_node(1)
    kafka.start_node(1)
    kafka.wait_until_whole(90)
    site.status.until_final(site.send(request("after"), key=key_of("a")), timeout=90)
    assert worker.process.pid == pid and worker.is_running and "changed\n" not in worker.log()
    assert [send.request_id for send in simulator.sends()] == ["before", "between", "after"]
    site.judge()


@pytest.mark.worker
@pytest.mark.needs("nodes")
def test_a_clients_certificate(kafka, make_site, simulator, tmp_path):
    """Read when a client is made: so the session is made anew, and what was under way goes on."""
    site = make_site(simulator, on=kafka, partitions=1, status_partitions=1)
    worker = site.worker(LOG_LEVEL="info", ROCKETSMS_REQUEST_TIMEOUT="2m", **connected(kafka, "strimzi-mtls", kafka.authority, tmp_path))
    worker.start().wait_ready()
    pid = worker.process.pid
    site.status.until_final(site.send(request("before"), key=key_of("a")))
    simulator.faults(next=[{"fault": "hold", "endpoint": "send"}])
    running = site.send(request("running"), key=key_of("b"))
    simulator.wait_held(1)
    # One that no client can be made with is not taken.
    key = kafka.authority.folder / "user.key"
    sound = key.read_text()
    replace_file(key, "no key")
    worker.wait_log("no client can be made by them")
    replace_file(key, sound)
    kafka.authority.issue("user")
    worker.wait_log("Kafka's keys or certificates were changed")
    simulator.release()
    site.status.until_final(running, site.send(request("after"), key=key_of("a")), timeout=90)
    assert worker.process.pid == pid and worker.is_running
    assert sorted(send.request_id for send in simulator.sends()) == ["after", "before", "running"]
    site.judge()
