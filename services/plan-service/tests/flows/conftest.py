"""plan-service on a log and a database of its own, and who writes to the log: the bank, and contact-service."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from arrears_events.catalogue.bank import BANK, BusinessDayClosed, PaymentReceived, PaymentReversed
from arrears_events.catalogue.base import Event
from arrears_events.catalogue.contact import CONTACT, PromiseHeard
from arrears_events.codec import encode
from arrears_events.envelope import SourceEvent, StreamEvent
from arrears_events.ids import command_id, event_id
from arrears_events.log.partitioning import partition_of
from arrears_events.log.writer import Writer
from arrears_events.totals import control_entry, totals_of
from arrears_runtime.database import Database
from arrears_runtime.decider import Command, Done
from arrears_runtime.instance import Instance
from arrears_runtime.testing.api import settings_of
from arrears_runtime.testing.publishing import publish
from plan_service.domain.commitments import stream_of
from plan_service.main import SERVICE
from plan_service.settings import PlanSettings

from ..builders import CUSTOMER, day, money
from ..numbers import text_of

BOOKED = day("2026-06-05")


@dataclass
class Plan:
    """plan-service while it runs, and the bank's source of one customer."""

    instance: Instance
    writer: Writer
    prefix: str
    written: list[Any] = field(default_factory=list[Any])
    asked: int = 0

    async def ask(self, *bodies: Any) -> None:
        """Commands of a collector; each is done."""
        for body in bodies:
            self.asked += 1
            id_, now = command_id("anna", str(self.asked)), self.instance.now(CUSTOMER)
            command = Command(id_, stream_of(CUSTOMER), CUSTOMER, body, now, "anna", "collector", "request", "flow")
            [done] = await self.instance.append([command])
            assert isinstance(done, Done), done

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

    async def heard(self, event: PromiseHeard) -> UUID:
        """contact-service's first event of the customer; its id."""
        streamid = f"contacts/{CUSTOMER}"
        told = StreamEvent[Any](
            source="contact-service",
            id=event_id(streamid, 1),
            type=CONTACT.type_of(PromiseHeard),
            time=datetime(2026, 6, 1, tzinfo=UTC),
            data=event,
            streamid=streamid,
            streamversion=1,
            actor="anna",
            actorrole="collector",
            causationid="request/1",
            commandid=command_id("anna", "1"),
            correlationid="flow",
        )
        await (await self.writer.send(f"{self.prefix}contact.events", CUSTOMER.encode(), encode(told), self.partition))
        return told.id

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

    async def in_the_end(self, asked: Callable[[], Awaitable[Any]], expected: Any) -> None:
        """Within a deadline."""
        found = None
        try:
            async with asyncio.timeout(15):
                while (found := await asked()) != expected:
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"{found}, not {expected}") from None

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
            for policy in "promises", "instalments":
                await publish(instance, text_of(policy))
            yield Plan(instance, writer, kafka.prefix)
    finally:
        leading.cancel()
        await asyncio.gather(leading, return_exceptions=True)
        await db.close()
