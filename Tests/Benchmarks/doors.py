"""The two doors beside each other: messages a second and CPU a message over HTTP (a send and one poll) and over SMPP (a part and its
receipt), in rounds that alternate; and what a window of ten makes of a centre that answers after 20 ms.

scripts/bench --doors [ROUNDS]
"""

import pathlib
import shutil
import statistics
import sys
import tempfile

import bench
from harness import brokers, ports
from harness.simulator import Simulator
from harness.site import Site
from harness.waiting import wait_for

PASSWORD = "secret"
WINDOW, LATENCY = 10, 0.02


def over_smpp(site, simulator, window):
    receipts = f"{site.requests}.receipts"
    site.create(site._topic(receipts, 1, {"message.timestamp.type": "LogAppendTime"}))
    return {
        "PROVIDER_TRANSPORT": "smpp", "SMPP_HOST": "127.0.0.1", "SMPP_PORT": simulator.smpp_port, "SMPP_TLS": "false",
        "SMPP_SYSTEM_ID": Simulator.USERNAME, "SMPP_PASSWORD": PASSWORD, "SMPP_WINDOW": window, "TOPICS_RECEIPTS": receipts,
    }  # fmt: skip


def run(broker, simulator, folder, door, messages, window=bench.CONNECTIONS):
    """Messages a second from the first final event to the last, and CPU microseconds a message from the worker's start on."""
    site = Site(broker, simulator, pathlib.Path(tempfile.mkdtemp(dir=folder)), partitions=bench.PARTITIONS, status_partitions=bench.PARTITIONS)
    simulator.control("credentials", password=PASSWORD if door == "SMPP" else bench.PASSWORD)
    try:
        for number in range(messages):
            site.publish({"id": f"m-{number}", "phone": bench.phone(), "text": f"Your code is {number}"}, key=f"k-{number}".encode())
        site.flush()
        more = over_smpp(site, simulator, window) if door == "SMPP" else {"TRACK_CADENCE": "1s", "TRACK_MAX_IN_FLIGHT": bench.CONNECTIONS}
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
        finally:
            broker.stop()
            simulator.stop()
    (http, http_cpu), (smpp, smpp_cpu) = ([statistics.median(column) for column in zip(*found[door], strict=True)] for door in found)
    print(f"{broker.name}, {messages:,} messages a round, {rounds} rounds each, medians")
    print(f"HTTP {http:,.0f} messages/s at {http_cpu:.1f} µs; SMPP {smpp:,.0f} at {smpp_cpu:.1f} µs: {smpp / http:.2f} of the rate at {smpp_cpu / http_cpu:.2f} of the CPU")
    print(f"a centre that sends one receipt at a time: {statistics.median(single):,.0f} receipts/s, each written before it is answered")
    share = statistics.median(windowed) / (WINDOW / LATENCY)
    print(f"window {WINDOW}, a centre of {LATENCY * 1000:.0f} ms: {statistics.median(windowed):,.0f} messages/s, {share:.3f} of window/latency")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
