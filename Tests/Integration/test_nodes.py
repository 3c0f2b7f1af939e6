"""Three nodes of Kafka, restarted one after another under load: in order, then by kill -9."""

import signal
import threading

import pytest

from harness.requests import key_of, request


@pytest.mark.long
@pytest.mark.needs("nodes")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["SIGTERM", "SIGKILL"])
def test_each_node_restarts_in_turn(three_nodes, make_site, start_simulator, how):
    simulator = start_simulator(switches={"latency": "5ms"})
    site = make_site(simulator, on=three_nodes, partitions=4)
    workers = [site.worker(LOG_LEVEL="info", SEND_ON_UNKNOWN="fail", TRACK_CADENCE="1s,2s") for _ in range(2)]
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
            before = site.status.finals
            three_nodes.stop_node(node, how)
            # Two nodes are enough to go on.
            site.status.until(lambda: site.status.finals > before + 50, 90, f"events without node {node}")
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
