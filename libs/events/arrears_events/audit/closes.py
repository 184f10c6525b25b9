"""The control totals of a source's days in one partition, against what lies there between one close and the next."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from arrears_events.audit.findings import Code, Finding
from arrears_events.catalogue.base import DayClosed, Event
from arrears_events.envelope import SourceEvent
from arrears_events.totals import control_entry

Entry = tuple[str, str, Decimal]
"""What a fact adds to the totals: wire name, currency ("" without money), amount."""


def entry_of(event: Event) -> Entry:
    """By the one rule of what counts, which the bank closes its days by; here flat, since it is kept as a line."""
    (wire, currency), amount = control_entry(event)
    return wire, currency, amount


@dataclass(slots=True)
class Day:
    """What a source wrote after offset `after` up to its close at offset `at`, which is None while the day is open.

    `surplus` is what was found less what the close states, (count, amount) by type and currency, where it is not zero.
    """

    after: int
    at: int | None = None
    name: str = ""
    surplus: dict[tuple[str, str], tuple[int, Decimal]] = field(
        default_factory=dict[tuple[str, str], tuple[int, Decimal]]
    )

    def add(self, entry: Entry, times: int = 1) -> None:
        wire, currency, amount = entry
        count, sum_ = self.surplus.get((wire, currency), (0, Decimal(0)))
        self.surplus[wire, currency] = (count + times, sum_ + times * amount)

    def end(self, offset: int, closed: DayClosed) -> None:
        self.at, self.name = offset, f"{closed.date} by {closed.source}"
        for total in closed.totals:
            count, sum_ = self.surplus.get((total.type, total.currency), (0, Decimal(0)))
            self.surplus[total.type, total.currency] = (count - total.count, sum_ - total.amount)
        self.surplus = {counted: left for counted, left in self.surplus.items() if left != (0, 0)}

    def __str__(self) -> str:
        return ", ".join(
            f"{wire} {currency} {count:+d} ({amount:+f})"
            for (wire, currency), (count, amount) in sorted(self.surplus.items())
            if (count, amount) != (0, 0)
        )


class Closes:
    """A small Day for each close is held in memory: what was sent twice is known, and taken off, only at the end."""

    def __init__(self, topic: str, partition: int) -> None:
        self._topic, self._partition = topic, partition
        self._days: dict[str, list[Day]] = defaultdict(lambda: [Day(after=-1)])
        self._closed: dict[str, Any] = {}
        self._ids: set[str] = set()

    def take(self, offset: int, event: SourceEvent[Event]) -> Iterator[Finding]:
        """A fact or a close. A close that was met before ends no day."""
        if not isinstance(event.data, DayClosed):
            self._days[event.source][-1].add(entry_of(event.data))
        elif event.id not in self._ids:
            yield from self._judge(offset, event, event.data)
            self._ids.add(event.id)
            self._closed[event.source] = event.data
            self._days[event.source][-1].end(offset, event.data)
            self._days[event.source].append(Day(after=offset))

    def take_off(self, source: str, offset: int, entry: Entry) -> None:
        """A fact that had been sent before does not count."""
        days = self._days[source]
        days[bisect_left(days, offset, key=lambda day: day.after) - 1].add(entry, -1)

    def differing(self) -> Iterator[Finding]:
        for day in (day for days in self._days.values() for day in days):
            if day.at is not None and str(day):
                sentence = f"The totals of {day.name} are not what lies before it: found less stated is {day}."
                yield self._finding(Code.TOTALS_DIFFER, day.at, sentence)

    def _judge(self, offset: int, event: SourceEvent[Event], closed: Any) -> Iterator[Finding]:
        if (closed.source, closed.partition) != (event.source, self._partition):
            sentence = f"It closes partition {closed.partition} of {closed.source}, and comes from {event.source}."
            yield self._finding(Code.WRONG_CLOSE, offset, sentence)
        if event.id != f"{closed.source}/close/{closed.date}/{closed.partition}":
            yield self._finding(Code.WRONG_ID, offset, "Its id is not made from its source, date and partition.")
        before = self._closed.get(event.source)
        if before and closed.date != before.next_business_date:
            sentence = f"It closes {closed.date}; {before.next_business_date} was to follow {before.date}."
            yield self._finding(Code.CLOSE_UNANNOUNCED, offset, sentence)

    def _finding(self, code: Code, offset: int, sentence: str) -> Finding:
        return Finding(code, self._topic, self._partition, offset, sentence)
