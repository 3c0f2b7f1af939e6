"""A bad night, step by step: what the page, the metrics, the alerts, `check` and the log say. docs/bad-night.md tells it, and each word that it
quotes was said then, by what it is said to be from.

`BAD_NIGHT_PICTURES=docs/bad-night KAFKA_HOME=… TEST_PARTS=integration scripts/test -k told_as_it_was` renews its pictures.
"""

import contextlib
import json
import os
import re
import subprocess
import threading
import time

import pytest

from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType
from harness.browser import CHROMIUM, Browser, load
from harness.lapse import TABLE, Lapse
from harness.requests import key_of, phone, request
from harness.waiting import wait_for
from harness.worker import LEAKS, run

PICTURES = os.environ.get("BAD_NIGHT_PICTURES")
STEPS = ("A quiet evening", "The provider is slow", "The account is empty", "The broker restarts", "A poisoned record", "A held request", "The morning")
# What `topics create` gives them, so that `check` has nothing to say of topics.
SOUND = {"retention.ms": 259_200_000, "compression.type": "lz4", "segment.ms": 600_000, "min.cleanable.dirty.ratio": 0.1, "max.compaction.lag.ms": 3_600_000}
SOURCES = ("Page", "Metric", "Alert", "`check`", "Log")

def story():
    """What the document quotes by step and by what says it, in its order. A step is a heading with a picture."""
    told = {}
    for part in re.split(r"^## ", TABLE.read_text(), flags=re.M)[1:]:
        name, _, text = part.partition("\n")
        if name in STEPS:
            told[name] = [(source, word) for source, words in re.findall(r"^- \*(.+?)\*: (.+(?:\n  .+)*)", text, re.M) for word in re.findall(r"“([^”]+)”", " ".join(words.split()))]
    return told

def test_the_story_has_every_step_with_what_each_says_and_its_picture():
    told = story()
    assert tuple(told) == STEPS
    text = TABLE.read_text()
    for number, (name, quotes) in enumerate(told.items()):
        missing = {"Page", "Metric", "`check`"} - {source for source, _ in quotes}
        assert not missing, f"{name}: no word of {missing}"
        assert {source for source, _ in quotes} <= {*SOURCES, "`/readyz`", "`audit`"}
        # A log says nothing of what is well, and an alert neither: the story says so instead.
        part = text.split(f"## {name}\n")[1].split("\n## ")[0]
        assert all(f"- *{source}*: " in part for source in SOURCES), name
        assert f"(bad-night/{number}.png)" in part and (TABLE.parent / "bad-night" / f"{number}.png").stat().st_size > 5_000, name

@pytest.fixture
def browser():
    browser = Browser()
    yield browser
    browser.stop()

class Night:
    """What was said at each step, by what said it."""

    def __init__(self, site, worker, view, lapse):
        self.site, self.worker, self.view, self.lapse = site, worker, view, lapse
        self.said, self.times, self.read = {}, {}, 0

    @contextlib.contextmanager
    def step(self, name):
        """The trouble is in the body; at its end all is looked at, while it lasts."""
        begin = self.lapse.minute
        yield
        view, worker = self.view, self.worker
        if PICTURES:
            path = f"{PICTURES}/{STEPS.index(name)}.png"
            view.page.screenshot(path=path, clip={"x": 0, "y": 0, "width": 1280, "height": 600})
            subprocess.run(["pngquant", "--force", "--strip", "--speed", "1", "--ext", ".png", path], check=True, timeout=60)
        page = [view.text(part) for part in ("tone", "line", "sentence", "advice")]
        page += [": ".join(cells[:3]) for table in ("failures", "waiting", "account") for row in view.page.locator(f"#{table} tbody tr").all() if (cells := row.locator("th, td").all_text_contents())]
        code, ready = worker.ready()
        done = run("check", env=self.site.settings("check"), timeout=90)
        assert not LEAKS.search(done.stdout + done.stderr)
        log = [json.loads(line) for line in worker.log().splitlines()]
        lines, self.read = log[self.read :], len(log)
        self.said[name] = {
            "Page": page,
            "Metric": [f"{key} {value:g}" for key, value in worker.metrics().items()],
            "`check`": [f"exit {done.returncode}", *done.stdout.splitlines()],
            "Log": [line["message"] for line in lines],
            "`/readyz`": [str(code), json.dumps(ready, ensure_ascii=False)],
        }
        self.times[name] = (begin, self.lapse.minute)
        print(f"\n== {name} at {self.times[name]}\n{page}\n{self.said[name]['`/readyz`']}\n{self.said[name]['`check`']}\n", *lines, sep="\n")

@pytest.mark.long
@pytest.mark.needs("nodes")
@pytest.mark.skipif(not os.path.exists(CHROMIUM), reason=f"there is no {CHROMIUM} here")
def test_a_bad_night_is_told_as_it_was(promtool, node, make_site, start_simulator, browser, tmp_path):
    simulator = start_simulator()
    site = make_site(simulator, on=node, partitions=2, stem="sms", topic_settings=SOUND)
    # What belongs to the largest request must fit into these.
    wider = [ConfigEntry("max.message.bytes", str(2 << 20), incremental_operation=AlterConfigOpType.SET)]
    names = (f"{site.requests}.ledger", site.dead_letter_topic)
    for done in site.admin.incremental_alter_configs([ConfigResource(ResourceType.TOPIC, name, incremental_configs=wider) for name in names]).values():
        done.result(30)
    begin = 5000
    simulator.control("credits", credits=begin)
    worker = site.started(LOG_LEVEL="info", SEND_ON_UNKNOWN="hold", KAFKA_TRANSACTIONAL_STEM="worker-0")
    view = browser.view().open(f"http://127.0.0.1:{worker.port}/")
    sent = []

    def publish(name, count):
        made = [site.publish(request(f"{name}-{number}"), key=key_of(f"{name}-{number}")) for number in range(count)]
        site.flush()
        sent.extend(made)
        return made

    def well():
        view.until_line("ready", 240)

    with Lapse(promtool, tmp_path, sms=worker.metrics) as lapse:
        night = Night(site, worker, view, lapse)
        well()
        started = time.monotonic()
        with night.step("A quiet evening"):
            site.status.until_final(*publish("evening", 40), timeout=60)
            lapse.wait(12)

        with night.step("The provider is slow"):
            stop = threading.Event()
            simulator.switch(latency="2s")
            busy = load(lambda number: (sent.append(site.publish(request(f"slow-{number}"), key=key_of(f"slow-{number}")))), stop, 25)
            view.until_line("answers slowly", 60)
            lapse.wait(12)
        stop.set()
        busy.join(10)
        site.flush()
        simulator.switch(latency="0ms")
        site.status.until_final(*sent, timeout=120)
        well()

        # The account's forecast wants a minute between two answers.
        site.status.until_final(*publish("between", 20), timeout=60)
        wait_for(lambda: time.monotonic() - started > 62, 90, "a minute")
        left = begin - sum(one["parts"] for one in simulator.ask("sends?limit=50000")["sends"])
        with night.step("The account is empty"):
            simulator.control("credits", credits=0)
            poor = publish("poor", 20)
            view.until_line("there is no credit", 60)
            view.until(lambda: view.number("waiting", "the paused account") == 20, 20, "what waits")
            lapse.wait(18)
        simulator.control("credits", credits=left)
        site.status.until_final(*poor, timeout=120)
        well()

        with night.step("The broker restarts"):
            node.stop_node(1)
            worker.wait_not_ready(".", 60)
            view.until(lambda: view.text("tone") != "WELL", 20, "the page to say so")
            lapse.wait(14)
        node.start_node(1)
        node.wait_until_whole(90)
        worker.wait_ready(240)
        site.status.until_final(*publish("again", 20), timeout=120)
        well()

        with night.step("A poisoned record"):
            site.send(b"\x00\x01 no json", key=b"poison", bad="NOT_JSON")
            view.until(lambda: view.row("failures", "NOT_JSON"), 30, "the dead letter")
            lapse.wait(4)

        with night.step("A held request"):
            number = phone()
            simulator.next("replyLost", phoneSuffix=number)
            held = site.send(request("held", phone=number), key=key_of("held"))
            view.until_line("is held", 30)
            lapse.wait(18)
        listed = run("requests", "held", env=site.settings("list"), timeout=60)
        assert "held" in listed.stdout and len(simulator.sends_of(held)) == 1, "the provider's cabinet shows it"
        done = run("requests", "resolve", "held", "--as", "sent", env=site.settings("resolve"), timeout=60)
        assert done.returncode == 0, done.stderr
        well()

        with night.step("The morning"):
            site.wait_over(timeout=120)
            worker.wait_metric("rocketsms_requests_held", 0, 30)
            lapse.wait(16)
            audit = run("audit", env=site.settings("audit"), timeout=90)
        night.said["The morning"]["`audit`"] = [f"exit {audit.returncode}", *audit.stdout.splitlines(), *audit.stderr.splitlines()]
        print(night.said["The morning"]["`audit`"])
        assert {site.status.final(one).status for one in sent} == {"DELIVERED"}, "the trouble cost somebody a message"
        assert worker.log().count("the provider answers as it should") == 1
        charged = sum(send["parts"] for send in simulator.ask("sends?limit=50000")["sends"])
        # The held one's answer was lost, and with it what it cost.
        assert worker.metric("rocketsms_credits_spent_total") == charged - 1
        # It asks again within a minute of spending.
        books = simulator.ask("clock")["credits"]
        wait_for(lambda: worker.metric("rocketsms_account_credits") == books, 90, lambda: f"{worker.metric('rocketsms_account_credits')} of {books}")
    site.judge(default_policy="hold")
    assert worker.terminate() == 0

    firing = lapse.firing()
    for name, (begin, end) in night.times.items():
        night.said[name]["Alert"] = sorted(set().union(*firing[begin:end]))
        print(f"{name}: {night.said[name]['Alert']} in {(begin, end)}")
    wrong = [f"{name}: {source} did not say {word!r}" for name, quotes in story().items() for source, word in quotes if not any(word in line for line in night.said[name][source])]
    for name, quotes in story().items():
        told = {word for source, word in quotes if source == "Alert"}
        wrong += [f"{name}: {alert} fired, and the story has it not" for alert in night.said[name]["Alert"] if alert not in told]
        if not any(source == "Log" for source, _ in quotes):
            wrong += [f"{name}: the log said {line!r}, and the story has nothing" for line in night.said[name]["Log"]]
    assert not wrong, "\n".join(wrong)
    lapse.assert_provoked("test_bad_night.py::test_a_bad_night_is_told_as_it_was")
