"""The worker with one rule broken at a time, under the seeded schedule that shows it: scripts/chaos --breaks [NAME…]

The breaks are texts that stand in place of others, as those of the simulator (Tests/Simulation/mutations), many of which are used here; those
in the folder beside are of code that the simulator has its own in the place of. All are in one copy of the sources, each is switched on by
itself; one whose place is gone is an error. A break is found out when its run shows what this rule keeps away: another finding does not do.
The same schedules must show nothing with every rule in place.
"""

import dataclasses
import importlib.util
import json
import pathlib
import subprocess
import sys

from .run import Options, run

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPY = ROOT / ".build" / "chaos-breaks"
HERE = pathlib.Path(__file__).resolve().parent / "breaks"
SIMULATED = ROOT / "Tests" / "Simulation" / "mutations"


@dataclasses.dataclass(frozen=True)
class Break:
    name: str
    profile: str
    # Of the figures that must not be 0: one of these.
    shows: tuple
    seed: int = 5
    minutes: float = 0.7
    door: str = "http"
    rate: float = 40
    latency: str = "5ms"
    more: tuple = ()
    patience: float = 25
    # Why no schedule here shows it; then it is not held against the suite.
    unseen: str = ""

    def options(self, binary, mutant):
        return Options(
            self.seed, self.minutes, self.profile, self.door, 1, self.rate, patience=self.patience, latency=self.latency, binary=str(binary), mutant=mutant,
            more=dict(self.more),
        )  # fmt: skip

    @property
    def schedule(self):
        return self.profile, self.seed, self.minutes, self.door, self.latency, self.more, self.rate


UNSEEN = "no schedule here has shown it; the simulator does"
SLOW = (("SEND_MAX_IN_FLIGHT", 4),)
BREAKS = [
    Break("m10-post-before-the-commit", "few-kills", ("before-intent", "undeclared", "strict"), latency="60ms"),
    Break("m11-sending-restored-as-waiting", "few-kills", ("undeclared", "strict"), latency="60ms"),
    Break("m09-unknown-not-durable", "few-kills", ("undeclared", "hidden"), latency="60ms"),
    Break("n15-offset-ahead-of-entries", "few-kills", ("lost",), latency="60ms", unseen="under this load all that was read is in the next transaction; the simulator shows it"),
    Break("c1-offsets-left-out", "few-kills", ("lost",), latency="60ms"),
    Break("n18-closed-ids-forgotten", "few-kills", ("undeclared", "strict"), latency="60ms"),
    Break("m05-no-lease", "pauses", ("after_end",), latency="150ms", more=SLOW, unseen=UNSEEN),
    Break("m06-answer-before-the-drain", "orderly-random", ("may_be_two",), latency="400ms", minutes=1, unseen=UNSEEN),
    Break("n04-close-then-drain", "orderly", ("may_be_two",), latency="400ms", unseen=UNSEEN),
    Break("n03-producer-used-again", "late", ("lost", "illegal")),
    Break("c4-offsets-before-the-flush", "late", ("lost", "illegal")),
    Break("n11-an-abort-drops-its-operations", "aborts", ("lost",)),
    Break("p3-tracker-drops-a-failed-poll", "bad-polls", ("lost",)),
    Break("c2-sequence-reused", "quiet", ("illegal",), minutes=0.2),
    Break("c3-receipts-answered-before-they-are-written", "cut-off", ("lost",), door="smpp", minutes=1),
    Break("s09-unknown-parts-again", "few-kills", ("strict",), door="smpp", minutes=1),
]


def machine():
    """What applies mutations to a copy of the sources."""
    spec = importlib.util.spec_from_file_location("mutations", SIMULATED / "run.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    made.COPY = COPY
    return made


def mutations(by):
    """By name, those that are used here; numbered."""
    paths = {path.stem: path for folder in (SIMULATED, HERE) for path in sorted(folder.glob("*.mutation"))}
    return {one.name: by.Mutation(paths[one.name], number) for number, one in enumerate(BREAKS, 1)}


def build():
    """Binary with all breaks in it, none of them on."""
    by = machine()
    made = mutations(by)
    lost = by.prepare(list(made.values()))
    if lost:
        sys.exit("\n".join(f"{name}: {why}" for name, why in lost.items()))
    command = ["swift", "build", "-c", "release", "--package-path", str(COPY), "--scratch-path", str(COPY / ".build")]
    done = subprocess.run([*command, "--product", "rocketsms-worker"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit("\n".join(line for line in done.stdout.splitlines() if "error:" in line) or done.stdout)
    path = subprocess.run([*command, "--show-bin-path"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    return pathlib.Path(path) / "rocketsms-worker", made


def shown(figures, what):
    return figures["found"].get(what, figures.get(what, 0))


def wrong(figures):
    """Whatever of the figures must be 0 with every rule in place."""
    kinds = {kind for one in BREAKS if one.schedule[0] == figures["profile"] for kind in one.shows}
    return {kind: shown(figures, kind) for kind in {*figures["found"], *kinds} if shown(figures, kind)}


def main(names, folder):
    unknown = set(names) - {one.name for one in BREAKS}
    if unknown:
        sys.exit("no such break: " + ", ".join(sorted(unknown)))
    binary, made = build()
    chosen = [one for one in BREAKS if not names or one.name in names]
    print("| break | the rule | schedule | it must show | found | without the break |\n| --- | --- | --- | --- | --- | --- |", flush=True)
    sound, is_good = {}, True
    for one in chosen:
        if one.schedule not in sound:
            sound[one.schedule] = run(one.options(binary, 0))
        broken = run(one.options(binary, made[one.name].number))
        found = {what: shown(broken, what) for what in {*one.shows, *broken["found"]} if shown(broken, what)}
        is_red = any(what in found for what in one.shows)
        is_green = not wrong(sound[one.schedule])
        is_good = is_good and (is_red or bool(one.unseen)) and is_green
        place = f"{one.profile}, {one.door}, seed {one.seed}, {one.minutes:g} min"
        print(
            f"| {one.name} | {made[one.name].rule} | {place} | {' or '.join(one.shows)} | {'' if is_red else f'not found out, {one.unseen}: ' if one.unseen else 'NOT FOUND OUT: '}{words(found)} "
            f"| {'' if is_green else 'NOT SOUND: '}{words(wrong(sound[one.schedule]))} |", flush=True,
        )  # fmt: skip
        (folder / f"break-{one.name}.json").write_text(json.dumps({"broken": broken, "sound": sound[one.schedule]}, ensure_ascii=False, indent=1))
    return 0 if is_good else 1


def words(found):
    return ", ".join(f"{count} {what}" for what, count in sorted(found.items(), key=lambda one: -one[1])) or "nothing"
