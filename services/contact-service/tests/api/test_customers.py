"""The API of customers: given what bank and case-service said, when a request, then its answer."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest
from arrears_events.catalogue.bank import ContactPoint, CustomerProfileChanged
from arrears_events.catalogue.base import Event
from arrears_events.catalogue.case import CaseClosed, CaseOpened
from arrears_events.envelope import SourceEvent
from arrears_events.money import Money
from arrears_runtime import schema
from arrears_runtime.database import Database
from arrears_runtime.http.application import application
from arrears_runtime.http.callers import Caller
from arrears_runtime.projection import View, fold_into
from arrears_runtime.service import Instance
from contact_service.main import ROUTERS, SERVICE
from contact_service.settings import ContactSettings
from contact_service.views import cases, profiles

MOBILE = ContactPoint(contact_point_id="CP-1", party_id="C-1", kind="mobile", reserved=True, digest="ab" * 32)
PROFILE = CustomerProfileChanged(
    customer_id="C-1", language="zh-Hans", jurisdiction="cn", time_zone="Asia/Shanghai", contact_points=(MOBILE,)
)
DAY = date(2026, 6, 21)


class Anna:
    """Whoever calls is Anna, a collector."""

    async def caller(self, _: str | None) -> Caller:
        return Caller("anna", "collector", frozenset({"customer:read"}))


@pytest.fixture
async def db(database: Callable[[], str]) -> AsyncIterator[Database]:
    opened = await Database.open(database())
    await schema.create(opened, SERVICE.metadatas, SERVICE.fingerprint)
    yield opened
    await opened.close()


@pytest.fixture
async def http(db: Database) -> AsyncIterator[httpx.AsyncClient]:
    settings = ContactSettings(
        kafka_bootstrap="none",
        database_url="none",  # pyright: ignore[reportArgumentType]
        port=1,
        issuer="none",
        cursor_key="x" * 32,  # pyright: ignore[reportArgumentType]
    )
    instance = Instance(SERVICE, db, settings)
    instance.open.set()
    made = application(title="contact", routers=ROUTERS, service=instance, settings=settings, refusals={})
    made.state.tokens = Anna()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(made), base_url="http://contact") as client:
        yield client


async def told(db: Database, view: View, *events: Event) -> None:
    async with db.transaction() as connection:
        await fold_into(connection, view, [SourceEvent[Any].model_construct(data=event) for event in events])


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


async def test_a_customer_is_shown_with_contact_points_without_values_or_digests(db: Database, http: httpx.AsyncClient):
    await told(db, profiles.fold, PROFILE)
    assert (await http.get("/customers/C-1")).json() == {
        "customer_id": "C-1",
        "language": "zh-Hans",
        "jurisdiction": "cn",
        "time_zone": "Asia/Shanghai",
        "contact_points": [{"contact_point_id": "CP-1", "party_id": "C-1", "kind": "mobile", "reserved": True}],
        "open_cases": [],
    }


async def test_only_open_cases_are_shown(db: Database, http: httpx.AsyncClient):
    await told(db, profiles.fold, PROFILE)
    await told(db, cases.fold, case_opened(1), case_opened(2), case_closed(1))
    shown = (await http.get("/customers/C-1")).json()["open_cases"]
    assert shown == [{"case_id": str(UUID(int=2)), "account_id": "A-2", "stage": "M2"}]


async def test_a_customer_of_whom_the_bank_said_nothing_is_not_found(http: httpx.AsyncClient):
    assert (await http.get("/customers/C-9")).status_code == 404
