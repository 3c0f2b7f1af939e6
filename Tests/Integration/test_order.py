"""Order by key, and the priority lane (G5: a slow message stops no other key)."""

from harness.requests import key_of, request


def test_a_key_is_kept_in_order_through_trouble(site, simulator):
    site.started(SEND_RETRY_BUDGET=1)
    simulator.switch(latency="2ms", latency_jitter="10ms")
    simulator.faults(probabilities={"serverError": 0.05, "resetBeforeAccept": 0.05, "slow": 0.02}, endpoint="send")
    for number in range(200):
        site.publish(request(f"{number % 10}-{number:03d}"), key=key_of(number % 10))
    site.flush()
    site.wait_over(timeout=90)
    first_seen = list(dict.fromkeys(send.request_id for send in simulator.sends()))
    for key in range(10):
        sent = [id for id in first_seen if id.startswith(f"{key}-")]
        assert sent == sorted(sent), f"key {key} is out of order: {sent}"
    site.judge()


def test_without_ordering_a_slow_message_stops_no_other_of_its_key(site, simulator):
    site.started(SEND_ORDERING="none")
    simulator.next("hold")
    slow = site.send(request("slow"), key=key_of("same"))
    simulator.wait_held()
    fast = site.send(request("fast"), key=key_of("same"))
    site.status.until_final(fast)
    assert not site.status.of(slow)
    simulator.release()
    site.status.until_final(slow)


def test_a_slow_message_stops_no_other_key(site, simulator):
    site.started()
    simulator.next("hold")
    slow = site.send(request("slow"), key=key_of("slow"), partition=0)
    simulator.wait_held()
    behind = site.publish(request("behind"), key=key_of("slow"), partition=0)
    others = [site.publish(request(f"other-{number}"), key=key_of(number), partition=0) for number in range(20)]
    site.flush()
    site.status.until_final(*others)
    assert not site.status.of(slow) and not site.status.of(behind)
    assert simulator.sends_of(behind) == []
    simulator.release()
    site.status.until_final(slow, behind)
    site.judge()


def test_the_priority_lane_overtakes_a_backlog(make_site, simulator):
    """A one-time code behind two hundred advertisements at ten a second."""
    site = make_site(simulator, partitions=2, priority=True)
    site.started(SEND_RATE_LIMIT=10, TRACK_CADENCE="1h")
    for number in range(200):
        site.publish(request(f"bulk-{number}"), key=key_of(number))
    site.flush()
    simulator.wait_sends(5)
    topic = site.send(request("by-topic"), key=key_of("t"), topic=site.priority_requests)
    field = site.send(request("by-field", priority=True), key=key_of("f"))
    site.status.until_first(topic, field, timeout=15)
    order = [send.request_id for send in simulator.sends()]
    assert len(order) < 100, "the backlog was gone before"
    assert order.index("by-topic") < 60 and order.index("by-field") < 60
    by_id = {send.request_id: send for send in simulator.sends()}
    assert by_id["by-topic"].priority and by_id["by-field"].priority and not any(send.priority for send in by_id.values() if send.request_id.startswith("bulk-"))
