"""Several workers: side by side, rivals for one name, and one that takes over from another (G6: kill -9)."""

import pytest

from harness.requests import key_of, request
from harness.waiting import wait_for

RANGE = {"partition.assignment.strategy": "range"}


def side_by_side(site, **settings):
    first = site.started(properties=RANGE, **settings)
    second = site.started(properties=RANGE, **settings)
    wait_for(lambda: {worker.ready()[1]["partitions"]["assigned"] for worker in (first, second)} == {2}, 60, "two partitions each")
    return first, second


def test_without_a_name_workers_stand_side_by_side(site, simulator):
    workers = side_by_side(site)
    for partition in range(4):
        for number in range(10):
            site.publish(request(f"{partition}-{number}"), key=key_of(number), partition=partition)
    site.flush()
    site.wait_over()
    assert all(worker.metric("rocketsms_requests_admitted_total") == 20 for worker in workers)
    assert all(worker.is_running and worker.metric("rocketsms_fencings_total") == 0 for worker in workers)
    site.judge()
    assert [worker.terminate() for worker in workers] == [0, 0]


@pytest.mark.long
@pytest.mark.newest
@pytest.mark.parametrize("key", ["KAFKA_INSTANCE_ID", pytest.param("KAFKA_TRANSACTIONAL_STEM", marks=pytest.mark.needs("eviction"))])
def test_of_two_with_one_name_one_ends_and_says_why(site, simulator, key):
    """Exit 70; the other goes on, and nothing is lost or sent twice."""
    workers = [site.worker(properties=RANGE, **{key: "twin"}).start() for _ in range(2)]
    wait_for(lambda: any(worker.ready()[0] == 200 for worker in workers), 60, "one to be ready")
    # Fencing shows where there is something to commit.
    sent = 0

    def has_ended():
        nonlocal sent
        sent += 1
        site.send(request(f"r-{sent}", onUnknown="fail"), key=key_of(sent))
        return any(not worker.is_running for worker in workers)

    wait_for(has_ended, 120, "one of the two to end", interval=0.5)
    ended = [worker for worker in workers if not worker.is_running]
    assert len(ended) == 1 and ended[0].wait_end() == 70
    assert key in ended[0].log()
    (other,) = (worker for worker in workers if worker.is_running)
    other.wait_ready()
    site.wait_over(timeout=90)
    site.judge()


@pytest.mark.needs("eviction", "cooperative")
@pytest.mark.long
@pytest.mark.newest
def test_another_takes_over_from_a_killed_one(site, simulator):
    first, second = site.started(), site.started()
    wait_for(lambda: {worker.ready()[1]["partitions"]["assigned"] for worker in (first, second)} == {2}, 60, "two partitions each")
    for number in range(200):
        site.publish(request(f"a-{number}", onUnknown="fail"), key=key_of(number))
    site.flush()
    simulator.wait_sends(20)
    first.kill()
    for number in range(50):
        site.publish(request(f"b-{number}", onUnknown="fail"), key=key_of(number))
    site.flush()
    site.wait_over(timeout=90)
    assert second.ready()[1]["partitions"] == {"assigned": 4, "open": 4}
    site.judge()
