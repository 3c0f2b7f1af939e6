"""The replicas and what is done to them, to their brokers and to the ways between, as the schedule says. Times are seconds since the load began."""

import contextlib
import dataclasses
import heapq
import itertools
import pathlib
import random
import signal
import threading
import time

from harness.plan import Plan
from harness.relay import Void

from .schedule import is_stable

SIGKILL, SIGTERM = -signal.SIGKILL, -signal.SIGTERM


@dataclasses.dataclass
class Deed:
    """What was done: an action, and when it was over."""

    at: float
    kind: str
    who: str
    until: float
    detail: str = ""


@dataclasses.dataclass
class Replica:
    worker: object
    is_guest: bool = False
    # Why it does not run at the moment, where that is our doing.
    is_away: bool = False
    is_frozen: bool = False


class Fleet:
    """`make(name, is_stable)` gives a worker that is not started."""

    def __init__(self, make, profile, cluster, brokers, provider, simulator, door, seed):
        self.make, self.profile, self.cluster, self.brokers, self.provider = make, profile, cluster, brokers, provider
        self.simulator, self.door = simulator, door
        self.chance = random.Random(f"{seed}/late")
        self.replicas = {number: Replica(make(f"replica-{number}", is_stable(profile, number))) for number in range(profile.replicas)}
        self.deeds, self.exits, self.voids, self.lates = [], [], [], []
        self.todo, self.order = [], itertools.count()
        self.began = time.monotonic()
        self.threads = []
        self.most = {"memory": 0, "handles": 0, "threads": 0}

    # Time

    @property
    def now(self):
        return time.monotonic() - self.began

    def _later(self, at, what, *arguments):
        heapq.heappush(self.todo, (at, next(self.order), what, arguments))

    def start(self):
        for replica in self.replicas.values():
            replica.worker.start()
        for replica in self.replicas.values():
            # A node may not know of a topic yet that was made a moment ago.
            for _ in range(3):
                with contextlib.suppress(AssertionError):
                    replica.worker.wait_ready(120)
                    break
                if not replica.worker.is_running:
                    replica.worker.start()
            else:
                replica.worker.wait_ready(120)

    def run(self, actions, seconds, pulse):
        """All actions at their times; `pulse` is called in between."""
        self.began = time.monotonic()
        for action in actions:
            self._later(action.at, getattr(self, f"_{action.kind}"), action)
        while self.now < seconds:
            while self.todo and self.todo[0][0] <= self.now:
                _, _, what, arguments = heapq.heappop(self.todo)
                what(*arguments)
            self._supervise()
            pulse()

    def heal(self):
        """Everything is undone, and every replica runs."""
        while self.todo:
            _, _, what, arguments = heapq.heappop(self.todo)
            if what.__name__.startswith("_end") or what.__name__ in ("_back", "_thaw"):
                what(*arguments)
        for thread in self.threads:
            thread.join(120)
        for number, replica in list(self.replicas.items()):
            self._thaw(number)
            if replica.is_guest:
                self._end_guest(number, "stop")
                replica.worker.process.wait(60)
            elif not replica.worker.is_running:
                replica.is_away = False
                replica.worker.start()

    def _supervise(self):
        """Whoever ended by itself is noted, and comes back as under any supervisor; whoever was asked to end comes back when it has."""
        for number, replica in self.replicas.items():
            if replica.worker.process is not None and not replica.is_away and not replica.worker.is_running:
                self.exits.append((round(self.now, 2), replica.worker.name, replica.worker.process.returncode))
                if not replica.is_guest:
                    replica.is_away = True
                    self._later(self.now + 1, self._back, number)
                else:
                    replica.is_away = True

    # What is done

    def _note(self, kind, who, lasts=0.0, detail=""):
        deed = Deed(self.now, kind, who, self.now + lasts, detail)
        self.deeds.append(deed)
        return deed

    def _kill(self, action):
        replica = self.replicas[action.who]
        if replica.is_away or not replica.worker.is_running:
            return
        self._note("kill", replica.worker.name, action.lasts)
        replica.is_away, replica.is_frozen = True, False
        replica.worker.kill()
        self._later(self.now + action.lasts, self._back, action.who)

    def _back(self, number):
        replica = self.replicas.get(number)
        if replica is None or replica.is_guest:
            return
        if replica.worker.is_running:
            # A drain goes on; the next one by this name waits for it.
            if replica.is_away:
                self._later(self.now + 0.1, self._back, number)
            return
        if replica.worker.process.returncode not in (0, SIGKILL) and replica.is_away:
            seen = (replica.worker.name, replica.worker.process.returncode)
            if not self.exits or self.exits[-1][1:] != seen:
                self.exits.append((round(self.now, 2), *seen))
        replica.is_away = replica.is_frozen = False
        replica.worker.start()

    def _pause(self, action):
        replica = self.replicas[action.who]
        if replica.is_away or replica.is_frozen or not replica.worker.is_running:
            return
        self._note("long pause" if action.detail else "pause", replica.worker.name, action.lasts)
        replica.is_frozen = True
        replica.worker.freeze()
        self._later(self.now + action.lasts, self._thaw, action.who)

    def _thaw(self, number):
        replica = self.replicas.get(number)
        if replica is not None and replica.is_frozen and replica.worker.is_running:
            replica.is_frozen = False
            replica.worker.thaw()

    def _stop(self, action):
        replica = self.replicas[action.who]
        if replica.is_away or replica.is_frozen or not replica.worker.is_running:
            return
        self._note(action.detail or "stop", replica.worker.name, action.lasts)
        replica.is_away = True
        replica.worker.process.terminate()
        self._later(self.now + action.lasts, self._back, action.who)

    def _guest(self, action):
        worker = self.make(f"guest-{action.who}", False)
        worker.start()
        self.replicas[action.who] = Replica(worker, is_guest=True)
        self._note("guest", worker.name, action.lasts, action.detail)
        self._later(self.now + action.lasts, self._end_guest, action.who, action.detail)

    def _end_guest(self, number, how):
        replica = self.replicas.get(number)
        if replica is None or replica.is_away or not replica.worker.is_running:
            return
        replica.is_away = True
        if how == "kill":
            self._note("kill", replica.worker.name)
            replica.worker.kill()
        else:
            self._note("stop", replica.worker.name)
            replica.worker.process.terminate()

    def _broker(self, action):
        def restart():
            deed = self._note("broker kill" if action.detail == "KILL" else "broker stop", f"node {action.who}", 60)
            self.cluster.stop_node(action.who, signal.SIGKILL if action.detail == "KILL" else signal.SIGTERM)
            time.sleep(action.lasts)
            self.cluster.start_node(action.who)
            self.cluster.wait_until_whole(180)
            deed.until = self.now

        self._aside(restart)

    def _network(self, action):
        whom, what, *plan = action.detail.split()
        if what == "late":
            return self._aside(self._let_go_late, plan[0])
        ways = self.brokers if whom == "brokers" else self.provider
        name = self.replicas[action.who].worker.name
        self._note(f"network to {whom}", name, action.lasts, what)
        if what == "cut":
            ways.on(name, "cut")
        elif what == "slow":
            ways.on(name, "slow", round(self.chance.uniform(0.05, 0.4), 3))
            self._later(self.now + action.lasts, self._end_network, ways, name, "resume")
        else:
            ways.on(name, "mute")
            self._later(self.now + action.lasts, self._end_network, ways, name, "resume" if what == "half-open-then-late" else "cut")

    def _end_network(self, ways, name, how):
        if how == "cut":
            ways.on(name, "cut")
        ways.on(name, "resume")

    def _let_go_late(self, plan):
        if self.brokers.round is not None:
            return self.voids.append(f"{plan}: another one was under way")
        try:
            late = self.brokers.late(Plan.parse(plan), self.chance, patience=6)
        except Void as void:
            return self.voids.append(f"{plan}: {void}")
        self.lates.append(late)
        self._note("network to brokers", "", 0, f"late, {'into an open transaction' if late.is_open else 'between transactions'}, answered {late.answer}")

    def _provider(self, action):
        fault = action.detail
        self._note("provider", "", action.lasts, fault)
        if fault == "outage":
            self.simulator.faults(outage="refuse", outageFor=f"{action.lasts * 1000:.0f}ms")
        elif fault == "status":
            shares = {"serverError": 0.3, "hang": 0.1, "cutJSON": 0.2, "dropBeforeAccept": 0.2}
            self.simulator.faults(probabilities=shares, endpoint="status")
            self._later(self.now + action.lasts, self._end_provider, "status", *shares)
        elif self.door == "http":
            share = 0.1 if fault in ("hang", "hangBeforeAccept", "trickle", "wrongAuth", "unavailable", "tooManyRequests") else 0.4
            self.simulator.faults(probabilities={fault: share}, endpoint="send")
            self._later(self.now + action.lasts, self._end_provider, "send", fault)
        elif fault.startswith("links-"):
            self.simulator.faults(smppLinks=fault.removeprefix("links-"))
        else:
            rule = {"throttled": {"fault": "status", "status": "0x58"}, "late": {"fault": "late", "delay": "1500ms"}}.get(fault, {"fault": fault})
            self.simulator.faults(smpp=[{**rule, "count": 5}])

    def _end_provider(self, endpoint, *faults):
        self.simulator.faults(probabilities=dict.fromkeys(faults, 0), endpoint=endpoint)

    def _aside(self, what, *arguments):
        thread = threading.Thread(target=what, args=arguments, daemon=True)
        thread.start()
        self.threads.append(thread)

    # Who is left

    @property
    def workers(self):
        return [replica.worker for replica in self.replicas.values() if replica.worker.is_running]

    def weigh(self):
        """Memory (MiB), handles and threads of each that runs; the most so far is kept."""
        found = {worker.name: weight(worker.process.pid) for worker in self.workers}
        found = {name: weight for name, weight in found.items() if weight}
        for one in found.values():
            self.most = {what: max(self.most[what], one[what]) for what in self.most}
        return found


def weight(pid):
    folder = pathlib.Path(f"/proc/{pid}")
    try:
        lines = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line)
        return {"memory": round(int(lines["VmRSS"].split()[0]) / 1024, 1), "handles": len(list((folder / "fd").iterdir())), "threads": int(lines["Threads"])}
    except (OSError, KeyError, ValueError):
        return None
