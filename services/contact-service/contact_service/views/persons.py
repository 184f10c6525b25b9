"""Who the customers are, by the bank's last word on bank.customers: sealed, and found by keyed hashes alone."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from arrears_events.catalogue.persons import BANK_CUSTOMERS, CustomerDetailsUpdated
from arrears_events.sealed import Sealed
from arrears_runtime.database import Database, among
from arrears_runtime.keys import Keys
from arrears_runtime.latest import Latest
from arrears_runtime.sealing import CustomerKey
from sqlalchemy import Boolean, Column, Index, Table, Text, select
from sqlalchemy.dialects.postgresql import ARRAY

from contact_service.domain.person import ErasePerson, stream_of
from contact_service.views import metadata

persons = Table(
    "persons",
    metadata,
    Column("customer_id", Text, primary_key=True),
    Column("restricted", Boolean),
    Column("details", Text),
    Column("reached_at", ARRAY(Text)),
    Column("point_ids", ARRAY(Text)),
)
Index("persons_reached_at", persons.c.reached_at, postgresql_using="gin")
_NUMBER = re.compile(r"\+?[0-9][0-9 ()/.-]{5,}")
_NO_DIGIT = re.compile(r"[^0-9]")


class PersonRow(NamedTuple):
    """`details` is a Sealed as JSON; `reached_at` are keyed hashes of telephone numbers and mail addresses.

    `point_ids`: the contact point of each of these, of the customer in person or of a party.
    """

    customer_id: str
    restricted: bool
    details: str
    reached_at: list[str]
    point_ids: list[str]


class Reached(NamedTuple):
    """Who has a number or address, and which of the customer's contact points it is; they may be a party's."""

    customer_id: str
    point_ids: frozenset[str]


@dataclass(frozen=True)
class Person:
    """In clear, for the moment in which it is used. `points`: contact_point_id -> number or address."""

    customer_id: str
    name: str = field(repr=False)
    points: Mapping[str, str] = field(repr=False)


def keep(details: CustomerDetailsUpdated, key: CustomerKey, blind: Callable[[str], str]) -> PersonRow:
    points = {id_: point for id_, value in details.contact_points.items() if (point := _reached_at(value))}
    ids = sorted(points)
    return PersonRow(
        customer_id=details.customer_id,
        restricted=details.restricted,
        details=key.seal(details.model_dump_json()).model_dump_json(),
        reached_at=[blind(points[id_]) for id_ in ids],
        point_ids=ids,
    )


latest = Latest(persons, BANK_CUSTOMERS, keep, stream_of, ErasePerson)


async def persons_of(db: Database, keys: Keys | None, customers: Collection[str]) -> dict[str, Person]:
    """Whose details may be used: nobody who is restricted or erased, or of whom the bank told nothing."""
    assert keys, "contact-service seals persons"
    query = select(persons).where(among(persons.c.customer_id, customers), persons.c.restricted.is_(False))
    rows = await db.rows(PersonRow, query)
    texts = await keys.open_each({row.customer_id: Sealed.model_validate_json(row.details) for row in rows})
    return {customer: _person(text) for customer, text in texts.items()}


async def restricted_among(db: Database, customers: Collection[str]) -> set[str]:
    """Whose details may be kept and not used (限制处理)."""
    query = select(persons.c.customer_id).where(among(persons.c.customer_id, customers), persons.c.restricted)
    return set(await db.rows(str, query))


async def reached_by(db: Database, keys: Keys | None, value: str) -> Reached | None:
    """Who alone has this telephone number or mail address, however it is written; None where nobody or several have."""
    found = await all_reached_by(db, keys, value, most=2)
    return found[0] if len(found) == 1 else None


async def all_reached_by(db: Database, keys: Keys | None, value: str, most: int | None = None) -> list[Reached]:
    """Everyone who has it; of more than `most`, as many."""
    assert keys, "contact-service seals persons"
    point = _reached_at(value)
    if point is None:
        return []
    blind = keys.blind(point)
    rows = await db.rows(PersonRow, select(persons).where(persons.c.reached_at.contains([blind])).limit(most))
    return [_reached(row, blind) for row in rows]


def _reached(row: PersonRow, blind: str) -> Reached:
    ids = (id_ for id_, each in zip(row.point_ids, row.reached_at, strict=True) if each == blind)
    return Reached(row.customer_id, frozenset(ids))


def _person(text: str) -> Person:
    details = CustomerDetailsUpdated.model_validate_json(text)
    return Person(details.customer_id, details.name, details.contact_points)


def _reached_at(value: str) -> str | None:
    """The one writing of a number or mail address; None of anything else, as a postal address."""
    if "@" in value:
        return value.strip().lower()
    return _NO_DIGIT.sub("", value) if _NUMBER.fullmatch(value.strip()) else None
