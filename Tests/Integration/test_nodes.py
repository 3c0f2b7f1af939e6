"""Three nodes of Kafka, restarted one after another under load: in order, then by kill -9 (G6: broker restart)."""

import signal
import threading
import time

import pytest

from harness.requests import key_of, request


@pytest.mark.long
@pytest.mark.needs("nodes")
@pytest.mark.parametrize("how, bound", [(signal.SIGTERM, 30), (signal.SIGKILL, 60)], ids=["SIGTERM", "SIGKILL"])
def test_each_node_restarts_in_turn(three_nodes, make_site, start_simulator, how, bound):
    """Nothing is lost, and work goes on by itself within `bound` seconds (G6). One of the workers has a name in the group: that its
    coordinator forgets who bears it, and has no rival for it, ends no worker."""
    simulator = start_simulator(switches={"latency": "5ms"})
    site = make_site(simulator, on=three_nodes, partitions=4)
    settings = {"LOG_LEVEL": "info", "SEND_ON_UNKNOWN": "fail", "TRACK_CADENCE": "1s,2s"}
    workers = [site.worker(**settings), site.worker(**settings, KAFKA_INSTANCE_ID="named")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.wait_ready()
    done = threading.Event()

    def load():
        number = 0
        while not done.wait(0.01):
            site.publish(request(f"n-{number}"), key=key_of(number % 500))
            number += 1

    loader = threading.Thread(target=load)
    loader.start()
    try:
        for node in (1, 2, 3):
            three_nodes.stop_node(node, how)
            # Two nodes are enough to go on: what is published from now on comes to its end.
            gone = time.monotonic()
            one = site.publish(request(f"without-{node}"), key=key_of(f"without-{node}"))
            site.status.until(lambda: one.offset >= 0 and site.status.final(one), bound, f"a request's end without node {node}")
            print(f"without node {node} a request came to its end after {time.monotonic() - gone:.1f} s")
            three_nodes.start_node(node)
            three_nodes.wait_until_whole(120)
    finally:
        done.set()
        loader.join(30)
    site.flush(120)
    site.wait_over(timeout=180)
    for worker in workers:
        worker.wait_ready(timeout=90)
    site.judge(default_policy="fail")
    assert [worker.terminate() for worker in workers] == [0, 0]
