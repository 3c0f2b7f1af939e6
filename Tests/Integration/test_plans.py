"""Topics and rights as `topics plan` and `acls plan` write them down: with just these the worker runs, and without any one of them it does not."""

import json
import os
import re
import shlex
import shutil
import subprocess
import types

import pytest

from confluent_kafka import Producer
from confluent_kafka.admin import AclBinding, AclOperation, AclPermissionType, AdminClient, NewTopic, ResourcePatternType, ResourceType

from harness import brokers
from harness.records import QUIET
from harness.requests import request
from harness.waiting import wait_for
from harness.worker import BINARY, PASSWORD, Worker, run

yaml = pytest.importorskip("yaml")

CONFIGURATION = {
    "KAFKA_BOOTSTRAP_SERVERS": "a:9092,b:9092",
    "KAFKA_GROUP_ID": "the shop's",
    "TOPICS_REQUESTS": "shop.requests,Shop_requests",
    "TOPICS_PRIORITY_REQUESTS": "shop.codes",
}


def plan(what, format, *flags, env=CONFIGURATION):
    done = run(what, "plan", "--format", format, *flags, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout


def commands(text):
    """Each command of the text as its program, its flags with a value, and its flags without one."""
    for line in text.splitlines():
        program, *words = shlex.split(line)
        flags = {}
        for word in words:
            if word.startswith("--"):
                name = word
                flags.setdefault(name, [])
            else:
                flags[name].append(word)
        yield program, flags


def topics_of(text):
    for program, flags in commands(text):
        assert program == "kafka-topics.sh" and {"--create", "--if-not-exists"} <= set(flags)
        settings = dict(setting.split("=", 1) for setting in flags["--config"])
        yield flags["--topic"][0], int(flags["--partitions"][0]), int(flags["--replication-factor"][0]), settings


def rights_of(text):
    for program, flags in commands(text):
        assert program == "kafka-acls.sh" and "--add" in flags
        (resource,) = {"--topic", "--group", "--transactional-id"} & set(flags)
        (pattern,) = flags.get("--resource-pattern-type", ["literal"])
        for operation in flags["--operation"]:
            yield resource.strip("-"), flags[resource][0], pattern, operation


def test_three_ways_to_write_down_the_same_topics():
    said = [(one["topic"], one["partitions"], one["replicationFactor"], one["config"]) for one in json.loads(plan("topics", "json"))["topics"]]
    assert list(topics_of(plan("topics", "kafka-cli"))) == said
    objects = list(yaml.safe_load_all(plan("topics", "strimzi", "--cluster", "main")))
    assert [(one["spec"]["topicName"], one["spec"]["partitions"], one["spec"]["replicas"], one["spec"]["config"]) for one in objects] == said
    assert {(one["kind"], one["metadata"]["labels"]["strimzi.io/cluster"]) for one in objects} == {("KafkaTopic", "main")}
    names = [one["metadata"]["name"] for one in objects]
    assert len(set(names)) == len(names) == 8 and all(re.fullmatch(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", name) for name in names)
    assert said[0][:3] == ("shop.requests.ledger", 8, 3) and said[0][3]["cleanup.policy"] == "compact" and said[0][3]["min.insync.replicas"] == "2"


def test_three_ways_to_write_down_the_same_rights():
    said = json.loads(plan("acls", "json"))
    rights = [(one["resource"], one["name"], one["pattern"], operation) for one in said["rights"] for operation in one["operations"]]
    assert said["principal"] == "User:rocketsms-worker"
    assert [(kind.replace("transactional-id", "transactionalId"), *rest) for kind, *rest in rights_of(plan("acls", "kafka-cli"))] == rights
    user = yaml.safe_load(plan("acls", "strimzi", "--principal", "User:sms"))
    assert (user["kind"], user["metadata"]["name"], user["spec"]["authentication"]) == ("KafkaUser", "sms", {"type": "tls"})
    again = [
        (one["resource"]["type"], one["resource"]["name"], one["resource"]["patternType"].replace("prefix", "prefixed"), operation)
        for one in user["spec"]["authorization"]["acls"]
        for operation in one["operations"]
    ]
    assert again == rights
    assert ("transactionalId", "the shop's-", "prefixed", "Write") in rights and ("group", "the shop's", "literal", "Read") in rights


def test_a_user_of_strimzi_proves_itself_as_the_properties_say(tmp_path):
    properties = tmp_path / "kafka.properties"
    properties.write_text("security.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\nsasl.username=sms\nsasl.password=secret\n")
    text = plan("acls", "strimzi", env={**CONFIGURATION, "KAFKA_PROPERTIES_FILE": properties})
    assert yaml.safe_load(text)["spec"]["authentication"] == {"type": "scram-sha-512"} and "secret" not in text


@pytest.mark.parametrize(
    "words, said",
    [(["topics", "plan", "--format", "xml"], "xml"), (["acls", "plan", "--principal", "sms"], "User:NAME"), (["completion", "tcsh"], "tcsh")],
)
def test_what_cannot_be_written_down_is_said(words, said):
    done = run(*words, env=CONFIGURATION)
    assert done.returncode == 64 and said in done.stderr and done.stdout == ""


def test_the_commands_of_kafka_need_a_broker_to_speak_to_and_the_rest_does_not():
    assert run("topics", "plan").returncode == 78
    assert json.loads(plan("topics", "json", env={}))["topics"][1]["topic"] == "sms.requests"


# On a broker that gives nobody a right

KINDS = {"topic": ResourceType.TOPIC, "group": ResourceType.GROUP, "transactional-id": ResourceType.TRANSACTIONAL_ID}
PATTERNS = {"literal": ResourcePatternType.LITERAL, "prefixed": ResourcePatternType.PREFIXED}
OPERATIONS = {"Read": AclOperation.READ, "Write": AclOperation.WRITE, "DescribeConfigs": AclOperation.DESCRIBE_CONFIGS}
NAMES = ["whole", *(f"without-{number}" for number in range(7))]


def configured(broker, name, simulator, folder):
    """The configuration of one worker, with topics of its own."""
    properties = folder / f"{name}.properties"
    known = broker.credentials(name, f"of-{name}")
    properties.write_text("".join(f"{key}={value}\n" for key, value in {**known, "session.timeout.ms": 6000}.items()))
    return {
        "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap, "KAFKA_PROPERTIES_FILE": properties, "KAFKA_GROUP_ID": f"{name} it's", "KAFKA_START_TIMEOUT": "30s",
        "TOPICS_REQUESTS": f"{name}.requests", "TOPICS_STATUS": f"{name}.status", "TOPICS_DEAD_LETTER": f"{name}.dead",
        "ROCKETSMS_BASE_URL": simulator.url, "ROCKETSMS_USERNAME": simulator.USERNAME, "ROCKETSMS_PASSWORD": PASSWORD, "TRACK_CADENCE": "200ms",
    }  # fmt: skip


@pytest.mark.long
@pytest.mark.worker
@pytest.mark.needs("nodes")
def test_the_worker_runs_with_just_these_rights_and_without_any_of_them_it_does_not(simulator, tmp_path):
    broker = brokers.ApacheKafka(os.environ["KAFKA_HOME"], users={"admin": "of-the-broker", **{name: f"of-{name}" for name in NAMES}})
    workers = {}
    try:
        login = {"bootstrap.servers": broker.bootstrap, **broker.client, **QUIET}
        admin = AdminClient(login)
        left_out = {}
        producer = Producer(login)
        for name in NAMES:
            settings = configured(broker, name, simulator, tmp_path)
            wanted = topics_of(plan("topics", "kafka-cli", "--replication-factor", "1", "--partitions", "2", env=settings))
            for future in admin.create_topics([NewTopic(topic, count, factor, config=config) for topic, count, factor, config in wanted]).values():
                future.result(30)
            rights = list(rights_of(plan("acls", "kafka-cli", "--principal", f"User:{name}", env=settings)))
            assert len(rights) == len(NAMES) - 1
            if name != "whole":
                left_out[name] = rights.pop(int(name.rpartition("-")[2]))
            bindings = [
                AclBinding(KINDS[kind], resource, PATTERNS[pattern], f"User:{name}", "*", OPERATIONS[operation], AclPermissionType.ALLOW)
                for kind, resource, pattern, operation in rights
            ]
            for future in admin.create_acls(bindings).values():
                future.result(30)
            producer.produce(f"{name}.requests", json.dumps(request(name)), name)
            producer.produce(f"{name}.requests", b"no request", name)
            workers[name] = Worker(name, tmp_path, settings)
        assert producer.flush(30) == 0
        # By the broker's own words, rights are there a moment after they are given.
        who = broker.credentials("whole", "of-whole")
        wait_for(lambda: "whole.dead" in (brokers.metadata(broker.bootstrap, **who) or types.SimpleNamespace(topics={})).topics, 30, "rights")
        workers["whole"].start().wait_ready()
        whole = workers["whole"]
        wait_for(lambda: whole.metric("rocketsms_dead_letters_total") == 1, 60, lambda: f"the dead letter: {whole.state()}")
        simulator.wait_sends(1)
        whole.terminate()
        for name in left_out:
            workers[name].start()
        for name, right in left_out.items():
            worker = workers[name]

            def refused():
                if not worker.is_running:
                    return worker.process.returncode == 77
                return worker.ready()[0] == 503 and "AUTHORIZATION" in worker.log()

            wait_for(refused, 90, lambda: f"a refusal without {right}: {worker.state()}")
            assert "AUTHORIZATION" in worker.log()
            if worker.is_running:
                worker.kill()
        # Whoever could not write an intent has sent nothing.
        assert {send.request_id for send in simulator.sends()} == {"whole"}
    finally:
        for worker in workers.values():
            worker.stop()
        broker.stop()


# Completion


def completed(words, folder):
    """What bash offers for the last of these words."""
    script = folder / "completion.bash"
    script.write_text(run("completion", "bash").stdout)
    line = " ".join(shlex.quote(word) for word in words)
    body = f'. {script}; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _rocketsms_worker; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-euc", body], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(
    "words, offered",
    [(["to"], {"topics"}), (["topics", "c"], {"create", "check"}), (["topics", "create", "--part"], {"--partitions"}), (["run", "--kafka-g"], {"--kafka-group-id"})],
)
def test_bash_completes(words, offered, tmp_path):
    assert set(completed([BINARY.name, *words], tmp_path)) == offered


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_take_their_script(shell, tmp_path):
    script = tmp_path / "completion"
    script.write_text(run("completion", shell).stdout)
    assert "topics create" in script.read_text()
    try:
        done = subprocess.run([shell, "-n", script], capture_output=True, text=True, timeout=30)
    except FileNotFoundError:
        pytest.skip(f"{shell} is not installed")
    assert done.returncode == 0, done.stderr


def test_fish_completes(tmp_path):
    if not shutil.which("fish"):
        pytest.skip("fish is not installed")
    script = tmp_path / "completion.fish"
    script.write_text(run("completion", "fish").stdout)
    line = "rocketsms-worker topics create --part"
    done = subprocess.run(["fish", "-c", f"source {script}; complete -C '{line}'"], cwd=tmp_path, capture_output=True, text=True, timeout=30)
    assert done.stdout.split() == ["--partitions"], done.stderr
