"""Measuring a portfolio: how statuses follow one another, and how large limits, bills and payments are by status."""

import json
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import accumulate, pairwise
from typing import Any

from arrears_events.bank.rows import AccountRow

SOURCE = (
    "Measured on: Default of Credit Card Clients, I-C. Yeh and C.-H. Lien (2009), "
    "UCI Machine Learning Repository, data set 350, licence CC BY 4.0."
)
COMMAND = "arrears bank measure --portfolio FILE"
BUCKETS = 20
"""A distribution is given by the middle value of each twentieth, so a few outliers do not shape it."""


def measure(rows: Iterable[AccountRow]) -> dict[str, Any]:
    """What `rates.json` holds. Bills are shares of the limit, payments shares of the bill before where that is owed.

    The last month has rates of its own: the real file tells one month late there, and hardly ever before.
    """
    first: Counter[int] = Counter()
    next_: dict[int, Counter[int]] = defaultdict(Counter)
    last: dict[int, Counter[int]] = defaultdict(Counter)
    limits: Counter[float] = Counter()
    bills: dict[int, Counter[float]] = defaultdict(Counter)
    payments: dict[int, Counter[float]] = defaultdict(Counter)
    for row in rows:
        limits[row.credit_limit] += 1
        first[row.months[0].status] += 1
        for month in row.months:
            bills[month.status][round(month.bill / max(1, row.credit_limit), 4)] += 1
        for before, month in pairwise(row.months[:-1]):
            next_[before.status][month.status] += 1
        last[row.months[-2].status][row.months[-1].status] += 1
        for before, month in pairwise(row.months):
            if before.bill > 0:
                payments[month.status][round(month.paid / before.bill, 4)] += 1
    return {
        "source": SOURCE,
        "command": COMMAND,
        "first_status": _counts(first),
        "next_status": {str(status): _counts(after) for status, after in sorted(next_.items())},
        "last_status": {str(status): _counts(after) for status, after in sorted(last.items())},
        "credit_limit": middles(limits),
        "bill_to_limit": {str(status): middles(seen) for status, seen in sorted(bills.items())},
        "payment_to_bill_before": {str(status): middles(seen) for status, seen in sorted(payments.items())},
    }


def as_text(measured: Mapping[str, Any]) -> str:
    """JSON with a line for each distribution."""
    return "{\n" + ",\n".join(f' "{name}": {_lines(value)}' for name, value in measured.items()) + "\n}\n"


def middles(seen: Mapping[float, int]) -> list[float]:
    """The middle value of each bucket, by the nearest rank."""
    values = sorted(seen)
    up_to = list(accumulate(seen[value] for value in values))
    ranks = (-(-up_to[-1] * (2 * bucket + 1) // (2 * BUCKETS)) for bucket in range(BUCKETS))
    return [values[bisect_left(up_to, rank)] for rank in ranks]


def _counts(seen: Mapping[int, int]) -> dict[str, int]:
    return {str(status): count for status, count in sorted(seen.items())}


def _lines(value: Any) -> str:
    match value:
        case {"0": dict() | list()}:
            return "{\n" + ",\n".join(f'  "{status}": {json.dumps(value[status])}' for status in value) + "\n }"
        case _:
            return json.dumps(value)
