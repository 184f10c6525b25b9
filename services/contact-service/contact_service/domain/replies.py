"""What a customer's written reply says, as far as a machine may judge: a stop, a payment claimed, a day named.

Anything else is for a person to read, and so is whatever somebody else wrote than the customer. A stop is heeded
wherever it stands at the beginning, from whomever it comes: rather once too often.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

ReadAs = Literal["stop", "paid", "promise", "unread"]

_STOP = re.compile(
    r"\s*(t|td|tt|n|stop|unsubscribe|退订|停止|不要再)\b.*|\s*(退订|停止|不要再).*", re.IGNORECASE | re.DOTALL
)
_PAID = re.compile(r".*(已还|已經還|还过了|还清|已付|\bpaid\b).*", re.IGNORECASE | re.DOTALL)
_NOT_PAID = re.compile(r".*(没还|未还|不还|沒還|\bnot\b|n't).*", re.IGNORECASE | re.DOTALL)
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_CHINESE_DAY = re.compile(r"(\d{1,2})月(\d{1,2})[日号]", re.ASCII)
FARTHEST = timedelta(days=180)
"""A day beyond is taken for no promise: a birthday, a year that was mistyped."""


@dataclass(frozen=True)
class Reply:
    """`day`: by which the customer says that they will pay."""

    read_as: ReadAs
    day: date | None = None


def read(text: str, on: date) -> Reply:
    """`on`: the business date on which it came."""
    if _STOP.fullmatch(text):
        return Reply("stop")
    if _PAID.fullmatch(text) and not _NOT_PAID.fullmatch(text):
        return Reply("paid")
    day = _day_in(text, on)
    if day is not None and on <= day <= on + FARTHEST:
        return Reply("promise", day)
    return Reply("unread")


def _day_in(text: str, on: date) -> date | None:
    """The one day that is named; a day without a year is the next of that name."""
    if found := _ISO_DAY.search(text):
        year, month, day = map(int, found.groups())
        return _date(year, month, day)
    if found := _CHINESE_DAY.search(text):
        month, day = map(int, found.groups())
        this_year = _date(on.year, month, day)
        return this_year if this_year is None or this_year >= on else _date(on.year + 1, month, day)
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
