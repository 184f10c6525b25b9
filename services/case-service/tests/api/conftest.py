"""case-service's API over its own PostgreSQL, without the log: what the bank said is folded and reacted to by hand."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from importlib.resources import files
from typing import Any

import httpx
import pytest
from arrears_runtime.testing.api import Api, serving, settings_of
from case_service.main import REFUSALS, ROUTERS, SERVICE
from case_service.settings import CaseSettings
from case_service.views import accounts

from ..examples import account_opened

TODAY = date(2026, 4, 22)
DISPUTES, COMPLAINTS = [
    files("case_service").joinpath(f"policies/{name}.yaml").read_text("utf-8") for name in ("disputes", "complaints")
]
POLICIES = DISPUTES, COMPLAINTS


class Case(Api):
    """`tell` sends an account's stream what the bank said."""

    async def open_account(self) -> None:
        await self.hear(accounts.fold, account_opened("TWD", "USD"))

    async def tell(self, *commands: Any, account_id: str = "A-1") -> None:
        await self.send(f"account/{account_id}", "C-1", *commands)

    async def raise_dispute(self, case_id: object, amount: str = "40.00", **more: Any) -> httpx.Response:
        disputed = {"kind": "wrong_amount", "disputed_amount": {"amount": amount, "currency": "TWD"}}
        return await self.post(f"/cases/{case_id}/disputes", disputed, **more)


@pytest.fixture
async def case(database: Callable[[], str]) -> AsyncIterator[Case]:
    settings = settings_of(CaseSettings, database(), clock_opens=TODAY)
    async with serving(Case, SERVICE, settings, routers=ROUTERS, refusals=REFUSALS, policies=POLICIES) as case:
        yield case
