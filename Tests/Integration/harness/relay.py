"""A TCP relay between the worker and its brokers that knows Kafka's frames. It keeps one request of a transaction back, lets the library's
repeat pass, and lets the kept one go at a moment of a later transaction (KAFKA-17754).

In the field that is a proxy that holds a frame, or the kernel, which goes on sending what a socket owes that its process has closed.
Brokers advertise the relay's ports to clients, so no address is rewritten.
"""

import asyncio
import collections
import dataclasses
import socket
import struct
import threading

from . import frames
from .frames import API
from .plan import Late

PATIENCE = 15.0


class Void(Exception):
    """A round that came to nothing: the frame that it waited for did not come."""


@dataclasses.dataclass
class Course:
    """Where a transactional id stands, by the requests that passed."""

    transaction: int = 0
    is_open: bool = False
    produced: int = 0
    instance: int = 0
    unanswered: set = dataclasses.field(default_factory=set)

    def next(self):
        """The transaction that a request now belongs to."""
        return self.transaction + (not self.is_open)

    def sent(self, request):
        self.unanswered.add(request)
        if request.api in (API.END, API.INIT):
            return
        if not self.is_open:
            self.transaction, self.is_open, self.produced = self.transaction + 1, True, 0
        self.produced += request.api == API.PRODUCE

    def answered(self, request, error):
        self.unanswered.discard(request)
        if error == "NONE" and request.api in (API.END, API.INIT):
            self.is_open = False
            self.instance += request.api == API.INIT

    async def quiet(self):
        """Until what was sent is answered, so that a gate lies where it says."""
        for _ in range(500):
            if not self.unanswered:
                return
            await asyncio.sleep(0.002)


class Round:
    """One frame from where it is kept back to where it is let go."""

    def __init__(self, plan):
        self.plan = plan
        loop = asyncio.get_running_loop()
        self.kept, self.repeated, self.stopped = loop.create_future(), loop.create_future(), loop.create_future()
        self.goes_on = asyncio.Event()
        # An abort comes about because the worker reads that it may not commit offsets: by then there is something to abort.
        # One commit goes before it, so that the aborts of several rounds are not a row of failures to the worker.
        self.refuses = self.has_committed = False
        self.transaction = 0

    def keeps(self, link, request, course):
        if self.kept.done() or not self.plan.wants(request):
            return False
        self.transaction = course.transaction
        self.kept.set_result((link, request, course))
        return True

    async def pass_gate(self, request, course):
        is_there = self.repeated.done() and not self.stopped.done() and request.transactional_id == self.kept.result()[1].transactional_id
        if is_there and course.next() > self.transaction and self.plan.stops_at(request, course.produced if course.is_open else 0):
            self.stopped.set_result(None)
            await self.goes_on.wait()

    def answered(self, request, error):
        if self.plan.what == "abort" and not self.has_committed and error == "NONE" and request.is_commit:
            self.refuses = self.has_committed = True
        if error == "NONE" and self.kept.done() and not self.repeated.done() and request.kind == self.kept.result()[1].kind:
            self.repeated.set_result(None)


class Link:
    """A client's connection, and its own one to the broker."""

    def __init__(self, relay, client, broker):
        self.relay, self.client, self.broker = relay, client, broker
        self.waiting = {}
        self.kept = None
        self.late_answer = asyncio.get_running_loop().create_future()
        self.is_over = asyncio.Event()

    async def run(self):
        inward = asyncio.ensure_future(self._inward())
        try:
            await self._outward()
            if self.kept:
                await self.is_over.wait()
        except ConnectionError:
            pass
        finally:
            inward.cancel()
            self.broker[1].close()
            self.client[1].close()
            self._forget()

    async def _outward(self):
        while (frame := await read(self.client[0])) is not None:
            request = frames.parse_request(frame)
            if request is not None:
                if await self.relay.keeps(self, request):
                    self._keep(request, frame)
                    return
                self.waiting[request.correlation] = request
            await write(self.broker[1], frame)

    async def _inward(self):
        try:
            while (frame := await read(self.broker[0])) is not None:
                number = frames.correlation(frame)
                if self.kept and number == self.kept[0].correlation:
                    self.late_answer.set_result(frames.parse_error(self.kept[0], frame))
                    continue
                request = self.waiting.pop(number, None)
                if request is not None:
                    frame = self.relay.answered(request, frame)
                if not self.kept:
                    await write(self.client[1], frame)
        except ConnectionError:
            pass
        finally:
            if not self.kept:
                self.client[1].close()

    def _keep(self, request, frame):
        self.kept = request, frame
        self._forget()
        if not self.relay.round.plan.is_mute:
            # Closed with a reset.
            self.client[1].get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.client[1].transport.abort()

    async def let_go(self):
        await write(self.broker[1], self.kept[1])
        return await within(self.late_answer, "an answer to the late frame")

    def _forget(self):
        for request in self.waiting.values():
            self.relay.courses[request.transactional_id].unanswered.discard(request)
        self.waiting.clear()


class Relay:
    """Runs on a thread of its own. `doors`: pairs of ports, the relay's and the broker's."""

    REFUSAL = 30  # GROUP_AUTHORIZATION_FAILED

    def __init__(self, doors):
        self.courses = collections.defaultdict(Course)
        self.round = None
        # What went wrong in the relay itself: nothing may rest on a run with any.
        self.failures = []
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self._call(self._open(doors))

    def _call(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    async def _open(self, doors):
        for own, broker in doors:
            await asyncio.start_server(lambda reader, writer, broker=broker: self._serve((reader, writer), broker), "127.0.0.1", own)

    async def _serve(self, client, port):
        try:
            broker = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            client[1].close()
            return
        try:
            await Link(self, client, broker).run()
        except Exception as failure:
            self.failures.append(repr(failure))

    def close(self):
        async def end():
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        self._call(end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    async def keeps(self, link, request):
        """Whether a request is kept back; returns once it may go on."""
        course = self.courses[request.transactional_id]
        if self.round and self.round.keeps(link, request, course):
            return True
        if self.round:
            await self.round.pass_gate(request, course)
        course.sent(request)
        return False

    def answered(self, request, answer):
        error = frames.parse_error(request, answer)
        self.courses[request.transactional_id].answered(request, error)
        if self.round:
            self.round.answered(request, error)
            if self.round.refuses and request.api == API.OFFSETS and error == "NONE":
                self.round.refuses = False
                return frames.with_error(request, answer, self.REFUSAL)
        return answer

    def late(self, plan, chance, patience=PATIENCE):
        """Keeps a frame back and lets it go, as planned. Raises Void where the worker did not send what that needs."""
        return self._call(self._late(plan, chance, patience))

    async def _late(self, plan, chance, patience):
        round = self.round = Round(plan)
        link = None
        try:
            link, request, course = await within(round.kept, f"{plan.what} to keep back", patience)
            await within(round.repeated, f"the repeat of {plan.what}")
            instance = course.instance
            if plan.delay:
                await asyncio.sleep(chance.uniform(*plan.delay) / 1000)
            else:
                await within(round.stopped, f"{plan.moment} of {request.transactional_id}")
                await course.quiet()
            is_later = course.transaction > round.transaction
            met = is_later, is_later and course.is_open, course.instance > instance
            return Late(plan, *met, answer=None if plan.moment == "drop" else await link.let_go())
        finally:
            self.round = None
            round.goes_on.set()
            if link:
                link.is_over.set()


async def within(future, what, patience=PATIENCE):
    if not (await asyncio.wait({future}, timeout=patience))[0]:
        raise Void(f"not within {patience} s: {what}")
    return future.result()


async def read(reader):
    """A frame without its length; None at the end."""
    try:
        return await reader.readexactly(int.from_bytes(await reader.readexactly(4)))
    except asyncio.IncompleteReadError:
        return None


async def write(writer, frame):
    writer.write(len(frame).to_bytes(4) + frame)
    await writer.drain()
