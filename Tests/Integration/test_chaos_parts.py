"""The parts of scripts/chaos that need no broker: the schedule, the verdict, the measures, and the breaks' places in the sources."""

import collections

import pytest

from Chaos import breaks, measures, report, verdict
from Chaos.fleet import Deed
from Chaos.schedule import CALM, MINUTE, NETWORK, PROFILES, SESSION, TRANSACTION, Profile, counts, is_stable, schedule
from Chaos.verdict import Case
from harness.records import Event

LONG = 1200


def kinds(actions, *wanted):
    return [action for action in actions if action.kind in wanted]


# The schedule

def test_a_schedule_comes_from_its_seed_alone():
    first = schedule(7, LONG, PROFILES["mixed"])
    assert first == schedule(7, LONG, PROFILES["mixed"]) != schedule(8, LONG, PROFILES["mixed"])
    assert [action.at for action in first] == sorted(action.at for action in first)
    assert all(0 <= action.at < LONG for action in first)


def test_a_kind_is_drawn_for_itself():
    """Three nodes, or the other door, change nothing of the rest."""
    one, other = schedule(7, LONG, PROFILES["mixed"]), schedule(7, LONG, PROFILES["mixed"], nodes=3, door="smpp")
    same = ("kill", "pause", "stop", "guest", "network")
    assert kinds(one, *same) == kinds(other, *same)
    assert {action.who for action in kinds(one, "broker")} == {1} and {action.who for action in kinds(other, "broker")} == {1, 2, 3}


def test_everything_happens_and_the_densest_is_dense():
    actions = schedule(7, LONG, PROFILES["mixed"])
    found = counts(actions)
    assert {"kill", "pause", "stop", "guest", "broker", "network", "provider"} <= set(found)
    assert found["kill"] > LONG / 3 and found["network"] > LONG / 8 and found["pause"] > LONG / 12
    details = collections.Counter(" ".join(action.detail.split()[:2]) for action in kinds(actions, "network"))
    assert set(details) == {f"{whom} {what}" for whom, what in NETWORK}
    assert counts(schedule(7, LONG, PROFILES["quiet"]))["pause beyond session and transaction"] == 0 == len(schedule(7, LONG, PROFILES["quiet"]))


def test_who_is_paused_stays_so_and_some_go_on():
    profile = PROFILES["mixed"]
    actions = schedule(7, LONG, profile)
    pauses = kinds(actions, "pause")
    for pause in pauses:
        end = pause.at + pause.lasts
        assert not [one for one in kinds(actions, "kill", "stop") if one.who == pause.who and pause.at < one.at < end]
        assert len({one.who for one in pauses if one.at <= pause.at < one.at + one.lasts}) <= profile.replicas * 2 // 3
    long = [pause for pause in pauses if pause.detail]
    assert all(pause.lasts > max(SESSION, TRANSACTION) for pause in long) and len(long) > len(pauses) / 2


def test_a_minute_ends_calm_and_one_broker_is_away_at_a_time():
    actions = schedule(7, LONG, PROFILES["mixed"], nodes=3)
    assert all(action.at % MINUTE < MINUTE - CALM for action in kinds(actions, "network", "provider"))
    away = kinds(actions, "broker")
    assert all(one.at + one.lasts < other.at for one, other in zip(away, away[1:])) and {action.detail for action in away} == {"KILL", "TERM"}


def test_another_ones_cluster_is_left_alone():
    actions = schedule(7, LONG, PROFILES["mixed"], own_brokers=False)
    assert not kinds(actions, "broker") and all(action.detail.startswith("provider") for action in kinds(actions, "network"))


def test_names_in_the_group():
    assert [is_stable(PROFILES["mixed"], number) for number in range(6)] == [True] * 5 + [False]
    assert not any(is_stable(PROFILES["random"], number) for number in range(4))
    alone = schedule(7, 60, Profile(replicas=3, kill=4, is_alone=True))
    assert [action.who for action in alone] == [number % 3 for number in range(15)] and {action.kind for action in alone} == {"kill"}


# The verdict

def event(sequence, status, at=1.0, **value):
    return Event(sequence, ("t.requests", 0, 0), sequence, {"sequence": sequence, "status": status, "final": False, **value}, None, {}, at, at)


def case(policy="fail", events=None, sms=(), intent=0.5):
    given = [event(1, "SENT", messageId="1"), event(2, "DELIVERED", messageId="1", final=True)] if events is None else events
    return Case("r", policy, ("t.requests", 0, 0), 0.0, given, {1: list(sms)} if sms else {}, intent)


@pytest.mark.parametrize(
    "given, expected",
    [
        (case(sms=[0.8]), []),
        (case(events=[], sms=[0.8]), ["lost"]),
        (case("resend", sms=[0.8, 0.9]), ["undeclared"]),
        (case("hold", sms=[0.8, 0.9]), ["undeclared", "strict"]),
        (case("resend", [event(1, "DELIVERED", final=True, messageId="1", possibleDuplicate=True)], [0.8, 0.9]), []),
        (case("fail", [event(1, "FAILED", final=True, possibleDuplicate=True)], [0.8, 0.9]), ["strict"]),
        (case("fail", [event(1, "FAILED", final=True)], [0.8]), ["hidden"]),
        (case(events=[event(1, "DELIVERED", messageId="1", final=True), event(1, "DELIVERED", messageId="1", final=True)], sms=[0.8]), ["illegal"]),
        (case(events=[event(2, "DELIVERED", messageId="1", final=True)], sms=[0.8]), ["illegal"]),
        (case(sms=[0.4]), ["before-intent"]),
        (case(sms=[0.8], intent=None), ["before-intent"]),
    ],
)
def test_what_is_wrong_with_a_request(given, expected):
    assert verdict.judged(given) == expected


def test_who_keeps_no_ledger_is_not_asked_for_one():
    assert verdict.judged(case(sms=[0.8], intent=None), has_ledger=False) == []


def test_a_message_in_parts_was_sent_as_often_as_its_most_frequent_part():
    one = case("resend")
    one.parts = {1: [0.8], 2: [0.9, 1.0], 3: [1.1]}
    assert one.copies == 2 and verdict.judged(one) == ["undeclared"]


def test_a_run_that_delivered_little_proves_nothing():
    found = verdict.verdict([case(events=[event(1, "FAILED", final=True)]), case(sms=[0.8]), case(events=[event(1, "FAILED", final=True)])])
    assert found.is_clean and "half" in found.proves_nothing()
    assert verdict.verdict([case(sms=[0.8])]).proves_nothing() is None
    assert verdict.verdict([]).proves_nothing()


def test_a_story_has_no_number_and_no_text():
    one = case("hold", sms=[0.8, 0.9])
    verdict.judged(one)
    told = verdict.story(one, [Deed(0.6, "kill", "replica-1", 0.7), Deed(50, "kill", "replica-2", 51)], 0.0)
    assert "kill replica-1" in told and "replica-2" not in told and told.count("SMS taken") == 2
    assert "policy hold" in told and "DELIVERED final" in told


# The measures

def test_percentiles():
    assert measures.percentile([], 0.5) is None
    assert measures.percentile(range(1, 101), 0.99) == 99 and measures.percentile([3, 1, 2], 0.5) == 2
    assert measures.spread([1, 2])["most"] == 2


def test_a_recovery_ends_when_every_partition_answers_what_came_after():
    answers = {0: [(0.0, 0.1), (10.1, 10.2)], 1: [(9.0, 14.0), (10.5, 14.5)]}
    # Of partition 1 the first event after the death belongs to what was published before.
    assert measures.works_again(10.0, answers, [0, 1]) == pytest.approx(4.5)
    assert measures.works_again(11.0, answers, [0, 1]) is None


def test_a_stall_is_of_a_partition_whose_owner_nobody_touched():
    answers = {0: [(1.0, 1.1), (2.0, 8.0), (2.5, 8.1)], 1: [(1.0, 1.1), (2.0, 8.0)]}
    owners = [(float(second), {0: "a", 1: "b"}) for second in range(12)]
    # Who waits already, waits from the last event on.
    assert max(measures.stalls(answers, owners, [], 20)) == pytest.approx(6.0)
    assert max(measures.stalls({0: [(0.5, 9.0), (1.0, 1.1), (2.0, 2.1)]}, owners, [], 20)) == pytest.approx(6.9)
    assert max(measures.stalls(answers, owners, [(3, 4, "a")], 20)) == pytest.approx(6.0)
    assert measures.stalls({0: answers[0]}, owners, [(3, 4, "a")], 20) == [pytest.approx(0.1)]
    assert measures.stalls(answers, owners, [(0, 12, "")], 20) == []
    moved = owners[:5] + [(float(second), {0: "c", 1: "b"}) for second in range(5, 12)]
    assert measures.stalls({0: answers[0]}, moved, [], 20) == [pytest.approx(0.1)]
    # Nothing was asked of it: no stall.
    assert measures.stalls({0: [(1.0, 1.1), (8.0, 8.1)]}, owners, [], 20) == [pytest.approx(0.1)]


# The breaks

def test_each_break_has_its_place_in_the_sources_and_a_rule():
    by = breaks.machine()
    made = breaks.mutations(by)
    assert len(made) >= 10 and len({one.number for one in made.values()}) == len(made)
    sources = {path.relative_to(by.ROOT): path.read_text() for folder in ("Sources", "Tests/Simulation") for path in (by.ROOT / folder).rglob("*.swift")}
    for name, mutation in made.items():
        before = dict(sources)
        mutation.apply(sources)
        assert mutation.rule and any(path.parts[0] == "Sources" and sources[path] != text for path, text in before.items()), name


def test_a_break_whose_place_is_gone_is_an_error():
    by = breaks.machine()
    mutation = by.Mutation(breaks.HERE / "c1-offsets-left-out.mutation", 1)
    with pytest.raises(by.Gone):
        mutation.apply({"a.swift": "nothing of it"})


def test_each_break_is_found_out_by_something_that_is_counted():
    for one in breaks.BREAKS:
        assert one.profile in PROFILES and set(one.shows) <= {*verdict.KINDS, "after_end", "may_be_two"}


def test_sums_of_runs():
    figures = {
        "profile": "mixed", "door": "http", "nodes": 1, "seed": 1, "minutes": 2.0, "done": {"kill": 3, "long pause": 1, "pause": 1}, "network": {"x": 2},
        "requests": 10, "found": {**dict.fromkeys(verdict.KINDS, 0), "lost": 1}, "sentences": [], "declared": 1, "after_end": 0,
    }  # fmt: skip
    summed = report.sums([figures, figures])
    assert summed["kill -9"] == 6 and summed["pauses"] == 4 and summed["network faults"] == 4 and summed["lost"] == 2
    assert summed["declared per million"] == 100_000
    assert report.summary([figures, figures]).splitlines()[-1].startswith("| 2 runs | 20 | 6 | 4 | 2 | 4 |")
