"""Records of any event, as Hypothesis makes them: from the annotations of its model.

A strategy is made once: Hypothesis works out anew what it is about each that it has not seen, for longer than it draws.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from arrears_events.catalogue.base import DayClosed, Event
from arrears_events.codec import Topic
from arrears_events.money import DECIMALS, Money
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pydantic import AwareDatetime, BaseModel, StringConstraints
from pydantic.fields import FieldInfo

from tests.architecture.json_schemas import envelope_of

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
CURRENCIES = sorted(DECIMALS)


@cache
def records(topic: Topic[Any], event: type[Event]) -> SearchStrategy[Any]:
    """Envelopes with an event of this kind."""
    envelope = envelope_of(topic)
    head = {"type": st.just(topic.type_of(event)), "schemaversion": st.just(event.version), "time": MOMENTS}
    hints = {name: each for name, each in _hints(envelope).items() if name not in {*head, "data", "specversion"}}
    told = {name: st.uuids() if each is UUID else values(each, "TWD") for name, each in hints.items()}
    return st.builds(envelope[event], data=events(event), **head, **told)


def events(event: type[Event]) -> SearchStrategy[Event]:
    """All money of one event is in one currency, unless it speaks of no ledger."""
    return st.sampled_from(CURRENCIES).flatmap(lambda currency: _built(event, currency))


def values(hint: Any, currency: str) -> SearchStrategy[Any]:
    """Of an annotation, with the bounds that stand in it."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _bounded(arguments[0], arguments[1:], currency)
    if origin in (Union, UnionType):
        return st.one_of([values(each, currency) for each in arguments])
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        return st.lists(values(arguments[0], currency), max_size=3).map(tuple)
    if origin is frozenset:
        return st.frozensets(values(arguments[0], currency), max_size=3)
    if origin is dict:
        return st.dictionaries(values(arguments[0], currency), values(arguments[1], currency), max_size=3)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return _built(hint, currency)
    return _PLAIN[hint] if hint in _PLAIN else _money(currency)


def _bounded(inner: Any, told: tuple[Any, ...], currency: str) -> SearchStrategy[Any]:
    limits: dict[str, Any] = {}
    for each in told:
        if isinstance(each, StringConstraints):
            return st.from_regex(str(each.pattern), fullmatch=True)
        if isinstance(each, FieldInfo):
            limits |= {name: value for bound in each.metadata for name, value in _limit(bound)}
    named = {str(getattr(each, "func", "")) for each in told}
    if inner is str and any("currency" in name for name in named):
        return st.just(currency)
    if inner is Money and any("negative" in name for name in named):
        return _money(currency, least=0)
    if inner is int:
        return st.integers(limits.get("ge"), limits.get("le", 2**53))
    if inner is date:
        return st.dates(min_value=limits.get("ge", date.min))
    least = limits.get("min_length", 0)
    return values(inner, currency).filter(lambda found: least == 0 or len(found) >= least)


def _limit(bound: Any) -> list[tuple[str, Any]]:
    return [(name, getattr(bound, name)) for name in ("ge", "le", "min_length") if hasattr(bound, name)]


@cache
def _built(model: type[Any], currency: str) -> SearchStrategy[Any]:
    told = {name: values(each, currency) for name, each in _hints(model).items()}
    if issubclass(model, DayClosed):
        told |= {"date": st.dates(max_value=date(2099, 12, 31)), "next_business_date": st.dates(date(2100, 1, 1))}
    return st.builds(model, **told)


def _hints(model: type[Any]) -> dict[str, Any]:
    hints = get_type_hints(model, include_extras=True)
    return {name: each for name, each in hints.items() if name in model.model_fields}


def _money(currency: str, least: int | None = None) -> SearchStrategy[Money]:
    most = 10 ** (13 + DECIMALS[currency]) - 1
    return st.integers(-most if least is None else least, most).map(
        lambda units: Money.of(_scaled(units, currency), currency)
    )


def _scaled(units: int, currency: str) -> Decimal:
    return Decimal(units).scaleb(-DECIMALS[currency])


_PLAIN: dict[Any, SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(0, 2**53),
    bool: st.booleans(),
    type(None): st.none(),
    date: st.dates(),
    AwareDatetime: MOMENTS,
    UUID: st.uuids(),
    Decimal: st.integers(1 - 10**15, 10**15 - 1).map(lambda units: Decimal(units).scaleb(-2)),
}
