"""Late frames at length, as figures (scripts/late-frames): each run has topics, a group and a worker of its own."""

import argparse
import contextlib
import itertools
import os
import pathlib
import random
import signal
import sys
import tempfile
import time

from harness.brokers import ApacheKafka
from harness.late import PARTITIONS, let_go_late, worker_of
from harness.plan import Plan
from harness.relay import Relay
from harness.simulator import Simulator
from harness.site import Site

GATES = ["gate:produce:0", "gate:produce:1", "gate:before-offsets", "gate:before-end"]


def gates(*whats):
    return [f"{what}:{gate}" for gate in GATES for what in whats]


# Name, share of --frames, plans.
RUNS = [
    ("control", 0.2, ["commit:drop", "abort:drop", "offsets:drop"]),
    ("commit", 1, ["commit:delay:1-200", "commit:delay:1-1000"]),
    ("commit-gates", 0.2, gates("commit")),
    ("abort", 0.2, ["abort:delay:1-500"]),
    ("abort-gates", 0.2, gates("abort")),
    ("offsets", 0.2, ["offsets:delay:1-200", "offsets:gate:before-offsets", "offsets:gate:before-end"]),
    ("init", 0.1, ["init:delay:1-200", "init:gate:produce:1", "init:gate:before-end"]),
    ("mute", 0.1, ["commit:delay:1-200/mute", "commit:gate:produce:1/mute", "abort:gate:produce:1/mute", "offsets:gate:before-end/mute"]),
]
MIXED = [("control", 0.1, ["commit:drop", "abort:drop"]), ("mixed", 0.2, ["commit:delay:1-200", *gates("commit", "abort"), "offsets:gate:before-end"])]
HEAD = ["run", "frames", "met an open transaction", "producer made anew before", "answered", "requests", "lost", "not read", "no end", "several ends", "sequence repeated / gap", "sent twice", "made anew for", "partitions closed", "exits", "findings"]  # fmt: skip


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/late-frames", description="Lets requests of ended transactions reach Apache Kafka (KAFKA_HOME) late, and counts what comes of it. Exit 1 where a guarantee does not hold, or a run proves nothing.")  # fmt: skip
    parser.add_argument("--frames", type=int, default=300, help="late COMMITs at random moments; the other runs have a share of it (%(default)s)")
    parser.add_argument("--nodes", type=int, choices=[1, 3], help="brokers; both, unless given")
    parser.add_argument("--library", action="append", help="a librdkafka.so.1 for the worker, repeatable; the system's and the newest, unless given")
    parser.add_argument("--runs", help="names, with commas between: " + ", ".join(dict.fromkeys(name for name, *_ in RUNS + MIXED)))
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    return parser.parse_args()


def libraries(given, folder):
    """By name, the folder to load librdkafka from; None is the system's."""
    if given is None:
        wheel = pathlib.Path(sys.prefix).glob("lib/*/site-packages/confluent_kafka.libs/librdkafka-*.so*")
        given = ["system", *map(str, wheel)]
    for number, path in enumerate(given):
        if path == "system":
            yield path, None
            continue
        place = pathlib.Path(folder) / f"library-{number}"
        place.mkdir()
        (place / "librdkafka.so.1").symlink_to(pathlib.Path(path).resolve(strict=True))
        yield pathlib.Path(path).name, str(place)


def row(name, outcome):
    def counts(found):
        return ", ".join(f"{number} {what}" for what, number in sorted(found.items(), key=lambda one: -one[1])) or "–"

    return [
        name, len(outcome.lates), outcome.count("is_open"), outcome.count("is_renewed"), counts(outcome.answers), outcome.requests, outcome.lost,
        outcome.unread, outcome.without_end, outcome.several_ends, f"{outcome.repeated} / {outcome.gaps}", outcome.twice, counts(outcome.fencings),
        outcome.closed, len(outcome.exits), len(outcome.findings),
    ]  # fmt: skip


def say(cells):
    print(f"| {' | '.join(map(str, cells))} |", flush=True)


def run(cluster, relay, folder, name, frames, plans, seed):
    """One run, its row printed; what there is to complain of."""
    begun = time.monotonic()
    folder = pathlib.Path(tempfile.mkdtemp(dir=folder))  # The worker's log is counted.
    simulator = Simulator(folder, seed=seed, switches={"latency": "5ms"})
    try:
        site = Site(cluster, simulator, folder, partitions=PARTITIONS)
        try:
            outcome = let_go_late(site, worker_of(site, cluster, plans), relay, plans, frames, seed)
        finally:
            site.close()
    finally:
        simulator.stop()
    say(row(name, outcome))
    complaints = outcome.complaints(frames)
    for complaint in complaints[:5]:
        print(f"{name}: {complaint}", file=sys.stderr)
    print(f"{name}: {len(complaints)} complaints, {len(outcome.voids)} frames did not come, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    return complaints


def main():
    asked = arguments()
    if not os.environ.get("KAFKA_HOME"):
        sys.exit("scripts/late-frames: KAFKA_HOME must name a Kafka distribution")
    # Brokers, simulator and worker end with the script, however it is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print(f"seed {asked.seed}", flush=True)
    complaints = []
    with tempfile.TemporaryDirectory(prefix="late-") as folder:
        places = dict(libraries(asked.library, folder))
        for nodes, (library, place) in itertools.product([asked.nodes] if asked.nodes else [1, 3], places.items()):
            os.environ.pop("WORKER_LIBRARY_PATH", None)
            os.environ.update({"WORKER_LIBRARY_PATH": place} if place else {})
            print(f"\n{nodes} {'node' if nodes == 1 else 'nodes'}, librdkafka: {library}\n", flush=True)
            say(HEAD)
            say(["---"] * len(HEAD))
            with contextlib.ExitStack() as stack:
                cluster = ApacheKafka(os.environ["KAFKA_HOME"], nodes, is_relayed=True)
                stack.callback(cluster.stop)
                relay = Relay(cluster.doors)
                stack.callback(relay.close)
                for name, share, plans in RUNS if nodes == 1 else MIXED:
                    if not asked.runs or name in asked.runs.split(","):
                        frames = max(1, round(asked.frames * share))
                        complaints += run(cluster, relay, folder, name, frames, [Plan.parse(plan) for plan in plans], asked.seed)
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
