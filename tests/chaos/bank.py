"""The bank: a generated portfolio published day by day, begun anew whenever the log fails it."""

import asyncio
from datetime import date, timedelta

from aiokafka.errors import KafkaError
from arrears_events.bank.play import days_left, publish_facts, publisher_of
from arrears_events.bank.portfolio import generated
from arrears_events.errors import LogUnreachable

from tests.chaos.stack import Stack

FIRST_MONTH = date(2026, 4, 1)
AGAIN_SECONDS = 0.5


class Bank:
    """`customers`: the accounts of each; `today` is the business date after the last close that was acknowledged."""

    def __init__(self, stack: Stack, *, accounts: int, seed: int) -> None:
        self._stack, self._portfolio = stack, generated(accounts, seed, FIRST_MONTH)
        self.days = len(self._portfolio.days)
        self.customers: dict[str, list[str]] = {}
        for row in self._portfolio.rows():
            self.customers.setdefault(row.customer_id, []).append(row.account_id)
        self.today = FIRST_MONTH
        self.closed = self.begun_anew = 0

    async def publish(self, stopping: asyncio.Event, day_seconds: float) -> None:
        """Until it is stopped, or has no day left."""
        while not stopping.is_set():
            try:
                await self._go_on(stopping, day_seconds)
                return
            except (KafkaError, LogUnreachable, OSError):
                self.begun_anew += 1
                await asyncio.sleep(AGAIN_SECONDS)

    async def _go_on(self, stopping: asyncio.Event, day_seconds: float) -> None:
        async with publisher_of(self._portfolio, self._stack.addresses.kafka) as publisher:
            for day in days_left(self._portfolio, publisher):
                if stopping.is_set():
                    return
                await publish_facts(self._portfolio, publisher, day)
                await publisher.close_day(day, day + timedelta(days=1))
                self.today = day + timedelta(days=1)
                self.closed += 1
                await asyncio.sleep(day_seconds)
