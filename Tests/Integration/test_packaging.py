"""Ways to install the worker: the Debian package, its unit and man page, the Dockerfile, the compose file."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import uuid

import pytest

from harness import ports
from harness.process import end
from harness.waiting import wait_for
from harness.worker import BINARY, environment, run

yaml = pytest.importorskip("yaml")

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNIT = ROOT / "deploy" / "debian" / "rocketsms-worker.service"
MANUAL = ROOT / "deploy" / "debian" / "rocketsms-worker.1"
COMPOSE = ROOT / "deploy" / "compose.yaml"


def tool(name):
    """A judge that scripts/prepare installs; where it is not, its test is left out by name."""
    found = shutil.which(name) or shutil.which(name, path=str(pathlib.Path(sys.executable).parent))
    if not found:
        pytest.skip(f"{name} is not installed")
    return found


def judged(*command, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120, **more)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    folder = tmp_path_factory.mktemp("package")
    done = subprocess.run(
        [ROOT / "scripts" / "package", "--binary", BINARY, "--output", folder], env={**os.environ, "SOURCE_DATE_EPOCH": "1800000000", "DPKG_DEB_COMPRESSOR_TYPE": "gzip", "DPKG_DEB_COMPRESSOR_LEVEL": "1"}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return pathlib.Path(done.stdout.strip())


@pytest.fixture(scope="module")
def unpacked(package, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unpacked")
    subprocess.run(["dpkg-deb", "--raw-extract", package, folder], check=True, timeout=60)
    return folder


def test_lintian_finds_nothing(package):
    # A debug build finds Swift's libraries by a path; a release is linked with them.
    code, said = judged(tool("lintian"), "--allow-root", "--fail-on", "error,warning", "--suppress-tags", "custom-library-search-path", package)
    assert (code, said.replace("running with root privileges is not recommended!\n", "")) == (0, "")


def test_the_package_has_what_the_unit_needs(unpacked):
    unit = UNIT.read_text()
    for path in re.findall(r"/(?:usr/bin|etc/rocketsms-worker)/[\w.-]+", unit):
        # Credentials are the administrator's.
        assert (unpacked / path[1:]).exists() != path.endswith(("/username", "/password")), path
    assert oct((unpacked / "etc/rocketsms-worker/kafka.properties").stat().st_mode)[-3:] == "600"
    # As root sees it: nothing of who made it.
    assert "postinst" in os.listdir(unpacked / "DEBIAN") and not (unpacked / "DEBIAN" / "triggers").exists()
    control = (unpacked / "DEBIAN" / "control").read_text()
    chart = yaml.safe_load((ROOT / "helm/rocketsms-worker/Chart.yaml").read_text())
    assert f"Version: {chart['version']}\n" in control


def test_the_libraries_are_those_of_the_package_and_of_the_image(unpacked):
    """What the program is linked with is what the package depends on, and what the image installs."""
    _, said = judged("ldd", BINARY)
    wanted = {name for name in ("libcurl", "libmicrohttpd", "librdkafka", "libssl") if f"{name}.so" in said}
    assert len(wanted) == 4
    depends = re.search(r"^Depends: (.*)$", (unpacked / "DEBIAN" / "control").read_text(), re.MULTILINE)[1]
    final = (ROOT / "Dockerfile").read_text().split("FROM ")[-1]
    for name in wanted:
        assert re.search(rf"\b{name}\d", depends) and re.search(rf"\b{name}\d", final), name
    needed = {package for package in re.search(r"^apt (libcurl.*)$", (ROOT / "scripts/prepare").read_text(), re.MULTILINE)[1].split()}
    assert needed <= set((ROOT / "Dockerfile").read_text().split())


def test_the_programs_settings_are_read_by_the_packaged_files(unpacked):
    """The environment file and the properties, as they are installed, with a broker filled in."""
    lines = (unpacked / "etc/rocketsms-worker/environment").read_text().splitlines()
    shown = dict(line.lstrip("#").split("=", 1) for line in lines if re.match(r"#?[A-Z_]+=", line))
    settings = {**shown, "KAFKA_BOOTSTRAP_SERVERS": "a:9092", "KAFKA_PROPERTIES_FILE": unpacked / "etc/rocketsms-worker/kafka.properties"}
    done = run("config", "print", env=settings)
    assert done.returncode == 0 and not done.stderr, done.stderr


def test_systemd_takes_the_unit(unpacked, tmp_path):
    analyze = tool("systemd-analyze")
    code, said = judged(analyze, "verify", "--man=no", "--recursive-errors=no", unpacked / "lib/systemd/system/rocketsms-worker.service")
    # The program is where the package puts it, and not on this machine.
    complaints = [line for line in said.splitlines() if "/usr/bin/rocketsms-worker is not executable" not in line]
    assert not complaints, said
    code, said = judged(analyze, "security", "--offline=true", "--threshold=20", UNIT)
    assert code == 0, said[-500:]


def test_the_unit_lets_a_drain_end_and_gives_up_where_it_must():
    unit = UNIT.read_text()
    timeout = int(re.search(r"^TimeoutStopSec=(\d+)s$", unit, re.MULTILINE)[1])
    # The drain limit is the request timeout where nobody sets it.
    drain = int(re.search(r"--rocketsms-request-timeout.*?Default:\s+(\d+)s", run("run", "--help").stdout, re.DOTALL)[1])
    assert timeout >= drain + 15
    assert "RestartPreventExitStatus=77 78\n" in unit
    checks = re.search(r"^ExecStartPre=-/usr/bin/rocketsms-worker (.*)$", unit, re.MULTILINE)[1].split()
    assert run(*checks, env={"KAFKA_BOOTSTRAP_SERVERS": "a:9092", "ROCKETSMS_USERNAME": "a", "ROCKETSMS_PASSWORD": "b"}).returncode == 0
    # The unit as it is installed names no broker: its main process is the one that says so.
    assert run("run", env={"KAFKA_BOOTSTRAP_SERVERS": "", "ROCKETSMS_USERNAME": "a", "ROCKETSMS_PASSWORD": "b"}).returncode == 78


def test_the_manual_is_well_formed_and_knows_every_command():
    code, said = judged(tool("mandoc"), "-T", "lint", "-W", "warning", MANUAL)
    assert (code, said) == (0, "")
    text = MANUAL.read_text()
    commands = re.findall(r"^  ([a-z]+) ", run("--help").stdout.partition("Commands:")[2], re.MULTILINE)
    assert len(commands) > 10
    for command in commands:
        assert re.search(rf"\b{command}\b", text.partition(".Sh DESCRIPTION")[2]), command
    for code in re.findall(r"case \w+ = (\d+)", (ROOT / "Sources/rocketsms-worker/CommandLine/ExitStatus.swift").read_text()):
        assert f".It {code}\n" in text, code


# The image


def test_hadolint_finds_nothing():
    assert judged(tool("hadolint"), ROOT / "Dockerfile") == (0, "")


def test_the_image_runs_as_nobody_in_particular_and_with_a_library_that_kafka_lets_in():
    final = (ROOT / "Dockerfile").read_text().split("FROM ")[-1]
    assert re.search(r"^USER (\d+):\1$", final, re.MULTILINE)
    assert "ge 2.6.1" in final and final.startswith("${RUNTIME_IMAGE}")
    for label in ("title", "licenses", "version", "revision", "created"):
        assert f"org.opencontainers.image.{label}=" in final


# The compose file


def test_the_compose_file_is_one():
    code, said = judged(tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", COMPOSE)
    assert code == 0, said


def test_prometheus_scrapes_the_worker_of_the_compose_file():
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    prometheus = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yaml").read_text())
    (target,) = prometheus["scrape_configs"][0]["static_configs"][0]["targets"]
    name, _, port = target.partition(":")
    assert services[name]["environment"]["ADMIN_PORT"] == port
    assert services["prometheus"]["command"][0] == "--config.file=/etc/prometheus/prometheus.yaml"
    assert services["prometheus"]["volumes"] == ["./prometheus:/etc/prometheus:ro"]


@pytest.mark.worker
def test_the_services_of_the_compose_file_run_as_plain_processes(broker, tmp_path):
    """Commands and settings as they stand there, in the order of their dependencies; only names and ports of this machine are put in."""
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    provider, admin = ports.free_port(), ports.free_port()
    stem = uuid.uuid4().hex[:8]
    there = {"kafka:9092": broker.bootstrap, "simulator:8081": f"127.0.0.1:{provider}", "8081": str(provider), "8080": str(admin), "0.0.0.0": "127.0.0.1"}
    own = {"TOPICS_REQUESTS": f"c-{stem}", "TOPICS_STATUS": f"c-{stem}.status", "TOPICS_DEAD_LETTER": f"c-{stem}.dead", "KAFKA_GROUP_ID": f"c-{stem}"}

    def settled(text):
        for shown, real in there.items():
            if shown in text:
                return text.replace(shown, real)
        return text

    def command(name):
        words = [settled(word) for word in services[name]["command"]]
        env = {key: settled(value) for key, value in services[name]["environment"].items()}
        return [BINARY, *words], environment(**env, **own)

    background = []

    def start(name):
        words, env = command(name)
        with open(tmp_path / f"{name}.log", "wb") as log:
            background.append(subprocess.Popen(words, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def finish(name):
        words, env = command(name)
        done = subprocess.run(words, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{name}: {done.stderr}"
        return done.stdout

    try:
        start("simulator")
        finish("topics")
        start("worker")
        (kind, program, *words), env = services["worker"]["healthcheck"]["test"], command("worker")[1]
        assert (kind, program) == ("CMD", "rocketsms-worker")
        probe = [BINARY, *map(settled, words)]
        wait_for(lambda: subprocess.run(probe, env=env, capture_output=True, timeout=10).returncode == 0, 60, "the health check of the compose file")
        finish("publish")
        seen = finish("watch")
        assert "SENT" in seen and "DELIVERED" in seen
    finally:
        for process in background:
            end(process, grace=20)


def test_the_page_names_every_command():
    """By the program's own help: what is added there must be added here."""

    def commands(*words):
        text = subprocess.run([BINARY, *words, "--help"], capture_output=True, text=True, timeout=20, check=True).stdout
        listed = text.partition("\nCommands:\n")[2].partition("\n\n")[0]
        return re.findall(r"^  ([a-z][a-z-]*) ", listed, re.M)

    page = MANUAL.read_text()
    top = commands()
    assert "run" in top and "dead-letters" in top
    missing = [word for word in [*top, *(leaf for group in top for leaf in commands(group))] if not re.search(rf"^\.(Cm|It Cm|Pq Cm) .*\b{word}\b", page, re.M)]
    assert not missing, missing


def test_everything_that_is_shipped_is_of_one_version():
    """Image and chart, whose version the package takes, say what the worker says of itself."""
    version = re.search(r'string = "([0-9.]+)"', (ROOT / "Sources/SMSWorker/Worker/WorkerVersion.swift").read_text()).group(1)
    assert run("version").stdout.split()[:2] == ["rocketsms-worker", version]
    assert re.findall(r"^ARG VERSION=(.+)$", (ROOT / "Dockerfile").read_text(), re.M) == [version]
    chart = yaml.safe_load((ROOT / "helm/rocketsms-worker/Chart.yaml").read_text())
    assert (chart["version"], chart["appVersion"]) == (version, version)
    assert "s/^version: *//p' helm/rocketsms-worker/Chart.yaml" in (ROOT / "scripts/package").read_text()
