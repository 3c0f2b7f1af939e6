"""Alerts and dashboard: every expression names metrics that the worker has, each alert fires in its own trouble and stays silent in the
course of things, and the chart takes the same files.

promtool comes from Debian's package (fetch_promtool.py); without it the tests that need it are skipped by name.
"""

import json
import pathlib
import re
import subprocess

import pytest

from harness.lapse import ALERTS, NAMES, RULES, encoded, provoked_by

yaml = pytest.importorskip("yaml")

ROOT = pathlib.Path(__file__).resolve().parents[2]
DASHBOARD = ROOT / "deploy" / "grafana" / "dashboard.json"
OPERATING = ROOT / "docs" / "operating.md"


def known_metrics():
    """Of docs/metrics.md, which a unit test holds against the table in the source."""
    names = set()
    for name, kind in re.findall(r"^\| `(\w+)` \| (\w+)", (ROOT / "docs" / "metrics.md").read_text(), re.M):
        names |= {f"{name}_{suffix}" for suffix in ("bucket", "sum", "count")} if kind == "histogram" else {name}
    return names


def metrics_of(expression):
    bare = re.sub(r'"[^"]*"', "", expression)
    return set(re.findall(r"\b(?:rocketsms|process)_\w+", bare))


# `_` stands for NaN too, which promtool cannot be given: neither is below any limit; 1e9 for endless.
# Two workers in the middle of a quiet day, a sample each minute. `name{labels}` without job and instance; a string is promtool's own notation.
HEALTHY = {
    'rocketsms_build_info{version="0.1.0"}': "1x1440",
    "rocketsms_ready": "1x1440",
    "rocketsms_partitions_owned": "4x1440",
    "rocketsms_partitions_closed": "0x1440",
    "rocketsms_account_paused": "0x1440",
    "rocketsms_account_credits": "40000-4x1440",
    "rocketsms_account_credit_seconds": "600000x1440",
    "rocketsms_breaker_open": "0x1440",
    "rocketsms_refusals_narrow": "0x1440",
    "rocketsms_smpp_door_shut": "0x1440",
    "rocketsms_receipts_written_total": "0+100x1440",
    'rocketsms_receipts_total{verdict="matched"}': "0+80x1440",
    "rocketsms_receipts_claimed_total": "0+15x1440",
    'rocketsms_oldest_due_seconds{lane="priority"}': "0x1440",
    'rocketsms_oldest_due_seconds{lane="bulk"}': "1x1440",
    'rocketsms_kafka_consumer_lag{topic="sms.requests"}': "2x1440",
    "rocketsms_records_consumed_total": "0+100x1440",
    "rocketsms_requests_waiting": "3x1440",
    'rocketsms_requests_waiting_by_reason{reason="due"}': "3x1440",
    'rocketsms_requests_waiting_by_reason{reason="schedule"}': "0x1440",
    "rocketsms_transactions_total": "0+300x1440",
    "rocketsms_transactions_aborted_total": "0x1440",
    "rocketsms_fencings_total": "0x1440",
    "rocketsms_requests_held": "0x1440",
    "rocketsms_attempts_total": "0+100x1440",
    'rocketsms_attempt_outcomes_total{outcome="unknown"}': "0x1440",
    'rocketsms_dead_letters_total{code="BAD_PHONE"}': "0x1440",
    'rocketsms_failed_total{reason="PROVIDER_FAILED",kind="undelivered"}': "0+5x1440",
    'rocketsms_delivery_seconds_count{status="DELIVERED"}': "0+95x1440",
    'rocketsms_delivery_seconds_count{status="FAILED"}': "0+5x1440",
    'rocketsms_audit_findings_total{guarantee="G4"}': "0x1440",
    "rocketsms_audit_last_pass_timestamp_seconds": "0+60x1440",
    "process_open_fds": "120x1440",
    "process_max_fds": "1024x1440",
}
IDLE = {name: "0x1440" for name in HEALTHY if name.endswith("_total") or "_count" in name or "waiting" in name or "lag" in name or "oldest" in name} | {
    "rocketsms_account_credit_seconds": "1e9x1440",
    'rocketsms_failed_total{reason="PROVIDER_FAILED",kind="undelivered"}': "0x1440",
}
# The third minute begins what is wrong.
SCENARIOS = {
    # What must wake nobody.
    "a quiet day": ({}, 180, []),
    "an idle night": (IDLE, 240, []),
    "a worker that nobody has asked yet": ({"rocketsms_account_credit_seconds": "_x1440"}, 60, []),
    # Each replica is away for three minutes and not ready for some more; partitions come and go, a few answers are lost.
    "a deploy": (
        {
            "rocketsms_ready": "1x10 _x3 0x5 1x100",
            'rocketsms_build_info{version="0.1.0"}': "1x10 _x3 1x105",
            "rocketsms_partitions_closed": "0x10 _x3 2x5 0x100",
            "rocketsms_fencings_total": "0x10 _x3 0x105",
            'rocketsms_attempt_outcomes_total{outcome="unknown"}': "0x10 _x3 0 4x104",
            'rocketsms_oldest_due_seconds{lane="priority"}': "0x10 _x3 25 1x104",
            "rocketsms_transactions_total": "0+300x10 _x3 0+300x105",
            "rocketsms_records_consumed_total": "0+100x10 _x3 0+100x105",
        },
        range(11, 100, 3),
        [],
    ),
    # The pause itself is told, and nothing else: what waits for it is not late, not stuck, not unread for another reason.
    "a paused account": (
        {
            **IDLE,
            "rocketsms_account_paused": "0x2 1x1440",
            "rocketsms_account_credit_seconds": "600000x2 _x1440",
            "rocketsms_requests_waiting": "3x2 5000x1440",
            'rocketsms_requests_waiting_by_reason{reason="account"}': "0x2 5000x1440",
            'rocketsms_kafka_consumer_lag{topic="sms.requests"}': "0x2 20000x1440",
        },
        120,
        ["RocketsmsAccountPaused"],
    ),
    "a campaign for tomorrow": (
        {
            **IDLE,
            "rocketsms_requests_waiting": "0x2 10000x1440",
            'rocketsms_requests_waiting_by_reason{reason="schedule"}': "0x2 10000x1440",
            'rocketsms_kafka_consumer_lag{topic="sms.requests"}': "0x2 50000x1440",
        },
        120,
        [],
    ),
    # What must.
    "no worker": ({name: "_x1440" for name in HEALTHY}, 10, ["RocketsmsWorkerAbsent"]),
    "not ready": ({"rocketsms_ready": "1x2 0x1440"}, 20, ["RocketsmsWorkerNotReady"]),
    "a closed partition": (
        {"rocketsms_ready": "1x2 0x1440", "rocketsms_partitions_closed": "0x2 1x1440"},
        20,
        ["RocketsmsPartitionClosed", "RocketsmsWorkerNotReady"],
    ),
    "credits for a day": ({"rocketsms_account_credit_seconds": "82800x1440"}, 20, ["RocketsmsCreditsLow"]),
    "credits for an hour": ({"rocketsms_account_credit_seconds": "3600x1440"}, 20, ["RocketsmsCreditsLow", "RocketsmsCreditsNearlyGone"]),
    "the provider is down": ({"rocketsms_breaker_open": "0x2 1x1440"}, 10, ["RocketsmsProviderFails"]),
    "the door is shut": ({"rocketsms_smpp_door_shut": "0x2 1x1440"}, 10, ["RocketsmsDoorShut"]),
    "binds come and go": ({"rocketsms_smpp_door_shut": "0x2 1x4 0x3 1x4 0x1440"}, range(3, 20), []),
    "another replica has the bind": ({"rocketsms_smpp_door_shut": "0x2 1x1440", "rocketsms_partitions_owned": "4x3 0x1440"}, 30, []),
    "ids in another form": (
        {'rocketsms_receipts_total{verdict="matched"}': "0+1x1440", "rocketsms_receipts_claimed_total": "0x1440"},
        90,
        ["RocketsmsReceiptsUnmatched"],
    ),
    "receipts before the answers": (
        {'rocketsms_receipts_total{verdict="matched"}': "0+10x1440", "rocketsms_receipts_claimed_total": "0+80x1440"},
        90,
        [],
    ),
    "over HTTP": (
        {
            "rocketsms_receipts_written_total": "0x1440",
            'rocketsms_receipts_total{verdict="matched"}': "0x1440",
            "rocketsms_receipts_claimed_total": "0x1440",
        },
        90,
        [],
    ),
    "everything is refused": ({"rocketsms_refusals_narrow": "0x2 1x1440"}, 10, ["RocketsmsEverythingRefused"]),
    "codes are late": ({'rocketsms_oldest_due_seconds{lane="priority"}': "0x2 31+60x1440"}, 6, ["RocketsmsCodesLate"]),
    "bulk is late": ({'rocketsms_oldest_due_seconds{lane="bulk"}': "0+60x1440"}, 60, ["RocketsmsBulkLate"]),
    "nothing is read": (
        {**IDLE, 'rocketsms_kafka_consumer_lag{topic="sms.requests"}': "7x1440"},
        30,
        ["RocketsmsNothingRead"],
    ),
    "no transaction commits": (
        {"rocketsms_transactions_total": "0+300x3 900x1440", "rocketsms_transactions_aborted_total": "0x3 0+12x1440"},
        20,
        ["RocketsmsLedgerNotWritten"],
    ),
    "it starts over": ({"rocketsms_fencings_total": "0 1 1 2 3 4x1440"}, 10, ["RocketsmsStartsOver"]),
    "held requests": ({"rocketsms_requests_held": "0x2 1x1440"}, 20, ["RocketsmsRequestsHeld"]),
    "unknown outcomes": (
        {'rocketsms_attempt_outcomes_total{outcome="unknown"}': "0+10x1440"},
        20,
        ["RocketsmsUnknownOutcomes"],
    ),
    "a dead letter": ({'rocketsms_dead_letters_total{code="BAD_PHONE"}': "0x5 1x1440"}, 10, ["RocketsmsDeadLetters"]),
    "a dead letter of yesterday": ({'rocketsms_dead_letters_total{code="BAD_PHONE"}': "0x5 1x1440"}, 60, []),
    "undelivered": (
        {'rocketsms_failed_total{reason="PROVIDER_FAILED",kind="undelivered"}': "0+50x1440"},
        70,
        ["RocketsmsUndelivered"],
    ),
    "a broken guarantee": ({'rocketsms_audit_findings_total{guarantee="G4"}': "0x5 1x1440"}, 10, ["RocketsmsGuaranteeBroken"]),
    "an audit that stands": ({"rocketsms_audit_last_pass_timestamp_seconds": "0+60x2 120x1440"}, 20, ["RocketsmsAuditStands"]),
    "an audit that brokers hold up": ({"rocketsms_audit_last_pass_timestamp_seconds": "0+60x5 300x4 600+60x1440"}, range(1, 40, 3), []),
    "few descriptors": ({"process_open_fds": "900x1440"}, 20, ["RocketsmsFewDescriptors"]),
}


def series(overrides, length):
    for name, values in {**HEALTHY, **overrides}.items():
        for instance in ("sms-0:8080", "sms-1:8080"):
            labels = f'job="sms",instance="{instance}"'
            full = name[:-1] + "," + labels + "}" if name.endswith("}") else name + "{" + labels + "}"
            yield {"series": full, "values": values.replace("x1440", f"x{length}")}


def scenario_test(name, overrides, minutes, expected):
    minutes = minutes if isinstance(minutes, range) else [minutes]
    firing = [{"labels": f'{{alertname="{alert}"}}', "value": 1} for alert in sorted(expected)]
    return {
        "name": name,
        "interval": "1m",
        "input_series": list(series(overrides, minutes[-1])),
        "promql_expr_test": [
            {
                "expr": 'group by (alertname) (ALERTS{alertstate="firing"})',
                "eval_time": f"{minute}m",
                "exp_samples": firing,
            }
            for minute in minutes
        ],
    }


def test_rules_are_well_formed(promtool):
    result = subprocess.run([promtool, "check", "rules", str(ALERTS)], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_configuration_of_the_compose_file_is_one_and_takes_the_rules(promtool):
    """Where it will stand, the rules lie beside it."""
    file = ALERTS.parent / "prometheus.yaml"
    (rules,) = yaml.safe_load(file.read_text())["rule_files"]
    assert pathlib.PurePath(rules).match("/etc/prometheus/alerts*.yaml") and ALERTS.match(pathlib.PurePath(rules).name)
    result = subprocess.run([promtool, "check", "config", str(file)], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr


def test_each_alert_is_provoked_by_a_running_worker_in_a_test_that_is_there():
    """docs/bad-night.md says by which; the test itself fails where its own do not fire."""
    table = provoked_by()
    assert sorted(alert for alerts in table.values() for alert in alerts) == sorted(NAMES), "an alert without a test, in two, or one that there is no more"
    for test in table:
        file, _, function = test.partition("::")
        text = (ROOT / "Tests" / "Integration" / file).read_text()
        body = re.search(rf"^def {function}\(.*?(?=^\S|\Z)", text, re.M | re.S)
        assert body and f'assert_provoked("{test}")' in body.group(0), test


def test_a_recording_is_played_as_it_was_shown():
    assert encoded("x", [None, 1.0, 1.0, float("nan"), None, 2.0]) == "_ 1.000000x1 stale _ 2.000000"
    assert encoded("x", [float("inf")]) == "1000000000000.000000"
    # Seen one second ago twice: a minute in the replay.
    assert encoded("rocketsms_audit_last_pass_timestamp_seconds", [60.0, 60.0]) == "-60.000000 0.000000"


def test_each_alert_fires_in_its_trouble_and_none_in_the_course_of_things(promtool, tmp_path):
    file = tmp_path / "alerts_test.yaml"
    tests = [scenario_test(name, *scenario) for name, scenario in SCENARIOS.items()]
    file.write_text(yaml.safe_dump({"rule_files": [str(ALERTS)], "evaluation_interval": "1m", "tests": tests}))
    result = subprocess.run([promtool, "test", "rules", str(file)], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    fired = {alert for _, _, expected in SCENARIOS.values() for alert in expected}
    assert fired == set(NAMES), "an alert without a test that it fires"


def test_a_scenario_that_expects_another_alert_is_found(promtool, tmp_path):
    file = tmp_path / "alerts_test.yaml"
    test = scenario_test("wrong", {"rocketsms_breaker_open": "1x1440"}, 10, [])
    file.write_text(yaml.safe_dump({"rule_files": [str(ALERTS)], "evaluation_interval": "1m", "tests": [test]}))
    result = subprocess.run([promtool, "test", "rules", str(file)], capture_output=True, text=True, timeout=120)
    assert result.returncode != 0 and "RocketsmsProviderFails" in result.stdout + result.stderr


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_an_alert_says_what_is_wrong_and_where_the_remedy_stands(rule):
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert set(rule["annotations"]) == {"summary", "description", "runbook"}
    path, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert ROOT / path == OPERATING
    headings = re.findall(r"^## (.+)$", OPERATING.read_text(), re.M)
    assert anchor in {heading.lower().replace(" ", "-") for heading in headings}
    assert metrics_of(rule["expr"]) <= known_metrics(), metrics_of(rule["expr"]) - known_metrics()


def test_every_section_of_the_runbook_belongs_to_an_alert():
    headings = {heading.lower().replace(" ", "-") for heading in re.findall(r"^## (.+)$", OPERATING.read_text(), re.M)}
    assert headings == {rule["annotations"]["runbook"].partition("#")[2] for rule in RULES}


# The dashboard


def targets():
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]


def test_every_expression_of_the_dashboard_is_one_and_names_what_is_there(promtool, tmp_path):
    expressions = list(targets())
    assert len(expressions) > 20
    rules = []
    for number, (title, expression) in enumerate(expressions):
        names = metrics_of(expression)
        assert names and names <= known_metrics(), (title, names - known_metrics())
        # What Grafana puts in.
        plain = expression.replace("$__rate_interval", "5m").replace("$job", ".*").replace("$instance", ".*")
        assert "$" not in plain, (title, expression)
        rules.append({"record": f"panel:{number}", "expr": plain})
    file = tmp_path / "dashboard.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    result = subprocess.run([promtool, "check", "rules", str(file)], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_panels_of_the_dashboard_do_not_overlap():
    panels = json.loads(DASHBOARD.read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = set()
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        mine = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & mine, panel["title"]
        cells |= mine


def test_the_dashboard_shows_all_that_is_known_of_the_second_door():
    shown = set().union(*(metrics_of(expression) for _, expression in targets()))
    known = {name for name in known_metrics() if name.startswith(("rocketsms_smpp_", "rocketsms_receipt", "rocketsms_late_"))}
    assert len(known) > 15 and known <= shown, known - shown


# The chart


def test_the_chart_takes_the_same_files():
    files = ROOT / "helm" / "rocketsms-worker" / "files"
    assert (files / "alerts.yaml").read_bytes() == ALERTS.read_bytes(), "cp deploy/prometheus/alerts.yaml helm/rocketsms-worker/files/"
    assert (files / "dashboard.json").read_bytes() == DASHBOARD.read_bytes(), "cp deploy/grafana/dashboard.json helm/rocketsms-worker/files/"
