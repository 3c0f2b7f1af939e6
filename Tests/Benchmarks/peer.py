"""A worker of the same job as it is usually written in Python: confluent-kafka, aiohttp, uvloop; at least once, no ledger.

What bench.py sets beside ours. It reads requests, sends each, publishes its status, asks for it until it is final, publishes that, and commits
the offsets below which all are done. It retries nothing, and a kill sends again whatever was under way.

Settings come from the environment: BOOTSTRAP, GROUP, REQUESTS, STATUS, PROVIDER, USERNAME, PASSWORD_MD5, IN_FLIGHT.
"""

import asyncio
import datetime
import heapq
import json
import os
import signal

import aiohttp
import uvloop
from confluent_kafka import Consumer, Producer, TopicPartition

GROUP, REQUESTS, STATUS = os.environ["GROUP"], os.environ["REQUESTS"], os.environ["STATUS"]
PROVIDER = os.environ["PROVIDER"]
ACCOUNT = {"username": os.environ["USERNAME"], "password": os.environ["PASSWORD_MD5"]}
IN_FLIGHT = int(os.environ["IN_FLIGHT"])
# The first question after a second, as ours is set to in the same run.
CADENCE = 1.0
READ_AHEAD = 20_000


class Offsets:
    """Of one partition: what is read and not done, and so how far may be committed."""

    def __init__(self):
        self.open, self.done, self.next = [], set(), None

    def read(self, offset):
        heapq.heappush(self.open, offset)
        self.next = offset + 1

    def finished(self, offset):
        self.done.add(offset)
        while self.open and self.open[0] in self.done:
            self.done.remove(heapq.heappop(self.open))

    @property
    def committable(self):
        return self.open[0] if self.open else self.next


class Peer:
    def __init__(self):
        common = {"bootstrap.servers": os.environ["BOOTSTRAP"]}
        self.consumer = Consumer(common | {"group.id": GROUP, "auto.offset.reset": "earliest", "enable.auto.commit": False})
        self.producer = Producer(common | {"enable.idempotence": True, "linger.ms": 5, "compression.type": "lz4", "queue.buffering.max.messages": 1_000_000})
        self.offsets, self.open = {}, 0
        self.slots = asyncio.Semaphore(IN_FLIGHT)
        self.sends, self.polls = asyncio.Queue(), []
        self.ended = asyncio.Event()

    def publish(self, record, value, sequence, status, message, final):
        event = {
            "requestId": value["id"], "status": status, "sequence": sequence, "final": final, "messageId": str(message),
            "at": datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }  # fmt: skip
        while True:
            try:
                return self.producer.produce(STATUS, json.dumps(event).encode(), record.key())
            except BufferError:
                self.producer.poll(0.01)

    async def read(self):
        loop = asyncio.get_running_loop()
        self.consumer.subscribe([REQUESTS])
        while not self.ended.is_set():
            if self.open >= READ_AHEAD:
                await asyncio.sleep(0.01)
                continue
            for record in await loop.run_in_executor(None, self.consumer.consume, 500, 0.1):
                if record.error():
                    continue
                key = record.topic(), record.partition()
                self.offsets.setdefault(key, Offsets()).read(record.offset())
                self.open += 1
                self.sends.put_nowait(record)

    async def send(self, session):
        while True:
            record = await self.sends.get()
            value = json.loads(record.value())
            async with session.post(f"{PROVIDER}/simple/send", data=ACCOUNT | {"phone": value["phone"], "text": value["text"]}) as answer:
                said = await answer.json(content_type=None)
            if "id" not in said:
                raise SystemExit(f"the provider refuses: {said}")
            self.publish(record, value, 1, said["status"], said["id"], False)
            heapq.heappush(self.polls, (asyncio.get_running_loop().time() + CADENCE, record.partition(), record.offset(), record, value, said["id"]))

    async def track(self, session):
        while True:
            now = asyncio.get_running_loop().time()
            if not self.polls or self.polls[0][0] > now:
                await asyncio.sleep(0.005)
                continue
            *_, record, value, message = heapq.heappop(self.polls)
            async with session.get(f"{PROVIDER}/simple/status", params=ACCOUNT | {"id": message}) as answer:
                said = await answer.json(content_type=None)
            if said["status"] not in ("DELIVERED", "FAILED"):
                heapq.heappush(self.polls, (now + CADENCE, record.partition(), record.offset(), record, value, message))
                continue
            self.publish(record, value, 2, said["status"], message, True)
            self.offsets[record.topic(), record.partition()].finished(record.offset())
            self.open -= 1

    async def commit(self):
        loop = asyncio.get_running_loop()
        while True:
            ended = self.ended.is_set()
            positions = [TopicPartition(*key, offsets.committable) for key, offsets in self.offsets.items()]
            # What is committed must stand in the status topic.
            await loop.run_in_executor(None, self.producer.flush, 10)
            if positions:
                await loop.run_in_executor(None, lambda: self.consumer.commit(offsets=positions, asynchronous=False))
            if ended:
                return
            try:
                await asyncio.wait_for(self.ended.wait(), 1)
            except TimeoutError:
                pass

    async def run(self):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.ended.set)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            work = [asyncio.create_task(self.send(session)) for _ in range(IN_FLIGHT)]
            work += [asyncio.create_task(self.track(session)) for _ in range(IN_FLIGHT)]
            work.append(asyncio.create_task(self.read()))
            commits = asyncio.create_task(self.commit())
            failed, _ = await asyncio.wait([*work, commits], return_when=asyncio.FIRST_COMPLETED)
            for task in work:
                task.cancel()
            for task in failed:
                task.result()
        self.consumer.close()


uvloop.run(Peer().run())
