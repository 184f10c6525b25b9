"""When a thing was sent, and when its row was committed somewhere, both by the clock of this process.

How this process hears: the bench gives its own databases a trigger that notifies, which PostgreSQL delivers once the
row's transaction is committed. So both ends are read on one clock, and what notifying and this process cost is on our
side of the account.
"""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any

import asyncpg

from tests.bench.load import percentile
from tests.bench.results import Measured, within

HEARD_SECONDS_MAX = 30.0
P50_MS_MOST, P99_MS_MOST = 20.0, 100.0


class Moments:
    """When each thing was sent, and when it was heard of."""

    def __init__(self) -> None:
        self.sent: dict[str, float] = {}
        self.heard: dict[str, float] = {}

    def hear(self, *notification: Any) -> None:
        self.heard.setdefault(notification[-1], perf_counter())

    async def all_heard(self, names: list[str]) -> None:
        async with asyncio.timeout(HEARD_SECONDS_MAX):
            while not self.heard.keys() >= set(names):
                await asyncio.sleep(0.05)

    def times(self, names: list[str]) -> list[float]:
        return [self.heard[name] - self.sent[name] for name in names]


@asynccontextmanager
async def told(url: str, table: str, *, what: str, on: str, when: str = "true") -> AsyncIterator[Moments]:
    """Of each row of `table` written by `on` (INSERT, UPDATE) for which `when` holds, `what`: all of them SQL."""
    connection = await asyncpg.connect(url)
    moments = Moments()
    await connection.execute(_TELL.format(what=what, on=on, table=table, when=when))
    await connection.add_listener("bench", moments.hear)
    yield moments
    await connection.close()


async def at_pace(send: Callable[[int], Awaitable[None]], many: int, a_second: int) -> None:
    """`send(1)` to `send(many)`, one after the other on time, whatever became of those before."""
    gc.disable()
    started = perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(1, many + 1):
            await asyncio.sleep(max(0, started + number / a_second - perf_counter()))
            group.create_task(send(number))  # pyright: ignore[reportArgumentType]
    gc.enable()


def found(times: list[float]) -> dict[str, Any]:
    return {"p50_ms": percentile(times, 50), "p99_ms": percentile(times, 99), "most_ms": percentile(times, 100)}


def limits(name: str, figures: dict[str, Any]) -> list[Measured]:
    return [
        within(f"{name}, p50", figures["p50_ms"], P50_MS_MOST, figures),
        within(f"{name}, p99", figures["p99_ms"], P99_MS_MOST, figures),
    ]


_TELL = """
CREATE FUNCTION bench_tell() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_notify('bench', {what}); RETURN NULL; END $$;
CREATE TRIGGER bench_tell AFTER {on} ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION bench_tell()"""
