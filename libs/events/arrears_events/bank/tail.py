"""What a source has on the log since the last business day that it closed everywhere, found from the end backwards."""

import json
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from arrears_events.bank.day import Found
from arrears_events.catalogue.bank import BANK, BusinessDayClosed
from arrears_events.codec import digest
from arrears_events.errors import LogUnreachable
from arrears_events.log.reader import Reader, Record

STEP = 1_000
"""Records of a partition that are read at first; four times as many at each further step back."""

At = tuple[str, int]

_CLOSED = BANK.type_of(BusinessDayClosed)


@dataclass(frozen=True)
class Tail:
    """`last_closed`: the last day closed in every partition, None before the first; `found` what each has after it.

    `other_sources`: who else wrote what was read.
    """

    last_closed: date | None
    found: tuple[Found, ...]
    other_sources: frozenset[str]


class _Head(NamedTuple):
    """`closed` is the date of a close, None of any other event."""

    source: str
    id: str
    hash: str
    closed: date | None


@dataclass
class _Search:
    """One partition, read from `low` on; `heads` are the source's."""

    start: int
    low: int
    heads: list[_Head] = field(default_factory=list[_Head])

    @property
    def exhausted(self) -> bool:
        return self.low <= self.start

    @property
    def closes(self) -> list[date]:
        return [head.closed for head in self.heads if head.closed]

    def after(self, day: date) -> Found:
        last = max((at for at, head in enumerate(self.heads) if head.closed and head.closed <= day), default=-1)
        found = self.heads[last + 1 :]
        return Found({head.id: head.hash for head in found}, sum(1 for head in found if head.closed))


async def read_tail(reader: Reader, source: str, step: int = STEP) -> Tail:
    """Raises LogUnreachable when there is no topic."""
    try:
        at = [(BANK.name, partition) for partition in await reader.partitions(BANK.name)]
    except LookupError as error:
        raise LogUnreachable(f"Nothing was published: {error.args[0]}.") from None
    starts, ends = await reader.starts(at), await reader.ends(at)
    searches = {each: _Search(start=starts[each], low=ends[each]) for each in at}
    others: set[str] = set()
    while unclosed := _open(searches, date.max):
        others |= await _step_back(reader, source, unclosed, step)
        step *= 4
    last_closed = min((search.closes[-1] if search.closes else date.min) for search in searches.values())
    while ahead := _open(searches, last_closed):
        others |= await _step_back(reader, source, ahead, step)
    found = tuple(searches[each].after(last_closed) for each in at)
    return Tail(None if last_closed == date.min else last_closed, found, frozenset(others))


def _open(searches: dict[At, _Search], day: date) -> dict[At, _Search]:
    """Those in which a close of `day` or before may still be found."""
    return {
        at: search
        for at, search in searches.items()
        if not search.exhausted and not any(closed <= day for closed in search.closes)
    }


async def _step_back(reader: Reader, source: str, searches: dict[At, _Search], step: int) -> set[str]:
    """Read one step more of each; gives the other sources met there."""
    lows = {at: max(search.start, search.low - step) for at, search in searches.items()}
    read: dict[At, list[_Head]] = {at: [] for at in searches}
    async for records in reader.until(lows, {at: search.low for at, search in searches.items()}):
        read[records[0].topic, records[0].partition] += filter(None, map(_head, records))
    for at, search in searches.items():
        search.heads[:0] = [head for head in read[at] if head.source == source]
        search.low = lows[at]
    return {head.source for heads in read.values() for head in heads} - {source}


def _head(record: Record) -> _Head | None:
    """None for a record that cannot be read: its readers have it among their dead letters."""
    try:
        event = json.loads(record.value)
        closed = date.fromisoformat(event["data"]["date"]) if event["type"] == _CLOSED else None
        return _Head(str(event["source"]), str(event["id"]), digest(record.value), closed)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
