"""Breaks one rule of the worker at a time, and sees whether the simulator notices: scripts/simulate --mutations [NAME…]

Each file beside this one is a mutation: the rule that it breaks, and what to put in whose place. In what is put there, MUTANT is true while
this mutation is on. All of them go into one copy of the sources (.build/mutations), which is built once; each is then switched on by itself.
A text that is to be replaced must stand exactly once in the sources, blanks and line breaks aside, in whichever file.
"""

import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
COPY = ROOT / ".build/mutations"
IMPORT = re.compile(r"^(?:internal |package |public )?import Time$", re.M)
SWITCH = """internal import Glibc

private let number: Int = getenv("MUTANT").flatMap { Int(String(cString: $0)) } ?? 0

package func isMutant(_ other: Int) -> Bool { number == other }
"""


class Gone(Exception):
    pass


class Mutation:
    def __init__(self, path, number):
        self.name, self.number = path.stem, number
        head, *blocks = re.split(r"^--- (search|replace)\n", path.read_text(), flags=re.M)
        self.rule = re.search(r"^rule: (.*)$", head, re.M).group(1)
        unseen = re.search(r"^unseen: (.*)$", head, re.M)
        self.unseen = unseen and unseen.group(1)
        texts = [text.strip("\n") for text in blocks[1::2]]
        self.edits = list(zip(texts[::2], texts[1::2]))

    def apply(self, sources):
        changed = {}
        for search, replacement in self.edits:
            pattern = re.compile(r"\s+".join(re.escape(word) for word in search.split()))
            places = [path for path, text in sources.items() for _ in pattern.finditer(changed.get(path, text))]
            if len(places) != 1:
                raise Gone(f"its text stands {len(places)} times in the sources: {' '.join(search.split())[:70]}")
            path = places[0]
            text = pattern.sub(lambda _: replacement.replace("MUTANT", f"isMutant({self.number})"), changed.get(path, sources[path]))
            changed[path] = text if IMPORT.search(text) else "internal import Time\n" + text
        sources.update(changed)


def prepare(mutations):
    """The copy with all mutations in it; answers those that have lost their place."""
    wanted = {}
    for folder in ["Sources", "Tests"]:
        for path in (ROOT / folder).rglob("*"):
            relative = path.relative_to(ROOT)
            if path.is_file() and not {"Integration", "mutations", "__pycache__"} & set(relative.parts):
                wanted[relative] = path
    sources = {
        relative: path.read_text() for relative, path in wanted.items()
        if path.suffix == ".swift" and (relative.parts[0] == "Sources" or relative.parts[1] == "Simulation")
    }
    lost = {}
    for mutation in mutations:
        try:
            mutation.apply(sources)
        except Gone as error:
            lost[mutation.name] = str(error)
    sources[Path("Sources/Time/Mutant.swift")] = SWITCH
    manifest = (ROOT / "Package.swift").read_text()
    sources[Path("Package.swift")] = manifest
    for relative in set(wanted) | set(sources):
        target = COPY / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        content = sources[relative].encode() if relative in sources else wanted[relative].read_bytes()
        if not target.exists() or target.read_bytes() != content:
            target.write_bytes(content)
    (COPY / "Tests/Simulation/mutations").mkdir(exist_ok=True)
    for folder in ["Sources", "Tests"]:
        for path in list((COPY / folder).rglob("*.swift")):
            if path.relative_to(COPY) not in sources and path.relative_to(COPY) not in wanted:
                path.unlink()
    return lost


def build():
    command = ["swift", "build", "-c", "release", "--package-path", str(COPY), "--scratch-path", str(COPY / ".build"), "--static-swift-stdlib",
               "-Xswiftc", "-enforce-exclusivity=unchecked"]
    result = subprocess.run(command + ["--product", "Simulation"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        sys.exit("\n".join(line for line in result.stdout.splitlines() if "error:" in line) or result.stdout)
    path = subprocess.run(command + ["--show-bin-path"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    return Path(path) / "Simulation"


def noticed(program, number, seeds):
    """The first seed that finds something with the mutation, and nothing without it."""
    first, took = 1, 0.0
    while True:
        seed, finding, seconds = run(program, number, seeds - first + 1, first)
        took += seconds
        if not seed or run(program, 0, 1, seed)[0] is None:
            return seed, finding, took
        first = seed + 1


def run(program, number, seeds, first=1):
    environment = dict(os.environ, MUTANT=str(number))
    began = time.monotonic()
    result = subprocess.run([program, "--first", "--from", str(first), "--seeds", str(seeds)], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, env=environment)
    took = time.monotonic() - began
    first = re.search(r"^first: seed (\d+): (.*)$", result.stdout, re.M)
    if first:
        return int(first.group(1)), first.group(2), took
    crash = re.search(r"crashed at seed (\d+)", result.stderr)
    if crash:
        return int(crash.group(1)), "the process ends: " + result.stderr.strip().splitlines()[0][:120], took
    if result.returncode != 0:
        return 0, f"the simulator ended with {result.returncode}: {result.stderr[-200:]}", took
    return None, "", took


def main():
    parser = argparse.ArgumentParser(prog="scripts/simulate --mutations", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seeds", type=int, default=50_000)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    every = [Mutation(path, number) for number, path in enumerate(sorted(HERE.glob("*.mutation")), 1)]
    unknown = set(arguments.names) - {mutation.name for mutation in every}
    if unknown:
        sys.exit("no such mutation: " + ", ".join(sorted(unknown)))
    lost = prepare(every)
    program = build()
    chosen = [m for m in every if not arguments.names or m.name in arguments.names]
    isGood = True
    seed, finding, _ = run(program, 0, 2_000)
    if seed is not None:
        isGood = False
        print(f"without any mutation: seed {seed}: {finding}", flush=True)
    print("| mutation | the rule | seed | finding |\n| --- | --- | ---: | --- |", flush=True)
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        runs = {m.name: pool.submit(noticed, program, m.number, arguments.seeds) for m in chosen if m.name not in lost}
        for mutation in chosen:
            if mutation.name in lost:
                isGood = False
                seed, finding = "", "its place is gone: " + lost[mutation.name]
            else:
                seed, finding, took = runs[mutation.name].result()
                if seed is None:
                    seed, finding = "–", f"not found in {arguments.seeds} seeds ({took:.0f} s)" + (f": {mutation.unseen}" if mutation.unseen else "")
                    isGood = isGood and bool(mutation.unseen)
            print(f"| {mutation.name} | {mutation.rule} | {seed} | {finding} |", flush=True)
    sys.exit(0 if isGood else 1)


if __name__ == "__main__":
    main()
