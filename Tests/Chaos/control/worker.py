"""A usual worker between Kafka and the provider, as a competent user writes it with confluent-kafka: read a batch, POST each, write the
statuses, commit the offsets. No ledger.

It commits only what it has done (at least once), tries again what certainly was not taken, honours onUnknown where an answer does not come,
and says possibleDuplicate where it sent again. With `--transactions` each batch is one Kafka transaction around the POSTs: statuses and offsets
are exactly once, and readers see no status twice.
"""

import concurrent.futures
import hashlib
import json
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer

BATCH, THREADS, ATTEMPTS, TIMEOUT = 50, 16, 4, 3.0
IS_TRANSACTIONAL = "--transactions" in sys.argv
stopping = False


class NotSent(Exception):
    """It certainly was not taken."""


class Unknown(Exception):
    """Nobody knows."""


def post(url, fields):
    made = urllib.request.Request(f"{url}/simple/send", urllib.parse.urlencode(fields).encode())
    try:
        with urllib.request.urlopen(made, timeout=TIMEOUT) as answer:
            said = json.loads(answer.read())
    except urllib.error.HTTPError as error:
        raise (NotSent if error.code in (401, 403, 404, 429) else Unknown)(str(error)) from None
    except urllib.error.URLError as error:
        raise (NotSent if isinstance(error.reason, ConnectionRefusedError) else Unknown)(str(error)) from None
    except (OSError, ValueError) as error:
        raise Unknown(str(error)) from None
    if not isinstance(said, dict):
        raise Unknown("no object")
    if said.get("error") == "WRONG_AUTH":
        raise NotSent("WRONG_AUTH")
    return said


def send(request):
    """Status, provider's id, reason, and whether there may be two."""
    fields = {"username": os.environ["ROCKETSMS_USERNAME"], "password": hashlib.md5(os.environ["ROCKETSMS_PASSWORD"].encode()).hexdigest()}
    fields |= {"phone": request["phone"], "text": request["text"]}
    may_be_two, tries, wait = False, 0, 0.1
    while True:
        try:
            said = post(os.environ["ROCKETSMS_BASE_URL"], fields)
        except NotSent:
            # Until the provider takes messages again.
            time.sleep(wait)
            wait = min(wait * 2, 1)
            continue
        except Unknown:
            may_be_two, tries = True, tries + 1
            if request.get("onUnknown") in ("fail", "hold") or tries == ATTEMPTS:
                return "FAILED", None, "OUTCOME_UNKNOWN", True
            time.sleep(wait)
            continue
        if "id" in said:
            return "SENT", str(said["id"]), None, may_be_two
        return "FAILED", None, said.get("error", "ERROR"), may_be_two


def event(request, answer):
    status, id, reason, may_be_two = answer
    made = {"requestId": request.get("id"), "status": status, "final": True, "sequence": 1, "possibleDuplicate": may_be_two}
    made |= {"messageId": id} if id else {}
    return made | ({"reason": {"code": reason}} if reason else {})


def properties():
    with open(os.environ["KAFKA_PROPERTIES_FILE"]) as file:
        return dict(line.strip().split("=", 1) for line in file if "=" in line)


def clients():
    given = properties()
    name = os.environ.get("KAFKA_INSTANCE_ID")
    common = {key: given[key] for key in ("client.id", "socket.timeout.ms", "reconnect.backoff.max.ms") if key in given}
    common |= {"bootstrap.servers": os.environ["KAFKA_BOOTSTRAP_SERVERS"], "log_level": 2}
    consumer = Consumer({
        **common, "group.id": os.environ["KAFKA_GROUP_ID"], "enable.auto.commit": False, "auto.offset.reset": "earliest",
        "isolation.level": "read_committed", "partition.assignment.strategy": "cooperative-sticky",
        "session.timeout.ms": given["session.timeout.ms"], "heartbeat.interval.ms": given["heartbeat.interval.ms"],
        **({"group.instance.id": name} if name else {}),
    })  # fmt: skip
    more = {"enable.idempotence": True, "linger.ms": 5}
    if IS_TRANSACTIONAL:
        stem = name or f"{socket.gethostname()}-{os.getpid()}-{time.time_ns()}"
        more |= {"transactional.id": f"{os.environ['KAFKA_GROUP_ID']}-{stem}", "transaction.timeout.ms": given["transaction.timeout.ms"]}
    producer = Producer({**common, **more})
    if IS_TRANSACTIONAL:
        producer.init_transactions(60)
    return consumer, producer


def write(producer, record, request, answer):
    place = f"{record.topic()}-{record.partition()}-{record.offset()}"
    if request is None:
        headers = {"dlq-topic": record.topic(), "dlq-partition": str(record.partition()), "dlq-offset": str(record.offset()), "dlq-code": "NOT_JSON"}
        return producer.produce(os.environ["TOPICS_DEAD_LETTER"], record.value(), record.key(), headers=headers)
    made = json.dumps(event(request, answer))
    producer.produce(os.environ["TOPICS_STATUS"], made, record.key(), headers={"ce_id": f"{place}/1"})


def parse(record):
    try:
        return json.loads(record.value())
    except (TypeError, ValueError):
        return None


def work(consumer, producer, pool):
    records = [record for record in consumer.consume(BATCH, 0.1) if record.error() is None]
    if not records:
        return
    requests = [parse(record) for record in records]
    if IS_TRANSACTIONAL:
        producer.begin_transaction()
    answers = list(pool.map(lambda request: request and send(request), requests))
    for record, request, answer in zip(records, requests, answers):
        write(producer, record, request, answer)
    if IS_TRANSACTIONAL:
        producer.send_offsets_to_transaction(consumer.position(consumer.assignment()), consumer.consumer_group_metadata(), 30)
        producer.commit_transaction(30)
    else:
        if producer.flush(30):
            raise KafkaException(KafkaError(KafkaError._TIMED_OUT))
        consumer.commit(asynchronous=False)


def main():
    def stop(*_):
        global stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    consumer, producer = clients()
    consumer.subscribe([os.environ["TOPICS_REQUESTS"]], on_assign=lambda *_: print("ready", flush=True))
    pool = concurrent.futures.ThreadPoolExecutor(THREADS)
    while not stopping:
        try:
            work(consumer, producer, pool)
        except KafkaException as error:
            print(f"starts over: {error}", flush=True)
            # Nothing is known to be committed: another process begins where the last commit was.
            os._exit(1)
    consumer.close()


main()
