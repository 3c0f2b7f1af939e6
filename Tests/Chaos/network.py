"""Ways to brokers and provider on which trouble can be made for one replica at a time.

The brokers' is the relay of Tests/Integration/harness, which knows Kafka's frames and keeps some back for later; whose connection it is stands
in each request (client.id). The provider's has a port for each replica, and passes bytes.
"""

import asyncio
import collections
import contextlib
import itertools
import socket
import struct
import threading

from harness import ports
from harness.relay import Link, Relay


class Way:
    """What befalls the connections of one client."""

    def __init__(self):
        self.delay = 0.0
        self.passes = asyncio.Event()
        self.passes.set()
        self.links = set()

    async def wait(self):
        if self.delay:
            await asyncio.sleep(self.delay)
        await self.passes.wait()

    def cut(self):
        for link in list(self.links):
            link.reset()
        self.links.clear()

    def mute(self):
        """Nothing passes, and nobody is told. Ends with `cut`, or with `resume`, which lets go what was kept back."""
        self.passes.clear()

    def resume(self):
        self.delay = 0.0
        self.passes.set()


def reset(writer):
    with contextlib.suppress(OSError, AttributeError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class Gate:
    """A writer that waits for its way before it writes."""

    def __init__(self, writer, link, learns=False):
        self.writer, self.link, self.learns, self.pending = writer, link, learns, b""

    def write(self, data):
        self.pending += data

    async def drain(self):
        data, self.pending = self.pending, b""
        if self.learns:
            self.link.learn(data)
        if self.link.way is not None:
            await self.link.way.wait()
        self.writer.write(data)
        await self.writer.drain()

    def __getattr__(self, name):
        return getattr(self.writer, name)


class BrokerLink(Link):
    """A client's connection through the relay; whose it is, its first request says."""

    def __init__(self, relay, client, broker):
        self.way = None
        super().__init__(relay, (client[0], Gate(client[1], self)), (broker[0], Gate(broker[1], self, learns=True)))

    def learn(self, data):
        if self.way is not None or len(data) < 14:
            return
        # Length, API, version, correlation, client.id: as every request begins.
        size = struct.unpack_from(">h", data, 12)[0]
        if size > 0:
            self.way = self.relay.ways[data[14 : 14 + size].decode(errors="replace")]
            self.way.links.add(self)

    async def run(self):
        try:
            await super().run()
        finally:
            if self.way is not None:
                self.way.links.discard(self)

    def reset(self):
        # What the relay itself has kept back is its own matter.
        if not self.kept:
            reset(self.client[1])
            reset(self.broker[1])


class Brokers(Relay):
    """The way to the brokers; `ways` by client.id."""

    def __init__(self, doors):
        self.ways = collections.defaultdict(Way)
        super().__init__(doors)

    async def _serve(self, client, port):
        try:
            broker = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            client[1].close()
            return
        try:
            await BrokerLink(self, client, broker).run()
        except (OSError, asyncio.CancelledError):
            pass
        except Exception as failure:
            self.failures.append(repr(failure))
        finally:
            client[1].close()
            broker[1].close()

    def on(self, name, what, *arguments):
        """`cut`, `mute`, `resume` of a client's way."""
        self._call(on(self.ways, name, what, *arguments))


async def on(ways, name, what, *arguments):
    if what == "slow":
        ways[name].delay = arguments[0]
    else:
        getattr(ways[name], what)()


class Wire:
    """One connection to the provider."""

    def __init__(self, way, client, server):
        self.way, self.client, self.server = way, client, server

    async def run(self):
        self.way.links.add(self)
        passing = [asyncio.ensure_future(self._pass(*pair)) for pair in ((self.client[0], self.server[1]), (self.server[0], self.client[1]))]
        try:
            await asyncio.wait(passing)
        finally:
            self.way.links.discard(self)
            for task in passing:
                task.cancel()
            self.client[1].close()
            self.server[1].close()

    async def _pass(self, reader, writer):
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                await self.way.wait()
                writer.write(data)
                await writer.drain()
        with contextlib.suppress(OSError, RuntimeError):
            writer.write_eof()

    def reset(self):
        reset(self.client[1])
        reset(self.server[1])


class Provider:
    """The ways to the provider: `port(name)` is where a replica finds it.

    With `shared`, names of ways, all find it at one port, and each connection is given the next of these ways: to whom a message centre is
    another address, it is another account.
    """

    def __init__(self, target, shared=()):
        self.target, self.shared, self.ways, self.doors, self.failures = target, list(shared), {}, {}, []
        self.turn = itertools.count()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def _call(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def port(self, name):
        name = "all" if self.shared else name
        if name not in self.doors:
            self._call(self._open(name, ports.free_port()))
        return self.doors[name]

    async def _open(self, name, port):
        self.doors[name] = port
        self.ways.update({way: Way() for way in self.shared or [name]})
        await asyncio.start_server(lambda reader, writer: self._serve(name, (reader, writer)), "127.0.0.1", port)

    async def _serve(self, name, client):
        try:
            server = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            client[1].close()
            return
        try:
            way = self.shared[next(self.turn) % len(self.shared)] if self.shared else name
            await Wire(self.ways[way], client, server).run()
        except (OSError, asyncio.CancelledError):
            pass
        except Exception as failure:
            self.failures.append(repr(failure))

    def on(self, name, what, *arguments):
        self._call(on(self.ways, name, what, *arguments))

    def close(self):
        async def end():
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        self._call(end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
