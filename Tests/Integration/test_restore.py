"""A worker takes over many open requests: it is ready within seconds, and polls them."""

import datetime
import json
import os

import pytest

from harness.requests import key_of, request
from harness.waiting import wait_for

ENTRIES = int(os.environ.get("RESTORE_ENTRIES", "200000"))
# A debug build, two cores: 4.4 s measured. A release build (WORKER_BINARY) takes 0.8 s there.
SECONDS = float(os.environ.get("RESTORE_SECONDS", "15"))


def resident(worker):
    """Bytes of memory that the process holds."""
    with open(f"/proc/{worker.process.pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


def moments(worker, message):
    """When the log says this."""
    lines = (json.loads(line) for line in worker.log().splitlines() if line.startswith("{"))
    return [datetime.datetime.fromisoformat(line["time"].replace("Z", "+00:00")) for line in lines if line["message"] == message]


@pytest.mark.long
@pytest.mark.needs("pace")
def test_many_open_requests_are_taken_over_within_seconds(make_site, start_simulator):
    simulator = start_simulator(switches={"delivery-delay": "24h", "send-answer": "SENT"})
    site = make_site(simulator, partitions=8)
    first = site.started(LOG_LEVEL="info", TRACK_CADENCE="1h", SEND_MAX_IN_FLIGHT=128)
    for number in range(ENTRIES):
        site.publish(request(f"r-{number}"), key=key_of(number))
    site.flush()
    wait_for(lambda: first.metric("rocketsms_messages_tracking") == ENTRIES, 400, lambda: f"all to be tracked; {first.state()}")
    assert first.terminate() == 0
    second = site.worker(LOG_LEVEL="info", TRACK_CADENCE="1s", TRACK_MAX_IN_FLIGHT=32).start().wait_ready(timeout=90)
    bytes_each = resident(second) / ENTRIES
    second.wait_metric("rocketsms_messages_tracking", ENTRIES)
    took = (max(moments(second, "partition open")) - min(moments(second, "partitions assigned"))).total_seconds()
    print(f"{ENTRIES} open requests restored in {took:.2f} s; {bytes_each:.0f} bytes of memory each, the process included")
    assert took < SECONDS
    wait_for(lambda: second.metric("rocketsms_polls_total") > 5_000, 60, lambda: f"polls; {second.state()}")
    assert simulator.attempts() == ENTRIES
    # What is tracked stops nothing that is new.
    new = site.send(request("new"), key=key_of("new"))
    wait_for(lambda: simulator.attempts() == ENTRIES + 1, 5, lambda: f"the new one to be sent; {second.state()}")
    assert new.offset >= 0
    second.wait_metric("rocketsms_requests_waiting", 0)
