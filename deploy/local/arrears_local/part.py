"""One part of the stack, and the one way in which any part is brought up, healed and taken down."""

import logging
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from arrears_local import ports, processes
from arrears_local.errors import NotAnswering
from arrears_local.home import Home
from arrears_local.processes import Program

log = logging.getLogger(__name__)

FOUND_SECONDS = 10.0  # for one that runs already; one that is silent for longer is started anew
LOOK_SECONDS = 0.05
SHOWN_LINES = 15


@dataclass(frozen=True)
class Part:
    name: str
    ports: tuple[str, ...]
    program: Callable[[Home], Program]  # makes ready what the part needs on disk, and says what to run
    answers: Callable[[Home], bool]
    deadline_seconds: float = 60.0
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 15.0


def bring_up(home: Home, part: Part) -> None:
    """Running and answering on return. A part that does so already is left alone."""
    if _runs_well(home, part):
        return
    take_down(home, part)
    for port in part.ports:
        ports.leave_taken_port(home, port)
    program = part.program(home)
    began = time.monotonic()
    process = processes.start(home, program)
    if not wait_for_answer(home, part, process, part.deadline_seconds):
        raise NotAnswering(_why_not(home, part, process))
    log.info("%s: started in %.1f s", part.name, time.monotonic() - began)


def take_down(home: Home, part: Part) -> bool:
    """Nothing of the part runs on return. True when something did."""
    return processes.end(home, part.name, part.stop_signal, part.stop_seconds)


def wait_for_answer(home: Home, part: Part, process: psutil.Process, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and processes.is_alive(process):
        if part.answers(home):
            return True
        time.sleep(LOOK_SECONDS)
    return False


def last_lines(home: Home, part: str, count: int) -> str:
    path = home.log(part)
    if not path.exists():
        return ""
    return "\n".join(path.read_text(errors="replace").splitlines()[-count:])


def _runs_well(home: Home, part: Part) -> bool:
    process = processes.find(home, part.name)
    if process is None:
        return False
    if not processes.runs_as(home, part.program(home)):
        log.info("%s: settings changed, starting it anew", part.name)
        return False
    if wait_for_answer(home, part, process, FOUND_SECONDS):
        return True
    log.info("%s: runs but does not answer, starting it anew", part.name)
    return False


def _why_not(home: Home, part: Part, process: psutil.Process) -> str:
    what = f"did not answer within {part.deadline_seconds:.0f} s" if processes.is_alive(process) else "ended at once"
    return (
        f"{part.name} {what}. The last lines of its log ({home.log(part.name)}):\n\n"
        f"{last_lines(home, part.name, SHOWN_LINES)}\n\n"
        "Mend what they name and start again; `arrears stack clean` begins with no data at all."
    )
