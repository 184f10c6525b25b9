"""plan-service's API over its own PostgreSQL, without the log: what the bank said is folded by hand."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Any

import httpx
import pytest
from arrears_events.catalogue.bank import ArrearsUpdated
from arrears_runtime.testing.api import Api, serving, settings_of
from plan_service.domain.commitments import CATEGORY
from plan_service.main import REFUSALS, ROUTERS, SERVICE
from plan_service.settings import PlanSettings
from plan_service.views import accounts, balances

from ..builders import account_opened, account_sold, money
from ..numbers import text_of

TODAY = date(2026, 6, 1)
PLAN = {
    "kind": "ordinary",
    "method": "equal_instalments",
    "frequency": "monthly",
    "count": 3,
    "rate_ppm": 0,
    "day_count": "30/360",
    "first_due": "2026-07-01",
    "reminders": True,
}


class Plan(Api):
    """The bank's words are given with `opened`."""

    async def opened(self, account_id: str, *, customer: str = "C-1", currency: str = "TWD") -> None:
        await self.hear(accounts.fold, account_opened(currency, account_id=account_id, customer=customer))

    async def owed(self, amount: str, as_of: date = TODAY) -> None:
        """The whole debt of A-1, by the bank's word of that day."""
        debt: dict[str, Any] = {"arrears": money("100"), "balance": money(amount), "days_past_due": 1}
        await self.hear(balances.fold, ArrearsUpdated(customer_id="C-1", account_id="A-1", as_of=as_of, **debt))

    async def sold(self, account_id: str, *, customer: str = "C-1") -> None:
        await self.hear(accounts.fold, account_sold(account_id, customer))

    async def promise(self, *accounts: str, customer: str = "C-1", key: str = "", **other: Any) -> httpx.Response:
        amount = {"amount": "3000.00", "currency": "TWD"}
        usual = {"customer_id": customer, "accounts": accounts or ["A-1"], "amount": amount, "due": "2026-06-10"}
        return await self.post("/promises", usual | other, key=key)

    async def propose(self, *accounts: str, customer: str = "C-1", key: str = "", **other: Any) -> httpx.Response:
        """1,000 TWD of each account, in three months without interest."""
        shares = [
            {"account_id": account, "amount": {"amount": "1000.00", "currency": "TWD"}}
            for account in accounts or ["A-1"]
        ]
        return await self.post("/plans", {"customer_id": customer, "shares": shares} | PLAN | other, key=key)

    async def events(self) -> list[str]:
        return [SERVICE.topic.decode(value).type.rpartition(".")[2] for value in await self.said()]

    async def said(self) -> list[bytes]:
        """What waits for the topic of the customers, as it will be on the log."""
        found = await self.db.pool.fetch(
            "SELECT value FROM outbox WHERE topic = $1 ORDER BY position", SERVICE.topic.name
        )
        return [value for (value,) in found]

    async def streams(self) -> list[str]:
        """Of the customers."""
        found = await self.db.pool.fetch("SELECT streamid FROM streams WHERE streamid LIKE $1", f"{CATEGORY}/%")
        return [streamid for (streamid,) in found]


@pytest.fixture
async def plan(database: Callable[[], str]) -> AsyncIterator[Plan]:
    settings = settings_of(PlanSettings, database(), clock_opens=TODAY)
    texts = [text_of("promises"), text_of("instalments")]
    async with serving(Plan, SERVICE, settings, routers=ROUTERS, refusals=REFUSALS, policies=texts) as plan:
        yield plan
