"""One part of the stack, and the one way in which any part is brought up, healed and taken down."""

import logging
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from arrears_local import ports, processes
from arrears_local.errors import StackError
from arrears_local.home import Home
from arrears_local.program import Program

log = logging.getLogger(__name__)

STARTS_MAX = 3  # more than one only when another process took the port between our look and our start
PROGRESS_SECONDS_MAX = 3600.0  # a service may read its whole history first, as long as it gets on with it
LOOK_SECONDS, LOOK_SECONDS_MAX = 0.05, 0.5  # the longer it takes, the less often
SHOWN_LINES = 15


@dataclass(frozen=True)
class Answer:
    """Whether the part is ready; if not, why, and how much it still has to do: as long as that falls it has time."""

    ready: bool
    complaint: str = ""
    left: int | None = None


def _leave(_: Home, __: Answer) -> None:
    """Nothing to do for it but to wait."""


@dataclass(frozen=True)
class Part:
    name: str
    ports: tuple[str, ...]
    prepare: Callable[[Home], object]  # makes ready what the program needs on disk; only while it does not run
    program: Callable[[Home], Program]
    answer: Callable[[Home], Answer]
    attend: Callable[[Home, Answer], None] = _leave  # what is done for one that runs and is not ready, by its answer
    deadline_seconds: float = 60.0
    silence_seconds: float = 10.0  # one that runs already and is not ready for longer than this is started anew
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 15.0


def bring_up(home: Home, part: Part) -> None:
    """Running and answering on return. A part that does so already is left alone."""
    if _runs_well(home, part):
        return
    take_down(home, part)
    began, starts = time.monotonic(), 1
    while not (answer := _wait(home, part, process := _start(home, part), part.deadline_seconds)).ready:
        if starts == STARTS_MAX or not _lost_its_port(home, part, process):
            raise StackError(_why_not(home, part, process, answer))
        starts += 1
    log.info("%s: started in %.1f s", part.name, time.monotonic() - began)


def take_down(home: Home, part: Part) -> bool:
    """Nothing of the part runs on return. True when something did."""
    return processes.end(home, part.name, part.stop_signal, part.stop_seconds)


def last_lines(home: Home, part: str, count: int) -> str:
    path = home.log(part)
    if not path.exists():
        return ""
    return "\n".join(path.read_text(errors="replace").splitlines()[-count:])


def _wait(home: Home, part: Part, process: psutil.Process, seconds: float) -> Answer:
    """Its last answer: ready, or not within `seconds` of its last progress."""
    began = progress = now = time.monotonic()
    last = Answer(ready=False)
    while now < min(progress + seconds, began + PROGRESS_SECONDS_MAX) and processes.is_alive(process):
        answer = part.answer(home)
        if answer.ready:
            return answer
        part.attend(home, answer)
        if _is_progress(last, answer):
            progress = now
        last = answer
        time.sleep(min(LOOK_SECONDS_MAX, LOOK_SECONDS + (now - began) / 10))
        now = time.monotonic()
    return last


def _is_progress(before: Answer, after: Answer) -> bool:
    return before.left is not None and after.left is not None and after.left < before.left


def _runs_well(home: Home, part: Part) -> bool:
    process = processes.find(home, part.name)
    if process is None:
        if home.record(part.name).exists():
            log.info("%s: had ended by itself, starting it again", part.name)
        return False
    if not processes.runs_as(home, part.program(home)):
        log.info("%s: settings have changed, starting it anew", part.name)
        return False
    if _wait(home, part, process, part.silence_seconds).ready:
        return True
    log.info("%s: runs but is not ready, starting it anew", part.name)
    return False


def _start(home: Home, part: Part) -> psutil.Process:
    for port in part.ports:
        ports.leave_taken_port(home, port)
    part.prepare(home)
    return processes.start(home, part.program(home))


def _lost_its_port(home: Home, part: Part, process: psutil.Process) -> bool:
    ended = not processes.is_alive(process)
    return ended and not all(ports.is_free(ports.port_of(home, port)) for port in part.ports)


def _why_not(home: Home, part: Part, process: psutil.Process, answer: Answer) -> str:
    what = f"was not ready within {part.deadline_seconds:.0f} s" if processes.is_alive(process) else "ended at once"
    return (
        f"{part.name} {what}. {answer.complaint}\nThe last lines of its log, {home.log(part.name)}:\n\n"
        f"{last_lines(home, part.name, SHOWN_LINES)}\n\n"
        "Mend what they name, then `arrears stack up` again (`arrears stack clean` gives up all data first)."
    )
