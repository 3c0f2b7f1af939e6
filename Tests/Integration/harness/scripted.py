"""A provider that answers in bytes of the test's choice: what no simulator would say."""

import json
import socket
import struct
import threading
from urllib.parse import parse_qs, urlsplit


class ScriptedProvider:
    """`answer(form)` gives the bytes for a send, and whether the connection is reset behind them; it closes behind each. Whatever it took is
    delivered as soon as somebody asks."""

    USERNAME = "demo"

    def __init__(self, answer):
        self.answer = answer
        self.sends = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection):
        with connection:
            connection.settimeout(30)
            try:
                request = self._read(connection)
                if request is None:
                    return
                target, form = request
                if target.path.endswith("/send"):
                    with self._lock:
                        self.sends.append(form)
                    reply, is_reset = self.answer(form)
                else:
                    reply, is_reset = self._sound(target, form), False
                connection.sendall(reply)
                if is_reset:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            except OSError:
                return

    @staticmethod
    def _read(connection):
        """One request; nil where the client has closed."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        first, *fields = head.decode("latin-1").split("\r\n")
        length = next((int(field.split(":")[1]) for field in fields if field.lower().startswith("content-length:")), 0)
        while len(body) < length:
            body += connection.recv(65536)
        target = urlsplit(first.split(" ")[1])
        form = {name: values[0] for name, values in parse_qs(target.query + "&" + body.decode()).items()}
        return target, form

    @staticmethod
    def _sound(target, form):
        if target.path.endswith("/status"):
            body = {"id": int(form["id"]), "status": "DELIVERED"}
        else:
            body = {"credits": 1000, "balance": 100.0}
        text = json.dumps(body)
        return f"HTTP/1.1 200 OK\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n{text}".encode()
