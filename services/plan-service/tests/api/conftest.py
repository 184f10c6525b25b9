"""plan-service's API over its own PostgreSQL, without the log: what the bank said is folded by hand."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Any

import httpx
import pytest
from arrears_runtime.testing.api import Api, serving, settings_of
from plan_service.main import REFUSALS, ROUTERS, SERVICE
from plan_service.settings import PlanSettings
from plan_service.views import accounts

from ..builders import account_opened

TODAY = date(2026, 6, 1)


class Plan(Api):
    """The bank's words are given with `opened`."""

    async def opened(self, account_id: str, *, customer: str = "C-1", currency: str = "TWD") -> None:
        await self.hear(accounts.fold, account_opened(currency, account_id=account_id, customer=customer))

    async def promise(self, *accounts: str, customer: str = "C-1", **other: Any) -> httpx.Response:
        amount = {"amount": "3000.00", "currency": "TWD"}
        usual = {"customer_id": customer, "accounts": accounts or ["A-1"], "amount": amount, "due": "2026-06-10"}
        return await self.post("/promises", usual | other)

    async def events(self) -> list[str]:
        found = await self.db.pool.fetch("SELECT value FROM outbox ORDER BY position")
        return [SERVICE.topic.decode(value).type.rpartition(".")[2] for (value,) in found]


@pytest.fixture
async def plan(database: Callable[[], str]) -> AsyncIterator[Plan]:
    settings = settings_of(PlanSettings, database(), clock_opens=TODAY)
    async with serving(Plan, SERVICE, settings, routers=ROUTERS, refusals=REFUSALS) as plan:
        yield plan
