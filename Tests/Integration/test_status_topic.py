"""The status topic makes trouble: it vanishes under load and comes back, or it takes small batches only. Outcomes are kept meanwhile (G1), and
nothing is sent again (G3)."""

import json
import random
import re
import string

import pytest

from harness.requests import key_of, request
from harness.waiting import wait_for


@pytest.mark.long
@pytest.mark.needs("unknown-topic")
def test_a_deleted_status_topic_costs_no_second_sms(site, simulator):
    worker = site.started(TRACK_CADENCE="500ms,1s")
    simulator.switch(latency="5ms")
    made = [site.publish(request(f"s-{number}"), key=key_of(number)) for number in range(300)]
    site.flush()
    simulator.wait_sends(50)
    site.delete_topic(site.status_topic)
    worker.wait_not_ready("transactions fail", timeout=60)
    made += [site.publish(request(f"t-{number}"), key=key_of(number)) for number in range(50)]
    site.flush()

    def names_topic_and_code():
        lines = [json.loads(line) for line in worker.log().splitlines() if line.startswith("{")]
        return any(site.status_topic in json.dumps(line) and re.search("MSG_TIMED_OUT|UNKNOWN_TOPIC", json.dumps(line)) for line in lines if line["level"] in ("warning", "error"))

    wait_for(names_topic_and_code, 75, lambda: f"topic and code in the log: {worker.tail()}")
    site.create(site._topic(site.status_topic, site.status_partitions))
    site.status.reader.restart()
    worker.wait_ready(timeout=90)
    after = site.send(request("after"), key=key_of("after"))
    site.status.until_final(after, timeout=60)
    # What was in the deleted topic is gone with it; what was open ends now.
    open_now = ["rocketsms_requests_waiting", "rocketsms_requests_sending", "rocketsms_messages_tracking"]
    wait_for(lambda: sum(worker.metric(name) for name in open_now) == 0, 60, lambda: f"nothing open: {[worker.metric(name) for name in open_now]}")
    sends = simulator.sends_by_id()
    assert {id: len(ids) for id, ids in sends.items() if len(ids) != 1} == {}
    assert set(sends) == {one.id for one in made} | {"after"}


@pytest.mark.needs("nodes")
def test_a_burst_of_large_events_goes_to_a_topic_that_takes_small_batches(make_site, simulator):
    """A broker measures the batch: with metadata that do not compress, some twenty events are more than this topic takes at once."""
    site = make_site(simulator, status_partitions=1, status_settings={"max.message.bytes": 64 << 10})
    worker = site.started(TRACK_CADENCE="500ms,1s", SEND_MAX_IN_FLIGHT=256)
    chance = random.Random(7)

    def metadata():
        return {"noise": "".join(chance.choices(string.ascii_letters + string.digits, k=3_900))}

    for number in range(600):
        site.publish(request(f"s-{number}", metadata=metadata()), key=key_of(number))
    site.flush()
    site.wait_over()
    assert worker.metric("rocketsms_transactions_aborted_total") == 0, worker.tail()
    site.judge()
