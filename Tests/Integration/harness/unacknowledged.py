"""A relay that loses the answer to a Produce request of a transaction: the broker has the records, the producer cannot know it. Until the producer
gives up and aborts, its repeats do not reach the broker.

In the field that is a broker that answers too late, or a connection that breaks at the wrong moment, and an abort for whatever reason.
"""

import asyncio
import threading
import types

from . import frames
from .frames import API
from .relay import Link, Relay, read, write


class SeeingLink(Link):
    async def _outward(self):
        while (frame := await read(self.client[0])) is not None:
            request = frames.parse_request(frame)
            if request is not None and self.relay.loses(request, frame):
                is_first = request.transactional_id not in self.relay.victims
                self.relay.victims.add(request.transactional_id)
                self._keep(request, frame)
                if is_first:
                    await self.let_go()
                self.is_over.set()
                return
            await write(self.broker[1], frame)


class LostAnswers(Relay):
    """`lose(topic)`: of the next Produce to that topic."""

    def __init__(self, doors):
        self.topic, self.victims, self.has_aborted = None, set(), threading.Event()
        super().__init__(doors)
        # A connection whose request is kept back is reset.
        self.round = types.SimpleNamespace(plan=types.SimpleNamespace(is_mute=False))

    def lose(self, topic):
        self.has_aborted.clear()
        self.topic = topic.encode()

    def loses(self, request, frame):
        if request.api == API.END and not request.is_commit and request.transactional_id in self.victims:
            self.victims.discard(request.transactional_id)
            self.has_aborted.set()
        if request.api != API.PRODUCE:
            return False
        if self.topic is not None and self.topic in frame:
            self.topic = None
            return True
        return request.transactional_id in self.victims

    async def _serve(self, client, port):
        try:
            broker = await asyncio.open_connection("127.0.0.1", port)
            await SeeingLink(self, client, broker).run()
        except OSError:
            client[1].close()
        except Exception as failure:
            self.failures.append(repr(failure))
