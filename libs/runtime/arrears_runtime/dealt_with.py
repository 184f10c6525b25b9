"""Who dealt with a dead letter, and how: it is done once, and whoever comes later is told."""

from typing import NamedTuple

from sqlalchemy import ClauseElement, literal, select

from arrears_runtime.database import Database
from arrears_runtime.dead_letters import DeadLetter, set_aside, skips, stops
from arrears_runtime.stops import At


class DealtWith(NamedTuple):
    """`outcome`: replayed | skipped."""

    outcome: str
    by: str


async def dealt_with(db: Database, letter: DeadLetter) -> DealtWith | None:
    """None while it waits; of a replay also when its customer has been stopped by another record since."""
    at = letter.topic, letter.partition, letter.offset
    if not letter.customer_id:
        return await db.row(DealtWith, _set_aside(at))
    return await db.row(DealtWith, _skipped(at, letter.customer_id)) or await db.row(
        DealtWith, _replayed(at, letter.customer_id)
    )


def _set_aside(at: At) -> ClauseElement:
    return select(literal("skipped"), set_aside.c.by).where(set_aside.c.at == "/".join(map(str, at)))


def _skipped(at: At, customer_id: str) -> ClauseElement:
    id_ = "/".join(map(str, (*at, customer_id)))
    return select(literal("skipped"), skips.c.by).where(skips.c.id == id_)


def _replayed(at: At, customer_id: str) -> ClauseElement:
    topic, partition, offset = at
    same = (stops.c.topic == topic, stops.c.partition == partition, stops.c.offset == offset)
    return select(stops.c.outcome, stops.c.by).where(
        stops.c.customer_id == customer_id, *same, stops.c.outcome.is_not(None)
    )
