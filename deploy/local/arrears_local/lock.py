"""One command at a time changes a stack."""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper

from arrears_local.home import Home

log = logging.getLogger(__name__)


@contextmanager
def sole_command(home: Home) -> Iterator[None]:
    """Waits for a command that is at work on the same stack; the system frees the lock of one that was killed."""
    held = _take(home)
    try:
        yield
    finally:
        held.close()


def _take(home: Home) -> TextIOWrapper:
    while True:
        home.prepare()
        lock = (home.state / "lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log.info("Another command is at work on this stack, waiting for it to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_still_in_place(home, lock):
            return lock
        lock.close()  # the one that held it removed the state folder, and the lock with it


def _is_still_in_place(home: Home, lock: TextIOWrapper) -> bool:
    path = home.state / "lock"
    return path.exists() and path.stat().st_ino == os.fstat(lock.fileno()).st_ino
