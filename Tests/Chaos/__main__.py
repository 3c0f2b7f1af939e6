"""scripts/chaos: kills, freezes and restarts real workers and brokers, cuts and delays what they say, and counts what was lost or sent twice."""

import argparse
import json
import os
import pathlib
import random
import signal
import sys
import time

from . import report
from .run import SUBJECTS, Options, run
from .schedule import PROFILES, schedule


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/chaos", description=__doc__, epilog="Exit 1 where something was found, 2 where a run proves nothing.")
    parser.add_argument("--seed", type=int, action="append", help="repeatable: a run each; one is drawn, unless given")
    parser.add_argument("--minutes", type=float, default=2, help="of load and faults, for each run (%(default)s)")
    parser.add_argument("--profile", choices=PROFILES, default="mixed", help="what is done, and how often (%(default)s)")
    parser.add_argument("--door", choices=["http", "smpp"], default="http", help="the provider's (%(default)s)")
    parser.add_argument("--nodes", type=int, choices=[1, 3], default=1, help="brokers (%(default)s)")
    parser.add_argument("--rate", type=float, default=50, help="requests a second (%(default)s)")
    parser.add_argument("--control", action="store_true", help="the control group beside ours, on the same seeds (over HTTP)")
    parser.add_argument("--subject", choices=SUBJECTS, action="append", help="only these")
    parser.add_argument("--breaks", nargs="*", metavar="NAME", help="the worker with one rule broken at a time, or with these: each must be found out")
    parser.add_argument("--result", default=".build/chaos", help="folder of the JSON files (%(default)s)")
    parser.add_argument("--print-schedule", action="store_true", help="what would be done, and nothing else")
    parser.add_argument("--sum", nargs="+", metavar="FILE", help="the sums of earlier runs' files, and nothing else")
    return parser.parse_args()


def one(options, folder):
    """One run, printed and written down."""
    print(f"\n{report.head(vars(options))}, {options.rate:g} requests/s", flush=True)
    begun = time.monotonic()
    path = folder / f"{options.name}-{time.strftime('%H%M%S')}.json"
    figures = run(options, logs=path.with_suffix("") if options.subject == "worker" else None)
    figures["took"] = round(time.monotonic() - begun, 1)
    path.write_text(json.dumps(figures, ensure_ascii=False, indent=1))
    print(report.table([figures]))
    for exit in figures["exits"]:
        print(f"ended by itself: {exit}")
    if not report.is_clean(figures):
        print(report.findings(figures))
    if figures["proves_nothing"]:
        print(f"proves nothing: {figures['proves_nothing']}")
    print(f"{path}, {figures['took']} s", flush=True)
    return figures


def main():
    asked = arguments()
    folder = pathlib.Path(asked.result)
    folder.mkdir(parents=True, exist_ok=True)
    if asked.sum:
        results = [json.loads(pathlib.Path(file).read_text()) for file in asked.sum]
        for subject in SUBJECTS:
            some = [result for result in results if result["subject"] == subject]
            if some:
                print(f"\n{SUBJECTS[subject]}\n\n{report.summary(some)}\n\n{report.table(some)}")
        return 0
    seeds = asked.seed or [random.randrange(1 << 30)]
    if asked.print_schedule:
        for seed in seeds:
            print(*schedule(seed, asked.minutes * 60, PROFILES[asked.profile], asked.nodes, asked.door), sep="\n")
        return 0
    if not (os.environ.get("KAFKA_HOME") or os.environ.get("KAFKA_BOOTSTRAP_SERVERS")):
        sys.exit("scripts/chaos: KAFKA_HOME must name a Kafka distribution, or KAFKA_BOOTSTRAP_SERVERS a cluster")
    # Brokers, simulator and workers end with the script, however it is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if asked.breaks is not None:
        from . import breaks

        return breaks.main(asked.breaks, folder)
    subjects = asked.subject or (list(SUBJECTS) if asked.control else ["worker"])
    results = [
        one(Options(seed, asked.minutes, asked.profile, asked.door, asked.nodes, asked.rate, subject), folder) for seed in seeds for subject in subjects
    ]  # fmt: skip
    if len(results) > 1:
        print("\n" + report.table(results))
    ours = [result for result in results if result["subject"] == "worker"]
    if any(not report.is_clean(result) for result in ours):
        return 1
    return 2 if any(result["proves_nothing"] for result in ours) else 0


if __name__ == "__main__":
    sys.exit(main())
