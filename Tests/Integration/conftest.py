import os

import pytest

import fetch_promtool
from harness import brokers
from harness.simulator import Simulator
from harness.site import Site


def pytest_collection_modifyitems(items):
    abilities, name = brokers.chosen_abilities()
    for item in items:
        if "broker" in getattr(item, "fixturenames", ()) or "three_nodes" in getattr(item, "fixturenames", ()):
            item.add_marker("worker")
        for marker in item.iter_markers("needs"):
            missing = sorted(set(marker.args) - abilities)
            if missing:
                reason = f"{item.nodeid.rsplit('/', 1)[-1]}: left out, {name} has no {', '.join(missing)}"
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def broker():
    """The broker that the whole run shares; every test has topics and groups of its own on it."""
    broker = brokers.choose()
    yield broker
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


@pytest.fixture
def make_site(broker, tmp_path):
    """Makes sites on the shared broker (or on `on`) that are closed with the test."""
    made = []

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
