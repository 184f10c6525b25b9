"""Control totals: what a source wrote to a partition in a business day, so a missing record is found that night."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from arrears_events.catalogue.base import ControlTotal, Event
from arrears_events.money import Money

Counted = tuple[str, str]
"""An event's wire name and the currency of its control amount ("" where it has none)."""


def control_entry(event: Event) -> tuple[Counted, Decimal]:
    """What one event adds to the totals."""
    money = getattr(event, event.control) if event.control else None
    if isinstance(money, Money):
        return (event.wire, money.currency), money.amount
    return (event.wire, ""), Decimal(0)


class Tally:
    """Totals that grow by one event at a time; `entries` may come in any order."""

    def __init__(self, entries: Iterable[tuple[Counted, Decimal]] = ()) -> None:
        self._count: dict[Counted, int] = defaultdict(int)
        self._amount: dict[Counted, Decimal] = defaultdict(Decimal)
        for counted, value in entries:
            self.add(counted, value)

    def add(self, counted: Counted, value: Decimal) -> None:
        self._count[counted] += 1
        self._amount[counted] += value

    def totals(self) -> tuple[ControlTotal, ...]:
        """In the order of type and currency."""
        return tuple(
            ControlTotal(type=each[0], currency=each[1], count=self._count[each], amount=self._amount[each])
            for each in sorted(self._count)
        )


def totals_of(entries: Iterable[tuple[Counted, Decimal]]) -> tuple[ControlTotal, ...]:
    """The totals, in the order of type and currency, of entries that may come in any order."""
    return Tally(entries).totals()
