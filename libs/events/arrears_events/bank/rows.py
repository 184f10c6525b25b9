"""Rows of a portfolio file: one account each, six months, in the form of the UCI data set 350 (CSV, gzip).

A file of our generator has the same columns but those of the person, and CUSTOMER, which an account shares when its
customer holds two.
"""

import csv
import gzip
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import starmap
from pathlib import Path
from typing import IO, NamedTuple, NoReturn

from arrears_events.errors import PortfolioUnreadable

STATUSES = ("PAY_6", "PAY_5", "PAY_4", "PAY_3", "PAY_2", "PAY_0")
BILLS = tuple(f"BILL_AMT{month}" for month in range(6, 0, -1))
PAYMENTS = tuple(f"PAY_AMT{month}" for month in range(6, 0, -1))
NUMBERS = ("LIMIT_BAL", *STATUSES, *BILLS, *PAYMENTS)
MONTHS = len(STATUSES)

_HIGHEST = 999_999_999_999
_RANGE = (
    dict.fromkeys(STATUSES, (-2, 9))
    | dict.fromkeys(BILLS, (-_HIGHEST, _HIGHEST))
    | dict.fromkeys(("LIMIT_BAL", *PAYMENTS), (0, _HIGHEST))
)
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,11}", re.ASCII)
_ROUND = re.compile(r"-?[1-9]\.[0-9]{2}E\+(0[2-9]|1[01])", re.ASCII)
"""How R writes a round number, and so the publisher's file: 5.00E+05."""
_ACCOUNT = re.compile(r"(?:GEN(0|[1-9][0-9]{0,17})-)?([1-9][0-9]{0,9})", re.ASCII)


class Month(NamedTuple):
    """`status` -2 no use, -1 paid in full, 0 minimum paid, else months late; `bill` and `paid` in whole units."""

    status: int
    bill: int
    paid: int


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account, `months` from the oldest on. `number` counts up in a portfolio."""

    number: int
    account_id: str
    customer_id: str
    credit_limit: int
    months: tuple[Month, ...]

    def __post_init__(self) -> None:
        assert len(self.months) == MONTHS


def read_rows(path: Path) -> Iterator[AccountRow]:
    """The rows of a file, one at a time. Raises PortfolioUnreadable, naming line and column."""
    with _text(path) as text:
        lines = csv.reader(text, strict=True)
        try:
            yield from _rows(path, lines)
        except (csv.Error, UnicodeDecodeError, EOFError, OSError) as error:
            raise PortfolioUnreadable(f"{path}, after line {lines.line_num}: {error}") from None


def write_rows(rows: Iterable[AccountRow], path: Path) -> None:
    """The same rows give the same bytes."""
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed,
        io.TextIOWrapper(packed, encoding="ascii", newline="") as text,
    ):
        lines = csv.writer(text, lineterminator="\n")
        lines.writerow(("ID", "CUSTOMER", *NUMBERS))
        for row in rows:
            months = zip(*row.months, strict=True)
            customer = row.customer_id.removeprefix("C-")
            lines.writerow((row.account_id, customer, row.credit_limit, *(each for kind in months for each in kind)))


def _text(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def _rows(path: Path, lines: Iterator[list[str]]) -> Iterator[AccountRow]:
    columns = _Columns(path, next(lines, list[str]()))
    last = 0
    for line, fields in enumerate(lines, 2):
        row = columns.row(line, fields)
        if row.number <= last:
            columns.refuse(line, "ID", f"comes after {last}; accounts stand in ascending order, each once")
        last = row.number
        yield row


class _Columns:
    """Where each column of a file stands, and the row that a line of it is."""

    def __init__(self, path: Path, header: list[str]) -> None:
        self._path = path
        self._width = len(header)
        missing = [name for name in ("ID", *NUMBERS) if header.count(name) != 1]
        if missing:
            raise PortfolioUnreadable(f"{path}, line 1: the header must have {', '.join(missing)} once")
        self._id = header.index("ID")
        self._customer = header.index("CUSTOMER") if "CUSTOMER" in header else self._id
        self._numbers = [(name, header.index(name), *_RANGE[name]) for name in NUMBERS]

    def row(self, line: int, fields: list[str]) -> AccountRow:
        if len(fields) != self._width:
            raise PortfolioUnreadable(f"{self._path}, line {line}: {len(fields)} fields, the header has {self._width}")
        account = self._account(line, "ID", fields[self._id])
        customer = self._account(line, "CUSTOMER", fields[self._customer])
        limit, *rest = self._values(line, fields)
        months = zip(rest[:MONTHS], rest[MONTHS : 2 * MONTHS], rest[2 * MONTHS :], strict=True)
        return AccountRow(
            number=int(account[2]),
            account_id=account[0] if account[1] else f"UCI-{account[0]}",
            customer_id=f"C-{customer[0]}",
            credit_limit=limit,
            months=tuple(starmap(Month, months)),
        )

    def refuse(self, line: int, column: str, why: str) -> NoReturn:
        raise PortfolioUnreadable(f"{self._path}, line {line}, column {column}: {why}")

    def _account(self, line: int, column: str, text: str) -> re.Match[str]:
        found = _ACCOUNT.fullmatch(text)
        return found or self.refuse(line, column, "a whole number from 1, or GEN<seed>-<number>, must stand here")

    def _values(self, line: int, fields: list[str]) -> Iterator[int]:
        for name, at, low, high in self._numbers:
            value = _whole(fields[at])
            if value is None or not low <= value <= high:
                self.refuse(line, name, f"a whole number from {low} to {high} must stand here")
            yield value


def _whole(text: str) -> int | None:
    if _WHOLE.fullmatch(text):
        return int(text)
    return int(Decimal(text)) if _ROUND.fullmatch(text) else None
