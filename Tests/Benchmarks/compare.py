"""CPU a message of this tree's worker and of another one, in rounds that alternate: what one change costs, on whatever machine.

scripts/bench --before BINARY [rounds]
"""

import pathlib
import statistics
import sys
import tempfile

import bench
from harness import brokers
from harness import worker as harness_worker
from harness.simulator import Simulator

# More than this is slower.
TOLERANCE = 0.03


def main(before, rounds):
    binaries = {"before": pathlib.Path(before).resolve(), "after": bench.RELEASE / "rocketsms-worker"}
    bench.ROUNDS = rounds
    bench.conditions()
    cpu = {name: [] for name in binaries}
    with tempfile.TemporaryDirectory(prefix="compare-") as folder:
        # One simulator for both: what it costs is not counted.
        simulator = Simulator(folder, switches={**bench.SWITCHES, "send-answer": "SENT"})
        try:
            for number in range(rounds):
                # Whoever goes second finds the machine as the first has left it.
                for name in sorted(binaries, reverse=number % 2 == 0):
                    harness_worker.BINARY = binaries[name]
                    # A broker of its own: none grows from round to round.
                    broker = brokers.choose()
                    try:
                        rate, microseconds = bench.worker(broker, simulator, folder)
                    finally:
                        broker.stop()
                    cpu[name].append(microseconds)
                    print(f"{number + 1} {name}: {microseconds:.1f} µs of CPU a message, {rate:,.0f} messages/s", flush=True)
        finally:
            simulator.stop()
    medians = {name: statistics.median(values) for name, values in cpu.items()}
    ratio = medians["after"] / medians["before"]
    pairs = sorted(after / earlier for earlier, after in zip(cpu["before"], cpu["after"], strict=True))
    print(f"{broker.name}, {bench.MESSAGES:,} messages a round, {rounds} rounds each")
    print(f"CPU a message, medians: {medians['before']:.1f} µs before, {medians['after']:.1f} µs after, ratio {ratio:.3f} (pairs {pairs[0]:.3f} … {pairs[-1]:.3f}, median {statistics.median(pairs):.3f})")
    if ratio > 1 + TOLERANCE:
        print(f"MISSED: more than {TOLERANCE:.0%} slower")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5))
