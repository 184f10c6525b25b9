"""contact-service's API over its own PostgreSQL, without the log: what others said is folded by hand.

It is 10:00 in Shanghai on 1 April 2026, and the bank has closed the day before.
"""

from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path
from time import time
from typing import Any
from uuid import UUID

import contact_service
import httpx
from arrears_events.bank.people import profile_of
from arrears_events.catalogue.bank import AccountOpened
from arrears_events.catalogue.case import CaseOpened
from arrears_events.catalogue.contact import ContactAuthorised
from arrears_events.ids import event_id
from arrears_events.money import Money
from arrears_runtime.testing.api import Api, serving, settings_of
from contact_service.domain.contacts import AttemptContact, DecideContact, stream_of
from contact_service.domain.hearing import Heard
from contact_service.effects.grounds import grounds_of
from contact_service.main import REFUSALS, ROUTERS, SERVICE
from contact_service.settings import ContactSettings
from contact_service.views import accounts, arrears, cases, profiles
from contact_service.views.contacts import contact_of_id

TODAY, YESTERDAY = date(2026, 4, 1), date(2026, 3, 31)
NEW_YORK = "America/New_York"
"""Where it is 22:00 by then."""
SECRET = "the dialler's secret"
TEXTS = [path.read_text("utf-8") for path in sorted((Path(contact_service.__file__).parent / "policies").glob("*"))]
DIALLER = {
    "dialler_url": "http://127.0.0.1:1",
    "dialler_secret": SECRET,
    "dialler_callback_url": "http://127.0.0.1:1",
    "dialler_caller": "4000000000",
}


class Contacting(Api):
    """Customers in arrears, and what becomes of their contacts."""

    async def in_arrears(self, customer: str = "C-1", *, place: str = "cn", time_zone: str | None = None) -> None:
        """1,000 CNY on one account."""
        profile = profile_of(customer, place)
        await self.hear(profiles.fold, profile.model_copy(update={"time_zone": time_zone or profile.time_zone}))
        await self.owes(f"A-{customer}", customer=customer)

    async def owes(self, account: str, as_of: date = YESTERDAY, customer: str = "C-1") -> CaseOpened:
        """1,000 CNY on one more account, by the word of that day."""
        await self.opens(account, customer)
        opened = overdue(customer, account, as_of)
        await self.hear(cases.fold, opened)
        await self.hear(arrears.fold, opened)
        return opened

    async def opens(self, account: str, customer: str = "C-1") -> None:
        """On which nothing is owed."""
        which: dict[str, Any] = {"customer_id": customer, "account_id": account, "product": "card"}
        days: dict[str, Any] = {"opened_on": YESTERDAY, "billing_day": 31, "due_day": 20}
        await self.hear(accounts.fold, AccountOpened(**which, **days, currencies=("CNY",)))

    async def closed(self, day: date, next_business_date: date) -> None:
        """By the bank, in every partition; all of it has been read."""
        self.lags(0)
        partitions, offset = range(self.instance.by_customer), day.toordinal()
        rows = [("bank/core", partition, offset, day, next_business_date) for partition in partitions]
        await self.db.pool.executemany("INSERT INTO closes VALUES ($1, $2, $3, $4, $5)", rows)
        for partition in partitions:
            self.instance._clock.closed(partition, next_business_date)  # pyright: ignore[reportPrivateUsage]

    def lags(self, seconds: float) -> None:
        """For so long the follower, which does not run here, has not read all topics to their ends."""
        partitions = range(self.instance.by_customer)
        kept_up = {(topic.name, each): time() - seconds for topic in SERVICE.reads for each in partitions}
        self.instance.follower._kept_up_at.update(kept_up)  # pyright: ignore[reportPrivateUsage]

    async def ask(self, channel: str = "call", *, customer: str = "C-1", key: str = "", **other: Any) -> httpx.Response:
        usual = {"customer_id": customer, "purpose": "collection", "accounts": [f"A-{customer}"], "channel": channel}
        return await self.post("/contacts", usual | other, key=key)

    async def decided(self, channel: str = "call", **other: Any) -> str:
        """The path of a contact that was asked for and taken up."""
        made = (await self.ask(channel, **other)).raise_for_status()
        await self._taken_up(made, DecideContact)
        return made.headers["Location"]

    async def calling(self, customer: str = "C-1", **other: Any) -> str:
        """The id of a call that was handed to the dialler."""
        made = (await self.ask(customer=customer, **other)).raise_for_status()
        await self._taken_up(made, DecideContact)
        await self._taken_up(made, AttemptContact)
        return made.json()["id"]

    async def hears(self, customer: str = "C-1", **said: Any) -> None:
        """From the customer, of their own accord."""
        await self.send(stream_of(customer), customer, Heard(customer, None, TODAY, **said))

    async def said(self) -> list[Any]:
        """What waits for the topic of the customers, after what decided it."""
        found = await self.db.pool.fetch(
            "SELECT value FROM outbox WHERE topic = $1 ORDER BY position", SERVICE.topic.name
        )
        return [SERVICE.topic.decode(value).data for (value,) in found]

    async def said_after_the_call(self) -> list[Any]:
        """Requested, authorised, attempted; then these."""
        return (await self.said())[3:]

    async def digest_of(self, contact_id: str) -> str:
        """Of the number that is called."""
        decided = [each for each in await self.said() if isinstance(each, ContactAuthorised)]
        return next(each.digest for each in decided if each.contact_id == UUID(contact_id))

    async def _taken_up(self, made: httpx.Response, deed: Callable[..., Any]) -> None:
        row = await contact_of_id(self.db, UUID(made.json()["id"]))
        assert row
        grounds = (await grounds_of(self.instance, [row]))[row.contact_id]
        await self.send(row.streamid, row.customer_id, deed(row.contact_id, grounds))


def overdue(customer: str, account: str, as_of: date = YESTERDAY) -> CaseOpened:
    """1,000 CNY, by the word of that day."""
    return CaseOpened(
        customer_id=customer,
        account_id=account,
        case_id=event_id(account, 1),
        reason="missed",
        opened_by=f"{account}/missed",
        entered_at_stage="M1",
        as_of=as_of,
        arrears=Money.of("1000.00", "CNY"),
        balance=Money.of("9000.00", "CNY"),
        days_past_due=1,
    )


async def contacting(database: Callable[[], str]) -> AsyncIterator[Contacting]:
    settings = settings_of(ContactSettings, database(), clock_opens=TODAY, **DIALLER)
    async with serving(Contacting, SERVICE, settings, routers=ROUTERS, refusals=REFUSALS, policies=TEXTS) as contact:
        await contact.closed(YESTERDAY, TODAY)
        yield contact


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]
