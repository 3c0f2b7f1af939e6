"""Free ports of the loopback interface, below those that the kernel gives to outgoing connections."""

import os
import random
import socket

HIGHEST = 32767
LOWEST = 12000
_random = random.Random(os.getpid() ^ int.from_bytes(os.urandom(4)))
_given = set()
# Two processes of one run keep out of each other's way: what is stopped for a moment has its port again.
_half = (HIGHEST - LOWEST) // 2
_first = LOWEST + (_half if os.environ.get("PYTEST_XDIST_WORKER", "").endswith("1") else 0)
_last = _first + _half if "PYTEST_XDIST_WORKER" in os.environ else HIGHEST


def free_ports(count=1, step=1):
    """`count` ports, `step` apart, that nothing listens on now and that were not given before by this process."""
    for _ in range(1000):
        first = _random.randrange(_first, _last - count * step)
        ports = [first + index * step for index in range(count)]
        if not _given.intersection(ports) and all(_is_free(port) for port in ports):
            _given.update(ports)
            return ports
    raise RuntimeError("no free port found")


def free_port():
    return free_ports()[0]


def _is_free(port):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
