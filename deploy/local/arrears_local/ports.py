"""The ports of one stack: found free once, recorded, and kept, so that addresses stay the same over restarts."""

import hashlib
import json
import logging
import socket
import threading
import time

from arrears_local.errors import StackError
from arrears_local.home import Home, read_json, write_whole

log = logging.getLogger(__name__)

LOWEST, HIGHEST = 20_000, 29_999  # below the ports that systems hand to outgoing connections, which would take ours
RELEASED_SECONDS = 1.0  # a port can outlive by a moment the process that was killed
LOOK_SECONDS = 0.05

_choosing = threading.Lock()


def port_of(home: Home, name: str) -> int:
    """The recorded port of `name`; a free one is found and recorded when there is none."""
    with _choosing:
        ports = read_json(home.ports)
        return ports[name] if name in ports else _choose(home, name, ports)


def leave_taken_port(home: Home, name: str) -> None:
    """Move `name` to another port when something holds its own. Only for a part that is not running."""
    port = port_of(home, name)
    patience = time.monotonic() + RELEASED_SECONDS
    while not (free := is_free(port)) and time.monotonic() < patience:
        time.sleep(LOOK_SECONDS)
    if free:
        return
    with _choosing:
        other = _choose(home, name, read_json(home.ports))
    log.info("%s: port %s was taken by another process, now %s", name, port, other)


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _choose(home: Home, name: str, ports: dict[str, int]) -> int:
    kept = set(ports.values())
    port = next((port for port in _candidates(home) if port not in kept and is_free(port)), None)
    if port is None:
        raise StackError(f"No port between {LOWEST} and {HIGHEST} is free. Stop what holds them, then try again.")
    write_whole(home.ports, json.dumps({**ports, name: port}, indent=2))
    return port


def _candidates(home: Home) -> list[int]:
    """Each home begins elsewhere, so that two stacks on a machine seldom ask for the same port."""
    many = HIGHEST - LOWEST + 1
    first = int.from_bytes(hashlib.sha256(str(home.root).encode()).digest()[:4]) % many
    return [LOWEST + (first + step) % many for step in range(many)]
