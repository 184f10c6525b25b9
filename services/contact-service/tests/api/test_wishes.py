"""What a customer wrote about being contacted: given a customer, when it is recorded, then the event."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from arrears_events.bank.people import contact_values, digest_of, profile_of
from arrears_events.catalogue.wishes import CeaseRequested, ConsentGiven, ConsentWithdrawn
from arrears_runtime.testing.api import serving, settings_of
from contact_service.api import wishes
from contact_service.main import SERVICE
from contact_service.settings import ContactSettings
from contact_service.views import profiles

from .contacting import TODAY, Contacting, problem

HOME = digest_of(contact_values("C-1")["home"])


@pytest.fixture
async def contact(database: Callable[[], str]) -> AsyncIterator[Contacting]:
    settings = settings_of(ContactSettings, database(), clock_opens=TODAY)
    async with serving(Contacting, SERVICE, settings, routers=(wishes.router,)) as each:
        await each.in_arrears()
        yield each


async def test_that_it_cease_is_recorded(contact: Contacting):
    assert (await contact.post("/customers/C-1/wishes", {"ceases": True})).status_code == 201
    assert await contact.said() == [CeaseRequested(customer_id="C-1", on=TODAY)]


@pytest.mark.parametrize(("agrees", "event"), [(True, ConsentGiven), (False, ConsentWithdrawn)])
async def test_whether_a_point_may_be_used_is_recorded_by_its_digest(contact: Contacting, agrees: bool, event: Any):
    wish = {"contact_point_id": "C-1/home", "agrees": agrees}
    assert (await contact.post("/customers/C-1/wishes", wish)).status_code == 201
    assert await contact.said() == [event(customer_id="C-1", digest=HOME, on=TODAY)]


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"contact_point_id": "C-1/home"},
        {"agrees": True},
        {"ceases": True, "agrees": True},
        {"ceases": True, "contact_point_id": "C-1/home", "agrees": True},
    ],
)
async def test_a_wish_is_one_of_the_two(contact: Contacting, wish: dict[str, Any]):
    assert problem(await contact.post("/customers/C-1/wishes", wish)) == (422, "wish-unclear")
    assert await contact.said() == []


async def test_a_wish_that_was_recorded_has_its_answer_though_the_point_is_no_more(contact: Contacting):
    wish = {"contact_point_id": "C-1/home", "agrees": True}
    first = await contact.post("/customers/C-1/wishes", wish, key="same")
    without = profile_of("C-1", "cn").model_copy(update={"contact_points": ()})
    await contact.hear(profiles.fold, without)
    again = await contact.post("/customers/C-1/wishes", wish, key="same")
    assert (again.status_code, again.json()) == (201, first.json())
    assert problem(await contact.post("/customers/C-1/wishes", wish)) == (404, "not-found")


async def test_who_or_what_is_not_known_is_not_found(contact: Contacting):
    unknown = {"contact_point_id": "C-1/office", "agrees": True}
    assert problem(await contact.post("/customers/C-1/wishes", unknown)) == (404, "not-found")
    assert problem(await contact.post("/customers/C-9/wishes", {"ceases": True})) == (404, "not-found")
