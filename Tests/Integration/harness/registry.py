"""A stand-in for a schema registry: the few paths of its REST interface that a writer and a reader of JSON need. No real one can be had here."""

import base64
import http.server
import json
import threading
import uuid

TYPE = "application/vnd.schemaregistry.v1+json"


class StubRegistry:
    def __init__(self, user=None, password=None, first_id=100_001):
        self.login = base64.b64encode(f"{user}:{password}".encode()).decode() if user else None
        self.next_id = first_id
        # By subject and id; and every request that came.
        self.subjects, self.schemas, self.asked = {}, {}, []
        # What the next requests are answered instead.
        self.trouble = []
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                registry._answer(self, None)

            def do_POST(self):
                registry._answer(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def _answer(self, request, body):
        self.asked.append((request.command, request.path.partition("?")[0], request.headers.get("Content-Type")))
        status, answer = self._judge(request, body)
        data = json.dumps(answer).encode()
        request.send_response(status)
        request.send_header("Content-Type", TYPE)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    def _judge(self, request, body):
        if self.login and request.headers.get("Authorization") != f"Basic {self.login}":
            return 401, {"error_code": 401, "message": "Unauthorized"}
        if self.trouble:
            return self.trouble.pop(0)
        match request.command, *request.path.partition("?")[0].strip("/").split("/"):
            case ["POST", "subjects", subject, "versions"]:
                number = self.register(subject, json.loads(body))
                return 200, {"id": number, "guid": self.schemas[number]["guid"]}
            case ["POST", "subjects", subject]:
                known = self.subjects.get(subject)
                if known is None:
                    return 404, {"error_code": 40401, "message": f"Subject '{subject}' not found."}
                if self.schemas[known]["schema"] != json.loads(body)["schema"]:
                    return 404, {"error_code": 40403, "message": "Schema not found"}
                return 200, {"subject": subject, "id": known, "version": 1, **self.schemas[known]}
            case ["GET", "schemas", "ids", number]:
                found = self.schemas.get(int(number))
                return (200, found) if found else (404, {"error_code": 40403, "message": "Schema not found"})
        return 404, {"error_code": 404, "message": "HTTP 404 Not Found"}

    def register(self, subject, made):
        if subject not in self.subjects:
            self.subjects[subject] = self.next_id
            self.next_id += 1
        self.schemas[self.subjects[subject]] = {"schemaType": made["schemaType"], "schema": made["schema"], "guid": str(uuid.uuid4())}
        return self.subjects[subject]
