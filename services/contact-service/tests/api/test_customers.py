"""The API of customers: given what bank and case-service said, when a request, then its answer."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from uuid import UUID

import pytest
from arrears_events.bank.people import details_of
from arrears_events.catalogue.bank import ContactPoint, CustomerProfileChanged
from arrears_events.catalogue.case import CaseClosed, CaseOpened
from arrears_events.money import Money
from arrears_runtime.testing.api import Api, serving, settings_of
from contact_service.main import ROUTERS, SERVICE
from contact_service.settings import ContactSettings
from contact_service.views import cases, persons, profiles

MOBILE = ContactPoint(contact_point_id="CP-1", party_id="C-1", kind="mobile", reserved=True, digest="ab" * 32)
PROFILE = CustomerProfileChanged(
    customer_id="C-1", language="zh-Hans", jurisdiction="cn", time_zone="Asia/Shanghai", contact_points=(MOBILE,)
)
DAY = date(2026, 6, 21)


@pytest.fixture
async def contact(database: Callable[[], str]) -> AsyncIterator[Api]:
    async with serving(Api, SERVICE, settings_of(ContactSettings, database()), routers=ROUTERS) as contact:
        yield contact


def case_opened(number: int) -> CaseOpened:
    return CaseOpened(
        customer_id="C-1",
        account_id=f"A-{number}",
        case_id=UUID(int=number),
        reason="missed",
        opened_by=f"A-{number}/missed/2026-06-21",
        entered_at_stage="M2",
        as_of=DAY,
        arrears=Money.of(1000, "TWD"),
        balance=Money.of(9000, "TWD"),
        days_past_due=31,
    )


def case_closed(number: int) -> CaseClosed:
    return CaseClosed(
        customer_id="C-1",
        account_id=f"A-{number}",
        case_id=UUID(int=number),
        outcome="cured",
        closed_on=DAY,
        balance=Money.of(0, "TWD"),
    )


async def test_a_customer_is_shown_with_contact_points_without_values_or_digests(contact: Api):
    await contact.hear(profiles.fold, PROFILE)
    assert await contact.get("/customers/C-1") == {
        "customer_id": "C-1",
        "language": "zh-Hans",
        "jurisdiction": "cn",
        "time_zone": "Asia/Shanghai",
        "stopped": False,
        "restricted": False,
        "erased": False,
        "hardship": None,
        "contact_points": [{"contact_point_id": "CP-1", "party_id": "C-1", "kind": "mobile", "reserved": True}],
        "open_cases": [],
    }


async def test_a_customer_who_is_stopped_is_shown_so(contact: Api):
    await contact.hear(profiles.fold, PROFILE)
    await contact.stop("C-1")
    assert (await contact.get("/customers/C-1"))["stopped"] is True


async def test_only_open_cases_are_shown(contact: Api):
    await contact.hear(profiles.fold, PROFILE)
    await contact.hear(cases.fold, case_opened(1), case_opened(2), case_closed(1))
    shown = (await contact.get("/customers/C-1"))["open_cases"]
    assert shown == [{"case_id": str(UUID(int=2)), "account_id": "A-2", "stage": "M2"}]


async def test_a_customer_of_whom_the_bank_said_nothing_is_not_found(contact: Api):
    assert (await contact.http.get("/customers/C-9")).status_code == 404


async def test_a_customer_who_is_restricted_is_shown_as_such_and_nothing_more(contact: Api):
    await contact.hear(profiles.fold, PROFILE)
    assert contact.instance.keys
    async with contact.db.transaction() as connection:
        keys = await contact.instance.keys.of(connection, ["C-1"])
        details = details_of("C-1").model_copy(update={"restricted": True})
        await connection.execute(persons.latest.put, [persons.keep(details, keys["C-1"], contact.instance.keys.blind)])
    shown = await contact.get("/customers/C-1")
    assert shown["restricted"] is True
    assert details.name not in str(shown)
