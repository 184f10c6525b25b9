"""What a customer's written reply says, as far as a machine may judge: a stop, a payment claimed, a day named.

Anything else is for a person to read, and so is whatever leaves a doubt, or somebody else wrote than the customer. A
stop alone is heeded in doubt, from whomever it comes: rather once too often.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from unicodedata import normalize

ReadAs = Literal["stop", "paid", "promise", "unread"]

_STOP = re.compile(
    r"""[\s"'“‘「【(\[]*(?:
        (?:请|請|please\s)?\s*(?:停止|不要再|退[订訂]|(?:stop|unsubscribe)(?![a-z0-9]))
        | (?:回[复復覆]?\s*:?\s*)?["'“‘「【]?(?:(?:td?|tt)(?![a-z0-9_])|n(?!\w))(?![-.&/']\s*[a-z0-9])
    )""",
    re.IGNORECASE | re.VERBOSE,
)
"""How a stop begins. Of our own "回T退订" the letter is a word: a T-shirt and T. Wang are none."""
_STOP_ANYWHERE = re.compile(r"退[订訂]|取消[订訂][阅閱]|(?:别|別|不要)再[发發]|\bunsubscribe\b", re.IGNORECASE)
SHORT = 70
"""Characters of one SMS in Chinese: in a text no longer than that, a stop counts wherever it stands."""
_PAID = re.compile(r"已[经經]?(?:全部|都)?[还還付缴繳]|[还還][过過清]了|\bpaid\b", re.IGNORECASE)
_NOT_PAID = re.compile(
    r"[没沒未吗嗎会會将將等?]|什[么麼]|何[时時]|如|要是|明天|[后後]天|下[周週个個月]"
    r"|n't\b|'ll\b|\b(?:not|never|will|would|when|if|until|once|be|get|am)\b",
    re.IGNORECASE,
)
"""What is denied, asked, or still to come."""
_UNABLE = re.compile(
    r"不[能会會]|[无無]法|[还還]不|\bcan ?not\b|\bcan'?t\b|\bwon'?t\b|\bwill not\b|\bunable\b", re.IGNORECASE
)
"""It is neither a claim nor a promise."""
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
    text = normalize("NFKC", text).replace("’", "'").strip()
    if _STOP.match(text) or (len(text) <= SHORT and _STOP_ANYWHERE.search(text)):
        return Reply("stop")
    if _UNABLE.search(text):
        return Reply("unread")
    day = _day_in(text, on)
    promised = day if day is not None and on <= day <= on + FARTHEST else None
    if _PAID.search(text) and not _NOT_PAID.search(text):
        return Reply("paid") if promised in {None, on} else Reply("unread")
    return Reply("promise", promised) if promised else Reply("unread")


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
