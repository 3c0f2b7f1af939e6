import os
import uuid

import pytest

import fetch_promtool
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from harness import brokers
from harness.records import QUIET
from harness.simulator import Simulator
from harness.site import Site
from harness.waiting import wait_for


# What measures, or asks most of the machine: nothing else runs beside it.
ALONE = {
    f"test_{name}.py"
    for name in (
        "backlog bad_night budget chaos check churn damage flood follow late_frames latency metrics nodes provider_trouble provoked restore storm traces"
    ).split()
}


def pytest_addoption(parser):
    parser.addoption(
        "--alone", choices=["only", "without"],
        help="only what nothing may run beside, or all but that (for two at a time: -n 2 --dist worksteal)",
    )  # fmt: skip


def pytest_collection_modifyitems(config, items):
    choice = config.getoption("alone")
    if choice:
        out = [item for item in items if (item.path.name in ALONE) != (choice == "only")]
        items[:] = [item for item in items if (item.path.name in ALONE) == (choice == "only")]
        config.hook.pytest_deselected(items=out)
    abilities, name = brokers.chosen_abilities()
    for item in items:
        if "broker" in getattr(item, "fixturenames", ()) or "three_nodes" in getattr(item, "fixturenames", ()):
            item.add_marker("worker")
        for marker in item.iter_markers("needs"):
            missing = sorted(set(marker.args) - abilities)
            if missing:
                reason = f"{item.nodeid.rsplit('/', 1)[-1]}: left out, {name} has no {', '.join(missing)}"
                item.add_marker(pytest.mark.skip(reason=reason))


def make_ready(broker):
    """The first group and the first transaction of a new broker wait for its own topics: no test's matter."""
    quiet, name = {"bootstrap.servers": broker.bootstrap, **QUIET}, f"first-{uuid.uuid4().hex}"
    Producer({**quiet, "transactional.id": name}).init_transactions(60)
    consumer = Consumer({**quiet, "group.id": name})

    def is_known():
        try:
            return consumer.committed([TopicPartition("none", 0)], timeout=20)
        except KafkaException:
            return False

    wait_for(is_known, 60, "the first group's coordinator")
    consumer.close()


@pytest.fixture(scope="session")
def broker():
    """The broker that the whole run shares; every test has topics and groups of its own on it."""
    broker = brokers.choose()
    try:
        make_ready(broker)
        yield broker
    finally:
        broker.stop()


@pytest.fixture(scope="session")
def three_nodes():
    """Three nodes of Apache Kafka that a test may end and start."""
    cluster = brokers.ApacheKafka(os.environ["KAFKA_HOME"], nodes=3)
    yield cluster
    cluster.stop()


@pytest.fixture
def start_simulator(tmp_path):
    """Starts simulators that end with the test."""
    started = []

    def start(**arguments):
        started.append(Simulator(tmp_path, **arguments))
        return started[-1]

    yield start
    for simulator in started:
        simulator.stop()


@pytest.fixture
def simulator(start_simulator):
    return start_simulator()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure comes with what each worker said: one that comes once a month has nothing else to be understood by."""
    report = (yield).get_result()
    if call.when == "call" and report.failed:
        for worker in [worker for site in getattr(item, "sites", []) for worker in site.workers]:
            report.sections.append((f"{worker.name} at the failure", worker.state(characters=5_000)))


@pytest.fixture
def make_site(request, broker, tmp_path):
    """Makes sites on the shared broker (or on `on`) that are closed with the test."""
    made = request.node.sites = []

    def make(simulator, on=None, **arguments):
        made.append(Site(on or broker, simulator, tmp_path, **arguments))
        return made[-1]

    yield make
    for site in made:
        site.close()


@pytest.fixture
def site(make_site, simulator):
    """A site with defaults: four partitions, no priority topic, no worker yet."""
    return make_site(simulator)


@pytest.fixture(scope="session")
def promtool():
    try:
        return str(fetch_promtool.fetch())
    except Exception as error:
        pytest.skip(f"promtool is not here and could not be fetched: {type(error).__name__}")


@pytest.fixture
def node():
    """A node of Apache Kafka of its own, which the test may end and start."""
    cluster = brokers.ApacheKafka(os.environ["KAFKA_HOME"])
    yield cluster
    cluster.stop()
