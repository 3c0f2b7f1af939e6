"""The shell scripts: no finding of shellcheck, and they say in one sentence what is missing."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPTS = [path for path in [*sorted((ROOT / "scripts").iterdir()), ROOT / ".ci" / "run", ROOT / "deploy" / "image-root"] if path.read_bytes().startswith(b"#!")]


def test_shellcheck_finds_nothing():
    checker = pathlib.Path(sys.executable).with_name("shellcheck")
    done = subprocess.run([checker, *SCRIPTS], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_preparing_without_swift_fails_with_one_sentence(tmp_path):
    for tool in ("sh", "dirname", "dpkg-query"):
        (tmp_path / tool).symlink_to(pathlib.Path("/usr/bin") / tool)
    done = subprocess.run([ROOT / "scripts" / "prepare"], env={"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == "scripts/prepare: no swift here; install Swift 6.1 or newer from swift.org\n"


def test_preparing_says_what_it_installs(tmp_path):
    for tool in ("sh", "dirname", "env", "id", "mktemp", "rm"):
        (tmp_path / tool).symlink_to(pathlib.Path("/usr/bin") / tool)
    for name, body in {"swift": "", "dpkg-query": "", "apt-get": 'echo "$@" >>"$0.log"', "sudo": 'exec "$@"'}.items():
        (tmp_path / name).write_text(f"#!/usr/bin/env sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run([ROOT / "scripts" / "prepare", "libraries"], env={"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")
    packages = "libcurl4-openssl-dev libmicrohttpd-dev librdkafka-dev libssl-dev pkg-config"
    assert done.stderr == f"scripts/prepare: installing: {packages}\n"
    assert (tmp_path / "apt-get.log").read_text().splitlines()[-1].endswith(packages)
