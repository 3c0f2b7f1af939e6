"""What was lost, sent twice, or told wrong: by the topics and the provider's record alone.

A request's SMS are told by its phone number, which no other has; over SMPP a message was sent as often as the part of it that was sent most often.
"""

import collections
import dataclasses
import json

from harness.judge import judge, repeats, sequence_findings

# Events are stamped by the worker and SMS by the simulator, by the same clock; what is later than this was.
SLACK = 0.05


@dataclasses.dataclass
class Case:
    """A request and all that is known of it."""

    id: str
    policy: str
    place: tuple
    published_at: float
    events: list
    # When each SMS was taken, by part.
    parts: dict
    intent_at: float | None = None
    findings: list = dataclasses.field(default_factory=list)

    @property
    def copies(self):
        return max(map(len, self.parts.values()), default=0)

    @property
    def times(self):
        return sorted(at for part in self.parts.values() for at in part)

    @property
    def final(self):
        return next((event for event in self.events if event.is_final), None)

    @property
    def is_declared(self):
        return any(event.value.get("possibleDuplicate") for event in self.events)


KINDS = {
    "lost": "no end: neither a final event nor a dead letter",
    "undeclared": "more than one SMS, and no event says that there may be",
    "strict": "more than one SMS under fail or hold",
    "hidden": "an SMS that no event admits",
    "illegal": "an illegal sequence of events",
    "before-intent": "an SMS before its intent was written",
    "other": "something else that the judge has against it",
}


def phone_of(one):
    return json.loads(one.value)["phone"].removeprefix("+")


def sent_over_http(simulator):
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    for send in simulator.sends():
        found[send.phone.removeprefix("+")][1].append(send.received_at)
    return found


def sent_over_smpp(simulator):
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    start = 1
    while start is not None:
        page = simulator.ask(f"parts?from={start}&limit=50000", 120)
        for part in page["parts"]:
            found[part["destination"].removeprefix("+")][part["number"]].append(part["acceptedAt"] / 1000)
        start = page.get("next")
    return found


def cases(site, sent, intents=None):
    """Every request that is to be judged: no repeat, no command, none that is bad."""
    repeated = repeats(site.published)
    made = []
    for one in site.published:
        if one.is_command or one.bad or one.place in repeated:
            continue
        at = (intents or {}).get((one.partition, one.id))
        made.append(Case(one.id, one.policy or "resend", one.place, one.at, site.status.of(one), dict(sent.get(phone_of(one), {})), at))
    return made


def judged(case, has_ledger=True):
    """What is wrong with a request, by kind; also kept in it."""
    found = []
    final = case.final
    if final is None:
        found.append("lost")
    if sequence_findings(case.events, case.id):
        found.append("illegal")
    if case.copies > 1 and not case.is_declared:
        found.append("undeclared")
    if case.copies > 1 and case.policy in ("fail", "hold"):
        found.append("strict")
    if final is not None and case.copies and "messageId" not in final.value and not case.is_declared:
        found.append("hidden")
    if has_ledger and case.times and (case.intent_at is None or case.intent_at > case.times[0] + SLACK):
        found.append("before-intent")
    case.findings = found
    return found


@dataclasses.dataclass
class Verdict:
    requests: int = 0
    delivered: int = 0
    ended: int = 0
    sms: int = 0
    declared: int = 0
    maybe: int = 0  # ended with possibleDuplicate
    unknown: int = 0  # ended FAILED, OUTCOME_UNKNOWN
    after_end: int = 0
    reasons: dict = dataclasses.field(default_factory=dict)
    found: dict = dataclasses.field(default_factory=dict)
    wrong: list = dataclasses.field(default_factory=list)
    # Whose SMS came after the final event: no finding by itself, for what is frozen or on its way cannot be called back.
    late: list = dataclasses.field(default_factory=list)
    sentences: list = dataclasses.field(default_factory=list)

    def __getitem__(self, kind):
        return self.found.get(kind, 0)

    @property
    def is_clean(self):
        return not any(self.found.values()) and not self.sentences

    def proves_nothing(self):
        """Why a run without findings would say nothing; None where it says something."""
        if not self.requests:
            return "nothing was published"
        if self.delivered < self.requests / 2:
            return f"{self.delivered} of {self.requests} messages arrived; half of them must"
        return None


def verdict(made, has_ledger=True):
    found = Verdict(requests=len(made), found=dict.fromkeys(KINDS, 0))
    reasons = collections.Counter()
    for case in made:
        final = case.final
        found.sms += sum(map(len, case.parts.values()))
        found.ended += final is not None
        found.delivered += final is not None and final.status in ("DELIVERED", "SENT")
        found.declared += case.copies > 1 and case.is_declared
        found.maybe += case.is_declared
        found.unknown += final is not None and final.code == "OUTCOME_UNKNOWN"
        if final is not None and case.times and case.times[-1] > final.stamped_at + 1:
            found.after_end += 1
            found.late.append(case)
        if final is not None:
            reasons[f"{final.status} {final.code or ''}".strip()] += 1
        for kind in judged(case, has_ledger):
            found.found[kind] += 1
        if case.findings:
            found.wrong.append(case)
    found.reasons = dict(reasons)
    return found


def agree_with_harness(site, found, simulator, left):
    """The judge of the integration tests (HTTP): what it has against the run beside."""
    findings = judge(site.published, site.status, site.dead_letters, simulator.sends_by_id(), is_over=not left)
    known = {case.id for case in found.wrong}
    new = [finding for finding in findings if not any(f" {id} at " in finding for id in known)]
    found.sentences += new
    found.found["other"] += len(new)


def story(case, deeds, began):
    """A request's story: its events, its SMS, and what was done meanwhile. Neither number nor text."""
    def at(moment):
        return f"{moment - began:8.3f}"

    lines = [(case.published_at, f"published, policy {case.policy}, {case.place[0].rsplit('.', 1)[-1]}/{case.place[1]}@{case.place[2]}")]
    if case.intent_at:
        lines.append((case.intent_at, "first written in the ledger"))
    for event in case.events:
        more = "".join(f" {word}" for word in (event.code, "final" if event.is_final else None, "possibleDuplicate" if event.value.get("possibleDuplicate") else None) if word)
        lines.append((event.stamped_at, f"event {event.sequence}: {event.status}{more}"))
    for part, times in case.parts.items():
        lines += [(moment, f"SMS taken by the provider{f', part {part}' if len(case.parts) > 1 else ''}") for moment in times]
    last = max(moment for moment, _ in lines)
    lines += [
        (began + deed.at, f"  ({deed.kind} {deed.who} {deed.detail}, until {deed.until:.3f})")
        for deed in deeds if case.published_at - 12 <= began + deed.at <= last
    ]  # fmt: skip
    head = f"{case.id}: {'; '.join(KINDS[kind] for kind in case.findings) or 'an SMS after the final event'}"
    return "\n".join([head, *(f"  {at(moment)} {what}" for moment, what in sorted(lines, key=lambda line: line[0]))])
