"""What a worker's log says: nothing of what is well, and of what is not one line with what it means and what to do."""

import json

from harness.requests import key_of, request
from harness.waiting import wait_for
from test_offsets import finished_and_forgotten


def lines(worker, since=0):
    """Message and level of each line behind so many, but those of the client library."""
    made = (json.loads(line) for line in worker.log().splitlines()[since:])
    return [(line["level"], line["message"]) for line in made if line["label"] != "librdkafka"]


def said(worker, words):
    return [message for _, message in lines(worker) if words in message]


def test_a_thousand_messages_that_are_well_are_no_line(site, simulator):
    worker = site.started(LOG_LEVEL="info")
    before = len(worker.log().splitlines())
    made = [site.publish(request(f"well-{number}"), key=key_of(number)) for number in range(1000)]
    site.flush()
    site.status.until_final(*made, timeout=120)
    assert lines(worker, before) == []


def test_an_account_pause_says_what_it_means_and_what_to_do(site, simulator):
    simulator.control("credits", credits=0)
    worker = site.started(LOG_LEVEL="info")
    made = [site.publish(request(f"p-{number}"), key=key_of(number)) for number in range(20)]
    site.flush()
    wait_for(lambda: said(worker, "no credit"), 30, worker.tail)
    simulator.control("credits", credits=1000)
    site.status.until_final(*made, timeout=120)
    (paused,) = said(worker, "no credit")
    assert "no message fails" in paused and "top it up" in paused
    assert len(said(worker, "the account is in order again")) == 1


def test_a_narrowed_pace_and_an_outage_are_lines_of_their_own(site, simulator):
    worker = site.started(LOG_LEVEL="info")
    simulator.switch(fault_server_error="0.8")
    for number in range(400):
        site.publish(request(f"n-{number}"), key=key_of(number))
    site.flush()
    number = 400

    def narrowed():
        nonlocal number
        # So that there is something to ask the provider for all the while.
        site.publish(request(f"n-{number}"), key=key_of(number))
        site.producer.poll(0)
        number += 1
        return said(worker, "fewer are under way at a time")

    wait_for(narrowed, 60, worker.state)
    (line,) = said(worker, "fewer are under way at a time")
    assert "nothing is lost" in line and "provider's support" in line
    simulator.switch(fault_server_error="0")
    site.flush()
    site.wait_over(timeout=120)


def test_a_closed_partition_is_a_line_with_its_remedy(site, simulator):
    worker, _, _ = finished_and_forgotten(site, simulator)
    wait_for(lambda: len(said(worker, "a partition stays closed")) == site.partitions, 30, worker.tail)
    for line in said(worker, "a partition stays closed"):
        assert "offsets repair --from" in line and "nothing of it is read or sent" in line


def test_a_rival_of_the_same_name_is_a_line_with_its_remedy(site, simulator):
    site.started("first", LOG_LEVEL="info", KAFKA_TRANSACTIONAL_STEM="same")
    site.status.until_final(site.send(request("a"), key=key_of("a")))
    second = site.worker("second", LOG_LEVEL="info", KAFKA_TRANSACTIONAL_STEM="same").start()

    def fenced():
        site.publish(request(None), key=key_of("a"))
        site.producer.poll(0)
        return [line for worker in site.workers for line in said(worker, "starting over on Kafka's side")]

    found = wait_for(fenced, 90, lambda: "\n".join(worker.tail() for worker in site.workers), interval=0.5)
    assert "fenced" in found[0] and "nothing is lost" in found[0] and "KAFKA_TRANSACTIONAL_STEM" in found[0]
    second.kill()
