"""The judge finds what it is there to find."""

import pytest

from harness.judge import judge
from harness.records import DeadLetter, Event, Published


class Log:
    def __init__(self, name, by_place):
        setattr(self, name, by_place)
        self.of = lambda one: by_place.get(one.place, [])


def published(id="a", offset=0, **more):
    return Published("t", None, b"", id=id, partition=0, offset=offset, **more)


def event(status, sequence, final=False, message=None, offset=0, **value):
    value = {"status": status, "sequence": sequence, "final": final, **({"messageId": message} if message else {}), **value}
    return Event(sequence, ("t", 0, offset), sequence, value, None, {}, 0, 0)


GOOD = [event("SENT", 1, message="7"), event("DELIVERED", 2, True, "7")]


def findings(records, events, letters=None, sends=None, **more):
    by_place = {}
    for one in events:
        by_place.setdefault(one.place, []).append(one)
    return judge(records, Log("events", by_place), Log("letters", letters or {}), {"a": ["7"]} if sends is None else sends, **more)


def test_a_good_course_has_no_finding():
    assert findings([published()], GOOD) == []
    assert findings([published(), published(offset=1)], GOOD) == [], "a repeat shares the fate of the first"


@pytest.mark.parametrize(
    "events, part",
    [
        ([], "0 final events"),
        (GOOD[:1], "0 final events"),
        (GOOD[1:], "sequences [2]"),
        ([GOOD[0], GOOD[0], event("DELIVERED", 3, True, "7")], "sequences [1, 1, 3]"),
        ([*GOOD, event("DELIVERED", 3, True, "7")], "2 final events"),
        ([event("DELIVERED", 1, True, "7"), event("SENT", 2, message="7")], "statuses go back"),
        ([event("SENT", 1, message="7"), event("DELIVERED", 2, True, "8")], "messageId changes"),
        ([event("SENT", 1, True, "8", reason={"code": "TRACKING_EXPIRED"})], "is not one of"),
        ([event("FAILED", 1, True, reason={"code": "EXPIRED"})], "an SMS that no event admits"),
        ([*GOOD, event("SENT", 1, message="9", offset=5)], "nobody published"),
    ],
)
def test_a_broken_course_is_found(events, part):
    assert any(part in finding for finding in findings([published()], events))


def test_a_second_sms_is_found():
    twice = {"a": ["7", "8"]}
    assert any("no possibleDuplicate" in finding for finding in findings([published()], GOOD, sends=twice))
    admitted = [GOOD[0], event("DELIVERED", 2, True, "7", possibleDuplicate=True)]
    assert findings([published()], admitted, sends=twice) == []
    assert any("under policy fail" in finding for finding in findings([published(policy="fail")], admitted, sends=twice))
    assert any("under policy hold" in finding for finding in findings([published()], admitted, sends=twice, default_policy="hold"))


def test_ends_of_bad_records_and_repeats_are_judged():
    letter = {("t", 0, 0): [DeadLetter(("t", 0, 0), "NOT_JSON", None, None, [])]}
    assert findings([published(id=None, bad="NOT_JSON")], [], letter, {}) == []
    assert any("expected NO_TEXT" in finding for finding in findings([published(id=None, bad="NO_TEXT")], [], letter, {}))
    assert any("expected None" in finding for finding in findings([published()], [], letter, {}))
    assert any("end of its own" in finding for finding in findings([published(), published(offset=1)], [*GOOD, event("SENT", 1, offset=1)]))


def test_what_is_open_is_no_finding_while_it_may_be_open():
    assert findings([published()], GOOD[:1], is_over=False) == []
    assert findings([published()], [], sends={}, is_over=False) == []
