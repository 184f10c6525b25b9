"""Accounts made by chance with the rates of a real portfolio: any number of them, each anew from (seed, number) alone.

Unlike the file that the rates were measured on, a generated account agrees with itself: in a month that is missed the
payment is below the minimum due of a bill that is owed; in any other it covers that, and all arrears there were.
"""

import hashlib
import json
import struct
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate
from typing import NamedTuple

from arrears_events.bank.facts import MINIMUM_DUE_LEAST, arrears_of, minimum_due
from arrears_events.bank.rows import MONTHS, AccountRow, Month

CUSTOMERS_IN_BLOCK = 20
"""One customer in a block of so many holds two accounts: the block's last account is the second one of another."""
WANDER = 0.08
"""How far an account's bill strays, from month to month, from its place among the bills of its status."""
INVERSE = 0.35
"""Share of accounts whose place among the bills is the reverse of theirs among the limits: small limits are used up."""
LIMIT_STEP = 10_000

_DRAWS = 4 + 3 * MONTHS


class Chances(NamedTuple):
    """Outcomes, and how many of all were seen up to each."""

    outcomes: tuple[int, ...]
    up_to: tuple[int, ...]

    @classmethod
    def of(cls, seen: Mapping[str, int]) -> "Chances":
        return cls(tuple(map(int, seen)), tuple(accumulate(seen.values())))

    def draw(self, place: float) -> int:
        return self.outcomes[bisect_right(self.up_to, int(place * self.up_to[-1]))]


class Rates(NamedTuple):
    """`rates.json`: chances of statuses; limits, bills and payments as middles of equal buckets, by status."""

    first_status: Chances
    next_status: Mapping[int, Chances]
    last_status: Mapping[int, Chances]
    credit_limit: Sequence[float]
    bill_to_limit: Mapping[int, Sequence[float]]
    payment_to_bill_before: Mapping[int, Sequence[float]]


def rows(accounts: int, seed: int) -> Iterator[AccountRow]:
    return (row(seed, number) for number in range(1, accounts + 1))


def row(seed: int, number: int) -> AccountRow:
    """Account `number`, counted from 1."""
    rates = measured_rates()
    draws = iter(_draws(seed, number))
    rich = next(draws)
    limit = round(_at(rates.credit_limit, rich) / LIMIT_STEP) * LIMIT_STEP
    holder = next(draws)
    place = 1 - rich if next(draws) < INVERSE else next(draws)
    statuses = _statuses(rates, draws)
    bills = _bills(rates, limit, place, statuses, draws)
    paid = _payments(rates, statuses, bills, draws)
    customer = number - 1 - int(holder * CUSTOMERS_IN_BLOCK) if number % (CUSTOMERS_IN_BLOCK + 1) == 0 else number
    return AccountRow(
        number=number,
        account_id=f"GEN{seed}-{number}",
        customer_id=f"C-GEN{seed}-{customer}",
        credit_limit=limit,
        months=tuple(map(Month, statuses, bills, paid)),
    )


@lru_cache(maxsize=1)
def measured_rates() -> Rates:
    data = json.loads(files("arrears_events.bank").joinpath("rates.json").read_text("utf-8"))
    return Rates(
        first_status=Chances.of(data["first_status"]),
        next_status={int(status): Chances.of(seen) for status, seen in data["next_status"].items()},
        last_status={int(status): Chances.of(seen) for status, seen in data["last_status"].items()},
        credit_limit=data["credit_limit"],
        bill_to_limit={int(status): middles for status, middles in data["bill_to_limit"].items()},
        payment_to_bill_before={int(status): middles for status, middles in data["payment_to_bill_before"].items()},
    )


def _draws(seed: int, number: int) -> list[float]:
    """Numbers from 0 up to 1, of the account alone; by a hash, so that every machine and version draws the same."""
    drawn = hashlib.shake_128(f"{seed}/{number}".encode()).digest(4 * _DRAWS)
    return [each / 2**32 for each in struct.unpack(f"<{_DRAWS}I", drawn)]


def _at(middles: Sequence[float], place: float) -> float:
    """The value at a place from 0 to 1, on straight lines between the middles."""
    position = place * (len(middles) - 1)
    below = min(int(position), len(middles) - 2)
    return middles[below] + (middles[below + 1] - middles[below]) * (position - below)


def _statuses(rates: Rates, draws: Iterator[float]) -> list[int]:
    statuses = [rates.first_status.draw(next(draws))]
    while len(statuses) < MONTHS - 1:
        statuses.append(rates.next_status[statuses[-1]].draw(next(draws)))
    return [*statuses, rates.last_status[statuses[-1]].draw(next(draws))]


def _bills(rates: Rates, limit: int, place: float, statuses: Sequence[int], draws: Iterator[float]) -> list[int]:
    """A bill that is or will be overdue is owed, and not below the arrears in it."""
    bills: list[int] = []
    for index, status in enumerate(statuses):
        strayed = min(1.0, max(0.0, place + WANDER * (2 * next(draws) - 1)))
        bill = round(limit * _at(rates.bill_to_limit[status], strayed))
        if max(statuses[index : index + 2]) >= 1:
            bill = max(bill, MINIMUM_DUE_LEAST)
        bills.append(max(bill, _units(arrears_of(status, bills[-1]))) if status >= 1 and bills else bill)
    return bills


def _payments(rates: Rates, statuses: Sequence[int], bills: Sequence[int], draws: Iterator[float]) -> list[int]:
    """Never more than the bill before; below its minimum due in a month that is missed, and no less in any other."""
    paid: list[int] = []
    overdue = 0
    for index, status in enumerate(statuses):
        before = max(0, bills[max(0, index - 1)])
        due = _units(minimum_due(before))
        drawn = round(before * min(1.0, _at(rates.payment_to_bill_before[status], next(draws))))
        paid.append(min(drawn, due - 1) if status >= 1 else max(drawn, due, overdue))
        overdue = _units(arrears_of(status, before))
    return paid


def _units(hundredths: int) -> int:
    """Whole units that cover the amount."""
    return -(-hundredths // 100)
