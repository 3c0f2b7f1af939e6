"""SIGTERM with a POST under way that takes longer than the group's session: the worker stays a member until its outcome is committed."""

import time

import pytest

from harness.requests import key_of, request
from harness.waiting import wait_for

SESSION = {"session.timeout.ms": 15_000, "heartbeat.interval.ms": 3_500}
POST = 25


@pytest.mark.long
@pytest.mark.needs("eviction")
def test_sigterm_commits_what_a_post_longer_than_the_session_brings(site, simulator):
    worker = site.started(properties=SESSION, ROCKETSMS_REQUEST_TIMEOUT="30s", SEND_DRAIN_LIMIT="30s", SEND_ON_UNKNOWN="resend")
    simulator.next("hold")
    one = site.send(request("running"), key=key_of("running"), partition=0)
    simulator.wait_held()
    begun = time.monotonic()
    worker.process.terminate()
    worker.wait_log("draining")
    wait_for(lambda: time.monotonic() >= begun + POST or not worker.is_running, POST + 5, "the POST's time", interval=0.2)
    assert worker.is_running, worker.tail()
    simulator.release()
    assert worker.wait_end(timeout=30) == 0
    # Known without another worker: it was committed before the end. Under `resend` an outcome that was not would be a second SMS.
    assert site.status.until_first(one)[0].status == "SENT"
    worker.start().wait_ready()
    after = site.send(request("after"), key=key_of("running"), partition=0)
    finals = site.status.until_final(one, after)
    assert [last.status for last in finals] == ["DELIVERED", "DELIVERED"]
    assert "possibleDuplicate" not in finals[0].value
    assert [send.request_id for send in simulator.sends()] == ["running", "after"]
    site.judge()
