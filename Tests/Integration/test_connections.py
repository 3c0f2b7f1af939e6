"""The properties files of docs/connections, each against an Apache Kafka that is configured to match; and what is said where it does not."""

import glob
import os
import pathlib
import ssl
import socket
import sys
import threading

import pytest

from harness import brokers, ports
from harness.certificates import Authority
from harness.requests import request
from harness.worker import PASSWORD, Worker

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "docs" / "connections").glob("*.properties"))


def newest_library(folder):
    """A folder with the librdkafka of confluent-kafka's wheel under the name that the worker is linked with."""
    found = glob.glob(os.path.join(sys.prefix, "lib", "python3*", "site-packages", "confluent_kafka.libs", "librdkafka-*.so*"))
    if not found:
        pytest.skip("test_connections.py: no librdkafka in the wheel of confluent-kafka")
    place = folder / "librdkafka"
    place.mkdir(exist_ok=True)
    if not (place / "librdkafka.so.1").exists():
        (place / "librdkafka.so.1").symlink_to(found[0])
    return place


class SecureKafka(brokers.ApacheKafka):
    """With a listener more for each way to connect, by the name of its file."""

    WAYS = {
        "strimzi-mtls": ("SSL", None), "own-ca": ("SSL", None), "confluent-cloud-plain": ("SASL_SSL", "PLAIN"), "msk-scram": ("SASL_SSL", "SCRAM-SHA-512"),
        "redpanda-scram": ("SASL_SSL", "SCRAM-SHA-256"),
    }  # fmt: skip

    def __init__(self, home, authority, server):
        self.authority, self.server = authority, server
        self.ports = dict(zip(self.WAYS, ports.free_ports(len(self.WAYS))))
        super().__init__(home)

    def _more_settings(self, settings):
        made = {"sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512"}
        for name, (protocol, mechanism) in self.WAYS.items():
            listener = name.replace("-", "").upper()
            for key in ("listeners", "advertised.listeners"):
                made[key] = f"{made.get(key, settings[key])},{listener}://127.0.0.1:{self.ports[name]}"
            key = "listener.security.protocol.map"
            made[key] = f"{made.get(key, settings[key])},{listener}:{protocol}"
            own = f"listener.name.{listener.lower()}."
            made |= {f"{own}ssl.keystore.type": "PEM", f"{own}ssl.keystore.location": self.server}
            if name == "strimzi-mtls":
                made |= {f"{own}ssl.client.auth": "required", f"{own}ssl.truststore.type": "PEM", f"{own}ssl.truststore.location": self.authority.certificate}
            if mechanism == "PLAIN":
                module = 'org.apache.kafka.common.security.plain.PlainLoginModule required user_API_KEY="change-me";'
                made |= {f"{own}sasl.enabled.mechanisms": mechanism, f"{own}plain.sasl.jaas.config": module}
            elif mechanism:
                module = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
                made |= {f"{own}sasl.enabled.mechanisms": mechanism, f"{own}{mechanism.lower()}.sasl.jaas.config": module}
        return made

    def _more_format(self):
        words = []
        for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
            words += ["--add-scram", f"{mechanism}=[name=sms,password=change-me]"]
        return words


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    made = Authority(tmp_path_factory.mktemp("authority"))
    made.issue("server")
    made.issue("user")
    return made


@pytest.fixture(scope="module")
def secure(authority):
    broker = SecureKafka(os.environ["KAFKA_HOME"], authority, authority.folder / "server.pem")
    yield broker
    broker.stop()


def properties(path, authority):
    """A file of the documents with this run's certificates in the places that it names."""
    known = {"/etc/rocketsms-worker/kafka/": f"{authority.folder}/", "/etc/ssl/certs/ca-certificates.crt": str(authority.certificate)}
    text = path.read_text()
    for shown, real in known.items():
        text = text.replace(shown, real)
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))


def connected(secure, name, authority, folder):
    """Settings by which a worker connects as the file says."""
    path = folder / f"{name}.properties"
    own = properties(ROOT / "docs" / "connections" / f"{name}.properties", authority)
    path.write_text("".join(f"{key}={value}\n" for key, value in {**own, "session.timeout.ms": 6000}.items()))
    return {"KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{secure.ports[name]}", "KAFKA_PROPERTIES_FILE": path}


def library_of(name, folder):
    return {"LD_LIBRARY_PATH": newest_library(folder)} if "scram" in name else {}


@pytest.mark.worker
@pytest.mark.needs("nodes")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_request_goes_its_whole_way(secure, authority, make_site, simulator, tmp_path, path):
    site = make_site(simulator, on=secure, partitions=1, status_partitions=1)
    worker = site.worker(**connected(secure, path.stem, authority, tmp_path), **library_of(path.stem, tmp_path))
    worker.start().wait_ready()
    site.status.until_final(site.send(request("through")))
    assert "change-me" not in worker.log()


def refusal(folder, code, settings, **more):
    provider = {"ROCKETSMS_BASE_URL": "http://127.0.0.1:9", "ROCKETSMS_USERNAME": "nobody", "ROCKETSMS_PASSWORD": PASSWORD}
    worker = Worker("worker", folder, {**provider, **settings, "LOG_LEVEL": "info", "KAFKA_START_TIMEOUT": "2s", **more}).start()
    assert worker.wait_end(30) == code, worker.tail()
    return worker.log().splitlines()[-1]


@pytest.mark.worker
@pytest.mark.needs("nodes")
@pytest.mark.parametrize("name", ["confluent-cloud-plain", "msk-scram"])
def test_a_wrong_password_is_said(secure, authority, tmp_path, name):
    settings = connected(secure, name, authority, tmp_path)
    text = settings["KAFKA_PROPERTIES_FILE"].read_text()
    settings["KAFKA_PROPERTIES_FILE"].write_text(text.replace("change-me", "something-else"))
    said = refusal(tmp_path, 77, settings, **library_of(name, tmp_path))
    assert "credentials" in said and "something-else" not in said


@pytest.fixture
def handshakes():
    """A server that does nothing but TLS, with a certificate of the caller's."""
    servers = []

    def serve(pem):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        server = socket.create_server(("127.0.0.1", ports.free_port()))
        servers.append(server)

        def answer():
            while True:
                try:
                    connection, _ = server.accept()
                    context.wrap_socket(connection, server_side=True).close()
                except ssl.SSLError:
                    continue
                except OSError:
                    # A client that went in the middle, or the end of the test.
                    if server.fileno() < 0:
                        return

        threading.Thread(target=answer, daemon=True).start()
        return f"127.0.0.1:{server.getsockname()[1]}"

    yield serve
    for server in servers:
        # Wakes whoever accepts.
        server.shutdown(socket.SHUT_RDWR)
        server.close()


@pytest.mark.parametrize("is_newest", [False, True], ids=["linked-library", "newest-library"])
@pytest.mark.parametrize(
    "issued, trusted, said",
    [
        ({"names": "DNS:broker.example"}, "ca", "is for another name than this one"),
        ({"end": "20250201000000Z"}, "ca", "has expired"),
        ({}, "stranger", "is of no authority that is trusted here (ssl.ca.location)"),
    ],
)
def test_a_certificate_that_is_refused_says_why(handshakes, tmp_path, issued, trusted, said, is_newest):
    authority = Authority(tmp_path)
    Authority(tmp_path, "stranger")
    server = handshakes(authority.issue("server", **issued))
    path = tmp_path / "kafka.properties"
    path.write_text(f"security.protocol=SSL\nssl.ca.location={tmp_path / trusted}.crt\n")
    library = {"LD_LIBRARY_PATH": newest_library(tmp_path)} if is_newest else {}
    last = refusal(tmp_path, 69, {"KAFKA_BOOTSTRAP_SERVERS": server, "KAFKA_PROPERTIES_FILE": path}, **library)
    assert said in last and server in last


def test_the_table_of_the_document_has_every_file():
    text = (ROOT / "docs" / "connections" / "README.md").read_text()
    assert FILES and all(f"({path.name})" in text for path in FILES) and {path.stem for path in FILES} == set(SecureKafka.WAYS)
