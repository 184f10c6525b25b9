"""case-service's API over its own PostgreSQL, without the log: what the bank said is folded and reacted to by hand."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from arrears_events import ids
from arrears_events.catalogue.bank import AccountOpened
from arrears_events.envelope import SourceEvent
from arrears_runtime import schema
from arrears_runtime.database import Database
from arrears_runtime.decider import Command, Done
from arrears_runtime.http.application import application
from arrears_runtime.http.callers import Caller
from arrears_runtime.projection import fold_into
from arrears_runtime.service import Instance
from case_service.main import REFUSALS, ROUTERS, SERVICE
from case_service.settings import CaseSettings
from case_service.views import accounts

TODAY = date(2026, 4, 22)
ALL = frozenset(route.permission for router in ROUTERS for route in router.routes)


class Anna:
    """Whoever calls is Anna, a collector who may do all."""

    async def caller(self, _: str | None) -> Caller:
        return Caller("anna", "collector", ALL)


@dataclass
class Case:
    """`http` is the API; `tell` sends an account's stream what the bank said."""

    db: Database
    http: httpx.AsyncClient
    instance: Instance
    keys: int = 0
    told: list[str] = field(default_factory=list[str])

    async def open_account(self, account_id: str = "A-1") -> None:
        opened = AccountOpened(
            customer_id="C-1",
            account_id=account_id,
            product="card",
            currencies=("TWD", "USD"),
            opened_on=TODAY,
            billing_day=31,
            due_day=20,
        )
        async with self.db.transaction() as connection:
            await fold_into(connection, accounts.fold, [SourceEvent[Any].model_construct(data=opened)])

    async def tell(self, *commands: Any, account_id: str = "A-1") -> None:
        outcomes = await self.instance.append([self._command(body, account_id) for body in commands])
        assert all(isinstance(outcome, Done) for outcome in outcomes), outcomes

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(
        self, path: str, body: dict[str, Any] | None = None, *, version: int | None = None, key: str = ""
    ) -> httpx.Response:
        self.keys += 1
        headers = {"Idempotency-Key": key or f"key-{self.keys}"}
        headers |= {} if version is None else {"If-Match": f'"{version}"'}
        return await self.http.post(path, json=body, headers=headers)

    async def version(self, path: str) -> int:
        return int((await self.http.get(path)).headers["ETag"].strip('"'))

    async def raise_dispute(self, case_id: object, amount: str = "40.00", **more: Any) -> httpx.Response:
        disputed = {"kind": "wrong_amount", "disputed_amount": {"amount": amount, "currency": "TWD"}}
        return await self.post(f"/cases/{case_id}/disputes", disputed, **more)

    def _command(self, body: Any, account_id: str) -> Command:
        self.told.append(account_id)
        id_ = ids.command_id("bank", str(len(self.told)))
        return Command(
            id=id_,
            streamid=f"account/{account_id}",
            customer_id="C-1",
            body=body,
            time=datetime(2026, 4, 21, 22, tzinfo=UTC),
            actor="case-service",
            actorrole="service",
            causationid=f"fact-{len(self.told)}",
            correlationid=str(id_),
        )


@pytest.fixture
async def case(database: Callable[[], str]) -> AsyncIterator[Case]:
    settings = CaseSettings(
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
    made = application(title="case", routers=ROUTERS, service=instance, settings=settings, refusals=REFUSALS)
    made.state.tokens = Anna()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(made), base_url="http://case") as http:
        yield Case(db, http, instance)
    await db.close()
