"""The processes of a stack: started detached, known again by pid, start time and command line, and ended for sure."""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from arrears_local import accounts
from arrears_local.home import Home, read_json, write_whole

SAME_START_SECONDS = 2.0  # the system's idea of when it booted, on which start times rest, moves when its clock is set
KILLED_SECONDS = 10.0

_started: list[subprocess.Popen[bytes]] = []  # held, so that those that end while we live are reaped


@dataclass(frozen=True)
class Program:
    """What runs for a part: the command, its working folder and its own settings."""

    part: str
    argv: tuple[str, ...]
    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    user: str | None = None

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(json.dumps([self.argv, dict(self.settings), self.user]).encode()).hexdigest()


def start(home: Home, program: Program) -> psutil.Process:
    """In a session of its own, with the part's log for all it says."""
    with home.log(program.part).open("ab") as said:
        child = subprocess.Popen(
            program.argv,
            cwd=program.folder,
            env=environment(program.settings),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **accounts.switch(program.user),
        )
    _started.append(child)
    process = psutil.Process(child.pid)
    _write_record(home, program, process)
    return process


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment with `settings` as the only ones of ours: what is set at the shell does not leak in."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ARREARS_")}
    return inherited | dict(settings)


def find(home: Home, part: str) -> psutil.Process | None:
    """The part's process; none when it ended, also when its pid now belongs to another."""
    record = read_json(home.record(part))
    try:
        process = psutil.Process(record["pid"])
        started = abs(process.create_time() - record["created"]) < SAME_START_SECONDS
        same = started and process.cmdline() == record["argv"]
    except (KeyError, psutil.NoSuchProcess, psutil.AccessDenied):
        return None
    return process if same and is_alive(process) else None


def runs_as(home: Home, program: Program) -> bool:
    """Whether the process recorded for the part was started with this very command and these settings."""
    return read_json(home.record(program.part)).get("fingerprint") == program.fingerprint


def is_alive(process: psutil.Process) -> bool:
    for child in _started:
        child.poll()
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def end(home: Home, part: str, how: signal.Signals, patience_seconds: float) -> bool:
    """Ask, wait, then kill; with it whatever it left behind. True when there was something to end."""
    process = find(home, part)
    if process is not None:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(how)
            psutil.wait_procs([process], timeout=patience_seconds)
    left = list(leftovers(home, part))
    kill(left)
    home.record(part).unlink(missing_ok=True)
    return process is not None or bool(left)


def kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    _, alive = psutil.wait_procs(processes, timeout=KILLED_SECONDS)
    assert not [process for process in alive if is_alive(process)], f"still running after kill: {alive}"


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


def _is_ours(process: psutil.Process) -> bool:
    return Path(process.exe()).name.startswith(("postgres", "initdb", "java", "python"))


def _write_record(home: Home, program: Program, process: psutil.Process) -> None:
    record = {
        "pid": process.pid,
        "created": process.create_time(),
        "argv": program.argv,
        "fingerprint": program.fingerprint,
    }
    write_whole(home.record(program.part), json.dumps(record, indent=2))
