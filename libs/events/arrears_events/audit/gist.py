"""What an event says, on one line: its business date, and the gist of its data."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, cast

from pydantic import BaseModel

from arrears_events.catalogue.base import Event
from arrears_events.money import Money

LONGEST = 160
"""Characters of a gist; the whole data is in the JSON."""
_DATES = ("as_of", "on", "day", "date", "value_date", "statement_date", "booked_on")
"""Fields that say when a fact holds in business, the surest first; after them any other that ends in `_on`."""
_ELSEWHERE = frozenset({"customer_id", "account_id", "case_id"})
"""Named at the head of the timeline, or beside the gist."""


def business_date_of(event: Event) -> date | None:
    """The business date of the fact; None where it has none of its own, as a profile."""
    named = [name for name in event.__class__.model_fields if name.endswith("_on")]
    found = (getattr(event, name, None) for name in (*_DATES, *named))
    return next((day for day in found if isinstance(day, date) and not isinstance(day, datetime)), None)


def gist_of(event: Event, longest: int = LONGEST) -> str:
    """`name value` of each field that says something, cut at `longest` characters."""
    said = ", ".join(_fields(event))
    return said if len(said) <= longest else said[: longest - 1] + "…"


def printable(text: str) -> str:
    """Nothing that a terminal obeys: control characters and marks of direction are spelt out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _fields(model: BaseModel) -> Iterable[str]:
    for name in model.__class__.model_fields:
        value = getattr(model, name)
        if name not in _ELSEWHERE and value is not None and value != () and value is not False:
            yield f"{name} {_spelt(value)}"


def _spelt(value: Any) -> str:
    if isinstance(value, Money):
        return f"{value.amount:f} {value.currency}"
    if isinstance(value, BaseModel):
        return "(" + ", ".join(_fields(value)) + ")"
    if isinstance(value, dict):
        return " ".join(f"{key}={_spelt(each)}" for key, each in cast(dict[Any, Any], value).items())
    if isinstance(value, frozenset):
        return " ".join(sorted(map(_spelt, cast(frozenset[Any], value))))
    if isinstance(value, tuple):
        return " ".join(map(_spelt, cast(tuple[Any, ...], value)))
    return str(value)
