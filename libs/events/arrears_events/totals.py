"""Control totals: what a source wrote to a partition in a business day, so that a missing record is found that night."""

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


def totals_of(entries: Iterable[tuple[Counted, Decimal]]) -> tuple[ControlTotal, ...]:
    """The totals, in the order of type and currency, of entries that may come in any order."""
    count: dict[Counted, int] = defaultdict(int)
    amount: dict[Counted, Decimal] = defaultdict(Decimal)
    for counted, value in entries:
        count[counted] += 1
        amount[counted] += value
    return tuple(
        ControlTotal(type=wire, currency=currency, count=count[wire, currency], amount=amount[wire, currency])
        for wire, currency in sorted(count)
    )
