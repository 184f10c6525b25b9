"""What a customer's written reply says, as far as a machine may judge: a stop, a payment claimed, a day named.

Anything else is for a person to read, and so is whatever leaves a doubt, or somebody else wrote than the customer. A
stop alone is heeded in doubt, from whomever it comes: rather once too often.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from unicodedata import category, normalize

ReadAs = Literal["stop", "paid", "promise", "unread"]

_BEFORE_A_STOP = re.compile(r"(?:[\W_]|请|請|(?:please|pls|plz|kindly)\b)+", re.IGNORECASE)
"""Marks and courtesies."""
_STOP = re.compile(
    r"""停止|不要再|退[订訂]|拒[绝絕]?(?:接)?收|(?:stop(?:\s?all)?|unsubscribe|opt[\s-]?out)(?![a-z0-9])
    | (?:回[复復覆]?[\W_]*)?(?:(?:td?|tt)(?![a-z0-9_恤台型字])|n(?!\w))(?![-.&/']\s*[a-z0-9]|(?:\s+[a-z])+\W*$)
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""How a stop begins. Of our own "回T退订" the letter is a word: a T-shirt (T恤), T. Wang and "n o" are none."""
_STOP_ALONE = re.compile(r"(?:quit|cancel|end|取消)(?:\W+(?:please|pls|thanks))?[\W_]*", re.IGNORECASE)
"""Words that are a stop when they are the whole text."""
_STOP_ANYWHERE = re.compile(
    r"""退[订訂]|取消[订訂][阅閱]|\bunsubscribe\b|\bopt[ -]?out\b
    | (?:(?<![特分])[别別]|勿|不要)(?:再(?:[给給]我)?[发發传傳]|(?:[给給]我)?[发發传傳](?:了|短信|信息|\W*$))
    | (?<![a-z0-9])stop(?:\s+(?:text|send|messag|contact)ing\b|\W*$)|[,.;!。、]\s*stop(?![a-z0-9])
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Whole phrases, and a stop that begins or ends what is said: "I paid, stop"."""
SHORT, SHORT_IN_ASCII = 70, 160
"""Characters of one SMS: in a text no longer than that, a stop counts wherever it stands."""
_PAID = re.compile(r"已[经經]?(?:全部|都)?[还還付缴繳]|[还還][过過清]了|\bpaid\b", re.IGNORECASE)
_NOT_PAID = re.compile(
    r"[没沒未吗嗎会會将將等?]|失[败敗]|什[么麼]|何[时時]|如|要是|明天|[后後]天|下[周週个個月]"
    r"|n't\b|'ll\b|\b(?:not|never|nothing|none|zero|will|would|when|if|until|once|be|get|am|failed|declined)\b"
    r"|(?:\bpaid|[还還付缴繳]了?)[\s¥$]*0++(?:\.0+)?+(?![\d.:]*\d)",
    re.IGNORECASE,
)
"""What is denied, asked, or still to come; or nothing was paid."""
_UNABLE = re.compile(
    r"不[能会會]|[无無]法|[还還]不|\bcan ?not\b|\bcan'?t\b|\bwon'?t\b|\bwill not\b|\bunable\b", re.IGNORECASE
)
"""It is neither a claim nor a promise."""
_PAYING = re.compile(r"[还還付缴繳转轉]|\b(?:pay|paid|paying|transfer|settle|will)\b|'ll\b", re.IGNORECASE)
_NOT_MEANT = re.compile(
    r"[?吗嗎别別勿拒]|不(?!好意思|用[担擔]心)|n't\b|\b(?:not|never|no|refuse|refused|why|when|what|due)\b",
    re.IGNORECASE,
)
"""A day that comes with a question or a refusal."""
_AMOUNT = re.compile(r"\d|[元块塊]")
"""In what is left without the day: a part is promised, or something else is meant."""
_NO_PROMISE = re.compile(
    r"不[在是]\s*\d|如果|要是|假如|生日|出生|\bnot\s+(?:on|by|before|until|till)\b|\b(?:if|unless|born|birthday)\b",
    re.IGNORECASE,
)
"""A day that is denied, hangs on a condition, or is of something else."""
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
    """`on`: the business date on which it came. A promise speaks of paying and names one day: of two none is known.

    A long text in which a stop stands somewhere is a person's to read, whatever else it says.
    """
    text = _plain(text)
    if is_stop(text):
        return Reply("stop")
    if _UNABLE.search(text) or _NO_PROMISE.search(text) or _STOP_ANYWHERE.search(text):
        return Reply("unread")
    days = _days_in(text, on)
    to_come = {day for day in days if day is not None and on <= day <= on + FARTHEST}
    if _PAID.search(text) and not _NOT_PAID.search(text):
        return Reply("paid") if to_come <= {on} else Reply("unread")
    if to_come and len(days) == 1 and _means_to_pay_all(text):
        return Reply("promise", to_come.pop())
    return Reply("unread")


def is_stop(text: str) -> bool:
    """Whoever wrote it, and on whatever day."""
    text = _plain(text)
    found = _BEFORE_A_STOP.match(text)
    bare = text[found.end() :] if found else text
    if _STOP.match(bare) or _STOP_ALONE.fullmatch(bare):
        return True
    return len(text) <= (SHORT_IN_ASCII if text.isascii() else SHORT) and _STOP_ANYWHERE.search(text) is not None


def _means_to_pay_all(text: str) -> bool:
    beside_the_day = _CHINESE_DAY.sub("", _ISO_DAY.sub("", text))
    doubted = _NOT_MEANT.search(text) or _AMOUNT.search(beside_the_day)
    return _PAYING.search(text) is not None and not doubted


def _plain(text: str) -> str:
    """Without what is not seen, as a space of no width."""
    seen = (each for each in normalize("NFKC", text) if category(each) != "Cf")
    return "".join(seen).replace("’", "'").strip()


def _days_in(text: str, on: date) -> set[date | None]:
    """Those that are named, None for one that no calendar has; a day without a year is the next of that name."""
    days = {_date(*map(int, found)) for found in _ISO_DAY.findall(text)}
    for found in _CHINESE_DAY.findall(text):
        month, day = map(int, found)
        this_year = _date(on.year, month, day)
        days.add(this_year if this_year is None or this_year >= on else _date(on.year + 1, month, day))
    return days


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
