"""What is due goes out to customers in rounds, one after the other, whoever was killed in the last one."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import httpx
from aiokafka.errors import KafkaError
from arrears_events.bank.settled import Readiness
from arrears_events.log.reader import Reader
from pydantic import ValidationError

from tests.chaos.stack import Stack

PAUSE_SECONDS = 0.05
LOOK_SECONDS = 0.02
READ_SECONDS_MAX = 2.0
ROUND_SECONDS_MAX = 60.0
PATIENCE_SECONDS = 0.5
"""How long a day's close waits for a round: while nobody can send, days go by."""
LAST_SECONDS_MAX = 240.0
BANK = "bank.events"


class Rounds:
    """`over`: how many came to their end; `cut_short`: how many were not answered."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._token = stack.token("rounds", role="operator")
        self._calendar, self._one_over = asyncio.Lock(), asyncio.Event()
        self.over = self.cut_short = 0

    @asynccontextmanager
    async def day_ends(self) -> AsyncGenerator[None]:
        """A day is closed between two rounds, as by `arrears bank play`, and not before what was due on it is out."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._one_over.wait(), PATIENCE_SECONDS)
        async with self._calendar:
            self._one_over.clear()
            yield

    async def go_on(self, stopping: asyncio.Event) -> None:
        async with self._http(ROUND_SECONDS_MAX) as http:
            while not stopping.is_set():
                async with self._calendar:
                    if await self._knows_the_day(http):
                        await self._one(http)
                await asyncio.sleep(PAUSE_SECONDS)

    async def last(self) -> None:
        """One that comes to its end: what is due is decided and out."""
        async with asyncio.timeout(LAST_SECONDS_MAX), self._http(LAST_SECONDS_MAX) as http:
            while not await self._one(http):
                await asyncio.sleep(PAUSE_SECONDS)

    @property
    def _url(self) -> str:
        return self._stack.addresses.services["contact-service"]

    def _http(self, seconds: float) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self._token}"}
        return httpx.AsyncClient(headers=headers, timeout=seconds, trust_env=False)

    async def _knows_the_day(self, http: httpx.AsyncClient) -> bool:
        """Whether every close on the log has been read: then the calendar stands still while a round lasts."""
        try:
            async with asyncio.timeout(READ_SECONDS_MAX):
                async with Reader(self._stack.addresses.kafka) as log:
                    ends = await log.ends([(BANK, partition) for partition in await log.partitions(BANK)])
                while not await self._has_read(http, ends):
                    await asyncio.sleep(LOOK_SECONDS)
        except (KafkaError, LookupError, TimeoutError, httpx.TransportError, ValidationError):
            return False
        return True

    async def _has_read(self, http: httpx.AsyncClient, ends: dict[tuple[str, int], int]) -> bool:
        said = Readiness.model_validate_json((await http.get(f"{self._url}/health/ready")).content)
        read = said.positions.get(BANK, [])
        return len(read) == len(ends) and all(read[partition] >= end for (_, partition), end in ends.items())

    async def _one(self, http: httpx.AsyncClient) -> bool:
        try:
            answer = await http.post(f"{self._url}/rounds")
        except httpx.TransportError:
            self.cut_short += 1
            return False
        assert answer.is_success or answer.is_server_error, f"{self._url}/rounds answered {answer.status_code}"
        self.over, self.cut_short = self.over + answer.is_success, self.cut_short + answer.is_error
        if answer.is_success:
            self._one_over.set()
        return answer.is_success
