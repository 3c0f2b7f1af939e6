"""What a message costs the worker's own code in instructions and allocations: counted, not timed, so that it is the same on a busy machine.

scripts/simulate --counts [--write]

The simulation sends so many requests without any fault, and then more, each under valgrind; the difference is what a message costs from its
record to its final event: the pipeline, what it decodes and encodes, and the simulated Kafka and provider around it, which do not change.
HTTP, the Kafka client and threads are not in it. Ends with 1 where a count is more than 3 % above that of counts.json, unless another
compiler has made it.
"""

import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
NOTED = HERE / "counts.json"
FEWER, MORE = 1_000, 3_000
TOLERANCE = 0.03
# A Swift symbol begins with its module; further on stand those of its types, which the simulation's functions have too.
OURS = re.compile(r"\$s(?:11SMSPipeline|8Requests|4JSON|7SMSText|4Time|9SMSWorker)")
ALLOCATIONS = re.compile(r"^(?:malloc|calloc|realloc|posix_memalign|aligned_alloc)$")


def counted(binary, requests):
    """Of one run: instructions in all, those of our own functions, and allocations."""
    with tempfile.TemporaryDirectory(prefix="counts-") as folder:
        path = pathlib.Path(folder) / "out"
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={path}", "--compress-strings=yes", binary, "--steady", str(requests)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={"SWIFT_DETERMINISTIC_HASHING": "1", "PATH": "/usr/bin:/bin"})
        if done.returncode:
            sys.exit(f"{' '.join(command)}\n{done.stdout[-2000:]}")
        return parse(path.read_text(errors="replace").splitlines())


def parse(lines):
    """Callgrind's format: a function's own costs stand in lines of their own; behind `calls=` stands what is another's."""
    names, found = {}, collections.Counter()
    own, called, is_anothers = "", "", False

    def name(text):
        number, _, rest = text.partition(" ")
        if rest:
            names[number] = rest
        return names.get(number, "")

    for line in lines:
        if line.startswith("fn="):
            own = name(line[3:])
        elif line.startswith("cfn="):
            called = name(line[4:])
        elif line.startswith("calls="):
            if ALLOCATIONS.match(called.partition("'")[0]):
                found["allocations"] += int(line[6:].split()[0])
            is_anothers = True
        elif line and (line[0].isdigit() or line[0] in "+-*"):
            if not is_anothers:
                cost = int(line.split()[1])
                found["instructions"] += cost
                if OURS.match(own):
                    found["instructions of our own"] += cost
            is_anothers = False
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--write", action="store_true", help="these are the counts from now on")
    arguments = parser.parse_args()
    few, many = counted(arguments.binary, FEWER), counted(arguments.binary, MORE)
    counts = {what: round((many[what] - few[what]) / (MORE - FEWER), 1) for what in ("instructions", "instructions of our own", "allocations")}
    compiler = re.search(r"Swift version (\S+)", subprocess.run(["swift", "--version"], capture_output=True, text=True).stdout)
    counts["compiler"] = compiler.group(1) if compiler else ""
    noted = {} if arguments.write else json.loads(NOTED.read_text())
    is_same = noted.get("compiler") == counts["compiler"]
    failed = False
    for what in ("instructions", "instructions of our own", "allocations"):
        before = noted.get(what)
        ratio = counts[what] / before if before else 1
        is_more = is_same and ratio > 1 + TOLERANCE
        failed = failed or is_more
        print(f"{what} a message: {counts[what]:,.1f}" + (f", {ratio:.3f} of what is noted" if before else "") + (": MORE" if is_more else ""))
    if arguments.write:
        NOTED.write_text(json.dumps(counts, indent=1) + "\n")
    elif not is_same:
        print(f"noted with Swift {noted.get('compiler')}, this is {counts['compiler']}: nothing is held against it")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
