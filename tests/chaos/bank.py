"""The bank: a generated portfolio published day by day, begun anew whenever the log fails it or it ends itself."""

import asyncio
from datetime import date, datetime, timedelta
from random import Random

from aiokafka.errors import KafkaError
from arrears_events.bank.facts import Fact
from arrears_events.bank.people import details_of
from arrears_events.bank.play import FACTS_AT, days_left, publisher_of
from arrears_events.bank.portfolio import generated
from arrears_events.bank.publisher import BankPublisher
from arrears_events.catalogue.bank import CustomerProfileChanged
from arrears_events.errors import LogUnreachable

from tests.chaos.rounds import Rounds
from tests.chaos.stack import Stack

FIRST_MONTH = date(2026, 4, 1)
AGAIN_SECONDS = 0.5
DIES = 0.002
"""How often it ends itself in the midst of a day, by accounts."""


class Bank:
    """`customers`: the accounts of each; `today` is the business date after the last close that was acknowledged."""

    def __init__(self, stack: Stack, rounds: Rounds, *, accounts: int, seed: int) -> None:
        self._stack, self._rounds, self._portfolio = stack, rounds, generated(accounts, seed, FIRST_MONTH)
        self._random = Random(f"{seed}/bank")
        self.customers: dict[str, list[str]] = {}
        for row in self._portfolio.rows():
            self.customers.setdefault(row.customer_id, []).append(row.account_id)
        self.today = FIRST_MONTH
        self._reached = date.min, 0
        self.facts = self.closed = self.begun_anew = 0

    async def publish(self, stopping: asyncio.Event, seconds: float) -> None:
        """All days, evenly over the time, or what there is of them when it is stopped."""
        account_seconds = seconds / (self._portfolio.accounts * len(self._portfolio.fact_days))
        while not stopping.is_set():
            try:
                async with publisher_of(self._portfolio, self._stack.addresses.kafka) as publisher:
                    await self._go_on(publisher, stopping, account_seconds)
                return
            except (KafkaError, LogUnreachable, _Died):
                self.begun_anew += 1
                await asyncio.sleep(AGAIN_SECONDS)

    async def _go_on(self, publisher: BankPublisher, stopping: asyncio.Event, account_seconds: float) -> None:
        for day in days_left(self._portfolio, publisher):
            if day in self._portfolio.fact_days:
                await self._publish_facts(publisher, day, stopping, account_seconds)
            if stopping.is_set():
                return
            async with self._rounds.day_ends():
                await publisher.close_day(day, day + timedelta(days=1))
            self.today = day + timedelta(days=1)
            self.closed += 1

    async def _publish_facts(
        self, publisher: BankPublisher, day: date, stopping: asyncio.Event, account_seconds: float
    ) -> None:
        """What was said of the day before the bank ended is said again, at once."""
        for number, facts in enumerate(self._portfolio.facts_on(day)):
            if stopping.is_set():
                return
            for fact in facts:
                await self._say(publisher, fact, datetime.combine(day, FACTS_AT))
            if (day, number) <= self._reached:
                continue
            self._reached = day, number
            self.facts += len(facts)
            if self._random.random() < DIES:
                raise _Died
            await asyncio.sleep(account_seconds)

    async def _say(self, publisher: BankPublisher, fact: Fact, at: datetime) -> None:
        """With a customer's profile, who they are."""
        await publisher.publish(fact.event, id=fact.id, time=at)
        if isinstance(fact.event, CustomerProfileChanged):
            customer = fact.event.customer_id
            await publisher.tell(details_of(customer), id=f"{customer}/details", time=at)


class _Died(Exception):
    """The bank's own process ended."""
