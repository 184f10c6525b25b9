"""plan-service's API over its own PostgreSQL, without the log: what the bank said is folded by hand."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
import pytest
from arrears_events.catalogue.bank import AccountOpened
from arrears_events.envelope import SourceEvent
from arrears_runtime import schema
from arrears_runtime.database import Database
from arrears_runtime.http.application import application
from arrears_runtime.http.callers import Caller
from arrears_runtime.projection import fold_into
from arrears_runtime.service import Instance
from plan_service.main import REFUSALS, ROUTERS, SERVICE
from plan_service.settings import PlanSettings
from plan_service.views import accounts

TODAY = date(2026, 6, 1)


class Anna:
    """Whoever calls is Anna, a collector."""

    async def caller(self, _: str | None) -> Caller:
        return Caller("anna", "collector", frozenset({"promise:make", "promise:read"}))


@dataclass
class Plan:
    """`http` is the API; the bank's words are given with `opened`."""

    db: Database
    http: httpx.AsyncClient
    keys: int = 0

    async def opened(self, account_id: str, *, customer: str = "C-1", currency: str = "TWD") -> None:
        opened = AccountOpened(
            customer_id=customer,
            account_id=account_id,
            product="card",
            currencies=(currency,),
            opened_on=TODAY,
            billing_day=31,
            due_day=20,
        )
        async with self.db.transaction() as connection:
            await fold_into(connection, accounts.fold, [SourceEvent[Any].model_construct(data=opened)])

    async def post(self, path: str, body: dict[str, Any], *, version: int | None = None) -> httpx.Response:
        self.keys += 1
        headers = {"Idempotency-Key": f"key-{self.keys}", "Content-Type": "application/json"}
        return await self.http.post(path, json=body, headers=headers | _if_match(version))

    async def promise(self, *accounts: str, customer: str = "C-1", **other: Any) -> httpx.Response:
        amount = {"amount": "3000.00", "currency": "TWD"}
        usual = {"customer_id": customer, "accounts": accounts or ["A-1"], "amount": amount, "due": "2026-06-10"}
        return await self.post("/promises", usual | other)

    async def events(self) -> list[str]:
        found = await self.db.pool.fetch("SELECT value FROM outbox ORDER BY position")
        return [SERVICE.topic.decode(value).type.rpartition(".")[2] for (value,) in found]


def _if_match(version: int | None) -> dict[str, str]:
    return {} if version is None else {"If-Match": f'"{version}"'}


@pytest.fixture
async def plan(database: Callable[[], str]) -> AsyncIterator[Plan]:
    settings = PlanSettings(
        kafka_bootstrap="none",
        database_url=database(),  # pyright: ignore[reportArgumentType]
        clock="business",
        clock_opens=TODAY,
        port=1,
        issuer="none",
        cursor_key="x" * 32,  # pyright: ignore[reportArgumentType]
    )
    db = await Database.open(settings.database_url.get_secret_value())
    await schema.create(db, SERVICE.metadatas, SERVICE.fingerprint)
    instance = Instance(SERVICE, db, settings)
    instance.open.set()
    made = application(title="plan", routers=ROUTERS, service=instance, settings=settings, refusals=REFUSALS)
    made.state.tokens = Anna()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(made), base_url="http://plan") as http:
        yield Plan(db, http)
    await db.close()
