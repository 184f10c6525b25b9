"""A promise and the bank's records on the log: counted by value date, kept or broken at a close, corrected later."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from arrears_events.catalogue.bank import BANK, BusinessDayClosed, PaymentReceived, PaymentReversed
from arrears_events.catalogue.base import Event
from arrears_events.codec import encode
from arrears_events.envelope import SourceEvent
from arrears_events.log.partitioning import partition_of
from arrears_events.log.writer import Writer
from arrears_events.totals import control_entry, totals_of
from arrears_runtime.database import Database
from arrears_runtime.decider import Command, Done
from arrears_runtime.instance import Instance
from arrears_runtime.testing.api import settings_of
from plan_service.domain.promise import stream_of
from plan_service.main import SERVICE
from plan_service.settings import PlanSettings
from plan_service.views.promises import promise_of_id

from ..builders import CUSTOMER, FIRST, account_opened, day, make_promise, money

BOOKED = day("2026-06-05")


@dataclass
class Plan:
    """plan-service while it runs, and the bank's source of one customer."""

    instance: Instance
    writer: Writer
    prefix: str
    written: list[Any] = field(default_factory=list[Any])

    async def promise(self) -> None:
        id_, now = FIRST, self.instance.now(CUSTOMER)
        command = Command(
            id_, stream_of(CUSTOMER), CUSTOMER, make_promise(), now, "anna", "collector", "request", "flow"
        )
        assert await self.instance.append([command]) == [Done("promise/C-1", 1)]

    async def say(self, event: Event, id_: str, *, key: bytes | None = CUSTOMER.encode()) -> None:
        moment, wire = datetime(2026, 6, 1, tzinfo=UTC), BANK.type_of(type(event))
        value = encode(SourceEvent[Any](source="bank/core", id=id_, type=wire, time=moment, data=event))
        await (await self.writer.send(f"{self.prefix}bank.events", key, value, self.partition))
        self.written.append(control_entry(event))

    async def paid(self, payment_id: str, amount: str, *, on: str) -> None:
        value_date = day(on)
        paid = PaymentReceived(
            customer_id=CUSTOMER,
            account_id="A-1",
            payment_id=payment_id,
            amount=money(amount),
            value_date=value_date,
            booked_on=value_date,
            channel="transfer",
        )
        await self.say(paid, f"A-1/payment/{payment_id}")

    async def took_back(self, payment_id: str, amount: str) -> None:
        taken = PaymentReversed(
            customer_id=CUSTOMER,
            account_id="A-1",
            reversal_id=f"r-{payment_id}",
            payment_id=payment_id,
            amount=money(amount),
            reason="returned",
            booked_on=BOOKED,
        )
        await self.say(taken, f"A-1/reversal/{payment_id}")

    async def closed(self, on: str) -> None:
        closed = BusinessDayClosed(
            source="bank/core",
            date=day(on),
            next_business_date=day(on) + timedelta(days=1),
            partition=self.partition,
            totals=totals_of(self.written),
        )
        await self.say(closed, f"bank/core/close/{on}/{self.partition}", key=None)
        self.written = []

    async def shows(self, outcome: str, paid: str) -> None:
        """In the end, and within a deadline."""
        async with asyncio.timeout(15):
            while True:
                row = await promise_of_id(self.instance.db, FIRST)
                if row and (row.outcome, row.paid) == (outcome, money(paid).amount):
                    return
                await asyncio.sleep(0.02)

    @property
    def partition(self) -> int:
        return partition_of(CUSTOMER.encode(), self.instance.by_customer)


@pytest.fixture
async def plan(kafka: Any, database: Callable[[], str]) -> AsyncIterator[Plan]:
    settings = settings_of(PlanSettings, database(), kafka_bootstrap=kafka.bootstrap, topic_prefix=kafka.prefix)
    db = await Database.open(settings.database_url.get_secret_value())
    instance = Instance(SERVICE, db, settings)
    leading = asyncio.create_task(instance.run())
    try:
        async with Writer(kafka.bootstrap) as writer:
            await asyncio.wait_for(instance.open.wait(), 20)
            yield Plan(instance, writer, kafka.prefix)
    finally:
        leading.cancel()
        await asyncio.gather(leading, return_exceptions=True)
        await db.close()


@pytest.fixture
async def promised(plan: Plan) -> Plan:
    """3,000 TWD to A-1 until 10 June, three days of grace."""
    await plan.say(account_opened("TWD"), "A-1/opened")
    await plan.promise()
    return plan


async def test_payments_keep_it(promised: Plan):
    await promised.paid("p1", "1000.00", on="2026-06-05")
    await promised.shows("open", "1000.00")
    await promised.paid("p2", "2000.00", on="2026-06-13")
    await promised.shows("kept", "3000.00")


async def test_a_close_breaks_it_and_a_late_payment_corrects_it(promised: Plan):
    await promised.paid("p1", "1000.00", on="2026-06-05")
    for on in "2026-06-13", "2026-06-14":
        await promised.closed(on)
    await promised.shows("broken", "1000.00")
    await promised.paid("p2", "2000.00", on="2026-06-10")
    await promised.shows("kept", "3000.00")


async def test_a_payment_taken_back_breaks_it_at_the_next_close(promised: Plan):
    await promised.paid("p1", "3000.00", on="2026-06-05")
    await promised.shows("kept", "3000.00")
    await promised.took_back("p1", "3000.00")
    await promised.shows("open", "0.00")
    await promised.closed("2026-06-20")
    await promised.shows("broken", "0.00")
