"""Who the customers are: sealed, used only where it may be, found by what they are reached at."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import pytest
from arrears_events.bank.people import contact_values, details_of
from arrears_events.catalogue.persons import CustomerDetailsUpdated
from arrears_events.sealed import Sealed
from arrears_runtime import schema
from arrears_runtime.database import Database
from arrears_runtime.keys import Keys
from arrears_runtime.sealing import CustomerKey
from contact_service.main import SERVICE
from contact_service.views.persons import Person, Reached, keep, latest, persons_of, reached_by, restricted_among
from pydantic import SecretStr

KEY = CustomerKey(UUID(int=1), b"k" * 32, b"contact\nC-1")
DETAILS = CustomerDetailsUpdated(
    customer_id="C-1",
    restricted=False,
    name="Lin Na",
    address="7 Example Road",
    contact_points={"CP-1": "+999 10000-00001", "CP-2": "Lin.Na@customers.example", "CP-3": "7 Example Road"},
    parties={"P-1": "Lin Wei"},
    employer="Example Works",
)
PERSONAL = ("Lin", "Example", "999", "customers.example")


def row_of(details: CustomerDetailsUpdated, key: CustomerKey = KEY) -> Any:
    return keep(details, key, str.upper)


def test_a_row_holds_nothing_of_the_person_in_clear():
    row = keep(DETAILS, KEY, lambda value: f"{len(value)}")
    assert not [word for word in PERSONAL if word in str(row)]
    assert CustomerDetailsUpdated.model_validate_json(KEY.open(Sealed.model_validate_json(row.details))) == DETAILS


def test_the_same_word_gives_the_same_row():
    assert row_of(DETAILS) == row_of(DETAILS)


def test_numbers_and_mail_addresses_are_found_in_one_writing_and_postal_addresses_are_not():
    row = row_of(DETAILS)
    assert (row.reached_at, row.point_ids) == (["9991000000001", "LIN.NA@CUSTOMERS.EXAMPLE"], ["CP-1", "CP-2"])


def test_neither_the_event_nor_the_person_shows_when_printed():
    shown = repr(DETAILS) + str(DETAILS) + repr(Person("C-1", "Lin Na", DETAILS.contact_points))
    assert not [word for word in PERSONAL if word in shown]


class Known:
    """The table of persons in a database of its own."""

    def __init__(self, db: Database) -> None:
        self.db, self.keys = db, Keys(db, "contact", "contact.keys", 8, SecretStr("5a" * 32))

    async def tell(self, *told: CustomerDetailsUpdated) -> None:
        async with self.db.transaction() as connection:
            keys = await self.keys.of(connection, [each.customer_id for each in told])
            rows = [keep(each, keys[each.customer_id], self.keys.blind) for each in told]
            await connection.execute(latest.put, rows)

    async def used(self, *customers: str) -> dict[str, Person]:
        return await persons_of(self.db, self.keys, customers)

    async def at(self, value: str) -> Reached | None:
        return await reached_by(self.db, self.keys, value)


@pytest.fixture
async def known(database: Callable[[], str]) -> AsyncIterator[Known]:
    db = await Database.open(database())
    await schema.create(db, SERVICE.metadatas, SERVICE.fingerprint)
    yield Known(db)
    await db.close()


async def test_who_is_known_is_opened_when_it_is_asked_for(known: Known):
    await known.tell(DETAILS, details_of("C-2"))
    found = await known.used("C-1", "C-2", "C-3")
    assert found == {
        "C-1": Person("C-1", "Lin Na", DETAILS.contact_points),
        "C-2": Person("C-2", "Example Person 2", details_of("C-2").contact_points),
    }


async def test_who_is_restricted_is_not_used(known: Known):
    await known.tell(DETAILS.model_copy(update={"restricted": True}), details_of("C-2"))
    assert set(await known.used("C-1", "C-2")) == {"C-2"}
    assert await restricted_among(known.db, ["C-1", "C-2"]) == {"C-1"}


async def test_who_is_erased_is_not_used(known: Known):
    await known.tell(DETAILS)
    async with known.db.transaction() as connection:
        await known.keys.shred(connection, ["C-1"])
    assert await known.used("C-1") == {}


async def test_a_customer_is_found_by_number_and_by_mail_address(known: Known):
    await known.tell(DETAILS, details_of("C-2"))
    for value in ("+9991000000001", "9991000000001", "+999 1 0000 00001"):
        assert await known.at(value) == Reached("C-1", frozenset({"CP-1"})), value
    assert await known.at("lin.na@customers.example") == Reached("C-1", frozenset({"CP-2"}))
    assert await known.at(contact_values("C-2")["mobile"]) == Reached("C-2", frozenset({"C-2/mobile"}))
    for value in ("+9991000000009", "7 Example Road", "7", "", "nobody"):
        assert await known.at(value) is None, value


async def test_a_number_that_several_of_a_customers_points_have_tells_them_all(known: Known):
    shared = {"contact_points": {**DETAILS.contact_points, "CP-4": "9991000000001"}}
    await known.tell(DETAILS.model_copy(update=shared))
    assert await known.at("+9991000000001") == Reached("C-1", frozenset({"CP-1", "CP-4"}))


async def test_a_number_of_two_customers_tells_neither(known: Known):
    await known.tell(DETAILS, details_of("C-2").model_copy(update={"contact_points": {"CP-9": "+9991000000001"}}))
    assert await known.at("+9991000000001") is None
