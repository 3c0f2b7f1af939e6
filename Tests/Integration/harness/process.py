"""Ending processes that the tests started, by their own handle."""

import subprocess


def end(process, grace=10):
    """SIGTERM, and SIGKILL after `grace` seconds. Returns the exit code."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait(10)
