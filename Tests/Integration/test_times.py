"""Times and numbers that somebody else wrote, at both ends of their range: in a record, in a ledger, at a restore. None of them ends the process
or its partition's work: the request ends, the next one too, and what no worker can have written keeps its own partition closed, with a reason."""

import itertools
import json
import re
import struct

import pytest

from confluent_kafka import Producer

from harness.records import QUIET, Reader
from harness.requests import in_days, key_of, phone, request
from harness.waiting import wait_for
from harness.worker import run

LEAST, MOST = -(1 << 63), (1 << 63) - 1
# Go and .NET write a time that was never set so.
YEAR_1 = -62_135_596_800_000
# Of a record; -1 is Kafka's "none".
TIMESTAMPS = [LEAST, YEAR_1, -1, 1, None, 253_402_300_799_999, MOST]
# The earliest moments that RFC 3339 can write, and the zero time.
SEND_AT = [None, "0000-01-01T00:00:00+23:59", "0001-01-01T00:00:00Z"]
# A broker takes no timestamp that is an hour ahead, unless told so.
ANY_TIME = {"message.timestamp.after.max.ms": MOST}


def all_times(site, **fields):
    """A request of each timestamp with each `sendAt`: singly and together. Each in a batch of its own: a client counts within one."""
    made = []
    for (t, timestamp), (s, send_at) in itertools.product(enumerate(TIMESTAMPS), enumerate(SEND_AT)):
        name = f"t{t}-s{s}"
        made.append(site.send(request(name, sendAt=send_at, **fields), key=key_of(name), timestamp=timestamp))
    reader = Reader(site.broker.bootstrap, site.requests, site.partitions)
    seen = set()
    wait_for(lambda: seen.update(r.timestamp()[1] for r in reader.poll(0.2)) or {LEAST, YEAR_1, MOST} <= seen, 20, lambda: f"the timestamps; {sorted(seen)}")
    reader.close()
    return made


def all_end(site, simulator, worker, made, status="DELIVERED"):
    """Each ends so with one SMS; the next requests on each partition do, too."""
    assert all(last.status == status for last in site.status.until_final(*made))
    after = [site.send(request(f"next-{number}"), key=key_of(f"next-{number}"), partition=number) for number in range(site.partitions)]
    assert {last.status for last in site.status.until_final(*after)} == {"DELIVERED"}
    assert sorted(send.request_id for send in simulator.sends()) == sorted(one.id for one in made + after)
    assert worker.is_running
    site.judge()


def test_a_record_of_any_time_is_sent_once_and_ends(make_site, simulator):
    site = make_site(simulator, topic_settings=ANY_TIME)
    worker = site.started()
    all_end(site, simulator, worker, all_times(site))
    # An age of two thousand years is no latency: it is left out, and the sum cannot run over.
    assert worker.metric("rocketsms_first_event_seconds_sum") < 3_600
    audit = run("audit", env=site.settings("audit"))
    assert audit.returncode == 0, audit.stdout + audit.stderr


@pytest.mark.parametrize("state", ["waiting", "sending", "tracking"])
def test_a_record_of_any_time_ends_after_a_kill(make_site, start_simulator, state):
    """The entry of each is restored in this state."""
    simulator = start_simulator(switches={"delivery-delay": "3s"})
    site = make_site(simulator, topic_settings=ANY_TIME)
    worker = site.started(KAFKA_INSTANCE_ID="phoenix", ROCKETSMS_REQUEST_TIMEOUT="30s")
    count = len(TIMESTAMPS) * len(SEND_AT)
    if state == "waiting":
        simulator.control("credentials", password="another")
        made = all_times(site)
        worker.wait_metric("rocketsms_requests_waiting", count)
    elif state == "sending":
        simulator.next("hold", count=count)
        made = all_times(site, onUnknown="fail")
        simulator.wait_held(count)
    else:
        made = all_times(site)
        site.status.until_first(*made)
    worker.kill()
    if state == "waiting":
        assert simulator.sends() == []
        simulator.control("credentials", password=worker.settings["ROCKETSMS_PASSWORD"])
    simulator.release("drop")
    worker.start().wait_ready()
    all_end(site, simulator, worker, made, "FAILED" if state == "sending" else "DELIVERED")


def test_a_send_at_at_the_end_of_time_is_restored_and_can_be_cancelled(make_site, simulator):
    site = make_site(simulator, topic_settings=ANY_TIME)
    worker = site.started(KAFKA_INSTANCE_ID="phoenix", SEND_SCHEDULE="worker")
    made = []
    for number, timestamp in enumerate(TIMESTAMPS):
        one = request(f"far-{number}", sendAt=in_days(360))
        made.append(site.send(one, key=key_of(number), partition=number % site.partitions, timestamp=timestamp))
    worker.wait_metric("rocketsms_requests_waiting", len(made))
    worker.kill()
    worker.start().wait_ready()
    worker.wait_metric("rocketsms_requests_waiting", len(made))
    for number, one in enumerate(made):
        site.send({"command": "cancel", "id": one.id}, key=key_of(number), partition=one.partition)
    assert {last.code for last in site.status.until_final(*made)} == {"CANCELLED"}
    assert simulator.sends() == []
    all_end(site, simulator, worker, [])


# The ledger's bytes (Sources/README.md).
WAITING, SENDING, TRACKING, CLOSED = 1, 2, 3, 5


def entry(id, state, offset=0, timestamp=1, admitted=None, paused=0, not_before=0, send_at=LEAST, expires_at=LEAST, accepted=0, counters=(0, 0, 0, 0)):
    """An open entry that anyone with a right to write could have written."""
    admitted = 1_900_000_000_000 if admitted is None else admitted
    head = struct.pack("<6B5H8qQ", 1, state, 0, 0, 0, 0, *counters, 0, offset, timestamp, admitted, paused, not_before, send_at, expires_at, accepted, 7)
    name = id.encode()
    ids = b"\x01\x044242" if state == TRACKING else b"\x00"
    echo = struct.pack("<H", len(name)) + name + b"\x00" * 8 + b"\x00" * 3 + ids
    if state == TRACKING:
        return head + echo + b"\x00"
    number, text = phone().encode(), request(id)["text"].encode()
    return head + echo + b"\x01" + bytes([len(number)]) + number + struct.pack("<I", len(text)) + text + b"\x00"


def both(field, state=WAITING):
    return [(f"{field}-{name}", state, {field: value}) for name, value in (("least", LEAST + 1), ("most", MOST))]


# A record's own timestamp is anybody's; counters stop at their end.
ENDING = [
    *both("timestamp"),
    *both("timestamp", SENDING),
    *[(f"both-{state}", state, {"timestamp": YEAR_1, "send_at": YEAR_1}) for state in (WAITING, SENDING)],
    ("counters", WAITING, {"counters": (0xFFFF, 2, 0xFFFF, 0xFFFF)}),
    ("unknown", SENDING, {"counters": (0, 0xFFFF, 0xFFFF, 0)}),
]
# No worker writes these.
CLOSING = [
    *both("offset"), ("offset-before", WAITING, {"offset": -1}), *both("admitted"), *both("paused"), *both("not_before"), *both("send_at"), *both("expires_at"),
    *both("accepted", TRACKING),
]  # fmt: skip


def write(site, records):
    """To the ledger: partition, key and value of each."""
    producer = Producer({"bootstrap.servers": site.broker.bootstrap, **QUIET})
    for partition, key, value in records:
        producer.produce(f"{site.requests}.ledger", value, key, partition=partition)
    assert producer.flush(30) == 0


def stopped_after_one_each(site, worker):
    """A worker that has sent one request on each partition, and is stopped."""
    made = [site.publish(request(f"first-{number}"), key=key_of(number), partition=number) for number in range(site.partitions)]
    site.flush()
    site.status.until_final(*made)
    assert worker.terminate() == 0
    return made


def test_a_foreign_ledger_entry_ends_or_keeps_its_partition_closed(make_site, simulator):
    entries = ENDING + CLOSING
    site = make_site(simulator, partitions=len(entries))
    worker = site.started()
    stopped_after_one_each(site, worker)
    write(site, [(number, name.encode(), entry(name, state, **fields)) for number, (name, state, fields) in enumerate(entries)])
    worker.start()
    worker.wait_not_ready(r"at offset \d+ of the ledger")

    def finals():
        site.status.read(0.1)
        return {event.value["requestId"] for event in site.status.in_order if event.is_final}

    wait_for(lambda: {name for name, *_ in ENDING} <= finals(), 40, lambda: f"ends; {sorted(name for name, *_ in ENDING if name not in finals())}; {worker.state()}")
    assert worker.is_running
    assert not {name for name, *_ in CLOSING} & {event.value["requestId"] for event in site.status.in_order}
    expected = {f"{site.requests}-{number}" for number in range(len(ENDING), len(entries))}

    def said():
        lines = map(json.loads, worker.log().splitlines())
        return {line["kafka.partition"] for line in lines if re.match(r"a partition stays closed.* at offset \d+ of the ledger", line["message"])}

    # The gauge counts those that are not open yet as well.
    wait_for(lambda: said() == expected, 20, lambda: f"each to be named; {expected ^ said()}; {worker.state()}")
    worker.wait_metric("rocketsms_partitions_closed", len(CLOSING), timeout=20)
    # The operator takes them out.
    write(site, [(number, name.encode(), None) for number, (name, *_) in enumerate(entries) if number >= len(ENDING)])
    worker.wait_ready()
    after = [site.publish(request(f"next-{number}"), key=key_of(f"n{number}"), partition=number) for number in range(site.partitions)]
    site.flush()
    assert {last.status for last in site.status.until_final(*after)} == {"DELIVERED"}
    # One of them has used up its attempts.
    assert len(simulator.sends()) == 2 * site.partitions + len(ENDING) - 1


def test_an_offset_beyond_all_offsets_closes_its_partition_alone(make_site, simulator):
    """28 bytes, of a closed id: the restore, `offsets repair` and `audit` say what it is, and the other partitions go on."""
    site = make_site(simulator)
    worker = site.started()
    stopped_after_one_each(site, worker)
    write(site, [(2, b"x", struct.pack("<4B3q", 1, CLOSED, 0, 0, MOST, 0, 0))])
    worker.start()
    reason = worker.wait_not_ready("ledger")
    assert re.search(rf"partition {site.requests}-2 stays closed.* at offset \d+ of the ledger.*ledger forget", reason), reason
    one = site.send(request("other"), key=key_of("other"), partition=1)
    assert site.status.until_final(one)[0].status == "DELIVERED"
    for command in (["audit"], ["offsets", "repair", "--from", "ledger"], ["requests", "held"]):
        done = run(*command, env=site.settings("command"))
        assert done.returncode > 0 and re.search(r"at offset \d+", done.stdout + done.stderr), (command, done.returncode, done.stdout, done.stderr)
    forgotten = run("ledger", "forget", "next-1", "--yes", env=site.settings("command"))
    assert forgotten.returncode == 70 and "No ledger is closed for such a record" in forgotten.stderr, forgotten.stderr
    tried = run("ledger", "forget", "x", "--dry-run", env=site.settings("command"))
    assert tried.returncode == 0 and "would take out" in tried.stdout, tried.stderr
    assert worker.ready()[0] == 503
    done = run("ledger", "forget", "x", "--yes", env=site.settings("command"))
    assert done.returncode == 0, done.stderr
    worker.wait_ready()
    assert run("requests", "held", env=site.settings("command")).returncode == 0
    last = site.send(request("last"), key=key_of("last"), partition=2)
    assert site.status.until_final(last)[0].status == "DELIVERED"
    assert worker.is_running
    site.judge()
