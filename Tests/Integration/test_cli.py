"""The commands that work on the topics: publish, watch, requests, audit."""

import json
import signal
import subprocess

import pytest

from confluent_kafka import Consumer, KafkaException, TopicPartition

from harness.records import QUIET, Published
from harness.requests import in_days, key_of, phone, request
from harness.waiting import wait_for
from harness.worker import BINARY, LEAKS, environment, run

LATER = in_days(300)


def command(site, *arguments, code=0, input=None):
    """A command to its end, which must be `code`. Returns stdout and stderr."""
    done = run(*arguments, env=site.settings("command"), input=input)
    assert done.returncode == code, f"{arguments[:2]} ended with {done.returncode}: {done.stdout}{done.stderr}"
    assert not LEAKS.search(done.stdout + done.stderr)
    return done.stdout, done.stderr


def answers(site, *arguments, **more):
    """Its lines of JSON."""
    return [json.loads(line) for line in command(site, *arguments, "--json", **more)[0].splitlines()]


def publish(site, id, *arguments, to=None, key=None):
    """`publish` of one request by flags; what is known of its record."""
    made = request(id)
    keys = ["--key", key.decode()] if key else []
    (answer,) = answers(site, "publish", "--id", id, "--phone", to or made["phone"], "--text", made["text"], *keys, *arguments)
    assert answer["id"] == id
    return record(site, answer, key)


def record(site, answer, key=None):
    one = Published(answer["topic"], key, None, answer["id"], is_delivered=True, partition=answer["partition"], offset=answer["offset"])
    site.published.append(one)
    return one


def watermarks(site):
    """Low and high of the request topic's partitions."""
    consumer = Consumer({"bootstrap.servers": site.broker.bootstrap, "group.id": "looks-on", **QUIET})

    def ask():
        try:
            return [consumer.get_watermark_offsets(TopicPartition(site.requests, partition), timeout=20) for partition in range(site.partitions)]
        except KafkaException:
            return None

    try:
        return wait_for(ask, 30, "the request topic's ends")
    finally:
        consumer.close()


def hold(site, simulator, id, **more):
    """A request whose first reply is lost, and which then waits for an operator."""
    number = phone()
    simulator.next("replyLost", phoneSuffix=number)
    return publish(site, id, "--on-unknown", "hold", to=number, **more)


def audit(site, code=0):
    (answer,) = answers(site, "audit", code=code)
    return answer


def test_a_request_from_publish_to_audit(site):
    site.started()
    one = publish(site, "first", "--metadata", "orderId=77", key=key_of("first"))
    # As Java clients choose it, and so the harness.
    assert site.send(request("second"), key=key_of("first")).partition == one.partition
    events = answers(site, "watch", "--id", "first", "--from-beginning")
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert (events[-1]["status"], events[-1]["final"], events[-1]["metadata"]) == ("DELIVERED", True, {"orderId": "77"})
    lines = command(site, "watch", "--id", "first", "--from-beginning")[0].splitlines()
    assert len(lines) == len(events) and "first  DELIVERED (final)" in lines[-1]
    site.wait_over()
    answer = audit(site)
    assert (answer["findings"], answer["records"]["ended"], answer["records"]["lost"]) == ([], 2, 0)
    site.judge()


def test_watch_shows_what_comes_until_it_is_interrupted(site):
    site.started()
    watch = subprocess.Popen(
        [BINARY, "watch", "--json"], env=environment(**site.settings("command")), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert "watching" in watch.stderr.readline()
        made = [publish(site, f"watched-{number}") for number in range(3)]
        site.status.until_final(*made)
        seen = [json.loads(watch.stdout.readline()) for one in made for _ in site.status.of(one)]
        watch.send_signal(signal.SIGINT)
        rest, summary = watch.communicate(timeout=20)
    finally:
        watch.kill()
        watch.wait(10)
    assert (rest, watch.returncode) == ("", 0)
    assert sorted(event["requestId"] for event in seen if event["final"]) == [one.id for one in made]
    assert f"{len(seen)} events, 3 of them final" in summary


@pytest.mark.parametrize("way", ["file", "pipe"])
def test_a_file_with_bad_lines(site, tmp_path, way):
    site.started()
    lines = [
        json.dumps({**request("good-1"), "user": "u1"}),
        json.dumps({**request("bad", phone="12"), "user": "u1"}),
        "",
        "no JSON",
        json.dumps(request("without-user")),
        json.dumps({**request("good-2"), "user": "u1"}),
    ]
    text = "\r\n".join(lines)
    path = tmp_path / "requests.jsonl"
    path.write_text(text)
    source, input = (str(path), None) if way == "file" else ("-", text)
    out, err = command(site, "publish", "--file", source, "--key-field", "user", "--json", code=64, input=input)
    made = [json.loads(line) for line in out.splitlines()]
    assert [(one["line"], one["id"]) for one in made] == [(1, "good-1"), (6, "good-2")]
    assert made[0]["partition"] == made[1]["partition"]
    assert [line.split(":")[:2] for line in err.splitlines()[:3]] == [["line 2", " BAD_PHONE"], ["line 4", " NOT_JSON"], ["line 5", " BAD_KEY"]]
    assert "2 published" in err and "3 refused" in err
    site.status.until_final(*(record(site, one, b"u1") for one in made))
    site.judge()


def test_what_would_be_published_and_made_is_said_without_doing_it(site, simulator, tmp_path):
    ends = watermarks(site)
    (answer,) = answers(site, "publish", "--id", "dry", "--phone", phone(), "--text", "x", "--dry-run")
    assert answer == {"dryRun": True, "topic": site.requests, "id": "dry"}
    path = tmp_path / "lines.jsonl"
    path.write_text(json.dumps(request("one")) + "\n" + json.dumps(request("two", phone="12")) + "\n")
    out, err = command(site, "publish", "--file", str(path), "--dry-run", code=64)
    assert out == f"would be published to {site.requests}  one\n" and "BAD_PHONE" in err and "1 would be published" in err
    assert watermarks(site) == ends
    missing = {"TOPICS_STATUS": f"{site.status_topic}.missing"}
    done = run("topics", "create", "--dry-run", "--json", env={**site.settings("command"), **missing})
    assert [made["topic"] for made in json.loads(done.stdout)["created"]] == [f"{site.status_topic}.missing"] and json.loads(done.stdout)["dryRun"]
    assert f"{site.status_topic}.missing" not in site.admin.list_topics(timeout=10).topics


def test_a_request_that_would_be_a_dead_letter_is_not_published(site):
    _, err = command(site, "publish", "--phone", "375-29", "--text", "x", code=64)
    assert "BAD_PHONE" in err


def test_what_is_held_is_listed_and_resolved(site, simulator):
    worker = site.started(SEND_RETRY_BUDGET=1)
    assert answers(site, "requests", "held") == [{"held": []}]
    made = {name: hold(site, simulator, name, key=key_of(name)) for name in ("resend", "sent", "failed")}
    # No key: its partition is anybody's guess, the ledger knows it.
    made["keyless"] = hold(site, simulator, "keyless")
    wait_for(lambda: worker.metric("rocketsms_requests_held") == 4, 30, "four held requests")
    (answer,) = answers(site, "requests", "held")
    assert {(one["id"], one["topic"], one["partition"], one["offset"]) for one in answer["held"]} == {(one.id, *one.place) for one in made.values()}
    assert all(one["attempts"] == 1 and one["since"].endswith("Z") for one in answer["held"])
    _, err = command(site, "requests", "cancel", "sent", code=70)
    assert "it is held" in err
    # What may be a second SMS wants a word more; what would be done is said without doing it.
    _, err = command(site, "requests", "resolve", "resend", "--as", "resend", code=64)
    assert "--yes is needed" in err
    for resolution in ("resend", "sent", "failed"):
        (answer,) = answers(site, "requests", "resolve", "sent", "--as", resolution, "--dry-run")
        assert answer == {"id": "sent", "topic": site.requests, "partition": made["sent"].partition, "dryRun": True}
    assert "would be sent again" in command(site, "requests", "resolve", "resend", "--as", "resend", "--dry-run")[0]
    _, err = command(site, "requests", "cancel", "sent", "--dry-run", code=70)
    assert "it is held" in err
    assert worker.metric("rocketsms_commands_total") == 0 and len(simulator.sends()) == 4
    for name, resolution in {"resend": "resend", "sent": "sent", "failed": "failed", "keyless": "failed"}.items():
        (answer,) = answers(site, "requests", "resolve", name, "--as", resolution, "--yes")
        assert (answer["event"]["requestId"], answer["partition"]) == (name, made[name].partition)
    last = dict(zip(made, site.status.until_final(*made.values())))
    assert [(last[name].status, last[name].code) for name in made] == [
        ("DELIVERED", None), ("SENT", "RESOLVED"), ("FAILED", "RESOLVED"), ("FAILED", "RESOLVED"),
    ]  # fmt: skip
    assert len(simulator.sends_of(made["resend"])) == 2
    _, err = command(site, "requests", "resolve", "sent", "--as", "sent", code=70)
    assert "it is closed" in err
    answer = audit(site)
    assert (answer["findings"], answer["records"]["ended"], answer["records"]["commands"]) == ([], 4, 4)


def test_what_waits_is_cancelled_where_it_is(site, simulator):
    worker = site.started(SEND_SCHEDULE="worker")
    one = publish(site, "later", "--send-at", LATER)
    # The same id on two partitions: nobody can tell which is meant.
    twins = [site.send(request("twin", sendAt=LATER), partition=partition) for partition in (0, 1)]
    wait_for(lambda: worker.metric("rocketsms_requests_waiting") == 3, 30, "three waiting requests")
    assert audit(site)["records"]["open"] == 3
    assert "would be cancelled" in command(site, "requests", "cancel", "later", "--dry-run")[0]
    (answer,) = answers(site, "requests", "cancel", "later")
    assert answer["event"]["reason"]["code"] == "CANCELLED"
    assert site.status.until_final(one)[0].code == "CANCELLED"
    _, err = command(site, "requests", "cancel", "later", code=70)
    assert "it is closed" in err
    _, err = command(site, "requests", "cancel", "nobody", code=70)
    assert "No ledger has a request nobody" in err
    _, err = command(site, "requests", "cancel", "twin", code=64)
    assert f"{site.requests}-0 and {site.requests}-1" in err and "--partition" in err
    for twin in twins:
        command(site, "requests", "cancel", "twin", "--topic", site.requests, "--partition", str(twin.partition))
    site.status.until_final(*twins)
    assert simulator.sends() == []
    assert audit(site)["findings"] == []


def test_what_has_ended_is_forgotten_and_what_is_open_is_not(site, simulator):
    worker = site.started(SEND_SCHEDULE="worker", DEDUP_WINDOW="1h")
    first = site.send(request("gone"), key=key_of("gone"))
    site.status.until_final(first)
    publish(site, "later", "--send-at", LATER)
    wait_for(lambda: worker.metric("rocketsms_requests_waiting") == 1, 30, "a waiting request")
    (answer,) = answers(site, "requests", "forget", "gone", "--dry-run")
    assert (answer["dryRun"], answer["forgotten"], answer["partition"]) == (True, False, first.partition)
    repeat = site.send(request("gone"), key=key_of("gone"))
    wait_for(lambda: worker.metric("rocketsms_requests_duplicate_total") == 1, 30, "the repeat")
    _, err = command(site, "requests", "forget", "later", code=70)
    assert "it is open" in err
    out, err = command(site, "requests", "forget", "gone", "--json")
    assert json.loads(out)["forgotten"] is True and "Not reached" in err
    _, err = command(site, "requests", "forget", "gone", code=70)
    assert "No ledger has a request gone" in err
    # Its id is new again.
    again = site.send(request("gone"), key=key_of("gone"))
    site.status.until_final(again)
    assert len(simulator.sends()) == 2 and repeat.id == "gone"
    assert worker.metrics()['rocketsms_commands_total{result="applied"}'] == 1
    # A forgetting survives a restart.
    assert worker.terminate() == 0
    site.started(SEND_SCHEDULE="worker", DEDUP_WINDOW="1h")
    site.send(request("gone"), key=key_of("gone"))
    site.status.until_final(site.send(request("end"), key=key_of("gone")))
    assert len(simulator.sends()) == 3
    assert audit(site)["findings"] == []


def test_a_command_that_nobody_confirms(site):
    worker = site.started(SEND_SCHEDULE="worker")
    publish(site, "later", "--send-at", LATER)
    wait_for(lambda: worker.metric("rocketsms_requests_waiting") == 1, 30, "a waiting request")
    assert worker.terminate() == 0
    _, err = command(site, "requests", "cancel", "later", "--wait", "500ms", code=70)
    assert "No event confirmed it within 500ms" in err
    assert audit(site)["records"]["open"] == 1


def test_audit_finds_what_does_not_belong_there(site):
    site.started()
    one = publish(site, "doubled", key=key_of("doubled"))
    site.status.until_final(one)
    assert audit(site)["findings"] == []
    twice = site.status.of(one)[-1]
    headers = [(name, value) for name, value in twice.headers.items()]
    site.producer.produce(site.status_topic, json.dumps(twice.value).encode(), twice.key, headers=headers)
    site.producer.flush(20)
    (finding,) = audit(site, code=1)["findings"]
    assert (finding["guarantee"], finding["requestId"]) == ("G4", "doubled")
    assert (finding["topic"], finding["partition"], finding["offset"]) == one.place
    out, _ = command(site, "audit", code=1)
    assert out.splitlines()[0].startswith(f"G4 {site.requests}-{one.partition}-{one.offset} doubled: sequence ")
