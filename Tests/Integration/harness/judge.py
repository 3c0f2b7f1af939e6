"""Holds what was published against what came out: events, dead letters, and the SMS that the provider accepted.

It knows nothing of the worker. G1, G3 and G4 are those of the README.
"""

import collections

RANK = {"QUEUED": 1, "SENT": 2, "DELIVERED": 3, "FAILED": 3}


def repeats(published):
    """The places of records that repeat the id of an earlier one on their partition."""
    seen, found = {}, set()
    for one in sorted(published, key=lambda one: one.place):
        if one.is_command or one.bad or one.id is None:
            continue
        owner = (one.topic, one.partition, one.id)
        if owner in seen:
            found.add(one.place)
        seen.setdefault(owner, one)
    return found


def judge(published, status, dead_letters, sends, default_policy="resend", is_over=True):
    """Returns findings, one sentence each; none is a pass.

    published      every record on the request topics
    sends          by request id: the provider's ids of the accepted SMS
    default_policy of requests without onUnknown
    is_over        nothing is open any more: every request must have ended
    """
    findings = []
    repeated = repeats(published)
    known = {one.place for one in published}
    # The same id may have been given on several partitions; then its SMS cannot be told apart.
    holders = collections.Counter(one.id for one in published if one.id and not one.is_command and not one.bad and one.place not in repeated)

    for place in status.events.keys() - known:
        findings.append(f"events of a record that nobody published: {place}")
    for place in dead_letters.letters.keys() - known:
        findings.append(f"dead letter of a record that nobody published: {place}")

    for one in published:
        events, letters = status.of(one), dead_letters.of(one)
        who = f"{one.id} at {one.place}"
        if one.is_command or one.place in repeated:
            if events or (letters and not one.bad):
                findings.append(f"G1: a repeat or command has an end of its own: {who}")
            continue
        finals = sum(event.is_final for event in events)
        if is_over and finals + len(letters) != 1:
            findings.append(f"G1: {finals} final events and {len(letters)} dead letters: {who}")
        if finals + len(letters) > 1:
            findings.append(f"G1: more than one end: {who}")
        if bool(one.bad) != bool(letters) and (is_over or letters):
            findings.append(f"dead letter {[letter.code for letter in letters]}, expected {one.bad}: {who}")
        for letter in letters:
            if one.bad and letter.code != one.bad:
                findings.append(f"dead letter {letter.code}, expected {one.bad}: {who}")
        findings += sequence_findings(events, who)

        if holders[one.id] == 1:
            accepted = sends.get(one.id, [])
            policy = one.policy or default_policy
            if policy in ("fail", "hold") and len(accepted) > 1:
                findings.append(f"G3: {len(accepted)} SMS under policy {policy}: {who}")
            if letters and accepted:
                findings.append(f"an SMS of a dead letter: {who}")
            last = events[-1] if events else None
            if last and last.is_final:
                is_admitted = last.value.get("possibleDuplicate", False)
                if len(accepted) > 1 and not is_admitted:
                    findings.append(f"G3: {len(accepted)} SMS and no possibleDuplicate: {who}")
                message = last.value.get("messageId")
                if message is None and accepted and not is_admitted:
                    findings.append(f"an SMS that no event admits ({last.status} {last.code}): {who}")
                if message is not None and message not in accepted and last.code != "RESOLVED":
                    findings.append(f"messageId {message} is not one of {accepted}: {who}")
    return findings


def sequence_findings(events, who):
    """G4 of one request's events, in the order of the status topic."""
    findings = []
    if [event.sequence for event in events] != list(range(1, len(events) + 1)):
        findings.append(f"G4: sequences {[event.sequence for event in events]}: {who}")
    if any(event.value["sequence"] != event.sequence for event in events):
        findings.append(f"G4: sequence and ce_id differ: {who}")
    ranks = [RANK[event.status] for event in events]
    if ranks != sorted(ranks):
        findings.append(f"G4: statuses go back, {[event.status for event in events]}: {who}")
    if any(event.is_final for event in events[:-1]):
        findings.append(f"G4: a final event is not the last: {who}")
    messages = [event.value["messageId"] for event in events if "messageId" in event.value]
    if len(set(messages)) > 1:
        findings.append(f"the messageId changes, {messages}: {who}")
    return findings


def agree(findings):
    """Fails with the first findings where there are any."""
    if findings:
        kinds = collections.Counter(finding.split(":")[0] for finding in findings)
        raise AssertionError(f"{len(findings)} findings ({dict(kinds)}):\n" + "\n".join(findings[:20]))
