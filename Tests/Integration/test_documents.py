"""Documents for users: whatever is fenced as `sh` runs, whatever does not run is marked otherwise, and every link leads somewhere."""

import os
import pathlib
import re
import signal
import subprocess
import uuid

import pytest

from harness import ports
from harness.documents import blocks
from harness.worker import BINARY, environment

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = [
    path
    for pattern in ("*.md", "docs/**/*.md", "schemas/*.md", "helm/*/*.md", "deploy/**/*.md", "deploy/debian/**/*.md", "Sources/**/*.md")
    for path in sorted(ROOT.glob(pattern))
    if ".docc" not in str(path)
]
# Tags of blocks that do not run as a shell's, with the test that holds them; `text` is shown and nothing more.
OTHERS = {"text": None, "java": "test_consuming.py", "python": "test_consuming.py"}
RUN = [path for path in DOCUMENTS if any(block.tag == "sh" for block in blocks(path))]
# Where a worker is killed, the broker must notice.
NEEDS = {ROOT / "docs/first-hour.md": pytest.mark.needs("eviction")}


def name(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_every_block_says_whether_it_runs(path):
    assert {block.tag for block in blocks(path)} <= {"sh", *OTHERS}, f"{name(path)}: blocks are sh (they run) or text (they are shown)"


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_lead_somewhere(path):
    prose = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if not re.match(r"[a-z]+:|#", target):
            assert (path.parent / target.partition("#")[0]).exists(), f"{name(path)}: {target}"


@pytest.mark.worker
@pytest.mark.parametrize("path", [pytest.param(path, id=name(path), marks=[NEEDS[path]] if path in NEEDS else []) for path in RUN])
def test_the_commands_run(broker, tmp_path, path):
    """The blocks of a document one after the other, in one shell; names of topics and ports are this run's."""
    stem = uuid.uuid4().hex[:8]
    there = {"broker:9092": broker.bootstrap, "127.0.0.1:8081": f"127.0.0.1:{ports.free_port()}"}
    there[" simulator "] = f" simulator --port {there['127.0.0.1:8081'].partition(':')[2]} "
    text = "\n".join(block.text for block in blocks(path) if block.tag == "sh")
    for shown, real in there.items():
        text = text.replace(shown, real)
    script = tmp_path / "document.sh"
    script.write_text(f"set -eum\n{text}")
    settings = {
        "TOPICS_REQUESTS": f"doc-{stem}", "TOPICS_STATUS": f"doc-{stem}.status", "TOPICS_DEAD_LETTER": f"doc-{stem}.dead",
        "KAFKA_GROUP_ID": f"doc-{stem}", "ADMIN_PORT": "0", "TRACK_CADENCE": "200ms",
    }  # fmt: skip
    env = environment(**settings)
    env["PATH"] = f"{BINARY.parent}:{env['PATH']}"
    # A session of its own: what the document leaves running in the background ends with it.
    with open(tmp_path / "out", "w+") as out, open(tmp_path / "err", "w+") as err:
        shell = subprocess.Popen(["bash", script], cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True)
        try:
            code = shell.wait(300)
        except subprocess.TimeoutExpired:
            code = "not ended"
        finally:
            end_session(shell.pid)
            shell.wait(10)
        out.seek(0), err.seek(0)
        printed, errors = out.read(), err.read()
    assert code == 0, f"{printed[-3000:]}\n{errors[-3000:]}"
    # What a document shows of the course of a request is what came.
    for block in blocks(path):
        for shown in re.findall(r"(\w+) +(QUEUED|SENT|DELIVERED|FAILED)\b", block.text) if block.tag == "text" else []:
            assert re.search(rf"{shown[0]}\b.*\b{shown[1]}\b", printed), f"{shown} is shown in line {block.line}, and was not printed: {printed[-3000:]}"


def end_session(session):
    """Ends all processes of a session that this test started: jobs of a shell have groups of their own."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session:
                os.kill(int(process.name), signal.SIGKILL)
        except (OSError, IndexError):
            continue
