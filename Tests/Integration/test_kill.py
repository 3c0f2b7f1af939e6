"""kill -9 at the moments that matter (G1, G2, G3), each made certain: between the commit of the intent and the POST, between the POST and
its reply, between the reply and its commit.

Before acceptance nothing was sent, after it something was, and the worker that comes back knows neither: the policy decides.
"""

import contextlib
import socket

import pytest

from harness.records import Reader
from harness.requests import key_of, request
from harness.waiting import TimedOut, wait_for

# The state byte of a ledger record (Sources/README.md, "The ledger's bytes").
SENDING = 2


def goes_on(worker, site, simulator, one, policy, sms, status):
    """Starts the worker again: the request ends as its policy says, admits what may be, and so many SMS went out in all."""
    worker.start().wait_ready()
    (last,) = site.status.until_final(one)
    assert (last.status, last.value["possibleDuplicate"]) == (status, True)
    assert policy == "resend" or last.code == "OUTCOME_UNKNOWN"
    assert len(simulator.sends()) == sms
    site.judge()


@contextlib.contextmanager
def provider_without_connections():
    """An address where connecting neither succeeds nor fails: its queue of connections is full."""
    with socket.socket() as server, contextlib.ExitStack() as fillers:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(4):
            filler = fillers.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("policy, sms, status", [("resend", 1, "DELIVERED"), ("fail", 0, "FAILED")])
def test_killed_between_the_intent_and_the_post(site, simulator, policy, sms, status):
    """G2: the intent is in the ledger before a byte can leave; a new owner cannot know that none did."""
    with provider_without_connections() as nowhere:
        worker = site.started(KAFKA_INSTANCE_ID="phoenix", ROCKETSMS_BASE_URL=nowhere, ROCKETSMS_CONNECT_TIMEOUT="60s", ROCKETSMS_REQUEST_TIMEOUT="60s")
        one = site.send(request("caught", onUnknown=policy), key=key_of("caught"))
        ledger = Reader(site.broker.bootstrap, f"{site.requests}.ledger", site.partitions)
        wait_for(lambda: any(r.key() == b"caught" and r.value()[1] == SENDING for r in ledger.poll(0.2)), 20, "the intent in the ledger")
        ledger.close()
        worker.kill()
    worker.settings.update(ROCKETSMS_BASE_URL=simulator.url, ROCKETSMS_REQUEST_TIMEOUT="3s")
    goes_on(worker, site, simulator, one, policy, sms, status)


@pytest.mark.needs("freeze")
@pytest.mark.parametrize("policy, sms, status", [("resend", 2, "DELIVERED"), ("fail", 1, "FAILED")])
def test_killed_between_the_reply_and_its_commit(site, simulator, policy, sms, status):
    """The broker stands still while the reply comes: the worker has it, and cannot commit it."""
    worker = site.started(KAFKA_INSTANCE_ID="phoenix", SEND_RETRY_BUDGET=1)
    simulator.next("hold")
    one = site.send(request("caught", onUnknown=policy), key=key_of("caught"))
    simulator.wait_held()
    site.broker.freeze()
    try:
        simulator.release()
        wait_for(lambda: worker.metric('rocketsms_attempt_outcomes_total{outcome="accepted"}') == 1, 20, "the reply")
        worker.kill()
    finally:
        site.broker.thaw()
    goes_on(worker, site, simulator, one, policy, sms, status)


def killed_while_held(site, simulator, fault, policy):
    """A worker that was killed with a POST under way. Returns it (not running) and the request."""
    worker = site.started(KAFKA_INSTANCE_ID="phoenix", SEND_RETRY_BUDGET=1)
    simulator.next(fault)
    one = site.send(request("caught", onUnknown=policy), key=key_of("caught"))
    simulator.wait_held()
    worker.kill()
    return worker, one


@pytest.mark.parametrize("policy, sms, status", [("resend", 1, "DELIVERED"), ("fail", 0, "FAILED")])
def test_killed_before_the_provider_accepts(site, simulator, policy, sms, status):
    worker, one = killed_while_held(site, simulator, "holdBeforeAccept", policy)
    simulator.release("drop")
    goes_on(worker, site, simulator, one, policy, sms, status)


@pytest.mark.parametrize("policy, sms, status", [("resend", 2, "DELIVERED"), ("fail", 1, "FAILED")])
def test_killed_after_the_provider_has_accepted(site, simulator, policy, sms, status):
    worker, one = killed_while_held(site, simulator, "hold", policy)
    assert len(simulator.sends()) == 1
    simulator.release()
    goes_on(worker, site, simulator, one, policy, sms, status)


def test_killed_under_hold_waits_for_an_operator(site, simulator):
    worker, one = killed_while_held(site, simulator, "hold", "hold")
    simulator.release()
    worker.start().wait_ready()
    after = site.send(request("after"), key=key_of("caught"))
    site.status.until_final(after)
    worker.wait_metric("rocketsms_requests_held", 1)
    assert site.status.of(one) == []
    (sms,) = simulator.sends_of(one)
    site.send({"command": "resolve", "id": "caught", "as": "sent", "messageId": sms.id}, key=key_of("caught"))
    (last,) = site.status.until_final(one)
    assert (last.status, last.value["messageId"]) == ("DELIVERED", sms.id)
    assert len(simulator.sends()) == 2
    site.judge()


def test_killed_while_tracking_goes_on_where_it_was(site, simulator):
    worker = site.started(KAFKA_INSTANCE_ID="phoenix")
    simulator.switch(delivery_delay="1h")
    one = site.send(request("tracked"), key=key_of("tracked"))
    site.status.until_first(one)
    worker.kill()
    simulator.control("clock", advance="2h")
    worker.start().wait_ready()
    (last,) = site.status.until_final(one)
    assert (last.status, last.sequence) == ("DELIVERED", 2) and "possibleDuplicate" not in last.value
    assert len(simulator.sends()) == 1
    site.judge()


@pytest.mark.needs("eviction")
def test_frozen_in_an_attempt_sends_nothing_twice(site, simulator):
    """SIGSTOP with a POST under way, longer than the session, and SIGCONT: the process finds its own attempt again."""
    worker = site.started(SEND_ON_UNKNOWN="fail")
    simulator.next("hold")
    one = site.send(request("frozen"), key=key_of("frozen"))
    simulator.wait_held()
    worker.freeze()
    simulator.release()
    # Both the answer and the end of the session come while it stands.
    second = site.send(request("meanwhile"), key=key_of("meanwhile"))
    with pytest.raises(TimedOut):
        site.status.until_final(second, timeout=9)
    worker.thaw()
    site.status.until_final(one, second, timeout=60)
    assert len(simulator.sends()) == 2
    site.judge(default_policy="fail")
