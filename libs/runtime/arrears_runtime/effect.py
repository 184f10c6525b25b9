"""What calls out: mail, messages, calls. It is the leader's alone, and no fold, reaction or replay holds it.

An effect works in rounds, and a round does all that is due. By the wall clock a round follows whatever was written, and
comes once a second without. By the business calendar a round is asked for, once a day's closes have settled: so what
is known when it begins does not depend on who was quicker.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Protocol

from arrears_runtime.database import Database
from arrears_runtime.decider import Command, Outcome
from arrears_runtime.keys import Keys
from arrears_runtime.policies import Policies
from arrears_runtime.positions import Partition, Position

PAUSE_SECONDS = 1.0
"""Between two rounds of the wall clock, when nothing was written: what became due by time alone waits no longer."""


class Rounds:
    """When an effect takes its next round."""

    def __init__(self, *, asked_for: bool) -> None:
        self._asked_for = asked_for
        self._wake = asyncio.Event()
        self._asking: set[asyncio.Future[None]] = set()

    def woken(self, *_: object) -> None:
        """Something was written."""
        if not self._asked_for:
            self._wake.set()

    async def ask(self) -> None:
        """Ask for a round, and return when one is over that began after this."""
        over = asyncio.get_running_loop().create_future()
        self._asking.add(over)
        self._wake.set()
        try:
            await over
        finally:
            self._asking.discard(over)

    async def each(self) -> AsyncGenerator[None]:
        """For ever: a round is what is done before the next is asked for."""
        while True:
            await self._pause()
            self._wake.clear()
            asked = set(self._asking)
            yield
            self._asking -= asked
            for over in asked:
                if not over.done():  # who asked may have given up
                    over.set_result(None)

    async def _pause(self) -> None:
        if self._asking:  # now, or of a lead that ended before their round was over
            return
        if self._asked_for:
            await self._wake.wait()
        else:
            with suppress(TimeoutError):
                async with asyncio.timeout(PAUSE_SECONDS):
                    await self._wake.wait()


class Ground(Protocol):
    """What an effect stands on: the service that it belongs to. `by_customer`: into how many partitions they fall."""

    by_customer: int

    @property
    def db(self) -> Database: ...

    @property
    def policies(self) -> Policies: ...

    @property
    def keys(self) -> Keys | None: ...

    @property
    def rounds(self) -> Rounds: ...

    @property
    def positions(self) -> dict[Partition, Position]:
        """How far each topic is read."""
        ...

    async def append(self, commands: list[Command], /) -> list[Outcome]: ...

    def now(self, customer_id: str, /) -> datetime: ...

    def today(self, customer_id: str, /) -> date: ...

    def lag_seconds(self, customer_id: str, /) -> int:
        """For how long there has been something unread that may concern the customer; 0 while the reader keeps up."""
        ...


class Effect(Protocol):
    async def run(self, ground: Ground) -> None:
        """For ever, or until it raises: then the lead begins anew."""
        ...

    async def waiting(self, db: Database) -> int:
        """How much was handed to a provider and has no outcome yet."""
        ...


NO_EFFECTS: Sequence[Effect] = ()
