"""What neighbours can pour over a worker at once: idle clients of its admin port, commands about ids that it made itself, and a log that nobody
reads. Sends go on as without it, and probes are answered."""

import fcntl
import itertools
import os
import socket
import statistics
import sys
import termios
import threading
import time
import urllib.request

import pytest

from harness.requests import in_days, key_of, request
from harness.waiting import wait_for

OPEN = int(os.environ.get("FLOOD_OPEN", "100000"))
ROUNDS, SENDS, COMMANDS, IDLE = 5, 320, 1000, 64
# What the provider's latency and the worker's slots let through: neither side is short of a processor, so that what the flood takes shows.
LATENCY, SLOTS = "100ms", 16
# Lines are written whole or not at all, so this much of a full pipe may be free.
LONGEST_LINE = 2048
# Of the records that wait; a broker takes records of long ago for old ones.
STAMP = int(time.time() * 1000)
# Of the chart's probes.
PROBE_TIMEOUT = 5


class UnreadLog:
    """Standard error of a worker: a pipe of one page that is read, or not."""

    ROOM = 4096

    def __init__(self):
        self.read_end, self.write_end = os.pipe()
        fcntl.fcntl(self.write_end, fcntl.F_SETPIPE_SZ, self.ROOM)
        self.is_read = threading.Event()
        self.is_read.set()
        self.thread = threading.Thread(target=self._read, daemon=True)

    def _read(self):
        while True:
            self.is_read.wait()
            if not os.read(self.read_end, self.ROOM):
                return

    def is_full(self):
        waiting = fcntl.ioctl(self.read_end, termios.FIONREAD, b"\0" * 4)
        return not self.is_read.is_set() and int.from_bytes(waiting, sys.byteorder) > self.ROOM - LONGEST_LINE

    def start(self, worker):
        worker.start(stderr=self.write_end)
        os.close(self.write_end)
        self.thread.start()


class Flood:
    """Idle connections, each opened again when the worker has closed it; and probes between them, with how long their answers took."""

    def __init__(self, worker, log):
        self.worker, self.log = worker, log
        self.is_over = threading.Event()
        self.answers = []
        self.opened = 0
        # Other hosts than the probes': of one alone the worker closes all but 32 at once.
        self.neighbours = itertools.cycle(["127.0.0.2", "127.0.0.3"])
        self.threads = [threading.Thread(target=self._idle, daemon=True), threading.Thread(target=self._probe, daemon=True)]

    def __enter__(self):
        self.log.is_read.clear()
        for thread in self.threads:
            thread.start()
        wait_for(
            lambda: self.opened >= IDLE and len(self.answers) >= 2 and self.log.is_full(), 30,
            lambda: f"{self.opened} idle connections, {len(self.answers)} probes between them, and a full pipe: {self.log.is_full()}",
        )  # fmt: skip
        return self

    def __exit__(self, *_):
        self.is_over.set()
        for thread in self.threads:
            thread.join(2 * PROBE_TIMEOUT)
        self.log.is_read.set()

    def _idle(self):
        held = []
        while not self.is_over.is_set():
            while len(held) < IDLE:
                made = socket.create_connection(("127.0.0.1", self.worker.port), PROBE_TIMEOUT, (next(self.neighbours), 0))
                made.setblocking(False)
                held.append(made)
                self.opened += 1
            for one in held.copy():
                try:
                    is_closed = one.recv(1) == b""
                except BlockingIOError:
                    is_closed = False
                except OSError:
                    is_closed = True
                if is_closed:
                    one.close()
                    held.remove(one)
            self.is_over.wait(0.05)
        for one in held:
            one.close()

    def _probe(self):
        while not self.is_over.is_set():
            for path in ("/livez", "/readyz"):
                began = time.monotonic()
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{self.worker.port}{path}", timeout=PROBE_TIMEOUT) as answer:
                        status = answer.status
                except OSError as error:
                    status = repr(error)
                self.answers.append((path, status, time.monotonic() - began))
            self.is_over.wait(0.1)


def rate(site, simulator, name):
    """Messages a second that the provider takes of so many that come at once."""
    before = len(simulator.sends())
    made = [site.publish(request(f"{name}-{number}"), key=key_of(f"{name}-{number}")) for number in range(SENDS)]
    site.flush()
    sends = simulator.wait_sends(before + SENDS, timeout=60)[before:]
    assert {send.request_id for send in sends} == {one.id for one in made}
    return SENDS / (sends[-1].received_at - sends[0].received_at)


def commands(site, open_ones):
    """Half of them end a request that waits, half name none, in the form of ids that the worker makes."""
    cancelled = [open_ones.pop() for _ in range(COMMANDS // 2)]
    for one in cancelled:
        place = f"{one.topic}-{one.partition}-{one.offset}"
        site.publish({"command": "cancel", "id": f"{place}-{STAMP}"}, key=one.key, partition=one.partition)
        site.publish({"command": "cancel", "id": f"{place}-{STAMP + 1}"}, key=one.key, partition=one.partition)
    return cancelled


@pytest.mark.long
def test_a_flood_of_idle_clients_and_commands_beside_an_unread_log(make_site, start_simulator):
    simulator = start_simulator(switches={"delivery-delay": "0s", "send-answer": "SENT", "latency": LATENCY})
    site = make_site(simulator)
    log = UnreadLog()
    # The client library has much more to say at that level than the worker.
    worker = site.worker(properties={"debug": "all"}, SEND_MAX_IN_FLIGHT=SLOTS, SEND_MAX_WAITING=1_000_000, SEND_SCHEDULE="worker", LOG_LEVEL="debug")
    log.start(worker)
    worker.wait_ready()
    day = in_days(300)
    open_ones = [site.publish(request(None, sendAt=day), key=key_of(number), timestamp=STAMP) for number in range(OPEN)]
    site.flush()
    wait_for(lambda: worker.metric("rocketsms_requests_waiting") == OPEN, 90, lambda: f"all to wait; {worker.state()}")
    rate(site, simulator, "warm")

    quiet, flooded, answers, cancelled = [], [], [], []
    for turn in range(ROUNDS):
        quiet.append(rate(site, simulator, f"quiet-{turn}"))
        with Flood(worker, log) as flood:
            cancelled += commands(site, open_ones)
            flooded.append(rate(site, simulator, f"flooded-{turn}"))
        answers += flood.answers
    share = statistics.median(flooded) / statistics.median(quiet)
    longest = max(took for _, _, took in answers)
    print(
        f"{OPEN} open; sends a second without the flood {[round(one) for one in quiet]}, in it {[round(one) for one in flooded]}: {share:.2f}; "
        f"{len(answers)} probes, the longest {longest:.2f} s"
    )
    assert share >= 0.9, (quiet, flooded)
    assert {(path, status) for path, status, _ in answers} == {("/livez", 200), ("/readyz", 200)}, answers
    assert longest < PROBE_TIMEOUT / 2
    # The commands were carried out, each once, and what names nobody was dropped.
    finals = site.status.until_final(*cancelled, timeout=60)
    assert {last.code for last in finals} == {"CANCELLED"}
    worker.wait_metric("rocketsms_requests_waiting", OPEN - len(cancelled))
