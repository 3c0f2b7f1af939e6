"""A TCP relay that keeps all that passes, as a capture that tshark reads: no right to a network device is needed for it."""

import json
import pathlib
import socket
import struct
import subprocess
import threading

from .ports import free_port


class Capture:
    """Relays to `upstream` (a port of this machine). `port` is what a client connects to, and the server's port in the capture."""

    def __init__(self, upstream):
        self.port, self._upstream = free_port(), upstream
        self._lock, self._packets, self._sockets = threading.Lock(), [], []
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        self._listener.close()
        with self._lock:
            for connection in self._sockets:
                connection.close()

    def packets(self, path: pathlib.Path, protocol: str):
        """What tshark makes of it: the layers of each packet, `protocol`'s as a list."""
        path.write_bytes(self._pcap())
        command = ["tshark", "-r", path, "-d", f"tcp.port=={self.port},{protocol}", "-Y", protocol, "-T", "json", "--no-duplicate-keys"]
        output = subprocess.run(command, check=True, capture_output=True).stdout.decode(errors="replace")
        return [packet["_source"]["layers"] for packet in json.loads(output)]

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._upstream))
            with self._lock:
                self._sockets += [client, server]
            # As TCP counts them: the first octet of each side has number 1.
            course = {client: 1, server: 1}
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=(source, target, course, client), daemon=True).start()

    def _pump(self, source, target, course, client):
        try:
            while octets := source.recv(4096):
                with self._lock:
                    self._packets.append((source is client, course[source], course[target], client.fileno(), octets))
                    course[source] += len(octets)
                target.sendall(octets)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

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
