"""Spans, as a collector gets them: by OpenTelemetry's own messages and names."""

import gzip
import http.server
import importlib
import json
import os
import pkgutil
import threading
import time

import pytest
from google.protobuf import json_format

from harness.requests import key_of, phone, request
from harness.waiting import wait_for

service = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
HEADERS = [("traceparent", f"00-{TRACE}-{PARENT}-01".encode())]


class Collector:
    """Keeps what it is sent. `held`: answers nobody until it is set free."""

    def __init__(self):
        self.requests, self.spans, self.held = [], [], threading.Event()
        self.held.set()
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.held.wait(60)
                collector.take(self.path, self.headers, body)
                try:
                    self.send_response(200)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                except OSError:
                    pass

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, path, headers, body):
        if headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        made = service.ExportTraceServiceRequest()
        if headers["Content-Type"] == "application/json":
            json_format.Parse(_with_bytes(json.loads(body)), made)
        else:
            made.ParseFromString(body)
        self.requests.append((path, dict(headers), made))
        self.spans += [span for one in made.resource_spans for scope in one.scope_spans for span in scope.spans]

    def close(self):
        self.held.set()
        self.server.shutdown()
        self.server.server_close()


def _with_bytes(value):
    """OTLP's JSON has ids in hexadecimal, where that of Protocol Buffers has base64."""
    import base64

    def walk(value):
        if isinstance(value, list):
            return [walk(item) for item in value]
        if not isinstance(value, dict):
            return value
        ids = ("traceId", "spanId", "parentSpanId")
        return {key: base64.b64encode(bytes.fromhex(item)).decode() if key in ids else walk(item) for key, item in value.items()}

    return json.dumps(walk(value))


@pytest.fixture
def collector():
    collector = Collector()
    yield collector
    collector.close()


def conventions():
    names = set()
    for package in ("opentelemetry.semconv.attributes", "opentelemetry.semconv._incubating.attributes"):
        found = importlib.import_module(package)
        for module in pkgutil.iter_modules(found.__path__):
            constants = vars(importlib.import_module(f"{package}.{module.name}"))
            names |= {value for key, value in constants.items() if key.isupper() and isinstance(value, str)}
    return names


def attributes(span):
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


@pytest.mark.parametrize("form", ["http/protobuf", "http/json"])
def test_a_request_is_followed_from_its_publisher_to_its_last_event(site, simulator, collector, form):
    worker = site.started(
        OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_EXPORTER_OTLP_PROTOCOL=form, OTEL_EXPORTER_OTLP_HEADERS="api-key=a%20key",
        OTEL_SERVICE_NAME="sms", OTEL_RESOURCE_ATTRIBUTES="deployment.environment.name=test", TRACK_CADENCE="500ms",
    )  # fmt: skip
    begun = time.time_ns()
    one = site.publish(request("traced"), key=key_of(1), headers=HEADERS)
    other = site.publish(request("untraced"), key=key_of(2))
    number = phone()
    simulator.next("error", code="BLOCKED_WORD", phoneSuffix=number)
    refused = site.publish(request("refused", phone=number), key=key_of(3), headers=HEADERS)
    site.flush()
    site.status.until_final(one, other, refused)
    events = len(site.status.of(one)) + len(site.status.of(refused))
    wait_for(lambda: len(collector.spans) >= events + 4, 20, lambda: f"all spans; {collector.spans}")
    # Nothing of what was not to be recorded comes behind them.
    assert worker.terminate() == 0
    assert len(collector.spans) == events + 4
    path, headers, first = collector.requests[0]
    assert path == "/v1/traces" and headers["api-key"] == "a key"
    resource = attributes(first.resource_spans[0].resource)
    assert resource["service.name"] == "sms" and resource["deployment.environment.name"] == "test"

    known = conventions()
    kinds = {}
    for span in collector.spans:
        assert span.trace_id.hex() == TRACE and len(span.span_id) == 8
        assert begun <= span.start_time_unix_nano <= span.end_time_unix_nano <= time.time_ns() + 10**9
        assert {name for name in attributes(span) if not name.startswith("rocketsms.")} <= known
        assert "traced" not in str(span) and "375" not in str(attributes(span))
        kinds.setdefault(span.name, []).append(span)
    assert len({span.span_id for span in collector.spans}) == len(collector.spans)
    ways, posts, sends = kinds[f"process {site.requests}"], kinds["POST /simple/send"], kinds[f"send {site.status_topic}"]
    assert all(span.parent_span_id.hex() == PARENT and span.kind == span.SPAN_KIND_CONSUMER for span in ways)
    assert {span.parent_span_id for span in posts} == {span.span_id for span in ways}
    assert all(span.kind == span.SPAN_KIND_CLIENT for span in posts) and all(span.kind == span.SPAN_KIND_PRODUCER for span in sends)
    assert {span.parent_span_id.hex() for span in sends} == {*(span.span_id.hex() for span in ways), PARENT}
    failed = [span for span in ways if span.status.code == span.status.STATUS_CODE_ERROR]
    assert [attributes(span)["error.type"] for span in failed] == [site.status.final(refused).value["reason"]["code"]]
    offsets = {(attributes(span)["messaging.destination.partition.id"], attributes(span)["messaging.kafka.offset"]) for span in ways}
    assert offsets == {(str(record.partition), record.offset) for record in (one, refused)}
    # The reader of events finds the publisher's own context.
    assert all(event.headers["traceparent"] == HEADERS[0][1].decode() for event in site.status.of(one))


def rate(site, worker, collector, number, count=3_000):
    """Messages a second, and the worker's seconds of processor for one."""
    before, used = worker.metric("rocketsms_events_total"), worker.metric("process_cpu_seconds_total")
    begun = time.monotonic()
    for index in range(count):
        site.publish(request(f"c-{number}-{index}"), key=key_of(index), headers=HEADERS)
    site.flush()
    wait_for(lambda: worker.metric("rocketsms_events_total") >= before + count, 60, "all events", interval=0.05)
    return count / (time.monotonic() - begun), (worker.metric("process_cpu_seconds_total") - used) / count


def test_a_collector_that_hangs_costs_spans_and_no_messages(make_site, start_simulator, collector):
    """Measured in turns, and of each the best, for others work on the machine meanwhile: the worker's own work for a message, and its rate,
    which shows whether anything waits for the collector. What it may cost is 5 %; the bounds here leave room for what a busy machine adds."""
    simulator = start_simulator(switches={"delivery-delay": "0s", "delivery-jitter": "0s", "send-answer": "current"})
    site = make_site(simulator)
    worker = site.started(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_EXPORTER_OTLP_TIMEOUT=1000)
    rates, costs = {True: [], False: []}, {True: [], False: []}
    for number in range(int(os.environ.get("TRACE_ROUNDS", 10))):
        answers = number % 2 == 0
        collector.held.set() if answers else collector.held.clear()
        a_second, work = rate(site, worker, collector, number)
        rates[answers].append(a_second)
        costs[answers].append(work)
    share = max(rates[False]) / max(rates[True])
    print(f"messages a second beside a collector that hangs: {share:.2f} of those beside one that answers ({rates})")
    assert share > 0.7
    # What others do on the machine meanwhile hardly shows in the worker's own work.
    more = min(costs[False]) / min(costs[True])
    print(f"work for a message: {more:.2f} of it ({costs})")
    assert more < 1.15
    wait_for(lambda: worker.metric("rocketsms_spans_dropped_total") > 0, 30, "spans that are dropped and counted")
    assert len(worker.log().split("the collector of traces")) <= 4
    collector.held.set()
    site.wait_over()
    site.judge()
    assert worker.terminate() == 0
