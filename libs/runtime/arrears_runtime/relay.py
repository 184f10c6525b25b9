"""The relay: what the outbox holds onto the log, in order. It waits for no one and is woken by a notification."""

import asyncio
import json
from contextlib import suppress
from time import monotonic
from typing import Any

import asyncpg
from arrears_events.log.writer import Writer

from arrears_runtime.database import Connection, Database
from arrears_runtime.dead_letters import PARKED_BYTES

MOST = 5_000
"""Records sent before their acknowledgements are waited for: about a megabyte or two in the producer's hands."""

PACE_SECONDS = 0.01
"""From one look to the next: what comes alone goes out at once, under load a few commands' events at one's cost."""


def relay_writer(bootstrap: str) -> Writer:
    """Takes whatever an outbox may hold; the largest are dead letters."""
    return Writer(bootstrap, record_bytes=PARKED_BYTES)


class Relay:
    """Publishes one service's outbox. An error ends it; the next one begins where the log's tail says."""

    def __init__(self, db: Database, prefix: str, keys_topic: str | None = None) -> None:
        self._db, self._prefix, self._keys_topic = db, prefix, keys_topic
        self._wake = asyncio.Event()

    def woken(self, *_: object) -> None:
        self._wake.set()

    async def run(self, writer: Writer) -> None:
        async with self._db.pool.acquire() as connection:
            while True:
                self._wake.clear()
                looked = monotonic()
                rows = await connection.fetch(_LOWEST, MOST)
                if rows:
                    await self._publish(connection, writer, rows)
                if len(rows) < MOST:
                    await self._pause()
                await asyncio.sleep(max(0, looked + PACE_SECONDS - monotonic()))

    async def drain(self, writer: Writer) -> None:
        """Publish all there is now."""
        async with self._db.pool.acquire() as connection:
            while rows := await connection.fetch(_LOWEST, MOST):
                await self._publish(connection, writer, rows)

    async def _publish(self, connection: Connection, writer: Writer, rows: list[asyncpg.Record]) -> None:
        """Keys are acknowledged before anything else is sent: no text may be on the log without what opens it."""
        keys = [row for row in rows if row["topic"] == self._keys_topic]
        others = [row for row in rows if row["topic"] != self._keys_topic]
        for together in filter(None, (keys, others)):
            await self._send(connection, writer, together)

    async def _send(self, connection: Connection, writer: Writer, rows: list[asyncpg.Record]) -> None:
        sent = [
            await writer.send(
                self._prefix + row["topic"], row["key"], row["value"], row["partition"], _headers(row["headers"])
            )
            for row in rows
        ]
        ends: dict[tuple[str, int], int] = {}
        for row, lies in zip(rows, await asyncio.gather(*sent), strict=True):
            at = row["topic"], row["partition"]
            ends[at] = max(ends.get(at, 0), lies.offset + 1)
        topics, partitions = [topic for topic, _ in ends], [partition for _, partition in ends]
        await connection.execute(_SENT, [row["position"] for row in rows], topics, partitions, list(ends.values()))

    async def _pause(self) -> None:
        """Until woken; once a second it looks all the same, for a notification that a lost connection swallowed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._wake.wait()


def _headers(written: str | None) -> list[tuple[str, bytes]]:
    found: dict[str, Any] = json.loads(written) if written else {}
    return [(name, str(value).encode()) for name, value in found.items()]


_LOWEST = "SELECT position, topic, partition, key, value, headers FROM outbox ORDER BY position LIMIT $1"
_SENT = """
    WITH gone AS (DELETE FROM outbox WHERE position = ANY($1))
    INSERT INTO confirmed SELECT * FROM unnest($2::text[], $3::int[], $4::bigint[])
    ON CONFLICT (topic, partition) DO UPDATE SET next = greatest(confirmed.next, excluded.next)"""
