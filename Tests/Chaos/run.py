"""One run, from brokers to figures."""

import contextlib
import dataclasses
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import time

from confluent_kafka import IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from harness import brokers, ports
from harness.process import end
from harness.records import QUIET, Reader
from harness.simulator import Simulator
from harness.site import Site
from harness.waiting import wait_for
from harness.worker import BINARY, LEAKS, Worker, environment
from harness.worker import run as command

from . import measures, network, report, verdict
from .fleet import SIGTERM, Fleet
from .load import Load, settle
from .schedule import PROFILES, SESSION, TRANSACTION, counts, is_stable, schedule

SUBJECTS = {"worker": "rocketsms-worker", "at-least-once": "a usual at-least-once worker", "transactions": "the same, Kafka transactions around the POSTs"}
# A short session and what a client that hears nothing waits, so that much happens in little time.
PROPERTIES = {
    "session.timeout.ms": int(SESSION * 1000), "heartbeat.interval.ms": 1500, "transaction.timeout.ms": int(TRANSACTION * 1000),
    "reconnect.backoff.max.ms": 250, "socket.timeout.ms": 4000,
}  # fmt: skip
SMPP_PASSWORD = "secret"
PARTITIONS = 8
# After a SIGSTOP, cut or death the neighbourhood is not healthy for so long.
AFTERMATH = SESSION + TRANSACTION + 10


@dataclasses.dataclass
class Options:
    seed: int = 1
    minutes: float = 2.0
    profile: str = "mixed"
    door: str = "http"
    nodes: int = 1
    rate: float = 50.0
    subject: str = "worker"
    patience: float = 300.0
    latency: str = "5ms"
    # Of a worker with a broken rule.
    mutant: int | None = None
    binary: str | None = None
    # Settings of every worker.
    more: dict = dataclasses.field(default_factory=dict)

    @property
    def name(self):
        return f"{self.subject}-{self.profile}-{self.door}-{self.nodes}-{self.seed}"


class Broken(Worker):
    """A worker out of another binary, with a number that breaks one rule."""

    binary = None

    def start(self, stderr=None):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([self.binary, "run"], env=environment(**self.settings), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self


class Control(Worker):
    """A usual worker, as a process like ours."""

    is_transactional = False

    def start(self, stderr=None):
        script = pathlib.Path(__file__).parent / "control" / "worker.py"
        more = ["--transactions"] if self.is_transactional else []
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([sys.executable, script, *more], env=environment(**self.settings), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def wait_ready(self, timeout=60):
        wait_for(lambda: "ready" in self.log(), timeout, lambda: f"{self.name} ready; {self.tail()}")
        return self


class Transactions(Control):
    is_transactional = True


class Follow:
    """`audit --follow` beside the run."""

    def __init__(self, settings, folder):
        self.out, self.err = pathlib.Path(folder) / "follow.out", pathlib.Path(folder) / "follow.err"
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen([BINARY, "audit", "--follow", "--json", "--keep-going"], env=environment(**settings), stdin=subprocess.DEVNULL, stdout=out, stderr=err)

    def stop(self):
        code = self.process.poll() if self.process.poll() is not None else end(self.process, 20)
        return {"code": code, "findings": [json.loads(line) for line in self.out.read_text().splitlines() if line.endswith("}")]}


class Owners:
    """Who owns which partition, asked by a process that may end of it, and is followed by another then."""

    def __init__(self, site, folder):
        self.site, self.path, self.process = site, folder / "owners.jsonl", None
        self.look()

    def look(self):
        if self.process is None or self.process.poll() is not None:
            with open(self.path, "ab") as out:
                command = [sys.executable, "-m", "Chaos.owners", self.site.broker.bootstrap, self.site.group]
                environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
                self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL)

    def stop(self):
        end(self.process)
        lines = [line for line in self.path.read_text().splitlines() if line.endswith("]")]
        return [(at, {int(partition): name for partition, name in owned.items()}) for at, owned in map(json.loads, lines)]


def start_cluster(nodes):
    """The cluster, and whether its nodes are ours to end."""
    if os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        return brokers.ExistingCluster(os.environ["KAFKA_BOOTSTRAP_SERVERS"]), False
    return brokers.ApacheKafka(os.environ["KAFKA_HOME"], nodes, is_relayed=True), True


def version():
    """The worker's, as it says it."""
    return " ".join(command("version").stdout.split())


def run(options, say=print, logs=None):
    """The figures of a run. `logs`: a folder for what all of them said, where something was found."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder, contextlib.ExitStack() as stack:
        made = Run(options, pathlib.Path(folder), stack, say)
        figures = {}
        try:
            figures = made.result()
            return figures
        finally:
            if logs and not (figures and report.is_clean(figures)):
                made.keep_logs(logs)


class Run:
    def __init__(self, options, folder, stack, say):
        self.options, self.folder, self.stack, self.say = options, folder, stack, say
        self.profile = PROFILES[options.profile]
        self.is_ours = options.subject == "worker"
        self.cluster, self.own_brokers = start_cluster(options.nodes)
        stack.callback(self.cluster.stop)
        smpp_port = ports.free_port() if options.door == "smpp" else None
        switches = {"delivery-delay": "100ms", "hang-limit": "20s"} | ({"latency": options.latency} if not smpp_port else {})
        self.simulator = Simulator(folder, seed=options.seed, switches=switches, smpp_port=smpp_port)
        stack.callback(self.simulator.stop)
        if smpp_port:
            self.simulator.control("credentials", password=SMPP_PASSWORD)
            self.simulator.switch(smpp_response_delay="5ms", smpp_receipt_twice_share="0.05", smpp_receipt_bind="random")
        self.provider = network.Provider(smpp_port or self.simulator.port, [f"replica-{number}" for number in range(self.profile.replicas)] if smpp_port else ())
        stack.callback(self.provider.close)
        self.brokers = network.Brokers(self.cluster.doors) if self.own_brokers else None
        if self.brokers:
            stack.callback(self.brokers.close)
        self.site = Site(self.cluster, self.simulator, folder, partitions=PARTITIONS)
        stack.callback(self._close_readers)
        self.site.receipts = f"{self.site.requests}.receipts"
        if smpp_port:
            self.site.create(self.site._topic(self.site.receipts, 1, {"message.timestamp.type": "LogAppendTime"}))
        self.fleet = Fleet(self._make, self.profile, self.cluster, self.brokers, self.provider, self.simulator, options.door, options.seed)
        stack.callback(self._stop_workers)

    def _close_readers(self):
        self.site.status.reader.close()
        self.site.dead_letters.reader.close()

    def _stop_workers(self):
        for worker in self.site.workers:
            if worker.is_running:
                worker.kill()

    def _settings(self, name="audit", **more):
        """Of a worker that finds brokers and provider where `name` is to find them."""
        is_over_smpp = self.options.door == "smpp"
        made = {
            "KAFKA_BOOTSTRAP_SERVERS": self.cluster.addresses(self.cluster.advertised_ports) if self.own_brokers else self.cluster.bootstrap,
            "SEND_RETRY_BUDGET": 1, "SEND_MAX_ATTEMPTS": 5, "LOG_LEVEL": "info",
            **({} if is_over_smpp else {"ROCKETSMS_BASE_URL": f"http://127.0.0.1:{self.provider.port(name)}"}), **more,
        }  # fmt: skip
        if is_over_smpp:
            made |= {
                "PROVIDER_TRANSPORT": "smpp", "SMPP_HOST": "127.0.0.1", "SMPP_PORT": self.provider.port(name), "SMPP_TLS": "false",
                "SMPP_SYSTEM_ID": Simulator.USERNAME, "SMPP_PASSWORD": SMPP_PASSWORD, "SMPP_RESPONSE_TIMEOUT": "2s", "TOPICS_RECEIPTS": self.site.receipts,
                "ROCKETSMS_BASE_URL": None, "ROCKETSMS_USERNAME": None, "ROCKETSMS_PASSWORD": None, "TRACK_CADENCE": None,
            }  # fmt: skip
        return made

    def _make(self, name, is_stable):
        more = {"KAFKA_INSTANCE_ID": name} if is_stable else {}
        more |= self.options.more
        if self.options.mutant is not None:
            more["MUTANT"] = self.options.mutant
        settings = self.site.settings(name, {**PROPERTIES, "client.id": name}, **self._settings(name, **more))
        kind = {"at-least-once": Control, "transactions": Transactions}.get(self.options.subject, Broken if self.options.binary else Worker)
        worker = kind(name, self.folder, settings)
        if self.options.binary:
            worker.binary = self.options.binary
        self.site.workers.append(worker)
        return worker

    def _audit_settings(self):
        """An operator's: it goes to the brokers themselves."""
        return self.site.settings("audit", **(self._settings() | {"KAFKA_BOOTSTRAP_SERVERS": self.cluster.bootstrap, "SEND_RETRY_BUDGET": None, "SEND_MAX_ATTEMPTS": None, "LOG_LEVEL": None}))

    def _pulse(self):
        self.site.status.read(0.02)
        self.site.dead_letters.read(0)
        if self.fleet.now - self.weighed > 5:
            self.weighed = self.fleet.now
            self.fleet.weigh()
            self.owners.look()

    def keep_logs(self, name):
        """What the workers, the simulator and the brokers said, beside the result."""
        target = pathlib.Path(name)
        target.mkdir(parents=True, exist_ok=True)
        for log in [*self.folder.glob("*.log"), *pathlib.Path(getattr(self.cluster, "data", self.folder)).glob("*/kafka.log")]:
            shutil.copy(log, target / (log.name if log.parent == self.folder else f"{log.parent.name}.log"))

    def result(self):
        options, fleet, site = self.options, self.fleet, self.site
        seconds = options.minutes * 60
        actions = schedule(options.seed, seconds, self.profile, options.nodes, options.door, self.own_brokers)
        fleet.start()
        follow = Follow(self._audit_settings(), self.folder) if self.is_ours and not options.binary else None
        if follow:
            self.stack.callback(lambda: end(follow.process))
        self.owners = Owners(site, self.folder)
        self.stack.callback(lambda: end(self.owners.process))
        self.weighed = 0.0
        with Load(site, options.seed, options.rate, options.door, is_plain=not self.is_ours) as load:
            began = time.time()
            fleet.run(actions, seconds, self._pulse)
        fleet.heal()
        over = time.time()
        samples = self.owners.stop()
        if load.failure:
            raise load.failure
        site.flush(180)
        left = settle(site, options.patience, resolves=self.is_ours)
        settled = time.time() - over
        transactions, open_for = self._open_transactions()
        weights = fleet.weigh()
        site.read_to_end()
        found = self._judge(left)
        audit = self._audit() if self.is_ours else None
        return self._figures(actions, found, audit, follow.stop() if follow else None, samples, began, over, settled, (transactions, open_for), weights)

    def _judge(self, left):
        over_http = self.options.door == "http"
        sent = (verdict.sent_over_http if over_http else verdict.sent_over_smpp)(self.simulator)
        made = verdict.cases(self.site, sent, self._intents() if self.is_ours else None)
        found = verdict.verdict(made, has_ledger=self.is_ours)
        self.made = made
        if self.is_ours:
            if over_http:
                verdict.agree_with_harness(self.site, found, self.simulator, left)
            leaks = [f"private data in the log of {worker.name}" for worker in self.site.workers if LEAKS.search(worker.log())]
            # A SIGTERM that comes before the process has a hand on it ends it too.
            crashes = [f"{name} crashed with {code} at {at}" for at, name, code in self.fleet.exits if (code < 0 and code != SIGTERM) or code in (132, 134, 139)]
            found.sentences += leaks + crashes
        return found

    def _intents(self):
        """When each request was first written in the ledger."""
        reader = Reader(self.site.broker.bootstrap, f"{self.site.requests}.ledger", PARTITIONS)
        found, quiet = {}, 0
        while quiet < 4:
            records = reader.poll(0.3)
            quiet = 0 if records else quiet + 1
            for record in records:
                if record.key():
                    place = record.partition(), record.key().decode(errors="replace")
                    at = record.timestamp()[1] / 1000
                    found[place] = min(at, found.get(place, at))
        reader.close()
        return found

    def _audit(self):
        done = command("audit", "--json", env=self._audit_settings(), timeout=300)
        try:
            return {"code": done.returncode, **{name: json.loads(done.stdout)[name] for name in ("findings", "records")}}
        except (ValueError, KeyError):
            return {"code": done.returncode, "findings": [], "said": done.stderr[-500:]}

    def _open_transactions(self):
        """Partitions whose stable end stays below their end, and how long that took to be none."""
        site, begun = self.site, time.monotonic()
        topics = {site.requests: PARTITIONS, f"{site.requests}.ledger": PARTITIONS, site.status_topic: site.status_partitions, site.dead_letter_topic: 1}
        places = [TopicPartition(topic, number) for topic, count in topics.items() for number in range(count)]

        # A new one: what another knows of leaders may be older than the brokers' restarts.
        admin = AdminClient({"bootstrap.servers": self.cluster.bootstrap, **QUIET})

        def ends(level):
            asked = admin.list_offsets({place: OffsetSpec.latest() for place in places}, isolation_level=level)
            return {(place.topic, place.partition): future.result(20).offset for place, future in asked.items()}

        found = None
        while time.monotonic() - begun < 60:
            with contextlib.suppress(KafkaException):
                stable, whole = ends(IsolationLevel.READ_COMMITTED), ends(IsolationLevel.READ_UNCOMMITTED)
                found = sum(stable[place] < whole[place] for place in whole)
                if not found:
                    break
            time.sleep(0.5)
        return found, round(time.monotonic() - begun, 1)

    def _is_of_all(self, deed):
        return deed.kind.startswith(("broker", "provider")) or not deed.who or (deed.kind == "network to provider" and self.options.door == "smpp")

    def _figures(self, actions, found, audit, follow, samples, began, over, settled, transactions, weights):
        options, fleet = self.options, self.fleet
        deeds = sorted(fleet.deeds, key=lambda deed: deed.at)
        answers = {}
        for case in self.made:
            if case.events:
                answers.setdefault(case.place[1], []).append((case.published_at, min(event.seen_at for event in case.events)))
        for pairs in answers.values():
            pairs.sort()
        kills = [(began + deed.at, deed.who) for deed in deeds if deed.kind == "kill" and began + deed.at < over - 15]
        stable = {f"replica-{number}" for number in range(self.profile.replicas) if is_stable(self.profile, number)}
        recovered = {
            kind: measures.spread(measures.recoveries([kill for kill in kills if (kill[1] in stable) == (kind == "stable")], answers, range(PARTITIONS), 0))
            for kind in ("stable", "random")
        }
        touched = [(began + deed.at - 1, began + deed.until + AFTERMATH, "" if self._is_of_all(deed) else deed.who) for deed in deeds]
        stalls = measures.stalls(answers, samples, touched, over)
        # What was held waited for an operator, who comes at the end.
        ended = [case for case in self.made if case.final is not None and case.final.code != "RESOLVED"]
        firsts = [min(event.seen_at for event in case.events) - case.published_at for case in ended]
        finals = [case.final.seen_at - case.published_at for case in ended]
        done = {}
        for deed in deeds:
            done[deed.kind] = done.get(deed.kind, 0) + 1
        faults = {}
        for deed in deeds:
            if deed.kind.startswith("network"):
                what = f"{deed.kind} {deed.detail.split(',')[0]}"
                faults[what] = faults.get(what, 0) + 1
        follow_findings = (follow or {}).get("findings", [])
        problems = [f"audit: {one.get('guarantee')} {one.get('message')}" for one in (audit or {}).get("findings", [])]
        problems += [f"audit --follow: {one.get('guarantee')} {one.get('message')}" for one in follow_findings]
        if audit and audit["code"] not in (0, 1):
            problems.append(f"audit ended with {audit['code']}: {audit.get('said')}")
        if self.brokers and self.brokers.failures:
            problems.append(f"the relay itself failed: {self.brokers.failures[:3]}")
        return {
            "subject": options.subject, "seed": options.seed, "minutes": options.minutes, "profile": options.profile, "door": options.door,
            "nodes": options.nodes, "rate": options.rate, "replicas": self.profile.replicas, "began": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(began)),
            "version": version(), "machine": f"{os.cpu_count()} processors, {platform.machine()}", "load_average": os.getloadavg()[0], "own_brokers": self.own_brokers,
            "planned": counts(actions), "done": done, "network": faults, "voids": len(fleet.voids), "late_into_open": sum(late.is_open for late in fleet.lates),
            "requests": found.requests, "ended": found.ended, "delivered": found.delivered, "sms": found.sms, "reasons": found.reasons,
            "found": found.found, "declared": found.declared, "may_be_two": found.maybe, "outcome_unknown": found.unknown, "after_end": found.after_end,
            "sentences": found.sentences[:50] + problems[:50], "proves_nothing": found.proves_nothing(),
            "exits": fleet.exits, "settled_after": round(settled, 1), "open_transactions": transactions[0], "transactions_closed_after": transactions[1],
            "at_end": weights, "most": fleet.most, "recovery": recovered, "healthy_stall": measures.spread(stalls),
            "first_event": measures.spread(firsts), "final_event": measures.spread(finals),
            "audit": audit and {"code": audit["code"], "findings": len(audit["findings"]), "records": audit.get("records")},
            "audit_follow": follow and {"code": follow["code"], "findings": len(follow_findings)},
            "stories": [verdict.story(case, deeds, began) for case in found.wrong[:20]],
            "late_stories": [verdict.story(case, deeds, began) for case in found.late[:20]],
            "schedule": [str(action) for action in actions],
        }  # fmt: skip
