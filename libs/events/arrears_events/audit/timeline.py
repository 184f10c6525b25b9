"""The story of a customer, an account or a case, from the log alone: what, when, by whom, and because of what."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from arrears_events.audit.entries import Entry
from arrears_events.audit.gist import business_date_of, gist_of
from arrears_events.codec import Topic
from arrears_events.envelope import StreamEvent


@dataclass(frozen=True, slots=True)
class Cause:
    """Why it happened. `number` is that of the cause's line; `entry` is None for a request, or what is not found."""

    id: str
    entry: Entry | None
    number: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """`again`: the log holds this event before, at a place above."""

    number: int
    entry: Entry
    cause: Cause | None
    again: bool

    def as_json(self, topic: Topic[Any]) -> dict[str, Any]:
        """All that is known of it; the data whole."""
        entry, envelope = self.entry, self.entry.envelope
        told: dict[str, Any] = {"number": self.number, **_place(entry), "id": entry.id, "time": entry.time.isoformat()}
        if not envelope:
            return told | {"unreadable": entry.unreadable}
        business_date = business_date_of(envelope.data)
        told |= {"event": entry.name, "type": topic.type_of(type(envelope.data)), "source": envelope.source}
        told |= {"business_date": business_date and business_date.isoformat(), "gist": gist_of(envelope.data)}
        if isinstance(envelope, StreamEvent):
            told |= {name: getattr(envelope, name) for name in _OF_STREAM} | {"commandid": str(envelope.commandid)}
        cause = self.cause and _cause_as_json(self.cause)
        return told | {"again": self.again, "cause": cause, "data": envelope.data.model_dump(mode="json")}


_OF_STREAM = ("streamid", "streamversion", "actor", "actorrole", "onbehalfof", "correlationid")


def timeline(chosen: Iterable[Entry], known: Iterable[Entry]) -> list[Line]:
    """The chosen in their order, numbered from 1. Their causes are looked up among all that are `known` too."""
    ordered = in_order([entry for entry in chosen if not entry.is_context])
    by_id = {entry.id: entry for entry in known}
    numbers: dict[str, int] = {}
    told: set[tuple[str, str]] = set()
    lines: list[Line] = []
    for number, entry in enumerate(ordered, 1):
        numbers.setdefault(entry.id, number)
        lines.append(Line(number, entry, _cause(entry, by_id, numbers), again=(entry.record.topic, entry.id) in told))
        told.add((entry.record.topic, entry.id))
    return lines


def in_order(entries: Sequence[Entry]) -> list[Entry]:
    """By the time of recording, but never against the order of a partition, and no effect before its cause.

    Equal times are frequent where the clock is the business calendar; the broker's time decides between them.
    """
    followers, waits_for = _constraints(entries)
    ready = [(_when(entries[index]), index) for index in range(len(entries)) if not waits_for[index]]
    heapq.heapify(ready)
    ordered: list[int] = []
    while ready:
        _, index = heapq.heappop(ready)
        ordered.append(index)
        for follower in followers[index]:
            waits_for[follower] -= 1
            if not waits_for[follower]:
                heapq.heappush(ready, (_when(entries[follower]), follower))
    in_a_circle = sorted(set(range(len(entries))) - set(ordered), key=lambda index: _when(entries[index]))
    return [entries[index] for index in (*ordered, *in_a_circle)]


def _constraints(entries: Sequence[Entry]) -> tuple[dict[int, list[int]], dict[int, int]]:
    """For each index those that come after it, and how many must come before it."""
    followers: dict[int, list[int]] = defaultdict(list)
    waits_for: dict[int, int] = defaultdict(int)
    first = {entry.id: index for index, entry in reversed(list(enumerate(entries)))}
    by_place = sorted(range(len(entries)), key=lambda index: entries[index].place)
    pairs = [(before, after) for before, after in pairwise(by_place) if _same_partition(entries, before, after)]
    pairs += [(first[entry.cause], index) for index, entry in enumerate(entries) if entry.cause in first]
    for before, after in pairs:
        followers[before].append(after)
        waits_for[after] += 1
    return followers, waits_for


def _same_partition(entries: Sequence[Entry], one: int, other: int) -> bool:
    return entries[one].place[:2] == entries[other].place[:2]


def _when(entry: Entry) -> tuple[Any, ...]:
    return entry.time, entry.record.timestamp, entry.place


def _cause(entry: Entry, by_id: dict[str, Entry], numbers: dict[str, int]) -> Cause | None:
    return Cause(entry.cause, by_id.get(entry.cause), numbers.get(entry.cause)) if entry.cause else None


def _place(entry: Entry) -> dict[str, Any]:
    return dict(zip(("topic", "partition", "offset"), entry.place, strict=True))


def _cause_as_json(cause: Cause) -> dict[str, Any]:
    found = {"event": cause.entry.name, **_place(cause.entry)} if cause.entry else {}
    return {"id": cause.id, "number": cause.number, **found}
