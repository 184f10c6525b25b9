"""The bank's closes of its business days: the calendar, the control totals, and what falls due."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from arrears_events.catalogue.base import DayClosed
from sqlalchemy import BigInteger, Column, Date, Integer, Table, Text

from arrears_runtime.admission import Fact
from arrears_runtime.database import Connection, Database
from arrears_runtime.dead_letters import DeadLetter
from arrears_runtime.stream import metadata

closes = Table(
    "closes",
    metadata,
    Column("source", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("offset", BigInteger, primary_key=True),
    Column("date", Date, nullable=False),
    Column("next_business_date", Date, nullable=False),
)


Totals = dict[tuple[str, str], tuple[int, Decimal]]
"""By type and currency: how many, and how much."""


class Close(NamedTuple):
    source: str
    partition: int
    offset: int
    date: dt.date
    next_business_date: dt.date


async def last(db: Database) -> list[tuple[int, Close]]:
    """The last close of each partition."""
    rows = await db.pool.fetch(
        'SELECT DISTINCT ON (partition) * FROM closes ORDER BY partition, date DESC, "offset" DESC'
    )
    return [(row["partition"], Close(*row)) for row in rows]


async def last_date(db: Database) -> dt.date | None:
    """The last business day that is closed anywhere; None before the first."""
    return await db.pool.fetchval("SELECT max(date) FROM closes")


async def note(connection: Connection, facts: Sequence[Fact]) -> list[DeadLetter]:
    """Keep closes; a dead letter for each whose control totals are not what was read between it and the one before."""
    if not facts:
        return []
    new = [_close(fact) for fact in facts]
    read = await _read(connection, facts[0].record.topic, new)
    await connection.execute("INSERT INTO closes SELECT c.* FROM unnest($1::closes[]) c", new)
    letters = [_letter(fact, read.get((fact.record.partition, fact.record.offset), {})) for fact in facts]
    return [letter for letter in letters if letter]


async def due(
    connection: Connection, partition: int, day: dt.date, categories: Sequence[str], only: str | None
) -> list[tuple[str, str]]:
    """Streams of a partition, with their customers, that have something to do by `day`."""
    rows = await connection.fetch(_DUE, partition, day, list(categories), only)
    return [(row["streamid"], row["customer_id"]) for row in rows]


async def _read(connection: Connection, topic: str, new: Sequence[Close]) -> dict[tuple[int, int], Totals]:
    """What was read of each close's source in its partition since the close before, by partition and offset."""
    partitions, sources, ends = ([getattr(close, of) for close in new] for of in ("partition", "source", "offset"))
    before = {(row["partition"], row["source"]): row["offset"] for row in await connection.fetch(_BEFORE, partitions)}
    since: list[int] = []
    for close in new:
        since.append(before.get((close.partition, close.source), -1))
        before[close.partition, close.source] = close.offset
    read: dict[tuple[int, int], Totals] = {}
    for row in await connection.fetch(_READ, topic, partitions, sources, since, ends):
        totals = read.setdefault((row["partition"], row["until"]), {})
        totals[row["wire"], row["currency"]] = row["count"], row["amount"]
    return read


def _close(fact: Fact) -> Close:
    day: Any = fact.envelope.data
    assert isinstance(day, DayClosed)
    return Close(day.source, fact.record.partition, fact.record.offset, day.date, day.next_business_date)


def _letter(fact: Fact, read: Totals) -> DeadLetter | None:
    day = fact.envelope.data
    said = {(total.type, total.currency): (total.count, total.amount) for total in day.totals}
    nothing = (0, Decimal(0))
    wrong = [
        "{} {}: {} of {} said, {} of {} read".format(*each, *said.get(each, nothing), *read.get(each, nothing))
        for each in sorted({*said, *read})
        if said.get(each, nothing) != read.get(each, nothing)
    ]
    if not wrong:
        return None
    detail = f"source {day.source}, {day.date}, partition {fact.record.partition}: " + "; ".join(wrong)
    record = fact.record
    return DeadLetter(record.topic, record.partition, record.offset, "totals-differ", detail, "", None, record.value)


_BEFORE = """SELECT partition, source, max("offset") AS "offset" FROM closes WHERE partition = ANY($1)
    GROUP BY partition, source"""
_READ = """
    SELECT c.partition, c.until, h.wire, h.currency, count(*)::int AS count, sum(h.amount) AS amount
    FROM unnest($2::int[], $3::text[], $4::bigint[], $5::bigint[]) AS c(partition, source, since, until)
    JOIN heard_facts h ON h.topic = $1 AND h.partition = c.partition AND h.source = c.source
         AND h."offset" > c.since AND h."offset" < c.until
    GROUP BY c.partition, c.until, h.wire, h.currency"""
_DUE = """
    SELECT streamid, customer_id FROM streams
    WHERE partition = $1 AND due <= $2 AND split_part(streamid, '/', 1) = ANY($3)
          AND ($4::text IS NULL OR customer_id = $4)
    ORDER BY streamid"""
