"""The processes of a stack: started detached, known again by pid, start time and command line, and ended for sure."""

import contextlib
import json
import logging
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from arrears_local import accounts
from arrears_local.home import Home, read_json, write_whole
from arrears_local.program import Program, environment

log = logging.getLogger(__name__)

SAME_START_SECONDS = 2.0  # the system's idea of when it booted, on which start times rest, moves when its clock is set
NOTICED_SECONDS = 3.0
KILLED_SECONDS = 10.0
LOOK_SECONDS = 0.02
LOG_BYTES_MAX = 20 * 1024 * 1024

_started: list[subprocess.Popen[bytes]] = []  # held, so that those that end while we live are reaped


def start(home: Home, program: Program) -> psutil.Process:
    """In a session of its own, with the part's log for all it says."""
    _turn_over(home.log(program.part))
    with home.log(program.part).open("ab") as said:
        child = subprocess.Popen(
            program.argv,
            cwd=program.folder,
            env=environment(program.settings),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **(accounts.postgres() if program.as_postgres else accounts.ourselves()),
        )
    _started.append(child)
    process = psutil.Process(child.pid)
    _write_record(home, program, process)
    return process


def find(home: Home, part: str) -> psutil.Process | None:
    """The part's process; none when it ended, also when its pid now belongs to another."""
    record = read_json(home.record(part))
    try:
        process = psutil.Process(record["pid"])
        started = abs(process.create_time() - record["created"]) < SAME_START_SECONDS
        same = started and process.cmdline()[1:] == record["argv"][1:]
    except (KeyError, psutil.NoSuchProcess, psutil.AccessDenied):
        return None
    return process if same and is_alive(process) else None


def runs_as(home: Home, program: Program) -> bool:
    """Whether the process recorded for the part was started with this very command and these settings."""
    return read_json(home.record(program.part)).get("fingerprint") == program.fingerprint


def is_alive(process: psutil.Process) -> bool:
    """A zombie is not, unless it has threads left, which still hold its ports and locks."""
    for child in _started:
        child.poll()
    try:
        return process.is_running() and (process.status() != psutil.STATUS_ZOMBIE or process.num_threads() > 1)
    except psutil.NoSuchProcess:
        return False


def end(home: Home, part: str, how: signal.Signals, patience_seconds: float) -> bool:
    """Ask, wait, then kill; with it whatever it left behind. True when there was something to end."""
    process = find(home, part)
    if process is not None:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(how)
            if _wait_for_end([process], min(NOTICED_SECONDS, patience_seconds)):
                log.info("%s: still stopping, it may take up to %.0f s", part, patience_seconds)
                _wait_for_end([process], patience_seconds - NOTICED_SECONDS)
    left = list(leftovers(home, part))
    kill(left)
    home.record(part).unlink(missing_ok=True)
    return process is not None or bool(left)


def kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    alive = _wait_for_end(processes, KILLED_SECONDS)
    assert not alive, f"still running after kill: {alive}"


def leftovers(home: Home, part: str) -> Iterator[psutil.Process]:
    """All that works in the part's folder, with or without a record: children of a killed parent, forgotten starts.

    A person's shell or editor in that folder is not ours: only what a part can run counts.
    """
    folder = home.folder(part)
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            at_work = Path(process.cwd()).is_relative_to(folder) and _is_ours(process)
            if at_work and is_alive(process):
                yield process


def _wait_for_end(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Those that still run then. One whose parent has not noticed has ended too; psutil would wait for the parent."""
    deadline = time.monotonic() + seconds
    while (alive := [process for process in processes if is_alive(process)]) and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
    return alive


def _is_ours(process: psutil.Process) -> bool:
    return Path(process.exe()).name.lower().startswith(("postgres", "initdb", "java", "python"))


def _turn_over(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_suffix(".log.1"))


def _write_record(home: Home, program: Program, process: psutil.Process) -> None:
    record = {
        "pid": process.pid,
        "created": process.create_time(),
        "argv": program.argv,
        "fingerprint": program.fingerprint,
    }
    write_whole(home.record(program.part), json.dumps(record, indent=2))
