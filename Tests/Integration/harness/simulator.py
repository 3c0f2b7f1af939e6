"""The simulated provider as a process, and its control over HTTP (Sources/RocketSMSSimulator says what it takes)."""

import dataclasses
import json
import pathlib
import subprocess
import urllib.error
import urllib.request

from . import ports
from .process import end
from .requests import SECRET
from .waiting import wait_for
from .worker import BINARY, PASSWORD, environment


@dataclasses.dataclass(frozen=True)
class Send:
    """An accepted SMS; times in Unix seconds."""

    sequence: int
    id: str
    phone: str
    text: str
    sender: str | None
    timestamp: int | None
    priority: bool
    received_at: float
    status: str

    @property
    def request_id(self):
        """Of a text that harness.requests made."""
        return self.text.removeprefix(f"{SECRET} ")


class Simulator:
    USERNAME = "123456789"
    # Ids that no Double holds: whoever lets one in between is found out.
    SWITCHES = {"delivery-delay": "100ms", "delivery-jitter": "200ms", "id-start": "9007199254740993"}

    def __init__(self, folder, seed=1, switches=None, smpp_port=None):
        self.port = ports.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_path = pathlib.Path(folder) / f"simulator-{self.port}.log"
        arguments = [f"{name}={value}" for name, value in {**self.SWITCHES, **(switches or {})}.items()]
        smpp = ["--smpp-port", str(smpp_port)] if smpp_port else []
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [BINARY, "simulator", "--port", str(self.port), "--seed", str(seed), *smpp, *(word for switch in arguments for word in ("--switch", switch))],
                env=environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self._sends = []
        wait_for(self._answers, 30, "the simulator to answer")
        self.control("credentials", username=self.USERNAME, password=PASSWORD)

    def _answers(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the simulator ended with {self.process.returncode}: {self.log_path.read_text()[-1000:]}")
        try:
            return self.ask("clock")
        except OSError:
            return None

    def stop(self):
        end(self.process)

    # Control

    def ask(self, path, timeout=30):
        with urllib.request.urlopen(f"{self.url}/_simulator/{path}", timeout=timeout) as answer:
            return json.load(answer)

    def control(self, path, **body):
        made = urllib.request.Request(f"{self.url}/_simulator/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(made, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"the simulator refuses {path}: {error.read().decode()}") from None

    def faults(self, **change):
        return self.control("faults", **change)

    def next(self, fault, **rule):
        """The next matching request (of `send`, unless told otherwise) meets a fault."""
        return self.faults(next=[{"fault": fault, "endpoint": "send", **rule}])

    def fate(self, final, phone="", after=None):
        return self.faults(fates=[{"final": final, "phoneSuffix": phone, **({"after": after} if after else {})}])

    def switch(self, **values):
        return self.control("switches", **{name.replace("_", "-"): value for name, value in values.items()})

    def wait_held(self, count=1, timeout=30):
        """Until so many requests are held."""
        answer = self.ask(f"held?count={count}&wait={timeout}s", timeout + 10)
        assert answer["held"] >= count, f"{answer['held']} of {count} requests are held after {timeout} s"

    def release(self, how="answer"):
        return self.faults(release={"as": how})

    # What was accepted

    def sends(self):
        """Every accepted SMS so far, in order."""
        known = []
        start = 1
        while start is not None:
            page = self.ask(f"sends?from={start}&limit=50000", 60)
            assert page["dropped"] == 0, "the simulator's record is full"
            known += [
                Send(
                    sequence=one["sequence"], id=one["id"], phone=one["phone"], text=one["text"], sender=one.get("sender"),
                    timestamp=one.get("timestamp"), priority=one["priority"], received_at=one["receivedAt"] / 1000, status=one["status"],
                )
                for one in page["sends"]
            ]  # fmt: skip
            start = page["next"]
        return known

    def sends_by_id(self):
        """Provider's ids of the accepted SMS by request id."""
        found = {}
        for send in self.sends():
            found.setdefault(send.request_id, []).append(send.id)
        return found

    def sends_of(self, *published):
        """Accepted SMS of these requests, in order."""
        ids = {one.id for one in published}
        return [send for send in self.sends() if send.request_id in ids]

    def wait_sends(self, count, timeout=30):
        """Until so many SMS are accepted; returns all."""
        answer = self.ask(f"sends?limit=0&count={count}&wait={timeout}s", timeout + 10)
        assert answer["total"] >= count, f"{answer['total']} of {count} SMS after {timeout} s"
        return self.sends()

    def attempts(self):
        """POSTs of a message, whatever became of them (those that an outage met do not count)."""
        return self.ask("counters")["endpoints"]["send"]["requests"]
