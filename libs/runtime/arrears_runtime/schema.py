"""The tables of a service, as its code has them. Nothing in them is precious: a change is a rebuild, no migration."""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import MetaData, Table
from sqlalchemy.schema import CreateIndex, CreateTable

from arrears_runtime.database import DIALECT, Database
from arrears_runtime.decider import Decider
from arrears_runtime.http.service import Check
from arrears_runtime.positions import Partition, Position, load
from arrears_runtime.projection import View
from arrears_runtime.unit_of_work import MAKE_MUST, MUST

_KEPT = "CREATE TABLE IF NOT EXISTS schema_version (fingerprint text NOT NULL, caught_up boolean NOT NULL)"


def fingerprint(tables: Sequence[Table], views: Sequence[View], deciders: Sequence[Decider[Any]]) -> str:
    """Changes with a table's columns, a fold's version, and the shape of a stream's state."""
    parts = [MAKE_MUST, *(_ddl(table) for table in tables)]
    parts += [f"{view.name} {view.version}" for view in views]
    parts += [json.dumps(decider.adapter.json_schema(), sort_keys=True) for decider in deciders]
    return sha256("\n".join(parts).encode()).hexdigest()


async def found(db: Database) -> str | None:
    """The fingerprint of the tables that are there; None where there are none."""
    if await db.pool.fetchval("SELECT to_regclass('schema_version')") is None:
        return None
    return await db.pool.fetchval("SELECT fingerprint FROM schema_version")


async def caught_up(db: Database, fingerprint_: str) -> bool:
    """Whether the leader has brought these tables up to the log, so that others may answer from them."""
    if await found(db) != fingerprint_:
        return False
    return bool(await db.pool.fetchval("SELECT caught_up FROM schema_version"))


async def check(db: Database, fingerprint_: str) -> Check:
    whole = await caught_up(db, fingerprint_)
    return Check(whole, "" if whole else "made anew; the log is still being read")


async def mark(db: Database, *, caught_up: bool) -> None:
    await db.pool.execute("UPDATE schema_version SET caught_up = $1", caught_up)


async def create(db: Database, metadatas: Sequence[MetaData], fingerprint_: str) -> None:
    """Make the tables anew, empty, in one transaction; reactions stay where they were, so that none fires again."""
    kept = await load(db) if await found(db) else {}
    tables = [table for metadata in metadatas for table in metadata.sorted_tables]
    async with db.transaction() as connection:
        for (name,) in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"):
            await connection.execute(f'DROP TABLE "{name}" CASCADE')
        await connection.execute(f"DROP FUNCTION IF EXISTS {MUST}; {MAKE_MUST}")
        for table in tables:
            await connection.execute(_ddl(table))
        await connection.execute(_KEPT)
        await connection.execute("INSERT INTO schema_version VALUES ($1, false)", fingerprint_)
        await connection.executemany("INSERT INTO positions VALUES ($1, $2, 0, $3)", _reactions(kept))


def _reactions(kept: dict[Partition, Position]) -> list[tuple[str, int, int]]:
    return [(topic, partition, position.reacted) for (topic, partition), position in kept.items()]


def _ddl(table: Table) -> str:
    """All of a table's statements; its rows change in place, so room is left on each page."""
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    statements = [CreateTable(table), *(CreateIndex(index) for index in indexes)]
    return ";\n".join(str(statement.compile(dialect=DIALECT)).strip() for statement in statements)
