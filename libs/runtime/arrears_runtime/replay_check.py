"""Replay check: fold the whole log anew beside a service's tables, and compare every table with it, row by row."""

import importlib.metadata
from dataclasses import dataclass

import asyncpg
from arrears_events.log.reader import Reader

from arrears_runtime import positions, schema
from arrears_runtime.database import Database
from arrears_runtime.instance import Instance
from arrears_runtime.own_log import check_whole
from arrears_runtime.service import Service
from arrears_runtime.settings import RuntimeSettings

SCRATCH = "replay_check"
NOT_COMPARED = frozenset({"outbox", "positions", "confirmed", "latest_read"})
"""What is not a fold: how far this database has read and published."""
_PLACES = {
    "positions": "topic, partition, folded",
    "confirmed": "topic, partition, next",
    "latest_read": "topic, partition, next",
}
SHOWN = 10
TRIES = 20
"""Of reading on to where a service that goes on working stands."""


@dataclass(frozen=True)
class Comparison:
    """`differences`: at most ten, each the table, the side on which the row stands, and its key."""

    service: str
    tables: int
    rows: int
    differences: list[str]


class NotAtRest(RuntimeError):
    """The service went on while it was compared."""


def installed() -> dict[str, Service]:
    """The services of this installation, by their entry points."""
    parts = importlib.metadata.entry_points(group="arrears.services")
    return {part.name: part.load() for part in sorted(parts, key=lambda part: part.name)}


async def check(service: Service, settings: RuntimeSettings) -> Comparison:
    """Raises NotAtRest when the service does not pause for a moment, and HistoryIncomplete."""
    url = settings.database_url.get_secret_value()
    live = await Database.open(url, size=2)
    await live.pool.execute(f"DROP SCHEMA IF EXISTS {SCRATCH} CASCADE; CREATE SCHEMA {SCRATCH}")
    scratch = await Database.open(url, size=settings.database_connections, search_path=SCRATCH)
    try:
        instance = Instance(service, scratch, settings)
        await schema.create(scratch, service.metadatas, service.fingerprint)
        async with Reader(settings.kafka_bootstrap, settings.topic_prefix) as reader:
            for _ in range(TRIES):
                await _fold_to(live, instance, reader)
                async with live.pool.acquire() as connection, connection.transaction(isolation="repeatable_read"):
                    if await _same_place(connection):
                        return await _compare(connection, service)
        raise NotAtRest(f"{service.name}-service goes on working; pause what feeds it and ask again")
    finally:
        await scratch.close()
        await live.pool.execute(f"DROP SCHEMA IF EXISTS {SCRATCH} CASCADE")
        await live.close()


async def _fold_to(live: Database, instance: Instance, reader: Reader) -> None:
    """Fold, without a reaction, as far as the live tables are. Raises HistoryIncomplete."""
    forks = await instance.catch_up(reader)
    goal = await positions.load(live)
    scratch = instance.database
    await scratch.pool.executemany(
        """INSERT INTO positions VALUES ($1, $2, 0, $3)
        ON CONFLICT (topic, partition) DO UPDATE SET reacted = excluded.reacted""",
        [(*at, position.reacted) for at, position in goal.items()],
    )
    follower = instance.follower
    await follower.load()
    starts = {at: position.folded for at, position in follower.positions.items()}
    ends = {at: position.folded for at, position in goal.items()}
    await check_whole(reader, ends, await reader.ends(list(ends)))
    async for records in reader.aside(starts, ends):
        await follower.take({(records[0].topic, records[0].partition): records})
    if forks:
        await follower.stop_for(forks)
    if instance.latest:
        await instance.latest.begin()
        await instance.latest.catch_up(reader)


async def _same_place(connection: asyncpg.pool.PoolConnectionProxy) -> bool:
    """Whether both have read as far, and all that was written is on the log."""
    if await connection.fetchval("SELECT EXISTS (SELECT 1 FROM public.outbox)"):
        return False
    for table, columns in _PLACES.items():
        if await connection.fetchval(
            f"SELECT EXISTS (SELECT {columns} FROM public.{table} EXCEPT SELECT {columns} FROM {SCRATCH}.{table})"
        ):
            return False
    return True


async def _compare(connection: asyncpg.pool.PoolConnectionProxy, service: Service) -> Comparison:
    tables = [table for metadata in service.metadatas for table in metadata.sorted_tables]
    compared = [table for table in tables if table.name not in NOT_COMPARED]
    rows, differences = 0, list[str]()
    for table in compared:
        rows += await connection.fetchval(f"SELECT count(*) FROM public.{table.name}")
        keys = " || '/' || ".join(f'"{column.name}"::text' for column in table.primary_key.columns)
        for side, other, word in (
            ("public", SCRATCH, "only in the service"),
            (SCRATCH, "public", "only in the log's fold"),
        ):
            found = await connection.fetch(
                f"""SELECT {keys} AS key
                FROM (TABLE {side}.{table.name} EXCEPT TABLE {other}.{table.name}) d LIMIT {SHOWN}"""
            )
            differences += [f"{table.name} {row['key']}: {word}" for row in found]
    return Comparison(f"{service.name}-service", len(compared), rows, differences[:SHOWN])
