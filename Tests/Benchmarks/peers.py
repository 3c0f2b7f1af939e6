"""Our worker beside a Python worker of the same job that promises less (peer.py), in rounds that alternate on one broker and one provider:
messages a second, CPU of the worker and of the broker a message, transactions and records, memory, time to the first final event.

scripts/bench --peer [ROUNDS] [--json FILE]
"""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import bench
from harness import brokers
from harness.requests import phone
from harness.simulator import Simulator
from harness.site import Site

# What has to be reached on Apache Kafka.
RATE, CPU = 3.0, 0.20


def broker_cpu(broker):
    """CPU seconds of the broker's processes so far."""
    processes = getattr(broker, "processes", None) or {0: broker.process}
    return sum(bench.cpu_seconds(process.pid) for process in processes.values())


@contextlib.contextmanager
def published(broker, simulator, folder):
    """A site with `bench.MESSAGES` requests in it, before any worker runs."""
    site = Site(broker, simulator, pathlib.Path(tempfile.mkdtemp(dir=folder)), partitions=bench.PARTITIONS, status_partitions=bench.PARTITIONS)
    try:
        for number in range(bench.MESSAGES):
            site.publish({"id": f"m-{number}", "phone": phone(), "text": f"Your code is {number}"}, key=f"k-{number}".encode())
        site.flush()
        yield site
    finally:
        site.close()
        shutil.rmtree(site.folder, ignore_errors=True)


def ours(site):
    worker = site.worker(LOG_LEVEL="info", TRACK_CADENCE="1s", SEND_MAX_IN_FLIGHT=bench.CONNECTIONS, TRACK_MAX_IN_FLIGHT=bench.CONNECTIONS)
    worker.start()
    return worker.process.pid, lambda: worker.metrics(), worker.terminate


def theirs(site):
    environment = dict(
        os.environ, BOOTSTRAP=site.broker.bootstrap, GROUP=site.group, REQUESTS=site.requests, STATUS=site.status_topic,
        PROVIDER=site.simulator.url, USERNAME=Simulator.USERNAME, PASSWORD_MD5=bench.PASSWORD_MD5, IN_FLIGHT=str(bench.CONNECTIONS),
    )  # fmt: skip
    process = subprocess.Popen([sys.executable, pathlib.Path(__file__).with_name("peer.py")], env=environment, stdin=subprocess.DEVNULL)

    def end():
        process.send_signal(signal.SIGTERM)
        process.wait(60)

    return process.pid, dict, end


def measured(broker, simulator, folder, start):
    """One round: from the worker's start until each message has its final event."""
    with published(broker, simulator, folder) as site:
        broker_before, began = broker_cpu(broker), time.time()
        pid, metrics, end = start(site)
        try:
            # A reader besides costs the broker something, the same for both.
            times = bench.final_times(site, timeout=300)
            figures = {
                "rate": bench.MESSAGES / (times[-1] - times[0]), "first_event_seconds": times[0] - began,
                "cpu": bench.cpu_seconds(pid) / bench.MESSAGES * 1e6, "broker_cpu": (broker_cpu(broker) - broker_before) / bench.MESSAGES * 1e6,
                "resident_mib": resident(pid) / 2**20,
            }  # fmt: skip
            found = metrics()
            if found:
                transactions, records = (found[f"rocketsms_{name}_total"] for name in ("transactions", "transaction_records"))
                figures |= {"transactions_a_second": transactions / (times[-1] - began), "records_a_transaction": records / transactions, "records_a_message": records / bench.MESSAGES}
            return figures
        finally:
            end()


def resident(pid):
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench --peer", description=__doc__.splitlines()[0])
    parser.add_argument("rounds", nargs="?", type=int, default=5)
    parser.add_argument("--json", metavar="FILE", help="where the figures of all rounds go")
    arguments = parser.parse_args()
    bench.ROUNDS = arguments.rounds
    bench.conditions()
    starts = {"ours": ours, "Python": theirs}
    rounds = {name: [] for name in starts}
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        simulator = Simulator(folder, switches={**bench.SWITCHES, "send-answer": "SENT"})
        try:
            for number in range(arguments.rounds):
                for name in sorted(starts, reverse=number % 2 == 1):
                    # A broker of its own: none grows from round to round.
                    broker = brokers.choose()
                    try:
                        figures = measured(broker, simulator, folder, starts[name])
                    finally:
                        broker.stop()
                    rounds[name].append(figures)
                    print(f"{number + 1} {name}: " + ", ".join(f"{key} {value:,.1f}" for key, value in figures.items()), flush=True)
        finally:
            simulator.stop()
    medians = {name: {key: statistics.median(one[key] for one in found) for key in found[0]} for name, found in rounds.items()}
    if arguments.json:
        result = {"broker": broker.name, "messages": bench.MESSAGES, "rounds": rounds, "medians": medians}
        pathlib.Path(arguments.json).write_text(json.dumps(result, indent=1) + "\n")
    rate, cpu = (medians["ours"][key] / medians["Python"][key] for key in ("rate", "cpu"))
    print(f"{broker.name}, {bench.MESSAGES:,} messages a round, {arguments.rounds} rounds each, medians")
    for name, found in medians.items():
        print(f"{name}: {found['rate']:,.0f} messages/s, {found['cpu']:.1f} µs of CPU a message, broker {found['broker_cpu']:.1f} µs, {found['resident_mib']:.0f} MiB")
    print(f"{rate:.2f} of its rate at {cpu:.2f} of its CPU")
    missed = [text for is_met, text in ((rate >= RATE, f"less than {RATE} of its rate"), (cpu <= CPU, f"more than {CPU} of its CPU")) if not is_met]
    for text in missed:
        print(f"MISSED: {text}")
    return 1 if missed and hasattr(broker, "processes") else 0


if __name__ == "__main__":
    raise SystemExit(main())
