"""Worker processes."""

import hashlib
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import urllib.error
import urllib.request

from . import ports
from .process import end
from .requests import SECRET
from .waiting import wait_for

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARY = pathlib.Path(os.environ.get("WORKER_BINARY", ROOT / ".build" / "debug" / "rocketsms-worker"))
PASSWORD = "pA55-word-of-tests"
PASSWORD_MD5 = hashlib.md5(PASSWORD.encode()).hexdigest()
# Numbers that requests.phone makes; with the separators that a request may have.
LEAKS = re.compile("|".join([r"375[ ()-]*29[ ()-]*\d(?:[ -]*\d){6}", SECRET, PASSWORD, PASSWORD_MD5]))


def environment(**variables):
    """Nothing of the caller's settings but what a process needs to run."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
    if os.environ.get("WORKER_LIBRARY_PATH"):
        kept["LD_LIBRARY_PATH"] = os.environ["WORKER_LIBRARY_PATH"]
    return {**kept, **{name: str(value) for name, value in variables.items()}}


def run(*arguments, timeout=60, env=None, input=None):
    """A command of the worker, to its end."""
    return subprocess.run(
        [BINARY, *arguments], env=environment(**(env or {})), input=input, capture_output=True, text=True, timeout=timeout,
        **({} if input is not None else {"stdin": subprocess.DEVNULL}),
    )  # fmt: skip


class Worker:
    """`rocketsms-worker run` with settings of its own; may be started again after its end, with the same name and log."""

    def __init__(self, name, folder, settings):
        self.name = name
        self.port = ports.free_port()
        self.settings = {"LOG_LEVEL": "debug", "LOG_FORMAT": "json", **settings, "ADMIN_PORT": self.port}
        self.log_path = pathlib.Path(folder) / f"{name}.log"
        self.process = None

    def start(self, stderr=None):
        """`stderr`: a descriptor in the place of the log."""
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "run"], env=environment(**self.settings), stdin=subprocess.DEVNULL, stdout=log, stderr=stderr or log
            )  # fmt: skip
        return self

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def ready(self):
        """Status code and body of /readyz; (None, None) where nothing answers."""
        return self._get("/readyz", json.loads)

    def metrics(self):
        """By name with labels, as /metrics has them."""
        status, body = self._get("/metrics", bytes.decode)
        if status != 200:
            return {}
        lines = (line for line in body.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

    def metric(self, name):
        """Sum over the labels."""
        return sum(value for full, value in self.metrics().items() if full == name or full.startswith(name + "{"))

    def wait_metric(self, name, value, timeout=10):
        """Until a gauge has this value: the worker sets them once a second."""
        wait_for(lambda: self.metric(name) == value, timeout, lambda: f"{name} to be {value}; it is {self.metric(name)}")

    def _get(self, path, decode):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, decode(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, decode(error.read())
        except (OSError, http.client.HTTPException):
            return None, None

    def state(self, characters=1500):
        """For the message of a failure: what it says of itself, every metric that is not 0 or part of a histogram, and its last words."""
        if not self.is_running:
            return f"{self.name} does not run: {self.tail(characters)}"
        metrics = {name: value for name, value in self.metrics().items() if value and "_bucket" not in name}
        return f"{self.name}: {self.ready()}, {metrics}, {self.tail(characters)}"

    def wait_ready(self, timeout=60):
        def is_ready():
            if not self.is_running:
                raise AssertionError(f"{self.name} ended with {self.process.returncode}: {self.tail()}")
            return self.ready()[0] == 200

        wait_for(is_ready, timeout, lambda: f"{self.name} ready; it says {self.ready()[1]}; {self.tail()}")
        return self

    def wait_not_ready(self, reason, timeout=60):
        """Waits until /readyz is 503 with a reason that matches, and returns it."""

        def says():
            if not self.is_running:
                raise AssertionError(f"{self.name} ended with {self.process.returncode}: {self.tail()}")
            status, body = self.ready()
            return status == 503 and re.search(reason, body["reason"] or "") and body["reason"]

        return wait_for(says, timeout, lambda: f"{self.name} not ready for {reason!r}; it says {self.ready()[1]}; {self.tail()}")

    def wait_end(self, timeout=60):
        """Waits for its own end, and returns the exit code."""
        return self.process.wait(timeout)

    def kill(self):
        self.process.kill()
        self.process.wait(10)

    def terminate(self, timeout=60):
        """SIGTERM; returns the exit code."""
        self.process.terminate()
        return self.process.wait(timeout)

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def tail(self, characters=1500):
        return self.log()[-characters:]

    def wait_log(self, pattern, timeout=30):
        return wait_for(lambda: re.search(pattern, self.log()), timeout, lambda: f"{pattern!r} in the log of {self.name}; {self.tail()}")

    def stop(self):
        if self.is_running:
            self.thaw()
            end(self.process, grace=20)

    def leaks(self):
        """Lines of its log with something private in it."""
        return [line for line in self.log().splitlines() if LEAKS.search(line)]
