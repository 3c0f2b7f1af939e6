"""A worker under steady load behind a relay that lets requests of its transactions go late; what came of it, counted by topics and simulator."""

import collections
import dataclasses
import json
import random
import re
import threading

from .judge import judge
from .plan import Late
from .relay import Void
from .requests import key_of, request
from .waiting import TimedOut, wait_for
from .worker import run as command

RATE = 50  # requests a second
PARTITIONS = 8
# librdkafka waits up to 10 s before it connects again where the same connection is cut every second.
PROPERTIES = {"reconnect.backoff.max.ms": 250}
# What a client that hears nothing waits before it repeats.
MUTE = {"socket.timeout.ms": 1500}


@dataclasses.dataclass
class Outcome:
    lates: list[Late]
    voids: list[str]
    exits: list[int]
    requests: int
    # Requests by what is wrong with them.
    without_end: int
    several_ends: int
    repeated: int
    gaps: int
    twice: int
    lost: int
    unread: int
    # Sessions made anew, by the error that made it so.
    fencings: dict[str, int]
    # Partitions that stay closed until an operator comes.
    closed: int
    findings: list[str]

    @property
    def answers(self):
        return dict(collections.Counter(late.answer for late in self.lates if late.answer))

    def count(self, property):
        return sum(getattr(late, property) for late in self.lates)

    def proves_nothing(self, frames):
        """Why a run without findings would say nothing; None where it says something."""
        if len(self.lates) < frames:
            return f"{len(self.lates)} of {frames} frames were kept back and let go; {self.voids[:3]}"
        # Between two transactions a late frame is harmless, and at random many fall there. A control lets none go.
        let_go = [late for late in self.lates if late.answer]
        later = sum(late.is_later for late in let_go)
        if later < len(let_go) / 4:
            return f"{later} of {len(let_go)} frames met a later transaction"
        return None

    def complaints(self, frames):
        """One sentence each; none is a pass."""
        nothing = self.proves_nothing(frames)
        exits = [f"the worker ended by itself: {self.exits}"] if self.exits else []
        twice = [f"{self.twice} requests were sent twice"] if self.twice else []
        return ([f"proves nothing: {nothing}"] if nothing else []) + exits + twice + self.findings


class Load:
    """Publishes until it is stopped."""

    def __init__(self, site):
        self.site, self.done = site, threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        number = 0
        while not self.done.wait(1 / RATE):
            self.site.publish(request(f"late-{number}"), key=key_of(number % 1000))
            number += 1

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.done.set()
        self.thread.join(30)


def worker_of(site, cluster, plans):
    """A worker of the site that reaches its brokers through the relay's doors."""
    address = cluster.addresses(cluster.advertised_ports)
    more = MUTE if any(plan.is_mute for plan in plans) else {}
    return site.worker(properties={**PROPERTIES, **more}, KAFKA_BOOTSTRAP_SERVERS=address, LOG_LEVEL="info")


def start_again(worker, exits):
    """Starts a worker that has ended by itself."""
    exits.append(worker.wait_end())
    try:
        worker.start().wait_ready(timeout=20)
    except TimedOut:
        pass  # A partition may stay closed for good.


def restart(worker):
    """A producer is initialised once, and after a late InitProducerId has fenced it; else a restart must do it. With nothing under way,
    since a stop in the middle of a recovery leaves attempts of unknown outcome."""
    wait_for(lambda: not worker.is_running or worker.ready()[0] == 200, 60, lambda: f"{worker.name} ready; it says {worker.ready()[1]}")
    if worker.is_running:
        worker.terminate()
        worker.start()


def let_go_late(site, worker, relay, plans, frames, seed, patience=60):
    """`frames` late frames, the plans in turn; then waits up to `patience` seconds for every request's end, and counts."""
    chance = random.Random(seed)
    lates, voids, exits = [], [], []
    worker.start().wait_ready()
    with Load(site):
        while len(lates) < frames and len(voids) < 10 + frames // 5:
            if not worker.is_running:
                start_again(worker, exits)
            plan = plans[len(lates) % len(plans)]
            try:
                lates.append(relay.late(plan, chance, **({"patience": 4} if plan.what == "init" else {})))
            except Void as void:
                voids.append(str(void))
                if plan.what == "init" and worker.is_running:
                    restart(worker)
            site.status.read(0)
    site.flush()
    if not worker.is_running:
        start_again(worker, exits)
    try:
        site.wait_over(patience)
    except TimedOut:
        pass
    if worker.is_running:
        worker.process.terminate()
    if code := worker.wait_end():
        exits.append(code)
    assert not relay.failures, relay.failures[:3]
    return count(site, worker, lates, voids, exits)


def count(site, worker, lates, voids, exits):
    site.read_to_end()
    courses = [[event.sequence for event in site.status.of(one)] for one in site.published]
    finals = [sum(event.is_final for event in site.status.of(one)) for one in site.published]
    sends = site.simulator.sends_by_id()
    audit = json.loads(command("audit", "--json", env=site.settings("audit")).stdout)
    findings = judge(site.published, site.status, site.dead_letters, sends)
    findings += [f"audit: {finding['guarantee']} {finding['message']}: {finding.get('requestId')}" for finding in audit["findings"]]
    fencings = re.findall(r"starting over on Kafka's side: (?:a transaction was fenced: )?(\w+)", worker.log())
    closed = set(re.findall(r'stays closed.*"kafka.partition":"([^"]+)"', worker.log()))
    return Outcome(
        lates, voids, exits, requests=len(site.published), without_end=finals.count(0), several_ends=sum(number > 1 for number in finals),
        repeated=sum(len(set(course)) < len(course) for course in courses), gaps=sum(len(set(course)) < max(course, default=0) for course in courses),
        twice=sum(len(ids) > 1 for ids in sends.values()), lost=audit["records"]["lost"], unread=audit["records"]["unread"],
        fencings=dict(collections.Counter(fencings)), closed=len(closed), findings=findings,
    )  # fmt: skip
