"""The readers of docs/consuming.md, as they stand there: they see each committed event once, in order, and nothing of an aborted transaction."""

import glob
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading

import pytest

from confluent_kafka import Producer

from harness.documents import blocks
from harness.process import end
from harness.records import QUIET
from harness.requests import key_of, request
from harness.waiting import wait_for

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "consuming.md"


def program(language):
    (one,) = (block.text for block in blocks(DOCUMENT) if block.tag == language)
    return one


class Running:
    """A reader and the lines that it has printed."""

    def __init__(self, command, folder):
        self.errors = open(folder / "reader.err", "w+")
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.errors, text=True)
        self.lines = []
        threading.Thread(target=lambda: self.lines.extend(line.split() for line in self.process.stdout), daemon=True).start()

    def state(self):
        self.errors.seek(0)
        return f"{self.lines}; ended with {self.process.poll()}; {self.errors.read()[-1500:]}"


def java(folder):
    home = os.environ.get("KAFKA_HOME")
    if not home or not shutil.which("javac"):
        pytest.skip("test_consuming.py: no KAFKA_HOME, or no Java compiler here")
    jars = ":".join(sorted(glob.glob(os.path.join(home, "libs", "*.jar"))))
    (folder / "StatusReader.java").write_text(program("java"))
    compiler = ["javac", "-Xlint:all", "-Werror", "-proc:none", "-cp", jars, "-d", folder, folder / "StatusReader.java"]
    done = subprocess.run(compiler, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return ["java", "-Xmx128m", "-XX:+UseSerialGC", "-cp", f"{folder}:{jars}", "StatusReader"]


def python(folder):
    (folder / "status_reader.py").write_text(program("python"))
    return [sys.executable, folder / "status_reader.py"]


@pytest.mark.parametrize("language", [python, java])
def test_a_reader_of_the_document_sees_each_committed_event_once(site, broker, tmp_path, language):
    command = language(tmp_path)
    site.started()
    sent = site.send(*(request(f"r{number}") for number in range(3)), key=key_of("a"))
    refused = site.send(request("refused", expiresAt="2020-01-01T00:00:00Z"), key=key_of("a"))
    for one in [*sent, refused]:
        site.status.until_final(one)
    # Of a transaction that was aborted. On a broker without an authorizer anybody may.
    liar = Producer({"bootstrap.servers": broker.bootstrap, "transactional.id": f"liar-{site.group}", **QUIET})
    liar.init_transactions(30)
    liar.begin_transaction()
    lie = {"requestId": "never", "status": "DELIVERED", "sequence": 1, "final": True, "at": "2026-01-01T00:00:00Z"}
    liar.produce(site.status_topic, json.dumps(lie), key_of("a"), headers={"ce_id": "lie"})
    liar.flush(30)
    liar.abort_transaction(30)
    last = site.send(request("last"), key=key_of("a"))
    site.status.until_final(last)
    expected = [
        [event["requestId"], str(event["sequence"]), event["status"], event.get("reason", {}).get("kind", "-"), str(event["final"]).lower()]
        for event in (one.value for one in site.status.in_order)
    ]
    reader = Running([*command, broker.bootstrap, site.status_topic, f"{site.group}-shop"], tmp_path)
    try:
        wait_for(lambda: len(reader.lines) >= len(expected), 60, lambda: f"{len(expected)} events; {reader.state()}")
    finally:
        end(reader.process)
    assert sorted(line[1:] for line in reader.lines) == sorted(expected)
    assert len({line[0] for line in reader.lines}) == len(expected)
    assert ["refused", "1", "FAILED", "expired", "true"] in [line[1:] for line in reader.lines]
