"""What each part of a stack is doing, as seen from outside. Looking changes nothing, not even the state folder."""

from dataclasses import dataclass
from typing import Any

from arrears_local import processes
from arrears_local.addresses import read_book
from arrears_local.home import Home
from arrears_local.part import Part
from arrears_local.stack import PARTS

RUNNING = "running"
NOT_READY = "not ready"
DEAD = "dead"  # it was started, and ended without `down`
STOPPED = "stopped"


@dataclass(frozen=True)
class PartStatus:
    """`complaint`: what a service says of the checks that fail."""

    state: str
    address: str | None
    pid: int | None = None
    lag: int | None = None
    complaint: str = ""


def status(home: Home) -> dict[str, PartStatus]:
    book = read_book(home)
    addresses = {**book, **book.get("services", {})}
    return {part.name: _status_of(home, part, addresses.get(part.name)) for part in PARTS}


def is_well(parts: dict[str, PartStatus]) -> bool:
    """Something runs, and nothing that was started is in trouble."""
    states = {part.state for part in parts.values()}
    return RUNNING in states and not states & {NOT_READY, DEAD}


def advice(parts: dict[str, PartStatus]) -> str:
    if is_well(parts):
        return "All that was started is well."
    troubled = ", ".join(name for name, part in parts.items() if part.state in (NOT_READY, DEAD))
    if troubled:
        said = [f"\n{name}: {part.complaint}" for name, part in parts.items() if part.complaint]
        return f"In trouble: {troubled}. `arrears stack up` heals; `arrears stack logs PART` shows why.{''.join(said)}"
    return "Nothing is running. `arrears stack up` starts it."


def as_json(home: Home, parts: dict[str, PartStatus]) -> dict[str, Any]:
    """The address book, and the parts by name."""
    shown = {name: {"state": part.state, "pid": part.pid, "lag": part.lag} for name, part in parts.items()}
    return {**read_book(home), "parts": shown}


def _status_of(home: Home, part: Part, address: str | None) -> PartStatus:
    process = processes.find(home, part.name)
    if process is None:
        return PartStatus(DEAD if home.record(part.name).exists() else STOPPED, address)
    answer = part.answer(home)
    state = RUNNING if answer.ready else NOT_READY
    return PartStatus(state, address, process.pid, answer.left, "" if answer.ready else answer.complaint)
