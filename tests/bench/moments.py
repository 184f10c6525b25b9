"""How long from sending a thing to the commit of its row somewhere, both by this machine's clock.

PostgreSQL notes when it commits a transaction (`track_commit_timestamp`) and is asked afterwards, so that measuring
takes nothing from what is measured. It takes the moment just before it flushes the transaction to the disk.
"""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import asyncpg

from tests.bench.load import percentile
from tests.bench.results import Measured, within

COMMITTED_SECONDS_MAX = 30.0
P50_MS_MOST, P99_MS_MOST = 20.0, 100.0


@dataclass(frozen=True)
class Rows:
    """Of the database at `url` those of `table` for which `when` holds, each by its `name`: both of them SQL."""

    url: str
    table: str
    name: str
    when: str = "true"

    async def seconds_since(self, sent: Mapping[str, float]) -> list[float]:
        """From each moment, in seconds since the epoch, to the last commit of the row of that name."""
        committed, connection = dict[str, float](), await asyncpg.connect(self.url)
        try:
            async with asyncio.timeout(COMMITTED_SECONDS_MAX):
                while len(committed) < len(sent):
                    await asyncio.sleep(0.2)
                    rows = await connection.fetch(_COMMITTED.format(self), list(sent))
                    committed = {row["name"]: row["at"] for row in rows}
        finally:
            await connection.close()
        return [committed[name] - moment for name, moment in sent.items()]


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


_COMMITTED = """
    SELECT {0.name} AS name, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 AS at FROM {0.table}
    WHERE {0.when} AND {0.name} = ANY($1::text[])"""
