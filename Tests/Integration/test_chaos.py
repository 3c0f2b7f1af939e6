"""A short part of scripts/chaos, from its seeds: everything at once over both doors, and a usual worker that is found out by the same judge.
docs/reliability.md tells of the long ones."""

import os

import pytest

from Chaos import report
from Chaos.run import Options, run

SEED = int(os.environ.get("CHAOS_SEED", "5"))


def figures(**options):
    found = run(Options(SEED, profile="mixed", patience=120, **options))
    print(report.table([found]))
    return found


@pytest.mark.long
@pytest.mark.worker
@pytest.mark.needs("nodes", "relay", "eviction", "cooperative")
@pytest.mark.parametrize("door, minutes", [("http", 0.7), ("smpp", 0.5)])
def test_chaos_breaks_no_guarantee(door, minutes):
    found = figures(door=door, minutes=minutes)
    assert report.is_clean(found), report.findings(found)
    assert found["proves_nothing"] is None
    assert found["done"]["kill"] >= 10 and found["open_transactions"] == 0


@pytest.mark.long
@pytest.mark.worker
@pytest.mark.needs("nodes", "relay", "eviction", "cooperative")
def test_a_usual_worker_is_found_out():
    found = figures(subject="at-least-once", minutes=0.4)
    assert found["found"]["undeclared"] > 0, found["found"]
