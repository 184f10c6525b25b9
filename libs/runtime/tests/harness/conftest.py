"""A service of the small trade on real Kafka and PostgreSQL, and a bank that writes to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from arrears_events.log.writer import Writer
from arrears_runtime.database import Database
from arrears_runtime.instance import Instance
from arrears_runtime.service import Service
from arrears_runtime.settings import RuntimeSettings
from arrears_runtime.testing.api import settings_of

from .tally import SERVICE, AccountRow, Paid, account_view
from .watched import Bank, Running


@pytest.fixture
async def bank(kafka: Any) -> AsyncIterator[Bank]:
    async with Writer(kafka.bootstrap) as writer:
        yield Bank(writer, kafka.prefix)


@pytest.fixture
def mended() -> Service:
    """The small service with its fold mended: 666 is an amount like any other."""

    def fold(row: AccountRow | None, fact: Any) -> AccountRow | None:
        if isinstance(fact.data, Paid) and row:
            return row._replace(paid=row.paid + fact.data.amount.amount)
        return account_view.fold(row, fact)

    views = tuple(replace(each, fold=fold) if each is account_view else each for each in SERVICE.views)
    return replace(SERVICE, views=views)


@pytest.fixture
def running(kafka: Any) -> Callable[..., Any]:
    """Starts the small service on a database; leaving the context kills it where it stands."""

    @asynccontextmanager
    async def start(url: str, service: Service = SERVICE, *, ready: bool = True) -> AsyncIterator[Running]:
        settings = settings_of(RuntimeSettings, url, kafka_bootstrap=kafka.bootstrap, topic_prefix=kafka.prefix)
        db = await Database.open(url)
        instance = Instance(service, db, settings)
        leading = asyncio.create_task(instance.run())
        try:
            if ready:
                opened = asyncio.create_task(instance.open.wait())
                await asyncio.wait({leading, opened}, timeout=20, return_when=asyncio.FIRST_COMPLETED)
                assert opened.done(), f"it did not come up: {instance.problem} {leading}"
            yield Running(instance, db, kafka, leading)
        finally:
            leading.cancel()
            await asyncio.gather(leading, return_exceptions=True)
            await db.close()

    return start
