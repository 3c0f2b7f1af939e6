"""Puts Prometheus' promtool into .build/tools/promtool, out of Debian's package. Prints its path.

    python Tests/Integration/fetch_promtool.py
"""

import os
import pathlib
import shutil
import subprocess
import tempfile

TOOLS = pathlib.Path(__file__).resolve().parents[2] / ".build" / "tools"


def fetch(tools=TOOLS):
    promtool = tools / "promtool"
    if promtool.exists():
        return promtool
    if found := shutil.which("promtool"):
        return pathlib.Path(found)
    tools.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        # Not installed: the package would start a server.
        subprocess.run(["apt-get", "download", "prometheus"], cwd=folder, check=True, capture_output=True, timeout=300)
        package = next(pathlib.Path(folder).glob("prometheus_*.deb"))
        subprocess.run(["dpkg-deb", "-x", package, folder], check=True, capture_output=True, timeout=120)
        # A name of its own first: an interrupted write must not pass for the tool.
        partial = tools / f"promtool.{os.getpid()}.partial"
        shutil.copy(pathlib.Path(folder) / "usr" / "bin" / "promtool", partial)
        partial.chmod(0o755)
        partial.rename(promtool)
    return promtool


if __name__ == "__main__":
    print(fetch())
