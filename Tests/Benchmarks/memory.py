"""What a worker keeps in memory of requests that have ended: the ids that it must know again, and nothing else."""

import os
import pathlib
import re
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ.setdefault("WORKER_BINARY", str(ROOT / ".build" / "release" / "rocketsms-worker"))
sys.path.insert(0, str(ROOT / "Tests" / "Integration"))

from harness import brokers  # noqa: E402
from harness.requests import phone  # noqa: E402
from harness.simulator import Simulator  # noqa: E402
from harness.site import Site  # noqa: E402
from harness.waiting import wait_for  # noqa: E402

REQUESTS = int(os.environ.get("MEMORY_REQUESTS", "500000"))
RATE = int(os.environ.get("MEMORY_RATE", "4000"))
# Whatever is taken once: buffers of the client library, connections, tables, the allocator's arenas.
WARM_UP = 50_000
# Records that are there beyond those that have ended; all of them at once unless it is told.
AHEAD = int(os.environ.get("MEMORY_AHEAD", REQUESTS))
PARTITIONS = 8
BYTES_OF_AN_ID, SLACK = 40, 0.10


def main():
    with tempfile.TemporaryDirectory(prefix="memory-") as folder:
        broker = brokers.choose()
        # Accepted and delivered with one answer: only sends take of the rate.
        simulator = Simulator(folder, switches={"delivery-delay": "0s", "delivery-jitter": "0s", "no-credits": "accept", "send-answer": "current"})
        site = Site(broker, simulator, pathlib.Path(folder), partitions=PARTITIONS, status_partitions=PARTITIONS)
        try:
            return measure(site)
        finally:
            site.close()
            simulator.stop()
            broker.stop()


def measure(site):
    worker = site.started(LOG_LEVEL="info", SEND_RATE_LIMIT=RATE)
    run(site, worker, range(WARM_UP))
    before, ids_before = resident(worker), closed(worker)
    begun = time.monotonic()
    run(site, worker, range(WARM_UP, WARM_UP + REQUESTS))
    seconds = time.monotonic() - begun
    ids = closed(worker) - ids_before
    allowed = before * (1 + SLACK) + BYTES_OF_AN_ID * ids
    after = settled(worker, allowed)
    print(f"{site.broker.name}; {REQUESTS:,} requests under SEND_RATE_LIMIT={RATE} in {seconds:.0f} s, after {WARM_UP:,} of a warm-up")
    print(f"resident {mib(before)} before, {mib(after)} after; {ids:,.0f} closed ids more; allowed {mib(allowed)}")
    print(f"at its highest {mib(highest(worker))}; {(after - before) / max(ids, 1):.1f} B a closed id")
    if ids != REQUESTS:
        print(f"MISSED: {REQUESTS:,} ids should be closed")
        return 1
    if after > allowed:
        print("MISSED: more than that is resident")
        return 1
    return 0


def run(site, worker, numbers):
    """Publishes them, and waits until each has its final event and nothing is under way."""
    for number in numbers:
        site.publish({"id": f"m-{number}", "phone": phone(), "text": f"Your code is {number}"}, key=f"k-{number}".encode())
        if number % 5_000 == 0:
            forget(site)
            wait_for(lambda least=number - AHEAD: ended(worker) >= least, 120, lambda: f"the backlog to shrink; {worker.state()}")
    forget(site)
    limit = 120 + 3 * AHEAD / RATE
    wait_for(lambda: ended(worker) >= numbers[-1] + 1, limit, lambda: f"all final events; {worker.state()}", interval=0.5)
    # Set once a second.
    worker.wait_metric("rocketsms_ledger_closed_ids", numbers[-1] + 1)
    for name in ("rocketsms_requests_waiting", "rocketsms_requests_sending", "rocketsms_messages_tracking"):
        worker.wait_metric(name, 0)


def ended(worker):
    """Each has one event, the final one."""
    return worker.metric("rocketsms_events_total")


def forget(site):
    """Delivered to the broker: this process need not know them."""
    site.flush()
    site.published.clear()


def status(worker, field):
    return int(re.search(rf"{field}:\s+(\d+) kB", pathlib.Path(f"/proc/{worker.process.pid}/status").read_text())[1]) * 1024


def resident(worker):
    return status(worker, "VmRSS")


def settled(worker, allowed):
    """What the allocator keeps for nothing is given back twice a minute."""
    limit = time.monotonic() + 75
    while (size := resident(worker)) > allowed and time.monotonic() < limit:
        time.sleep(1)
    return size


def highest(worker):
    return status(worker, "VmHWM")


def closed(worker):
    return worker.metric("rocketsms_ledger_closed_ids")


def mib(count):
    return f"{count / 2**20:.1f} MiB"


if __name__ == "__main__":
    raise SystemExit(main())
