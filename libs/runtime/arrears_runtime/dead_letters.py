"""Records that could not be read or handled, and the customers who wait for them.

A record whose customer can be trusted stops that customer (stops.py): all of theirs waits. One that names nobody stops
nobody; setting it aside is an event of the service's settings.
"""

import json
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from arrears_events.catalogue.base import CustomerCaughtUp, CustomerResumed, CustomerStopped, DeadLetterSkipped
from arrears_events.codec import Topic
from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, LargeBinary, Table, Text

from arrears_runtime.database import Connection, Database
from arrears_runtime.projection import View, view
from arrears_runtime.stops import At
from arrears_runtime.stream import metadata

stops = Table(
    "stops",
    metadata,
    Column("customer_id", Text, primary_key=True),
    Column("streamid", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("waits_from", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("outcome", Text),
    Column("by", Text),
    Column("caught_up", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
)
skips = Table(
    "skips",
    metadata,
    Column("id", Text, primary_key=True),
    Column("streamid", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("by", Text, nullable=False),
)
set_aside = Table(
    "set_aside",
    metadata,
    Column("at", Text, primary_key=True),
    Column("streamid", Text, nullable=False),
    Column("by", Text, nullable=False),
)
dead_letters = Table(
    "dead_letters",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("offset", BigInteger, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("customer_id", Text, primary_key=True),
    Column("key", LargeBinary),
    Column("value", LargeBinary, nullable=False),
)


class StopRow(NamedTuple):
    customer_id: str
    streamid: str
    topic: str
    partition: int
    offset: int
    reason: str
    waits_from: str
    since: Any
    outcome: str | None
    by: str | None
    caught_up: bool
    version: int

    @property
    def at(self) -> At:
        return self.topic, self.partition, self.offset


class SkipRow(NamedTuple):
    """A record (or a day's close) that is passed over for one customer, for ever."""

    id: str
    streamid: str
    topic: str
    partition: int
    offset: int
    customer_id: str
    by: str


class AsideRow(NamedTuple):
    """`at`: topic/partition/offset of a dead letter that stopped nobody and was looked at."""

    at: str
    streamid: str
    by: str


PARKED_BYTES = 4 * 1024 * 1024
"""Of a dead letter on its topic at most, as topics.toml has it: a record may be larger, where it compresses well."""
VALUE_BYTES = PARKED_BYTES - 64 * 1024
"""The rest is room for key, detail, and Kafka's own."""
KEY_BYTES, DETAIL_CHARACTERS = 16 * 1024, 4_096


class DeadLetter(NamedTuple):
    """`customer_id`: who waits for it; "" where it stops nobody. `detail` says so where key or value were cut."""

    topic: str
    partition: int
    offset: int
    reason: str
    detail: str
    customer_id: str
    key: bytes | None
    value: bytes

    @property
    def id(self) -> str:
        return "/".join(map(str, ("letter", self.topic, self.partition, self.offset, self.customer_id)))

    @property
    def fitting(self) -> "DeadLetter":
        """Itself, cut where it would be refused."""
        cut = [
            f"cut to {most} of {len(part)} bytes of {name}"
            for name, part, most in (("value", self.value, VALUE_BYTES), ("key", self.key or b"", KEY_BYTES))
            if len(part) > most
        ]
        if not cut and len(self.detail) <= DETAIL_CHARACTERS:
            return self
        detail = "; ".join([*cut, self.detail] if self.detail else cut)[:DETAIL_CHARACTERS]
        key = self.key if self.key is None else self.key[:KEY_BYTES]
        return self._replace(detail=detail, key=key, value=self.value[:VALUE_BYTES])

    @property
    def headers(self) -> str:
        """What travels beside the bytes on the dead letters' topic."""
        return json.dumps(
            {name: getattr(self, name) for name in ("topic", "partition", "offset", "reason", "detail", "customer_id")}
        )


def views_of(events: Topic[Any], settings: Topic[Any]) -> tuple[View, ...]:
    """Who is stopped, and which records were set aside: rows of the service's own topics."""

    @view(stops, StopRow, of=events, key="customer_id", takes=(CustomerStopped, CustomerResumed, CustomerCaughtUp))
    def stop(row: StopRow | None, fact: Any) -> StopRow | None:
        match fact.data:
            case CustomerStopped() as event:
                return _stopped(event, fact)
            case CustomerResumed() as event if row:
                return row._replace(outcome=event.outcome, by=event.by, version=fact.streamversion)
            case CustomerCaughtUp() if row:
                return row._replace(caught_up=True, version=fact.streamversion)
            case _:
                raise AssertionError("a customer was resumed who was not stopped")

    @view(skips, SkipRow, of=events, key=lambda fact: f"{_at(fact)}/{fact.data.customer_id}", takes=(CustomerResumed,))
    def skip(row: SkipRow | None, fact: Any) -> SkipRow | None:
        event = fact.data
        if event.outcome == "replayed":
            return row
        at = (event.topic, event.partition, event.offset)
        return SkipRow(f"{_at(fact)}/{event.customer_id}", fact.streamid, *at, event.customer_id, event.by)

    @view(set_aside, AsideRow, of=settings, key=_at, takes=(DeadLetterSkipped,))
    def aside(_: AsideRow | None, fact: Any) -> AsideRow:
        return AsideRow(_at(fact), fact.streamid, fact.data.by)

    return stop, skip, aside


def _stopped(event: CustomerStopped, fact: Any) -> StopRow:
    return StopRow(
        event.customer_id,
        fact.streamid,
        event.topic,
        event.partition,
        event.offset,
        event.reason,
        json.dumps(event.waits_from, sort_keys=True),
        since=fact.time,
        outcome=None,
        by=None,
        caught_up=False,
        version=fact.streamversion,
    )


def _at(fact: Any) -> str:
    return f"{fact.data.topic}/{fact.data.partition}/{fact.data.offset}"


async def park(connection: Connection, letters: Sequence[DeadLetter], topic: str) -> None:
    """Keep dead letters, byte for byte up to VALUE_BYTES, here and on their topic.

    One that is kept already is left as it is.
    """
    letters = [letter.fitting for letter in letters]
    await connection.execute(
        """
        WITH parked AS (
            INSERT INTO dead_letters SELECT l.* FROM unnest($1::dead_letters[]) l ON CONFLICT DO NOTHING
            RETURNING topic, partition, "offset", customer_id)
        INSERT INTO outbox (topic, partition, key, value, headers, streamid, streamversion)
        SELECT o.topic, o.partition, o.key, o.value, o.headers, o.streamid, o.streamversion
        FROM unnest($2::outbox[]) o JOIN parked p
          ON o.streamid = concat_ws('/', 'letter', p.topic, p.partition, p."offset", p.customer_id)
        """,
        letters,
        [
            (None, topic, letter.partition, letter.key, letter.value, letter.headers, letter.id, 1, None)
            for letter in letters
        ],
    )


async def open_letters(db: Database) -> list[DeadLetter]:
    """Those that nobody has resolved: whose customer is still stopped by them, or that were not set aside."""
    return [DeadLetter(*row) for row in await db.pool.fetch(_OPEN)]


async def first_on(db: Database, topics: Collection[str]) -> list[DeadLetter]:
    """Of each customer the first dead letter that lies on one of the topics."""
    return [DeadLetter(*row) for row in await db.pool.fetch(_FIRST, list(topics))]


async def letter_at(db: Database, at: At) -> DeadLetter | None:
    """The dead letter of a record: one that still stops somebody, where several customers could not take a close."""
    rows = await db.pool.fetch(_AT, *at)
    return DeadLetter(*rows[0]) if rows else None


async def stop_of(db: Database, customer_id: str) -> StopRow | None:
    """What stops a customer; None when nothing does."""
    row = await db.pool.fetchrow("SELECT * FROM stops WHERE customer_id = $1 AND outcome IS NULL", customer_id)
    return StopRow(*row) if row else None


async def stopped_among(db: Database, customers: Collection[str]) -> list[StopRow]:
    """Those of the customers whom this service has stopped."""
    rows = await db.pool.fetch("SELECT * FROM stops WHERE customer_id = ANY($1) AND outcome IS NULL", list(customers))
    return [StopRow(*row) for row in rows]


_AT = """
    SELECT d.* FROM dead_letters d LEFT JOIN stops s ON s.customer_id = d.customer_id AND s.outcome IS NULL
    WHERE (d.topic, d.partition, d."offset") = ($1, $2, $3) ORDER BY s.customer_id NULLS LAST, d.customer_id
    """
_FIRST = """
    SELECT DISTINCT ON (customer_id) * FROM dead_letters WHERE topic = ANY($1) AND customer_id <> ''
    ORDER BY customer_id, topic, partition, "offset"
    """
_OPEN = """
    SELECT d.* FROM dead_letters d
    LEFT JOIN set_aside a ON a.at = d.topic || '/' || d.partition || '/' || d."offset"
    LEFT JOIN stops s ON s.customer_id = d.customer_id AND s.outcome IS NULL
         AND (s.topic, s.partition, s."offset") = (d.topic, d.partition, d."offset")
    WHERE CASE WHEN d.customer_id = '' THEN a.at IS NULL ELSE s.customer_id IS NOT NULL END
    ORDER BY d.topic, d.partition, d."offset"
    """
