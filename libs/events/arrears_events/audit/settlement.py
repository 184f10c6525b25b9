"""What only the whole history tells: ids met twice, causes missing, commands torn apart, days that do not add up."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import TypeVar

from arrears_events.audit.evidence import Caused, Evidence, Met, Run, text_of
from arrears_events.audit.findings import Code, Finding
from arrears_events.audit.lane import Lane
from arrears_events.audit.topics import AUDITED
from arrears_events.log.topics import specs

R = TypeVar("R")
_NOT_AUDITED = {spec.name for spec in specs()} - {topic.name for topic in AUDITED}
"""Topics whose records may be compacted away, so that nobody can tell whether one was there."""


def settle(lanes: Sequence[Lane], evidence: Evidence) -> Iterator[Finding]:
    """The lanes in the order of their numbers, all read. Ids come first: what was sent twice is not to be counted."""
    evidence.sort()
    return chain(
        _ids(lanes, evidence),
        _causes(lanes, evidence),
        _commands(lanes, evidence),
        chain.from_iterable(lane.closes.differing() for lane in lanes),
    )


def _ids(lanes: Sequence[Lane], evidence: Evidence) -> Iterator[Finding]:
    for first, met in _with_first(evidence.met_again(), lambda met: (met.id, met.source)):
        if met is not first:
            _take_off(lanes[met.lane], met)
            yield _again(lanes, first, met)
        elif met.late:
            yield _finding(lanes, met, Code.OUT_OF_ORDER, "Its version is not above what lies before it in its stream.")


def _take_off(lane: Lane, fact: Met) -> None:
    if fact.entry:
        wire, currency, amount = fact.entry.split(" ")
        lane.closes.take_off(fact.source, fact.offset, (wire, currency, Decimal(amount)))


def _again(lanes: Sequence[Lane], first: Met, again: Met) -> Finding:
    where = f"the record at {_place(lanes, first)}"
    if again.hash == first.hash:
        return _finding(lanes, again, Code.AGAIN, f"It is {where} once more, byte for byte.")
    if again.streamid is None:
        sentence = f"Its id {text_of(again.id)} is that of {where}, with other bytes."
        return _finding(lanes, again, Code.ID_REUSED, sentence)
    return _finding(lanes, again, Code.FORK, f"Its stream and version are those of {where}, with other bytes.")


def _causes(lanes: Sequence[Lane], evidence: Evidence) -> Iterator[Finding]:
    by_place = {(lane.topic.name, lane.partition): lane for lane in lanes}
    for event in evidence.causes_missing():
        if _is_record(text_of(event.cause), by_place):
            continue
        sentence = f"Its cause {text_of(event.cause)} is nowhere on the log."
        yield _finding(lanes, event, Code.CAUSE_MISSING, sentence)
    for event in evidence.causes_after():
        sentence = f"Its cause {text_of(event.cause)} does not lie before it."
        yield _finding(lanes, event, Code.CAUSE_AFTER, sentence)


def _is_record(cause: str, lanes: Mapping[tuple[str, int], Lane]) -> bool:
    """`record/<topic>/<partition>/<offset>`: a record that could not be read, and so has no id."""
    match cause.split("/"):
        case ["record", topic, partition, offset] if partition.isdecimal() and offset.isdecimal():
            lane = lanes.get((topic, int(partition)))
            return lane.has(int(offset)) if lane else topic in _NOT_AUDITED
        case _:
            return False


def _commands(lanes: Sequence[Lane], evidence: Evidence) -> Iterator[Finding]:
    for first, run in _with_first(evidence.commands_split(), lambda run: (run.command, run.topic)):
        if run is not first:
            where = f"{first.streamid} version {first.version} at {_place(lanes, first)}"
            sentence = f"Its command {text_of(run.command)} wrote elsewhere before: {where}."
            yield _finding(lanes, run, Code.COMMAND_SPLIT, sentence)


def _with_first(rows: Iterable[R], key: Callable[[R], object]) -> Iterator[tuple[R, R]]:
    """Each row beside the first that has its key; the first beside itself. Rows of a key come one after the other."""
    first = None
    for row in rows:
        if first is None or key(row) != key(first):
            first = row
        yield first, row


def _finding(lanes: Sequence[Lane], row: Met | Caused | Run, code: Code, sentence: str) -> Finding:
    lane = lanes[row.lane]
    return Finding(code, lane.topic.name, lane.partition, row.offset, sentence, row.streamid, row.version)


def _place(lanes: Sequence[Lane], row: Met | Run) -> str:
    return f"{lanes[row.lane].topic.name} {lanes[row.lane].partition}/{row.offset}"
