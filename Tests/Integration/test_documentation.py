"""The pages of the library `RocketSMS`: the compiler of documentation finds nothing to complain of, no dead link and no parameter without a word."""

import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "Sources" / "RocketSMS" / "RocketSMS.docc"


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_library_s_pages_convert_without_a_warning(tmp_path):
    symbols = tmp_path / "symbols"
    symbols.mkdir()
    headers = [argument for name in ("CCurl", "CCrypto", "CLinux") for argument in ("-I", ROOT / "Sources" / name)]
    target = subprocess.run(["uname", "-m"], capture_output=True, text=True, check=True).stdout.strip() + "-unknown-linux-gnu"
    run("swift", "symbolgraph-extract", "-module-name", "RocketSMS", "-I", ROOT / ".build" / "debug" / "Modules", *headers, "-target", target, "-minimum-access-level", "public", "-experimental-allowed-reexported-modules=Connect", "-output-dir", symbols)
    # Beside the compiler, in every toolchain.
    docc = pathlib.Path(shutil.which("swift")).resolve().with_name("docc")
    run(docc, "convert", LIBRARY, "--additional-symbol-graph-dir", symbols, "--output-path", tmp_path / "pages", "--fallback-display-name", "RocketSMS", "--fallback-bundle-identifier", "RocketSMS", "--warnings-as-errors")
