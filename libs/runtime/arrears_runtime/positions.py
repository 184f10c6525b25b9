"""How far a service has read: kept in its database, in the transaction that used the records, behind a fence."""

import asyncio
from collections.abc import Mapping
from time import monotonic
from typing import NamedTuple

from arrears_events.log.reader import Reader
from sqlalchemy import BigInteger, Column, Integer, Table, Text

from arrears_runtime.database import Database
from arrears_runtime.stream import metadata
from arrears_runtime.unit_of_work import Part, Work

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

LOOK_SECONDS = 1.0
COMMITTED_AGAIN_SECONDS = 3600.0
"""A broker forgets a group's offsets that are not renewed: after a week, where nobody sets it otherwise."""

Partition = tuple[str, int]


class Position(NamedTuple):
    """Next offsets of a topic's partition: for views, and for reactions (ahead of the views' while they rebuild)."""

    folded: int
    reacted: int


class Fenced(RuntimeError):
    """Somebody else moved this service's position: another process leads."""

    def __init__(self) -> None:
        super().__init__("another process moved this service's position")


class ReactionsUnknown(RuntimeError):
    """The database is new, the log has events of ours, and Kafka holds no position for reactions."""

    def __init__(self, service: str) -> None:
        super().__init__(
            f"{service} has events on the log, but no position for its reactions. "
            f"`arrears topics position --service {service} --at first|last` sets it "
            "(first: what was done is known, what came to nothing is decided anew; last: nothing is asked again)."
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


def move(work: Work, old: Mapping[Partition, Position], new: Mapping[Partition, Position]) -> None:
    """Fenced is raised when one of the positions is not where it was read."""
    moves = [(*at, old[at].folded, *position) for at, position in new.items()]
    work.write(_MOVE, *zip(*moves, strict=True))


async def keep_committed(db: Database, reader: Reader) -> None:
    """Tell Kafka for ever how far reactions are, once all that they led to is on the log."""
    committed, committed_at = dict[Partition, int](), float("-inf")
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        reacted, mark = await _reacted_and_outbox(db)
        while await _unpublished(db, mark):  # noqa: ASYNC110 - nobody tells when the outbox is out
            await asyncio.sleep(LOOK_SECONDS / 10)
        if reacted != committed or monotonic() > committed_at + COMMITTED_AGAIN_SECONDS:
            await reader.commit(reacted)
            committed, committed_at = reacted, monotonic()


async def _reacted_and_outbox(db: Database) -> tuple[dict[Partition, int], int]:
    """At one moment: how far reactions are, and the highest position of the outbox, which holds all they led to."""
    rows = await db.pool.fetch(
        "SELECT topic, partition, reacted, (SELECT coalesce(max(position), 0) FROM outbox) AS mark FROM positions"
    )
    return {(row["topic"], row["partition"]): row["reacted"] for row in rows}, rows[0]["mark"] if rows else 0


async def _unpublished(db: Database, mark: int) -> bool:
    """Whether the outbox still holds something of what it held up to `mark`."""
    return await db.pool.fetchval("SELECT EXISTS (SELECT FROM outbox WHERE position <= $1)", mark)


_PLACED = """
    UPDATE positions p SET folded = n.folded, reacted = n.reacted
    FROM unnest({0}::text[], {1}::int[], {2}::bigint[], {3}::bigint[], {4}::bigint[])
         AS n(topic, partition, was, folded, reacted)
    WHERE p.topic = n.topic AND p.partition = n.partition AND p.folded = n.was RETURNING 1"""
_MOVE = Part(
    (("placed", _PLACED),),
    values=5,
    holds="(SELECT count(*) FROM placed) = cardinality({0})",
    otherwise=Fenced,
)
