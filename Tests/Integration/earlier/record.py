"""Records what an earlier version leaves on its topics: how ledger-32f862e.json was made.

    git worktree add /tmp/earlier 32f862e
    (cd /tmp/earlier && swift build --product rocketsms-worker)
    cd Tests/Integration
    WORKER_BINARY=/tmp/earlier/.build/debug/rocketsms-worker KAFKA_HOME=… python earlier/record.py >earlier/ledger-32f862e.json

Requests without an id, so that the version makes theirs: closed, tracked, held, waiting for their time, and two that it was sending when it was
killed.
"""

import base64
import json
import os
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from confluent_kafka import Consumer, TopicPartition  # noqa: E402

from harness import brokers  # noqa: E402
from harness.requests import key_of, request  # noqa: E402
from harness.simulator import Simulator  # noqa: E402
from harness.site import Site  # noqa: E402
from harness.waiting import wait_for  # noqa: E402


def text(data):
    return None if data is None else base64.b64encode(data).decode()


def records(bootstrap, topic):
    """All that a reader sees who reads committed records."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "recorder", "isolation.level": "read_committed", "enable.partition.eof": True})
    consumer.assign([TopicPartition(topic, 0, 0)])
    found = []
    while True:
        record = consumer.poll(10)
        if record is None or record.error():
            consumer.close()
            return found
        headers = [[name, text(value)] for name, value in record.headers() or []]
        found.append({"timestamp": record.timestamp()[1], "key": text(record.key()), "value": text(record.value()), "headers": headers})


def main():
    broker = brokers.ApacheKafka(os.environ["KAFKA_HOME"])
    folder = pathlib.Path(tempfile.mkdtemp())
    simulator = Simulator(folder, switches={"send-answer": "SENT"})
    site = Site(broker, simulator, folder, partitions=1, status_partitions=1)
    try:
        worker = site.started(SEND_SCHEDULE="worker", SEND_ORDERING="none", LOG_LEVEL="info")
        number = iter(range(100))

        def send(phone=None, **fields):
            made = request(f"n{next(number)}", **fields)
            made.pop("id")
            return site.send({**made, **({"phone": phone} if phone else {})}, key=key_of("a"))

        # The provider's first id: whoever takes over asks for it.
        simulator.faults(fates=[{"final": "DELIVERED", "phoneSuffix": "77", "after": "24h"}, {"final": "FAILED", "phoneSuffix": "66"}])
        tracked = send("375299999977", metadata={"order": "77"})
        wait_for(lambda: simulator.sends(), 20, "the tracked one's message")
        site.status.until_final(send(), send("375299999966"))
        simulator.next("replyLost")
        held = send(onUnknown="hold")
        worker.wait_metric("rocketsms_requests_held", 1, 30)
        due = int(time.time()) + 3600
        waiting = send(sendAt=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(due)))
        worker.wait_metric("rocketsms_requests_waiting", 1, 30)
        simulator.faults(next=[{"fault": "hold", "endpoint": "send", "count": 2}])
        sending = [send(onUnknown="fail"), send(onUnknown="hold")]
        simulator.wait_held(2)
        worker.kill()
        print(
            json.dumps(
                {
                    "stem": site.requests.removesuffix(".requests"),
                    "providerID": simulator.sends()[0].id,
                    "due": due * 1000,
                    "offsets": {"tracked": tracked.offset, "held": held.offset, "waiting": waiting.offset, "sending": [one.offset for one in sending]},
                    "requests": records(broker.bootstrap, site.requests),
                    "ledger": records(broker.bootstrap, f"{site.requests}.ledger"),
                    "status": records(broker.bootstrap, site.status_topic),
                },
                indent=1,
            )
        )
    finally:
        for one in site.workers:
            one.stop()
        simulator.stop()
        broker.stop()


main()
