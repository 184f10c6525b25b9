"""contact-service over its own PostgreSQL, and whoever leads it: what is due goes out to scripted providers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from arrears_events.bank.people import details_of
from arrears_events.catalogue.persons import CustomerDetailsUpdated
from arrears_runtime.database import Database
from arrears_runtime.instance import Instance
from arrears_runtime.testing.api import serving, settings_of
from contact_service.domain.contacts import AttemptContact, DecideContact
from contact_service.effects.grounds import grounds_of
from contact_service.effects.messages import Bank
from contact_service.effects.sending import SETTLED_AFTER, Sending
from contact_service.main import REFUSALS, ROUTERS, SERVICE
from contact_service.settings import ContactSettings
from contact_service.views import persons
from contact_service.views.contacts import ContactRow, contact_of_id

from ..api.contacting import DIALLER, TEXTS, TODAY, YESTERDAY, Contacting
from .scripted import InStep, Scripted, Scripts

BANK = Bank("Example Bank", "400-000-0000")
LIMIT = timedelta(seconds=0.3)
SECONDS_MAX = 20


@dataclass
class Office(Contacting):
    """What its customers are sent. `providers`: of all that lead."""

    providers: dict[Any, Scripted] = field(
        default_factory=lambda: {each: Scripted() for each in ("sms", "email", "call")}
    )
    bank: Bank = BANK

    @property
    def in_step(self) -> Any:
        return InStep(self.instance)

    async def told_of(self, customer: str = "C-1") -> None:
        """The bank tells who the customer is, and that 1,000 CNY are overdue."""
        await self.in_arrears(customer)
        await self.details(details_of(customer))

    async def details(self, told: CustomerDetailsUpdated) -> None:
        customer, keys = told.customer_id, self.instance.keys
        assert keys
        async with self.db.transaction() as connection:
            key = (await keys.of(connection, [customer]))[customer]
            row = persons.keep(told, key, keys.blind)
            await connection.execute(persons.latest.put, [row])

    async def erased(self, customer: str = "C-1") -> None:
        """As when the bank's null value has been taken in: the details are gone, and the key."""
        keys = self.instance.keys
        assert keys
        async with self.db.transaction() as connection:
            await connection.execute("DELETE FROM persons WHERE customer_id = $1", customer)
            await connection.execute("INSERT INTO erased VALUES ($1, '')", customer)
            await keys.shred(connection, [customer])

    async def asked(self, channel: str, customer: str = "C-1", **other: Any) -> UUID:
        return UUID((await self.ask(channel, customer=customer, **other)).raise_for_status().json()["id"])

    async def authorised(self, channel: str) -> UUID:
        id_ = await self.asked(channel)
        await self._take_up(id_, DecideContact)
        return id_

    async def attempted(self, channel: str) -> UUID:
        """By a leader that died over it."""
        id_ = await self.authorised(channel)
        await self._take_up(id_, AttemptContact)
        return id_

    async def row(self, contact_id: UUID) -> ContactRow:
        row = await contact_of_id(self.db, contact_id)
        assert row
        return row

    async def comes_to(self, contact_id: UUID, status: str) -> ContactRow:
        async with asyncio.timeout(SECONDS_MAX):
            while (row := await self.row(contact_id)).status != status:
                await asyncio.sleep(0.01)
        return row

    @asynccontextmanager
    async def led(self, by: Any = None, limit: timedelta = LIMIT) -> AsyncIterator[None]:
        """By another, or by the instance of the requests."""
        ground = by or self.in_step
        sending = Sending(Scripts(self.providers), self.bank, limit)  # pyright: ignore[reportArgumentType]
        leading = asyncio.create_task(sending.run(ground))
        try:
            yield
        finally:
            leading.cancel()
            with suppress(asyncio.CancelledError):
                await leading

    async def goes_out(self, bank: Bank | None = None) -> None:
        """A whole round."""
        self.bank = bank or self.bank
        async with self.led(limit=timedelta(minutes=1)), asyncio.timeout(SECONDS_MAX):
            await self.instance.rounds.ask()

    async def settled(self) -> None:
        """The time is over after which the leader settles what another left, and a little more."""
        await asyncio.sleep(LIMIT.total_seconds() * SETTLED_AFTER + 0.2)

    async def _take_up(self, contact_id: UUID, deed: Callable[..., Any]) -> None:
        row = await self.row(contact_id)
        grounds = (await grounds_of(self.in_step, [row]))[row.contact_id]
        await self.send(row.streamid, row.customer_id, deed(row.contact_id, grounds))


@pytest.fixture
async def office(database: Callable[[], str]) -> AsyncIterator[Office]:
    settings = settings_of(ContactSettings, database(), clock_opens=TODAY, **DIALLER)
    async with serving(Office, SERVICE, settings, routers=ROUTERS, refusals=REFUSALS, policies=TEXTS) as made:
        await made.closed(YESTERDAY, TODAY)
        await made.told_of()
        yield made


@pytest.fixture
async def another(office: Office) -> AsyncIterator[Instance]:
    """A second instance on the same database."""
    db = await Database.open(office.instance.settings.database_url.get_secret_value())
    made = Instance(SERVICE, db, office.instance.settings)
    made.open.set()
    yield made
    await db.close()
