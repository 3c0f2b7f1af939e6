"""A TCP relay that keeps all that passes, as a capture that tshark reads: no right to a network device is needed for it."""

import asyncio
import json
import pathlib
import socket
import struct
import subprocess
import threading

from .ports import free_port


class Capture:
    """Relays to `upstream` (a port of this machine). `port` is what a client connects to, and the server's port in the capture. With `tls`
    (a context) it is the client's TLS server; what it keeps is what was said within."""

    def __init__(self, upstream, tls=None):
        self.port, self._upstream, self._tls = free_port(), upstream, tls
        self._lock, self._packets, self._connections = threading.Lock(), [], 0
        self._writers, self._may_read = set(), asyncio.Event()
        self._may_read.set()
        # What TLS agreed on to speak, of each connection.
        self.protocols = []
        self._loop, is_up = asyncio.new_event_loop(), threading.Event()
        self._thread = threading.Thread(target=self._run, args=(is_up,), daemon=True)
        self._thread.start()
        assert is_up.wait(10)

    def hold(self):
        """Nothing more that clients say goes on, until it is read on or cut."""
        self._call(self._may_read.clear)

    def read_on(self):
        self._call(self._may_read.set)

    def cut(self):
        """Ends all connections; what was held is gone."""

        def cut():
            for writer in list(self._writers):
                writer.transport.abort()

        self._call(cut)

    def _call(self, work):
        is_done = threading.Event()
        self._loop.call_soon_threadsafe(lambda: (work(), is_done.set()))
        assert is_done.wait(10)

    def stop(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def packets(self, path: pathlib.Path, protocol: str):
        """What tshark makes of it: the layers of each packet, `protocol`'s as a list."""
        path.write_bytes(self._pcap())
        command = ["tshark", "-r", path, "-d", f"tcp.port=={self.port},{protocol}", "-Y", protocol, "-T", "json", "--no-duplicate-keys"]
        output = subprocess.run(command, check=True, capture_output=True).stdout.decode(errors="replace")
        return [packet["_source"]["layers"] for packet in json.loads(output)]

    def _run(self, is_up):
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._relay, "127.0.0.1", self.port, ssl=self._tls))
        is_up.set()
        self._loop.run_forever()
        server.close()

    async def _relay(self, reader, writer):
        upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        self._connections += 1
        self._writers |= {writer, upstream_writer}
        if self._tls:
            self.protocols.append(writer.get_extra_info("ssl_object").selected_alpn_protocol())
        # As TCP counts them: the first octet of each side has number 1.
        course = {True: 1, False: 1}
        number = self._connections
        await asyncio.gather(
            self._pump(reader, upstream_writer, course, True, number), self._pump(upstream_reader, writer, course, False, number)
        )
        self._writers -= {writer, upstream_writer}

    async def _pump(self, reader, writer, course, is_client, connection):
        try:
            while octets := await reader.read(4096):
                if is_client:
                    await self._may_read.wait()
                if writer.transport.is_closing():
                    break
                with self._lock:
                    self._packets.append((is_client, course[is_client], course[not is_client], connection, octets))
                course[is_client] += len(octets)
                writer.write(octets)
                await writer.drain()
        except OSError:
            pass
        writer.close()

    def _pcap(self):
        """Link type 101: each packet begins with its IP header."""
        with self._lock:
            packets = list(self._packets)
        records = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 16, 101)]
        for number, (is_client, sequence, acknowledged, connection, octets) in enumerate(packets):
            ports = (40_000 + connection, self.port) if is_client else (self.port, 40_000 + connection)
            tcp = struct.pack(">HHIIBBHHH", *ports, sequence, acknowledged, 5 << 4, 0x18, 0xFFFF, 0, 0)
            local = socket.inet_aton("127.0.0.1")
            ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 40 + len(octets), number & 0xFFFF, 0, 64, socket.IPPROTO_TCP, 0, local, local)
            packet = ip + tcp + octets
            records.append(struct.pack("<IIII", number // 1000, number % 1000 * 1000, len(packet), len(packet)) + packet)
        return b"".join(records)
