"""A compacted topic of somebody else's about persons: of each customer the last word counts, and a null value erases.

What is kept of it is sealed, and its table comes back row for row. Nothing of it reaches an event, a log line or a dead
letter: such a letter holds the record's place alone. It is read beside the other topics, by the process that leads.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from time import time
from typing import Any

from arrears_events.catalogue.base import Id
from arrears_events.codec import Topic
from arrears_events.ids import reaction_command_id
from arrears_events.log.partitioning import partition_of
from arrears_events.log.reader import Reader, Record
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import BigInteger, Column, Integer, Table, Text

from arrears_runtime.admission import read
from arrears_runtime.clock import Clock
from arrears_runtime.database import Connection, Database
from arrears_runtime.dead_letters import DeadLetter, park
from arrears_runtime.decider import Command, Done
from arrears_runtime.http.logs import log
from arrears_runtime.keys import Keys
from arrears_runtime.positions import Fenced, Partition, Position
from arrears_runtime.projection import BadRecord, upsert
from arrears_runtime.sealing import CustomerKey
from arrears_runtime.store import Store
from arrears_runtime.stream import metadata
from arrears_runtime.unit_of_work import work_on

latest_read = Table(
    "latest_read",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("next", BigInteger, nullable=False),
)

MAX_RECORDS = 5_000
"""Of one batch: each is sealed, which takes some 20 µs."""

Blind = Callable[[str], str]
Keep = Callable[[Any, CustomerKey, Blind], Any]
Erase = Callable[[str], Any]


@dataclass(frozen=True, eq=False)
class Latest:
    """`keep(event, key, blind) -> row` of `table`, whose key is the customer: sealed with `key`, found by `blind`.

    When a customer's value is null, the stream that `stream(customer_id)` names is sent `erase(customer_id)`: the event
    that follows is one of the service's `shreds_on`.
    """

    table: Table
    topic: Topic[Any]
    keep: Keep
    stream: Callable[[str], str]
    erase: Erase

    @cached_property
    def put(self) -> str:
        return upsert(self.table, f"unnest($1::{self.table.name}[]) r")

    @cached_property
    def cut(self) -> str:
        return f"DELETE FROM {self.table.name} WHERE customer_id = ANY($1)"

    @cached_property
    def cut_erased(self) -> str:
        return f"DELETE FROM {self.table.name} t USING erased e WHERE t.customer_id = e.customer_id"


@dataclass
class _Batch:
    """What the records of one partition say: the last word on each customer, who is erased, what is no such record."""

    words: dict[str, Any] = field(default_factory=dict[str, Any])
    erased: dict[str, Record] = field(default_factory=dict[str, Record])
    letters: list[DeadLetter] = field(default_factory=list[DeadLetter])


class LatestFollower:
    """Reads one such topic for one service."""

    def __init__(self, db: Database, store: Store, keys: Keys, clock: Clock, latest: Latest, service: str) -> None:
        self._db, self._store, self._keys, self._clock = db, store, keys, clock
        self._latest, self._service = latest, service
        self._partitions = keys.partitions  # both topics are keyed by customer
        self.positions: dict[Partition, int] = {}
        self._kept_up_at: dict[Partition, float] = {}
        self.kept_up = asyncio.Event()
        """Set once all was read that lay there when it took up."""

    @property
    def as_positions(self) -> dict[Partition, Position]:
        return {at: Position(next_, next_) for at, next_ in self.positions.items()}

    async def begin(self) -> None:
        """Once the service's own events are read: nobody is in the table whom one of them erased."""
        topic = self._latest.topic.name
        await self._db.pool.executemany(_BEGIN, [(topic, partition) for partition in range(self._partitions)])
        await self._db.pool.execute(self._latest.cut_erased)
        await self.load()

    async def load(self) -> None:
        """Where the database says this service is."""
        topic = self._latest.topic.name
        rows = await self._db.pool.fetch("SELECT partition, next FROM latest_read WHERE topic = $1", topic)
        self.positions = {(topic, row["partition"]): row["next"] for row in rows}
        self._kept_up_at = dict.fromkeys(self.positions, time())
        self.kept_up.clear()

    def lag_seconds(self, partition: int) -> float:
        """For how long not all of a partition was read to its end, as far as this instance knows."""
        now = time()
        return now - self._kept_up_at.get((self._latest.topic.name, partition), now)

    async def run(self, bootstrap: str, prefix: str) -> None:
        """Follow for ever."""
        async with Reader(bootstrap, prefix) as reader:
            reader.read_from(self.positions)
            while True:
                for at, records in (await reader.batch(timeout_ms=200, max_records=MAX_RECORDS)).items():
                    await self.take(at, records)
                await self._pass_over(await reader.positions(self.positions))
                self._note_kept_up(reader)

    def _note_kept_up(self, reader: Reader) -> None:
        words = {at: reader.last_word(at) for at in self.positions}
        read = {at: word for at, word in words.items() if word and self.positions[at] >= word.end}
        self._kept_up_at |= {at: word.at for at, word in read.items()}
        if read.keys() == words.keys():
            self.kept_up.set()

    async def catch_up(self, reader: Reader) -> None:
        """Read on to the heads, and erase nobody: whom an event erased is known."""
        ends = await reader.ends(list(self.positions))
        async for records in reader.aside(self.positions, ends):
            await self.take((records[0].topic, records[0].partition), records, erase=False)
        await self._pass_over(ends)

    async def take(self, at: Partition, records: Sequence[Record], *, erase: bool = True) -> None:
        """The erased first and by themselves: each is erased once, however often that is tried."""
        batch = self._sorted(records)
        if batch.erased and erase:
            async with work_on(self._db) as work:
                commands = [self._command(*each) for each in batch.erased.items()]
                outcomes = await self._store.append(commands, work, lock=True)
                assert all(isinstance(each, Done) for each in outcomes), "an erasure is never refused"
                await work.send()
                await self._keys.shred(work.connection, list(batch.erased))
        async with self._db.transaction() as connection:
            await connection.execute(self._latest.cut, list(batch.erased))
            await self._keep(connection, batch.words)
            if batch.letters:
                await park(connection, batch.letters, f"{self._service}.dead-letters")
            await self._move(connection, at, records[-1].offset + 1)
        self.positions[at] = records[-1].offset + 1

    def _sorted(self, records: Sequence[Record]) -> _Batch:
        batch = _Batch()
        for record in records:
            try:
                customer, word = self._read(record)
            except BadRecord as bad:
                batch.letters.append(_letter(record, bad.reason))
                continue
            if word is None:
                batch.erased[customer] = record
            else:
                batch.words[customer] = word
        return batch

    def _read(self, record: Record) -> tuple[str, Any]:
        """The customer, and None for one who is erased. Raises BadRecord."""
        if not record.is_null:
            event = read(self._latest.topic, record, self._partitions).envelope.data
            return event.customer_id, event
        customer = _customer(record.key)
        if customer is None:
            raise BadRecord("no-key")
        if partition_of(customer.encode(), self._partitions) != record.partition:
            raise BadRecord("wrong-partition")
        return customer, None

    async def _keep(self, connection: Connection, words: Mapping[str, Any]) -> None:
        """All but words on the erased, which come too late."""
        keys = await self._keys.of(connection, words)
        known = {customer: word for customer, word in words.items() if customer in keys}
        rows = [self._latest.keep(word, keys[customer], self._keys.blind) for customer, word in known.items()]
        await connection.execute(self._latest.put, rows)
        if len(rows) < len(words):
            log.warning("words on erased persons were passed over", records=len(words) - len(rows))

    async def _pass_over(self, positions: Mapping[Partition, int]) -> None:
        """What was compacted away is read too."""
        for at, next_ in positions.items():
            if next_ > self.positions[at]:
                async with self._db.transaction() as connection:
                    await self._move(connection, at, next_)
                self.positions[at] = next_

    async def _move(self, connection: Connection, at: Partition, next_: int) -> None:
        """Raises Fenced when the position is not where it was read."""
        if await connection.execute(_MOVE, *at, self.positions[at], next_) != "UPDATE 1":
            raise Fenced

    def _command(self, customer_id: str, record: Record) -> Command:
        streamid, cause = self._latest.stream(customer_id), f"record/{record.topic}/{record.partition}/{record.offset}"
        return Command(
            id=reaction_command_id(cause, "erase", streamid),
            streamid=streamid,
            customer_id=customer_id,
            body=self._latest.erase(customer_id),
            time=self._clock.now(record.partition),
            actor=f"{self._service}-service",
            actorrole="system",
            causationid=cause,
            correlationid=cause,
        )


def _letter(record: Record, reason: str) -> DeadLetter:
    """Its place alone; the key where it is an id."""
    customer = _customer(record.key)
    key = customer.encode() if customer else None
    return DeadLetter(record.topic, record.partition, record.offset, reason, "", "", key, b"")


def _customer(key: bytes | None) -> str | None:
    try:
        return _ID.validate_python((key or b"").decode())
    except (UnicodeDecodeError, ValidationError):
        return None


_ID = TypeAdapter[str](Id)
_BEGIN = "INSERT INTO latest_read VALUES ($1, $2, 0) ON CONFLICT DO NOTHING"
_MOVE = "UPDATE latest_read SET next = $4 WHERE topic = $1 AND partition = $2 AND next = $3"
