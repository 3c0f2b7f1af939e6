"""What a running worker shows: the table and nothing else, in both formats, and money as the provider counts it."""

import pathlib
import re
import subprocess
import urllib.request

import pytest

from harness.requests import in_days, key_of, phone, request
from harness.waiting import wait_for

parser = pytest.importorskip("prometheus_client.openmetrics.parser")
DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "metrics.md"


def scrape(worker, accept="*/*"):
    asked = urllib.request.Request(f"http://127.0.0.1:{worker.port}/metrics", headers={"Accept": accept})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


@pytest.fixture
def busy(site, simulator):
    """A worker that has sent, failed, refused and repeated."""
    worker = site.started(SEND_MAX_ATTEMPTS=1)
    simulator.next("replyLost")
    made = [site.publish(request(f"m-{number}"), key=key_of(number)) for number in range(30)]
    site.publish(b"no json", bad="NOT_JSON")
    site.publish(request("m-1"), key=key_of(1))
    site.flush()
    site.status.until_final(*made)
    # The client library tells its figures every ten seconds.
    wait_for(lambda: any(name.startswith("rocketsms_kafka_consumer_lag") for name in worker.metrics()), 30, "the lag")
    return worker


def test_a_live_scrape_is_the_table(busy):
    shown = {tuple(line.split()[2:]) for line in scrape(busy)[1].splitlines() if line.startswith("# TYPE ")}
    table = re.findall(r"^\| `(\w+)` \| (\w+)", DOCUMENT.read_text(), re.M)
    # `audit --follow` shows those of its own.
    own = {(name, "gauge" if kind == "info" else kind) for name, kind in table if not name.startswith("rocketsms_audit_")}
    assert shown == own and len(own) < len(table)


def test_promtool_finds_nothing_wrong(busy, promtool):
    content_type, text = scrape(busy)
    assert content_type == "text/plain; version=0.0.4; charset=utf-8"
    result = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr


def test_open_metrics_says_the_same(busy):
    content_type, text = scrape(busy, "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2")
    assert content_type == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    families = {family.name: family for family in parser.text_string_to_metric_families(text)}
    assert families["rocketsms_provider_request_seconds"].unit == "seconds"
    assert families["rocketsms_build"].type == "info"
    plain = {line.split()[2] for line in scrape(busy)[1].splitlines() if line.startswith("# TYPE ")}
    suffix = {"counter": "_total", "info": "_info"}
    assert plain == {name + suffix.get(family.type, "") for name, family in families.items()}


def test_what_it_shows_is_what_was(busy, site, simulator):
    metrics = busy.metrics()
    assert metrics['rocketsms_provider_request_seconds_count{endpoint="send",outcome="accepted"}'] == 29
    assert metrics['rocketsms_provider_request_seconds_count{endpoint="send",outcome="unknown"}'] == 1
    assert metrics['rocketsms_failed_total{reason="OUTCOME_UNKNOWN",kind="unknown"}'] == 1
    assert metrics['rocketsms_delivery_seconds_count{status="DELIVERED"}'] == 29
    assert metrics['rocketsms_rebalances_total{event="assigned"}'] >= 1
    assert metrics["rocketsms_retries_total"] == 0
    assert metrics["process_cpu_seconds_total"] > 0 and metrics["process_open_fds"] > 10
    assert busy.metric("rocketsms_requests_waiting_by_reason") == busy.metric("rocketsms_requests_waiting") == 0
    # One answer was lost: what it cost stands in the provider's books alone.
    spent = sum(event.value["cost"]["credits"] for one in site.published if one.id for event in site.status.of(one)[-1:] if "cost" in event.value)
    assert metrics["rocketsms_credits_spent_total"] == spent == len(simulator.sends()) - 1


def test_credits_are_the_providers_own_word(site, simulator):
    simulator.control("credits", credits=4400)
    worker = site.started()
    worker.wait_metric("rocketsms_account_credits", 4400)
    made = [site.publish(request(f"c-{number}"), key=key_of(number)) for number in range(40)]
    site.flush()
    site.status.until_final(*made)
    assert worker.metric("rocketsms_credits_spent_total") == 40
    # It asks again within a minute of spending; until then the figure is that of the last answer.
    wait_for(lambda: worker.metric("rocketsms_account_credits") == 4360, 90, lambda: f"the credits: {worker.metric('rocketsms_account_credits')}")


def test_money_equals_the_providers_books_at_the_end_of_a_mixed_run(site, simulator):
    """One part and several, refused, undelivered, held and sent again; what an answer that was lost has cost stands in the balance alone."""
    begin = 5000
    simulator.control("credits", credits=begin)
    worker = site.started(SEND_RETRY_BUDGET=1)
    worker.wait_metric("rocketsms_account_credits", begin)
    undelivered, refused, lost, first = phone(), phone(), phone(), phone()
    simulator.faults(fates=[{"final": "FAILED", "phoneSuffix": undelivered}])
    simulator.next("error", phoneSuffix=refused, code="BAD_PHONE")
    simulator.next("replyLost", phoneSuffix=lost)
    simulator.next("serverError", phoneSuffix=first)
    texts = [request(f"mix-{number}") for number in range(120)]
    for number, made in enumerate(texts):
        made["text"] += " " + "ы" * (number % 5 * 40)
    special = [request(name, phone=number) for name, number in [("undelivered", undelivered), ("refused", refused), ("lost", lost), ("first", first)]]
    made = [site.publish(one, key=key_of(one["id"])) for one in texts + special]
    site.flush()
    site.wait_over(timeout=120)
    sends = simulator.sends()
    charged = sum(send["parts"] for send in simulator.ask("sends?limit=50000")["sends"])
    left = simulator.ask("clock")["credits"]
    assert left == begin - charged and charged > len(sends), "some took several parts"
    assert len(simulator.sends_of(made[-2])) == 2 and not simulator.sends_of(made[-3])
    lost_ones = 1
    assert worker.metric("rocketsms_credits_spent_total") == charged - lost_ones
    events = [event for one in made for event in site.status.of(one)[-1:]]
    assert sum(event.value["cost"]["credits"] for event in events if "cost" in event.value) == charged - lost_ones
    # Its own word, once a minute while messages are accepted: the books to the last credit.
    wait_for(lambda: worker.metric("rocketsms_account_credits") == left, 90, lambda: f"{worker.metric('rocketsms_account_credits')} of {left}")


def test_a_paused_account_and_a_schedule_are_apart_from_what_is_due(site, simulator):
    worker = site.started(SEND_SCHEDULE="worker")
    for number in range(5):
        site.publish(request(f"later-{number}", sendAt=in_days(1)), key=key_of(number))
    simulator.control("credits", credits=0)
    made = [site.publish(request(f"now-{number}"), key=key_of(100 + number)) for number in range(7)]
    site.flush()
    reason = 'rocketsms_requests_waiting_by_reason{{reason="{}"}}'.format
    wait_for(lambda: worker.metrics().get(reason("account")) == 7, 30, worker.state)
    metrics = worker.metrics()
    assert metrics[reason("schedule")] == 5 and metrics[reason("due")] == 0 and metrics["rocketsms_requests_waiting"] == 12
    assert metrics['rocketsms_oldest_due_seconds{lane="bulk"}'] == 0
    # What nobody reads in a pause calls for no more workers either.
    assert metrics["rocketsms_account_paused"] == 1 and metrics["rocketsms_work_due"] == 0
    simulator.control("credits", credits=100)
    site.status.until_final(*made, timeout=90)
    assert worker.metrics()[reason("schedule")] == 5

