"""What is done to whom and when, drawn from the seed alone: nothing that happens in a run changes it."""

import dataclasses
import random

# Network and provider rest at the end of each minute, so that a finding has a place in time; kills go on.
MINUTE, CALM = 60.0, 8.0
# A member is given up after its session, a transaction after its timeout: what lasts longer is beyond both.
SESSION, TRANSACTION = 6.0, 6.0

BEFORE = ["dropBeforeAccept", "resetBeforeAccept", "hangBeforeAccept", "serverError", "unavailable", "tooManyRequests", "htmlBeforeAccept", "wrongAuth"]
AFTER = ["replyLost", "resetAfterAccept", "hang", "serverErrorAfterAccept", "html", "emptyBody", "truncated", "cutJSON", "garbage", "slow", "trickle"]
HTTP_FAULTS = [*BEFORE, *AFTER, "outage", "status"]
SMPP_FAULTS = ["cut", "cutWithinAnswer", "silent", "cutBeforeAccept", "silentBeforeAccept", "throttled", "late", "links-cut", "links-unbind"]
LATE = [
    "commit:delay:1-200", "commit:gate:produce:0", "commit:gate:before-offsets", "commit:gate:before-end", "offsets:gate:before-end",
    "offsets:delay:1-200", "commit:delay:1-1000",
]  # fmt: skip
# To whom, and what.
NETWORK = [
    ("brokers", "cut"), ("brokers", "half-open"), ("brokers", "half-open-then-late"), ("brokers", "slow"), ("brokers", "late"),
    ("provider", "cut"), ("provider", "half-open"), ("provider", "slow"),
]  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Action:
    at: float  # seconds after the load has begun
    kind: str
    who: int = -1  # replica, or node from 1; -1: none in particular
    lasts: float = 0.0  # seconds until it is undone
    detail: str = ""

    def __str__(self):
        whom = f" {self.who}" if self.who >= 0 else ""
        return f"{self.at:7.2f} {self.kind}{whom}{f' {self.detail}' if self.detail else ''}{f' for {self.lasts:.2f} s' if self.lasts else ''}"


@dataclasses.dataclass(frozen=True)
class Profile:
    """Seconds between two of a kind, in the mean; 0: never. `replicas` stay, guests come and go."""

    replicas: int = 6
    kill: float = 0
    pause: float = 0
    stop: float = 0
    roll: float = 0
    guest: float = 0
    broker: float = 0
    network: float = 0
    provider: float = 0
    # One kill at a time, each replica in its turn, at even times; what recovers is measured.
    is_alone: bool = False
    away: float = 0.2
    # Every second replica has no name in the group.
    random_members: bool = False
    # What of the network and of the provider, where not all.
    ways: tuple = ()
    plans: tuple = ()
    faults: tuple = ()


PROFILES = {
    # Everything at once, all replicas but one with a name: the densest in which work still goes on.
    "mixed": Profile(kill=1.6, pause=8, stop=25, roll=110, guest=40, broker=90, network=4, provider=10),
    # Processes alone.
    "kills": Profile(kill=0.9, pause=6),
    # Nobody has a name: each death is a rebalance that waits for the session's end.
    "random": Profile(replicas=4, kill=9, pause=20, stop=25, guest=30, network=12, provider=10, random_members=True),
    # What is orderly costs nothing: no attempt of unknown outcome.
    "orderly": Profile(replicas=3, stop=5, roll=30, guest=20),
    "orderly-random": Profile(replicas=3, stop=6, guest=8, random_members=True),
    # Back at once, as a supervisor does it; or only when others have taken over.
    "recovery": Profile(replicas=3, kill=4, is_alone=True),
    "recovery-away": Profile(replicas=3, kill=18, is_alone=True, away=13),
    "recovery-random": Profile(replicas=3, kill=14, is_alone=True, random_members=True),
    "quiet": Profile(replicas=3),
    # For one broken rule or another.
    "few-kills": Profile(replicas=3, kill=1.5, provider=5, faults=("replyLost", "resetAfterAccept", "silent", "cut")),
    # What a process believed to have written dies with it.
    "cut-off": Profile(replicas=3, kill=1.5, network=1.5, ways=(("brokers", "half-open"),)),
    "pauses": Profile(replicas=3, pause=4),
    "late": Profile(replicas=2, network=1, ways=(("brokers", "late"),)),
    # The relay answers for the broker that offsets may not be committed: an abort, of which a copy comes late too.
    "aborts": Profile(replicas=2, network=2, ways=(("brokers", "late"),), plans=("abort:delay:1-500",)),
    "bad-polls": Profile(replicas=2, provider=5, faults=("status",)),
}


def is_stable(profile, replica):
    """Whether a replica bears a name in the group (KAFKA_INSTANCE_ID)."""
    return not profile.random_members and (profile.is_alone or replica < profile.replicas - 1)


def schedule(seed, seconds, profile, nodes=1, door="http", own_brokers=True):
    """Actions in the order of their times. `own_brokers`: they may be ended, and clients reach them through the relay."""
    drawn = []
    drawn += _kills(_chance(seed, "kill"), seconds, profile)
    pauses = _pauses(_chance(seed, "pause"), seconds, profile)
    # Whom a pause holds is left alone meanwhile.
    drawn = [action for action in drawn if not any(_holds(pause, action) for pause in pauses)] + pauses
    for make in (_stops, _rolls, _guests):
        drawn += [action for action in make(_chance(seed, make.__name__), seconds, profile) if not any(_holds(pause, action) for pause in pauses)]
    if own_brokers:
        drawn += _brokers(_chance(seed, "broker"), seconds, profile, nodes)
    drawn += _network(_chance(seed, "network"), seconds, profile, own_brokers)
    drawn += _provider(_chance(seed, "provider"), seconds, profile, door)
    return sorted(drawn, key=lambda action: (action.at, action.kind, action.who))


def _chance(seed, kind):
    return random.Random(f"{seed}/{kind}")


def _times(chance, mean, seconds, calm=0.0):
    """Times with a mean distance, never closer than a third of it, none within the calm."""
    at = chance.uniform(0.3, 1.0) * mean if mean else seconds
    while at < seconds:
        if at % MINUTE < MINUTE - calm:
            yield round(at, 3)
        at += mean * (1 / 3 + chance.expovariate(1.5))


def _kills(chance, seconds, profile):
    if profile.is_alone:
        count = int(seconds / profile.kill) if profile.kill else 0
        return [Action(round((number + 0.5) * profile.kill, 3), "kill", number % profile.replicas, profile.away) for number in range(count)]
    made = []
    for at in _times(chance, profile.kill, seconds):
        # Most are back at once, some not before their session is over.
        away = chance.uniform(0.05, 1.0) if chance.random() < 0.93 else chance.uniform(SESSION + 1, SESSION + 4)
        made.append(Action(at, "kill", chance.randrange(profile.replicas), round(away, 3)))
    return made


def _pauses(chance, seconds, profile):
    made = []
    for at in _times(chance, profile.pause, seconds):
        long = chance.random() < 0.7
        lasts = round(chance.uniform(SESSION + 2, SESSION + 6) if long else chance.uniform(1, 5), 3)
        held = {pause.who for pause in made if pause.at + pause.lasts + 0.5 > at}
        free = [replica for replica in range(profile.replicas) if replica not in held]
        # A third of them go on working.
        if len(held) < profile.replicas * 2 // 3:
            made.append(Action(at, "pause", chance.choice(free), lasts, "beyond session and transaction" if long else ""))
    return made


def _holds(pause, action):
    return action.who == pause.who and pause.at - 0.1 <= action.at <= pause.at + pause.lasts + 0.1


def _stops(chance, seconds, profile):
    return [Action(at, "stop", chance.randrange(profile.replicas), round(chance.uniform(0.05, 2), 3)) for at in _times(chance, profile.stop, seconds)]


def _rolls(chance, seconds, profile):
    made = []
    for at in _times(chance, profile.roll, seconds):
        step = chance.uniform(1.5, 3)
        made += [Action(round(at + step * replica, 3), "stop", replica, 0.2, "rolling") for replica in range(profile.replicas)]
    return [action for action in made if action.at < seconds]


def _guests(chance, seconds, profile):
    orderly = profile.kill == 0
    return [
        Action(at, "guest", number, round(chance.uniform(3, 12), 3), "stop" if orderly or chance.random() < 0.5 else "kill")
        for number, at in enumerate(_times(chance, profile.guest, seconds), 1000)
    ]


def _brokers(chance, seconds, profile, nodes):
    """One node at a time, and the next when it is back."""
    made, free = [], 0.0
    for at in _times(chance, profile.broker, seconds, calm=20):
        if at < free:
            continue
        away = round(chance.uniform(0.2, 4), 3)
        made.append(Action(at, "broker", chance.randrange(nodes) + 1, away, chance.choice(["KILL", "TERM"])))
        free = at + away + 25
    return made


def _network(chance, seconds, profile, own_brokers):
    ways = [way for way in profile.ways or NETWORK if own_brokers or way[0] == "provider"]
    made = []
    for at in _times(chance, profile.network, seconds, CALM):
        whom, what = chance.choice(ways)
        lasts = {"cut": 0.0, "late": 0.0, "slow": chance.uniform(2, 6)}.get(what, chance.uniform(1, SESSION + 4))
        detail = f"{whom} {what}" + (f" {chance.choice(profile.plans or LATE)}" if what == "late" else "")
        made.append(Action(at, "network", -1 if what == "late" else chance.randrange(profile.replicas), round(lasts, 3), detail))
    return made


def _provider(chance, seconds, profile, door):
    made, free = [], 0.0
    known = HTTP_FAULTS if door == "http" else SMPP_FAULTS
    kinds = [fault for fault in profile.faults or known if fault in known]
    for at in _times(chance, profile.provider, seconds, CALM):
        lasts = round(chance.uniform(1, 4), 3)
        if at >= free:
            made.append(Action(at, "provider", -1, lasts, chance.choice(kinds)))
            free = at + lasts
    return made


def counts(actions):
    """How many of each kind."""
    found = {}
    for action in actions:
        found[action.kind] = found.get(action.kind, 0) + 1
    found["pause beyond session and transaction"] = sum(action.kind == "pause" and bool(action.detail) for action in actions)
    return found
