"""A portfolio: accounts from a file or made by the generator, and the business days on which they have facts."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import islice
from pathlib import Path

from arrears_events.bank import generator
from arrears_events.bank.facts import Fact, fact_days, facts_on
from arrears_events.bank.rows import AccountRow, read_rows
from arrears_events.errors import PortfolioUnreadable

Rows = Callable[[], Iterator[AccountRow]]

SOURCE = "bank/portfolio/"
"""How the CloudEvents source of every portfolio begins."""
HELD_AT_MOST = 50_000
"""So many rows are held in memory (about 60 MB); of a larger portfolio they are read, or made, anew for each day."""


@dataclass(frozen=True)
class Portfolio:
    """`rows` gives the accounts from the first on each time it is called; the events of all are never held."""

    name: str
    accounts: int
    first_month: date
    jurisdiction: str
    rows: Rows

    @property
    def source(self) -> str:
        place = "" if self.jurisdiction == "cn" else f"-{self.jurisdiction}"
        return f"{SOURCE}{self.name}-{self.accounts}-{self.first_month:%Y-%m}{place}"

    @property
    def fact_days(self) -> list[date]:
        return fact_days(self.first_month)

    @property
    def days(self) -> list[date]:
        """Every calendar day from the opening to the end of the last month: each is a business day."""
        first, last = self.fact_days[0], self.fact_days[-1]
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    def facts_on(self, day: date) -> Iterator[list[Fact]]:
        """The facts of each account on `day`."""
        return (facts_on(row, self.first_month, day, self.jurisdiction) for row in self.rows())


def from_file(path: Path, accounts: int | None, first_month: date, jurisdiction: str = "cn") -> Portfolio:
    """The first `accounts` rows, or all. The file is read once to check it; raises PortfolioUnreadable."""
    found = sum(1 for _ in islice(read_rows(path), accounts))
    if not found or (accounts and found < accounts):
        raise PortfolioUnreadable(f"{path} has {found} accounts. Ask for no more of them, from 1 on.")
    stem = re.sub(r"[^A-Za-z0-9]+", "-", path.name.partition(".")[0]).strip("-")
    with path.open("rb") as file:
        name = f"{stem or 'file'}-{hashlib.file_digest(file, 'sha256').hexdigest()[:8]}"
    rows = _held(found, lambda: islice(read_rows(path), found))
    return Portfolio(name, found, first_month, jurisdiction, rows)


def generated(accounts: int, seed: int, first_month: date, jurisdiction: str = "cn") -> Portfolio:
    """Accounts 1 to `accounts` of the generator's `seed`."""
    rows = _held(accounts, lambda: generator.rows(accounts, seed))
    return Portfolio(f"generated-{seed}", accounts, first_month, jurisdiction, rows)


def _held(accounts: int, rows: Rows) -> Rows:
    if accounts > HELD_AT_MOST:
        return rows
    held = lru_cache(maxsize=1)(lambda: tuple(rows()))
    return lambda: iter(held())
