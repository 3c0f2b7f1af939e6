import pytest

from harness import brokers


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
