"""The two doors beside each other: messages a second and CPU a message over HTTP (a send and one poll) and over SMPP (a part and its
receipt), in rounds that alternate; and what a window of ten makes of a centre that answers after 20 ms. Then of SMPP alone: how long from a
receipt to its event, and what a part takes in memory until its receipt.

scripts/bench --doors [ROUNDS]
"""

import os
import pathlib
import re
import shutil
import socket
import statistics
import struct
import sys
import tempfile
import time

import bench
from harness import brokers, ports
from harness.simulator import Simulator
from harness.smpp import by_smpp
from harness.site import Site
from harness.waiting import wait_for

PASSWORD = "secret"
WINDOW, LATENCY = 10, 0.02
# Of receipts that come evenly, well below what the worker can do; and how long after its acceptance each comes.
RATE, RECEIPTS, DELAY = 200, 4_000, 3.0
TRACKED = int(os.environ.get("DOORS_TRACKED", "100000"))


def run(broker, simulator, folder, door, messages, window=bench.CONNECTIONS):
    """Messages a second from the first final event to the last, and CPU microseconds a message from the worker's start on."""
    site = Site(broker, simulator, pathlib.Path(tempfile.mkdtemp(dir=folder)), partitions=bench.PARTITIONS, status_partitions=bench.PARTITIONS)
    simulator.control("credentials", password=PASSWORD if door == "SMPP" else bench.PASSWORD)
    try:
        for number in range(messages):
            site.publish({"id": f"m-{number}", "phone": bench.phone(), "text": f"Your code is {number}"}, key=f"k-{number}".encode())
        site.flush()
        if door == "SMPP":
            by_smpp(site, simulator.smpp_port, PASSWORD)
        more = {"SMPP_WINDOW": window, "SMPP_RESPONSE_TIMEOUT": "30s"} if door == "SMPP" else {"TRACK_CADENCE": "1s", "TRACK_MAX_IN_FLIGHT": bench.CONNECTIONS}
        worker = site.worker(LOG_LEVEL="info", SEND_MAX_IN_FLIGHT=bench.CONNECTIONS, **more)
        worker.start()
        wait_for(lambda: bench.finished(worker) >= messages, 180, lambda: f"all final events; {worker.state()}", interval=0.1)
        cpu = bench.cpu_seconds(worker.process.pid)
        bench.MESSAGES = messages
        times = bench.final_times(site)
        return messages / (times[-1] - times[0]), cpu / messages * 1e6
    finally:
        site.close()
        shutil.rmtree(site.folder, ignore_errors=True)


def round_trip(port, count=200):
    """Seconds that the centre takes for an answer, as a client sees it that waits for each: its timers have a millisecond's steps."""

    def pdu(command, sequence, *fields):
        body = b"".join(field + b"\0" if isinstance(field, bytes) else bytes([field]) for field in fields)
        return struct.pack(">4I", 16 + len(body), command, 0, sequence) + body

    def answer():
        while True:
            head = wire.read(16)
            length, command, status, sequence = struct.unpack(">4I", head)
            wire.read(length - 16)
            if command & 0x8000_0000:
                assert status == 0, f"command {command:#x}: status {status:#x}"
                return
            link.sendall(struct.pack(">4I", 17, command | 0x8000_0000, 0, sequence) + b"\0")

    with socket.create_connection(("127.0.0.1", port)) as link, link.makefile("rb") as wire:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.sendall(pdu(0x9, 1, Simulator.USERNAME.encode(), PASSWORD.encode(), b"", 0x34, 0, 0, b""))
        answer()
        began = time.monotonic()
        for number in range(count):
            link.sendall(pdu(0x4, number + 2, b"", 0, 0, b"", 1, 1, b"375291234567", 0, 0, 0, b"", b"", 0, 0, 0, 0, 2, ord("h"), ord("i")))
            answer()
        return (time.monotonic() - began) / count


def until_event(broker, simulator, folder):
    """Milliseconds from the moment at which the centre sends a receipt to the one at which a reader has the event, in order."""
    site = by_smpp(Site(broker, simulator, pathlib.Path(tempfile.mkdtemp(dir=folder)), partitions=bench.PARTITIONS), simulator.smpp_port, PASSWORD)
    simulator.switch(delivery_delay=f"{DELAY * 1000:.0f}ms")
    already = simulator.ask("parts?limit=0")["total"]
    try:
        site.started(LOG_LEVEL="info", SMPP_WINDOW=bench.CONNECTIONS, SEND_RATE_LIMIT=RATE)
        made = [site.publish({"id": f"r-{n}", "phone": bench.phone(), "text": "Your code is 1"}, key=f"k-{n}".encode()) for n in range(RECEIPTS)]
        site.flush()
        # Reads all the time, so that each event is seen as it comes.
        ends = site.status.until_final(*made, timeout=60 + 3 * RECEIPTS / RATE)
        sent = {part["messageID"]: part["acceptedAt"] / 1000 + DELAY for part in simulator.ask(f"parts?from={already + 1}&limit=50000")["parts"]}
        return sorted((end.seen_at - sent[end.value["messageId"]]) * 1000 for end in ends)
    finally:
        site.close()
        shutil.rmtree(site.folder, ignore_errors=True)


def of_a_part(broker, simulator, folder, text):
    """Bytes of resident memory that each tracked message adds."""
    site = by_smpp(Site(broker, simulator, pathlib.Path(tempfile.mkdtemp(dir=folder)), partitions=bench.PARTITIONS), simulator.smpp_port, PASSWORD)
    simulator.switch(delivery_delay="12h")
    try:
        worker = site.started(LOG_LEVEL="info", SMPP_WINDOW=bench.CONNECTIONS, SMPP_RESPONSE_TIMEOUT="30s")

        def track(numbers):
            for n in numbers:
                site.publish({"id": f"t-{n}", "phone": bench.phone(), "text": text}, key=f"k-{n}".encode())
            site.flush()
            site.published.clear()
            wait_for(lambda: worker.metric("rocketsms_messages_tracking") >= numbers[-1] + 1, 300, worker.state, interval=0.5)
            # What the allocator keeps for nothing is given back twice a minute.
            time.sleep(65)
            return int(re.search(r"VmRSS:\s+(\d+) kB", pathlib.Path(f"/proc/{worker.process.pid}/status").read_text())[1]) * 1024

        before = track(range(20_000))
        return (track(range(20_000, 20_000 + TRACKED)) - before) / TRACKED
    finally:
        site.close()
        shutil.rmtree(site.folder, ignore_errors=True)


def main(rounds):
    bench.ROUNDS = rounds
    bench.conditions()
    messages = bench.MESSAGES
    with tempfile.TemporaryDirectory(prefix="doors-") as folder:
        port = ports.free_port()
        simulator = Simulator(folder, switches={**bench.SWITCHES, "send-answer": "SENT", "smpp-deliver-window": "100"}, smpp_port=port)
        simulator.smpp_port = port
        broker = brokers.choose()
        try:
            found = {"HTTP": [], "SMPP": []}
            for number in range(rounds):
                for door in sorted(found, reverse=number % 2 == 1):
                    rate, cpu = run(broker, simulator, folder, door, messages)
                    found[door].append((rate, cpu))
                    print(f"{number + 1} {door}: {rate:,.0f} messages/s, {cpu:.1f} µs of CPU a message", flush=True)
            simulator.switch(smpp_deliver_window=1)
            single = [run(broker, simulator, folder, "SMPP", 10_000)[0] for _ in range(rounds)]
            simulator.switch(smpp_deliver_window=100, smpp_response_delay=f"{LATENCY * 1000:.0f}ms")
            windowed = [run(broker, simulator, folder, "SMPP", 10_000, WINDOW)[0] for _ in range(rounds)]
            latency = round_trip(port)
            simulator.switch(smpp_response_delay="0ms")
            times = until_event(broker, simulator, folder)
            one, four = of_a_part(broker, simulator, folder, "Your code is 1"), of_a_part(broker, simulator, folder, "ы" * 250)
        finally:
            broker.stop()
            simulator.stop()
    (http, http_cpu), (smpp, smpp_cpu) = ([statistics.median(column) for column in zip(*found[door], strict=True)] for door in found)
    print(f"{broker.name}, {messages:,} messages a round, {rounds} rounds each, medians")
    print(f"HTTP {http:,.0f} messages/s at {http_cpu:.1f} µs; SMPP {smpp:,.0f} at {smpp_cpu:.1f} µs: {smpp / http:.2f} of the rate at {smpp_cpu / http_cpu:.2f} of the CPU")
    print(f"a centre that sends one receipt at a time: {statistics.median(single):,.0f} receipts/s, each written before it is answered")
    rate = statistics.median(windowed)
    print(
        f"window {WINDOW}, a centre of {LATENCY * 1000:.0f} ms: {rate:,.0f} messages/s, {rate * LATENCY / WINDOW:.3f} of window/latency; "
        f"{rate * latency / WINDOW:.3f} where the centre's own round trip counts, {latency * 1000:.2f} ms"
    )
    middle, late = times[len(times) // 2], times[len(times) * 99 // 100]
    print(f"from a receipt to its event, {RECEIPTS:,} at {RATE} a second: median {middle:.1f} ms, p99 {late:.1f} ms")
    print(f"in memory until its receipt, {TRACKED:,} messages: {one:,.0f} B a message of one part, {(four - one) / 3:,.0f} B each further part")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
