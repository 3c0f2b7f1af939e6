"""The brokers that the tests run against, each with what it is able to do.

Abilities (marker `needs`):
  eviction      a member that was killed leaves its group after the session timeout
  cooperative   cooperative-sticky groups of two members and more
  transactions  transaction timeout, and offsets of a stale generation refused
  retention     survives kill -9 of a node without losing what was acknowledged
  nodes         three nodes of its own that the tests may end and start
  unknown-topic an unknown topic is an error, not made on the fly
  freeze        the tests may stop its process for a moment (SIGSTOP)
  relay         one of its own may send its clients through a relay
  pace          fetches wait for data instead of spinning, so that a time that was measured means something
"""

import glob
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from . import ports
from .process import end
from .waiting import wait_for

EVERYTHING = frozenset(["eviction", "cooperative", "transactions", "retention", "nodes", "unknown-topic", "pace", "freeze", "relay"])


def metadata(bootstrap, timeout=1.0, **properties):
    """The cluster's metadata, or None where no broker answers."""
    client = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0, "socket.timeout.ms": 2000, **properties})
    try:
        return client.list_topics(timeout=timeout)
    except KafkaException:
        return None


class ExistingCluster:
    name = "existing cluster"
    abilities = EVERYTHING - {"nodes", "unknown-topic", "freeze", "relay"}

    def __init__(self, bootstrap):
        self.bootstrap = bootstrap
        found = wait_for(lambda: metadata(bootstrap), 30, f"an answer of {bootstrap}")
        self.replication = min(3, len(found.brokers))

    def stop(self):
        pass


class NoidaDB:
    """A small broker from PyPI. One node, data kept over SIGTERM only."""

    name = "noida-db"
    abilities = frozenset(["freeze"])
    replication = 1

    def __init__(self):
        import noida_db

        binary = pathlib.Path(noida_db.__file__).parent / "noida-db"
        if not os.access(binary, os.X_OK):
            binary.chmod(0o755)
        self.data = tempfile.mkdtemp(prefix="noida-db-")
        port = ports.free_port()
        self.bootstrap = f"127.0.0.1:{port}"
        self.log = open(os.path.join(self.data, "broker.log"), "wb")
        self.process = subprocess.Popen(
            [binary, "start", "--only", "kafka", "--kafka-port", str(port), "--data-dir", os.path.join(self.data, "data")],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
        )  # fmt: skip
        try:
            wait_for(lambda: self._runs() and metadata(self.bootstrap), 30, "noida-db to answer")
        except BaseException:
            self.stop()
            raise

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def _runs(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"noida-db ended with {self.process.returncode}, see {self.log.name}")
        return True

    def stop(self):
        end(self.process, grace=15)
        self.log.close()
        shutil.rmtree(self.data, ignore_errors=True)


class ApacheKafka:
    """One node or three of the distribution in a folder with libs/*.jar, in KRaft mode.

    Node numbers begin at 1. Their data are in one temporary folder, removed by `stop`.
    With `users` (passwords by name) clients must say who they are (SASL PLAIN); all but `admin` have no right to anything.
    With `is_relayed` clients are told ports where a relay must listen (`doors`: its port and the node's, for each node), and `bootstrap`
    are the ports of the peers, for those who look on. `settings` are the brokers' own, in the place of those here.
    """

    name = "Apache Kafka"
    CLUSTER = "cm9ja2V0c21zLXdvcmtlcg"
    # For a small machine and short runs; none of them changes what the broker promises.
    SMALL = {
        "num.partitions": 4,
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": 0,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.num.partitions": 1,
        "log.cleaner.backoff.ms": 500,
        "log.cleaner.dedupe.buffer.size": 8 << 20,
        "log.segment.bytes": 64 << 20,
        "num.network.threads": 2,
        "num.io.threads": 4,
    }

    def __init__(self, home, nodes=1, users=None, is_relayed=False, settings=None):
        self.home = home
        self.settings = settings or {}
        self.users = users
        self.client = self.credentials("admin", users["admin"]) if users else {}
        self.nodes = nodes
        self.replication = nodes
        self.abilities = EVERYTHING
        self.jars = ":".join(sorted(glob.glob(os.path.join(home, "libs", "*.jar"))))
        if not self.jars:
            raise RuntimeError(f"KAFKA_HOME={home}: no libs/*.jar there")
        self.data = tempfile.mkdtemp(prefix="kafka-")
        given = ports.free_ports(4 * nodes)
        self.client_ports, self.controller_ports, self.peer_ports = given[:nodes], given[nodes : 2 * nodes], given[2 * nodes : 3 * nodes]
        self.advertised_ports = given[3 * nodes :] if is_relayed else self.client_ports
        self.doors = list(zip(self.advertised_ports, self.client_ports))
        self.bootstrap = self.addresses(self.peer_ports if is_relayed else self.client_ports)
        self.processes = {}
        try:
            for node in range(1, nodes + 1):
                self._format(node)
            for node in range(1, nodes + 1):
                self.start_node(node)
            wait_for(self._is_up, 90, "Apache Kafka to answer", interval=0.2)
        except BaseException:
            self.stop()
            raise

    @staticmethod
    def addresses(ports):
        return ",".join(f"127.0.0.1:{port}" for port in ports)

    def _is_up(self):
        for node, process in self.processes.items():
            if process.poll() is not None:
                raise RuntimeError(f"Kafka node {node} ended with {process.returncode}: {self._tail(node)}")
        found = metadata(self.bootstrap, **self.client)
        return found is not None and len(found.brokers) == self.nodes

    @staticmethod
    def credentials(name, password):
        """Client properties of a user."""
        return {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanisms": "PLAIN", "sasl.username": name, "sasl.password": password}

    def _access(self):
        """Settings by which clients are known, and get no right that nobody gave them."""
        known = "".join(f' user_{name}="{password}"' for name, password in self.users.items())
        return {
            "sasl.enabled.mechanisms": "PLAIN",
            "listener.name.client.plain.sasl.jaas.config": f"org.apache.kafka.common.security.plain.PlainLoginModule required{known};",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:admin;User:ANONYMOUS",
        }

    def _more_settings(self, settings):
        """Of a subclass: more settings of a node, and others in the place of these."""
        return {}

    def _more_format(self):
        """Of a subclass: more words for the tool that formats the storage."""
        return []

    def _folder(self, node):
        return pathlib.Path(self.data) / f"node-{node}"

    def _tail(self, node):
        return (self._folder(node) / "kafka.log").read_text(errors="replace")[-2000:]

    def _java(self, *arguments, heap):
        return [
            "java", f"-Xmx{heap}", "-XX:+UseSerialGC", "-Xshare:auto", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Dorg.slf4j.simpleLogger.showDateTime=true", "-cp", self.jars, *arguments,
        ]  # fmt: skip

    def _format(self, node):
        folder = self._folder(node)
        folder.mkdir()
        voters = ",".join(f"{index + 1}@127.0.0.1:{port}" for index, port in enumerate(self.controller_ports))
        client, controller, peer, advertised = (
            given[node - 1] for given in (self.client_ports, self.controller_ports, self.peer_ports, self.advertised_ports)
        )
        settings = {
            "process.roles": "broker,controller",
            "node.id": node,
            "log.dirs": folder / "log",
            "controller.quorum.voters": voters,
            "listeners": f"CLIENT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller},PEERS://127.0.0.1:{peer}",
            "advertised.listeners": f"CLIENT://127.0.0.1:{advertised},PEERS://127.0.0.1:{peer}",
            "listener.security.protocol.map": f"CLIENT:{'SASL_PLAINTEXT' if self.users else 'PLAINTEXT'},CONTROLLER:PLAINTEXT,PEERS:PLAINTEXT",
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "PEERS",
            "offsets.topic.replication.factor": self.nodes,
            "transaction.state.log.replication.factor": self.nodes,
            "transaction.state.log.min.isr": min(2, self.nodes),
            "default.replication.factor": self.nodes,
            "min.insync.replicas": min(2, self.nodes),
            **self.SMALL,
            **(self._access() if self.users else {}),
            **self.settings,
        }
        settings.update(self._more_settings(settings))
        file = folder / "server.properties"
        file.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
        tool = self._java("kafka.tools.StorageTool", "format", "-t", self.CLUSTER, "-c", str(file), *self._more_format(), heap="128m")
        done = subprocess.run(tool, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise RuntimeError(f"formatting the storage of Kafka failed: {(done.stdout + done.stderr)[-2000:]}")

    def start_node(self, node):
        """Starts a node on the data that it has, without waiting for it."""
        with open(self._folder(node) / "kafka.log", "ab") as log:
            self.processes[node] = subprocess.Popen(
                self._java("kafka.Kafka", str(self._folder(node) / "server.properties"), heap="512m"),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def freeze(self):
        for process in self.processes.values():
            process.send_signal(signal.SIGSTOP)

    def thaw(self):
        for process in self.processes.values():
            process.send_signal(signal.SIGCONT)

    def wait_until_whole(self, timeout=60):
        """Waits until every node is there and every partition has all its replicas in sync."""

        def is_whole():
            found = metadata(self.bootstrap, **self.client)
            return (
                found is not None
                and len(found.brokers) == self.nodes
                and all(
                    partition.leader >= 0 and len(partition.isrs) == len(partition.replicas)
                    for topic in found.topics.values()
                    for partition in topic.partitions.values()
                )
            )

        wait_for(is_whole, timeout, "all nodes and replicas in sync", interval=0.2)

    def stop_node(self, node, how=signal.SIGTERM):
        """Ends a node and waits for its end; a SIGTERM that is not obeyed in 60 s becomes a SIGKILL."""
        process = self.processes.pop(node)
        process.send_signal(how)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)

    def stop(self):
        # What is on disk goes anyway, so there is nothing that an orderly end would save.
        for process in self.processes.values():
            process.kill()
        for process in self.processes.values():
            process.wait(10)
        shutil.rmtree(self.data, ignore_errors=True)


def choose():
    """The broker that the environment asks for."""
    if os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        return ExistingCluster(os.environ["KAFKA_BOOTSTRAP_SERVERS"])
    if os.environ.get("KAFKA_HOME"):
        return ApacheKafka(os.environ["KAFKA_HOME"])
    return NoidaDB()


def chosen_abilities():
    """What the broker of `choose` will be able to do, and its name; nothing is started."""
    if os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        return ExistingCluster.abilities, ExistingCluster.name
    if os.environ.get("KAFKA_HOME"):
        return EVERYTHING, ApacheKafka.name
    return NoidaDB.abilities, NoidaDB.name
