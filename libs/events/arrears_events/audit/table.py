"""A timeline for people: two lines an event, every cause with the number of its line and the place where it lies."""

from collections.abc import Iterable, Iterator
from datetime import UTC

from arrears_events.audit.entries import Entry
from arrears_events.audit.gist import business_date_of, gist_of, printable
from arrears_events.audit.timeline import Cause, Line
from arrears_events.catalogue.persons import BANK_CUSTOMERS
from arrears_events.envelope import StreamEvent

INDENT = " " * 6


def rows(lines: Iterable[Line]) -> Iterator[str]:
    """Times are UTC."""
    yield "   #  recorded (UTC)       business date  what"
    for line in lines:
        yield printable(f"{line.number:>4}  {_when(line.entry)}  {_what(line)}")
        yield printable(f"{INDENT}{_who(line.entry)}{_why(line.cause)} · at {_where(line.entry)}")


def _when(entry: Entry) -> str:
    day = business_date_of(entry.envelope.data) if entry.envelope else None
    return f"{entry.time.astimezone(UTC):%Y-%m-%d %H:%M:%S}  {day or ''!s:<13}"


def _what(line: Line) -> str:
    if not line.entry.envelope:
        return f"UNREADABLE: {line.entry.unreadable}"
    again = " (once more)" if line.again else ""
    return f"{line.entry.name}{again}  {gist_of(line.entry.envelope.data)}"


def _who(entry: Entry) -> str:
    match entry.envelope:
        case StreamEvent(actor=actor, actorrole=role, onbehalfof=agency):
            return f"by {actor} ({role})" + (f" for {agency}" if agency else "")
        case None:
            return "by whoever wrote it"
        case fact:
            return f"by {fact.source}"


def _why(cause: Cause | None) -> str:
    if cause is None:
        return ""
    if cause.entry is None:
        return f" · because of {cause.id}{_unread(cause.id)}"
    number = f"#{cause.number} " if cause.number else ""
    return f" · because of {number}{cause.entry.name} {cause.entry.spelt_id} at {_where(cause.entry)}"


def _unread(cause: str) -> str:
    """Why the cause is not shown. What the bank told of persons is read by no auditor."""
    if cause.startswith("request/"):
        return ""
    return " (of persons, not read)" if cause.startswith(f"record/{BANK_CUSTOMERS.name}/") else " (not found)"


def _where(entry: Entry) -> str:
    return "{} {}/{}".format(*entry.place)
