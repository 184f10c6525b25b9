"""How far a service has read: kept in its database, in the transaction that used the records, behind a fence."""

from collections.abc import Mapping
from typing import NamedTuple

from arrears_events.log.reader import Reader
from sqlalchemy import BigInteger, Column, Integer, Table, Text

from arrears_runtime.database import Connection, Database
from arrears_runtime.stream import metadata

positions = Table(
    "positions",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("folded", BigInteger, nullable=False),
    Column("reacted", BigInteger, nullable=False),
)
confirmed = Table(
    "confirmed",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("next", BigInteger, nullable=False),
)

Partition = tuple[str, int]


class Position(NamedTuple):
    """Next offsets of a topic's partition: for views, and for reactions (ahead of the views' while they rebuild)."""

    folded: int
    reacted: int


class Fenced(RuntimeError):
    """Somebody else moved this service's position: another process leads."""


class ReactionsUnknown(RuntimeError):
    """The database is new, the log has events of ours, and Kafka holds no position for reactions."""

    def __init__(self, service: str) -> None:
        super().__init__(
            f"{service} has events on the log, but no position for its reactions. "
            f"`arrears topics position --service {service} --at first|last` sets it "
            "(first is safe: what was done is known)."
        )


async def load(db: Database) -> dict[Partition, Position]:
    rows = await db.pool.fetch("SELECT topic, partition, folded, reacted FROM positions")
    return {(row["topic"], row["partition"]): Position(row["folded"], row["reacted"]) for row in rows}


async def begin(db: Database, reader: Reader, partitions: list[Partition], service: str, *, own_events: bool) -> None:
    """Positions for partitions that have none: views from the first record, reactions from where Kafka says."""
    known = await load(db)
    new = [at for at in partitions if at not in known]
    if not new:
        return
    committed = await reader.committed(new)
    if own_events and all(offset is None for offset in committed.values()):
        raise ReactionsUnknown(service)
    await db.pool.executemany(
        "INSERT INTO positions VALUES ($1, $2, 0, $3) ON CONFLICT DO NOTHING",
        [(*at, committed[at] or 0) for at in new],
    )


async def move(connection: Connection, old: Mapping[Partition, Position], new: Mapping[Partition, Position]) -> None:
    """Raises Fenced when one of the positions is not where it was read."""
    moves = [(*at, old[at].folded, *position) for at, position in new.items()]
    done = await connection.execute(_MOVE, *zip(*moves, strict=True))
    if done != f"UPDATE {len(moves)}":
        raise Fenced(", ".join(f"{topic}/{partition}" for topic, partition in new))


async def reacted_and_outbox(db: Database) -> tuple[dict[Partition, int], int]:
    """At one moment: how far reactions are, and the highest position of the outbox, which holds all they led to."""
    rows = await db.pool.fetch(
        "SELECT topic, partition, reacted, (SELECT coalesce(max(position), 0) FROM outbox) AS mark FROM positions"
    )
    return {(row["topic"], row["partition"]): row["reacted"] for row in rows}, rows[0]["mark"] if rows else 0


_MOVE = """
    UPDATE positions p SET folded = n.folded, reacted = n.reacted
    FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::bigint[])
         AS n(topic, partition, was, folded, reacted)
    WHERE p.topic = n.topic AND p.partition = n.partition AND p.folded = n.was"""
