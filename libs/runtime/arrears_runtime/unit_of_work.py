"""A unit of work (Fowler): what is to be written is collected, and sent as one statement, which is its transaction.

Round trips are most of what a small batch costs, and of how long it takes. Where something is read that rests on what
was written before, that is sent first, and a transaction holds it all together from then on.
"""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import lru_cache
from typing import Any, NamedTuple

import asyncpg

from arrears_runtime.database import Connection, Database

TRIES = 10
"""Of what loses races: under its locks only a stream that another writer begins can make it lose again."""


class LostRace(Exception):
    """Another writer was quicker at one of the streams: nothing was written."""


class Part(NamedTuple):
    """Part of a statement: CTEs as (name, SQL), with {0}, {1} … in place of its `values`.

    `holds` says in SQL whether it did what it should; where it does not, nothing is written and `otherwise` is raised.
    """

    ctes: tuple[tuple[str, str], ...]
    values: int = 1
    holds: str = ""
    otherwise: type[Exception] = LostRace


class Work:
    """`connection` is for reading, and once it has begun for what is written beside the parts."""

    def __init__(self, connection: Connection, opened: AsyncExitStack) -> None:
        self.connection, self._opened = connection, opened
        self._begun = False
        self._parts: list[Part] = []
        self._values: list[Any] = []

    def write(self, part: Part, *values: Any) -> None:
        """Sent at the end, or with `send`; until then each CTE's name stands once."""
        assert len(values) == part.values, "each value has its place"
        names = {name for each in self._parts for name, _ in each.ctes}
        assert names.isdisjoint(name for name, _ in part.ctes), "what was collected is sent before more of the same"
        self._parts.append(part)
        self._values += values

    async def begin(self) -> None:
        """From here on a transaction holds it together: locks, and what is written through the connection."""
        if not self._begun:
            await self._opened.enter_async_context(self.connection.transaction())
            self._begun = True

    async def send(self) -> None:
        """Write what was collected, for what is read next to see it."""
        await self.begin()
        await self.end()

    async def end(self) -> None:
        """Write what was collected: alone it is a transaction by itself."""
        parts, values = tuple(self._parts), self._values
        self._parts, self._values = [], []
        if not parts:
            return
        try:
            await self.connection.fetchval(_statement(parts), *values)
        except asyncpg.RaiseError as error:
            raise parts[int(error.args[0])].otherwise from error
        except asyncpg.UniqueViolationError as error:
            raise LostRace from error  # the same command was written a moment ago


@asynccontextmanager
async def work_on(db: Database) -> AsyncGenerator[Work]:
    """All of it is written at the end, or nothing. Raises LostRace, and what its parts raise."""
    try:
        async with AsyncExitStack() as opened:
            work = Work(await opened.enter_async_context(db.pool.acquire()), opened)
            yield work
            await work.end()
    except asyncpg.DeadlockDetectedError as error:
        raise LostRace from error  # two wrote the same streams, crosswise


@lru_cache(maxsize=1024)
def _statement(parts: tuple[Part, ...]) -> str:
    ctes: list[str] = []
    held: list[str] = []
    first = 1
    for n, part in enumerate(parts):
        places = [f"${place}" for place in range(first, first + part.values)]
        ctes += [f"{name} AS ({text.format(*places)})" for name, text in part.ctes]
        if part.holds:
            held.append(f"{MUST}({part.holds.format(*places)}, '{n}')")
        first += part.values
    return f"WITH {', '.join(ctes)} SELECT {', '.join(held) or '1'}"


MUST = "must"
MAKE_MUST = f"""
    CREATE FUNCTION {MUST}(held boolean, otherwise text) RETURNS void LANGUAGE plpgsql AS
    $$ BEGIN IF NOT held THEN RAISE EXCEPTION USING MESSAGE = otherwise; END IF; END $$"""
"""Ends a statement, with all that it wrote."""
