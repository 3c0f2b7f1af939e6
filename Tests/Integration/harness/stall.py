"""A way to the brokers on which fetches may hang while everything else passes: what a disk that stands, or a middlebox, looks like to a client."""

import contextlib
import socket
import struct
import threading

FETCH = 1


class Stall:
    """Listens where the brokers of an `ApacheKafka(is_relayed=True)` say that they are."""

    def __init__(self, doors):
        self.hangs = threading.Event()
        self.listeners, self.pairs = [], []
        for door, port in doors:
            listener = socket.create_server(("127.0.0.1", door))
            self.listeners.append(listener)
            threading.Thread(target=self._listen, args=(listener, port), daemon=True).start()

    def _listen(self, listener, port):
        with contextlib.suppress(OSError):
            while True:
                client = listener.accept()[0]
                broker = socket.create_connection(("127.0.0.1", port))
                self.pairs.append((client, broker))
                for way in ((client, broker, True), (broker, client, False)):
                    threading.Thread(target=self._pass, args=way, daemon=True).start()

    def _pass(self, source, sink, is_request):
        with contextlib.suppress(OSError, struct.error):
            while frame := self._frame(source):
                if not (is_request and self.hangs.is_set() and struct.unpack_from(">h", frame, 4)[0] == FETCH):
                    sink.sendall(frame)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _frame(source):
        with source.makefile("rb", buffering=0) as file:
            read = bytearray()
            wanted = 4
            while len(read) < wanted:
                piece = file.read(wanted - len(read))
                if not piece:
                    return None
                read += piece
                if len(read) == 4:
                    wanted += struct.unpack(">i", read)[0]
            return bytes(read)

    def begin(self):
        self.hangs.set()

    def end(self):
        """Connections are made anew, as when the middlebox is restarted."""
        self.hangs.clear()
        for pair in self.pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def close(self):
        for listener in self.listeners:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self.end()
