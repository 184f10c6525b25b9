"""Following the log: each batch of records into views, then into commands, with its position, in one transaction.

One partition's topics are followed by one task, so all that concerns a customer is taken in one at a time. A record
that cannot be taken is set aside and its batch tried again without it: a bad record harms only its own customer.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import date
from typing import Any

import asyncpg
from arrears_events.catalogue.base import Event
from arrears_events.codec import Topic
from arrears_events.log.reader import Reader, Record

from arrears_runtime import closes, positions
from arrears_runtime.batch import Batch, Sorted, TryAgain, Waiting, at_of, sort
from arrears_runtime.clock import Clock
from arrears_runtime.database import Connection, Database
from arrears_runtime.dead_letters import DeadLetter, StopRow, park
from arrears_runtime.keys import Keys
from arrears_runtime.positions import Partition, Position
from arrears_runtime.projection import BadRecord, CouldNotFold, View, fold_into
from arrears_runtime.reactor import Reactor
from arrears_runtime.stops import StopCustomer

MAX_RECORDS = 20_000
"""Of one batch: beyond it a larger transaction gains nothing and its locks last longer."""
REFUSED = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)
"""What PostgreSQL says of a value that no table can hold."""

Finish = Callable[[Connection], Awaitable[None]]
"""Writes, in the batch's transaction, that its records are done."""


class Follower:
    """Reads the topics of one service from its positions, for ever."""

    def __init__(
        self,
        db: Database,
        reactor: Reactor,
        clock: Clock,
        *,
        reads: Sequence[Topic[Any]],
        views: Sequence[View],
        partitions: int,
        letters_topic: str,
        keys: Keys | None = None,
        shreds_on: Sequence[type[Event]] = (),
    ) -> None:
        self._db, self._reactor, self._clock = db, reactor, clock
        self._topics = {topic.name: topic for topic in reads}
        self._views = {topic.name: [view for view in views if view.topic is topic] for topic in reads}
        self._partitions, self._letters_topic = partitions, letters_topic
        self._keys, self._shreds_on = keys, frozenset(shreds_on)
        self.positions: dict[Partition, Position] = {}
        self._waiting = Waiting()
        self._last_close: dict[int, date] = {}

    async def load(self) -> None:
        """Take up where the database says this service is."""
        self.positions = await positions.load(self._db)
        for partition, day in await closes.last(self._db):
            self._last_close[partition] = day.date
            self._clock.closed(partition, day.next_business_date)
        self._waiting = await Waiting.load(self._db)

    async def run(self, reader: Reader) -> None:
        """Follow for ever; what it meets beyond single records is raised."""
        reader.read_from({at: position.folded for at, position in self.positions.items() if at[0] in self._topics})
        while True:
            fetched = await reader.batch(timeout_ms=200, max_records=MAX_RECORDS)
            self._waiting = await Waiting.load(self._db)
            await self.take(fetched)
            for stop in self._waiting.resumed:
                await self._catch_up(reader, stop)

    async def take(self, fetched: dict[Partition, list[Record]]) -> None:
        """Take in what was fetched, the partitions side by side."""
        by_partition: dict[int, list[list[Record]]] = {}
        for (_, partition), records in fetched.items():
            by_partition.setdefault(partition, []).append(records)
        async with asyncio.TaskGroup() as group:
            for lists in by_partition.values():
                group.create_task(self._take_lists(lists))

    async def stop_for(self, forks: Sequence[DeadLetter]) -> None:
        """Stop the customers whose streams the log and this database tell differently."""
        async with self._db.transaction() as connection:
            await park(connection, forks, self._letters_topic)
            for fork in forks:
                at = fork.topic, fork.partition, fork.offset
                stop = StopCustomer(fork.customer_id, at, fork.reason, self._read_from(fork.partition))
                await self._reactor.stop(connection, [stop], fork.partition, 0)
        self._waiting = await Waiting.load(self._db)

    async def _take_lists(self, lists: list[list[Record]]) -> None:
        for records in lists:
            at = records[0].topic, records[0].partition
            for chunk in cut_at_closes(records, self.positions[at].reacted):
                await self._take_chunk(at, chunk)

    async def _take_chunk(self, at: Partition, records: Sequence[Record]) -> None:
        old = self.positions[at]
        batch = Batch(self._topics[at[0]], at[1], records, self._read_from(at[1]), old.reacted)
        new = Position(batch.end, max(old.reacted, batch.end))

        async def finish(connection: Connection) -> None:
            await positions.move(connection, at, old, new)

        await self._take_batch(batch, finish)
        self.positions[at] = new

    async def _take_batch(self, batch: Batch, finish: Finish) -> None:
        """Bounded: each further try sets one more record, or customer, aside."""
        while True:
            tried = len(batch.bad) + len(batch.failed_at_close)
            try:
                async with self._db.transaction() as connection:
                    sorted_ = await self._apply(connection, batch)
                    await finish(connection)
                await self._took(batch, sorted_)
                return
            except TryAgain:
                pass
            except REFUSED:
                await self._find_the_bad(batch)
            assert len(batch.bad) + len(batch.failed_at_close) > tried, "a batch failed, and nothing in it is bad"

    async def _apply(self, connection: Connection, batch: Batch) -> Sorted:
        last_close = self._last_close.get(batch.partition)
        sorted_ = await sort(connection, batch, self._waiting, last_close, self._partitions)
        await self._fold(connection, batch, sorted_)
        await self._shred(connection, sorted_)
        await sorted_.heard.write(connection)
        sorted_.letters += await closes.note(connection, sorted_.closes)
        await self._reactor.react(connection, batch, sorted_)
        await self._reactor.close(connection, batch, sorted_, self._waiting)
        if sorted_.letters:
            await park(connection, sorted_.letters, self._letters_topic)
        await self._reactor.stop(connection, sorted_.stops.values(), batch.partition, batch.attempt)
        return sorted_

    async def _fold(self, connection: Connection, batch: Batch, sorted_: Sorted) -> None:
        for view in self._views[batch.topic.name]:
            facts = [fact for fact in sorted_.new if type(fact.event) in view.takes]
            if not facts:
                continue
            try:
                await fold_into(connection, view, [fact.envelope for fact in facts])
            except CouldNotFold as error:
                bad = error.__cause__ if isinstance(error.__cause__, BadRecord) else BadRecord("fold-failed")
                culprit = next(fact for fact in facts if fact.envelope is error.fact)
                batch.bad[at_of(culprit.record)] = bad
                raise TryAgain from error

    async def _shred(self, connection: Connection, sorted_: Sorted) -> None:
        """After the folds, which keep new keys from being made meanwhile. On a replay there is no key left to shred."""
        if not self._keys or not self._shreds_on:
            return
        gone = [fact.customer_id for fact in sorted_.new if type(fact.event) in self._shreds_on and fact.customer_id]
        if gone:
            await self._keys.shred(connection, gone)

    async def _find_the_bad(self, batch: Batch) -> None:
        """The database refused the batch: try its records one by one, keeping nothing, for the first it refuses."""
        for record in batch.records:
            if at_of(record) in batch.bad:
                continue
            alone = Batch(batch.topic, batch.partition, [record], batch.read_from, batch.react_from, batch.only)
            try:
                async with self._db.transaction() as connection:
                    await self._apply(connection, alone)
                    raise _KeepNothing
            except _KeepNothing:
                continue
            except REFUSED:
                batch.bad[at_of(record)] = BadRecord("cannot-be-stored")
            except TryAgain:
                batch.bad |= alone.bad
                batch.failed_at_close |= alone.failed_at_close
            return

    async def _took(self, batch: Batch, sorted_: Sorted) -> None:
        for fact in sorted_.closes:
            day = fact.envelope.data
            self._last_close[batch.partition] = day.date
            self._clock.closed(batch.partition, day.next_business_date)
        if sorted_.stops:
            self._waiting = await Waiting.load(self._db)

    async def _catch_up(self, reader: Reader, stop: StopRow) -> None:
        """Read again, for a resumed customer, what they missed since the stop, closes included."""
        waits_from: dict[str, int] = json.loads(stop.waits_from)
        starts = {(topic, stop.partition): waits_from.get(topic, 0) for topic in self._topics}
        ends = {at: self.positions[at].folded for at in starts}
        missed = await _missed(reader, stop.customer_id, starts, ends)
        del self._waiting.stops[stop.customer_id]
        read_from = {topic: offset for (topic, _), offset in starts.items()}
        for topic, records in missed.items():
            for chunk in cut_at_closes(records, 0):
                topic_ = self._topics[topic]
                batch = Batch(topic_, stop.partition, chunk, dict(read_from), 0, stop.customer_id, stop.version)
                await self._take_batch(batch, _nothing_more)
                if stop.customer_id in self._waiting.stops:
                    return  # stopped anew, from where this read has come to
            read_from[topic] = ends[topic, stop.partition]
        await self._db.pool.execute(_CAUGHT_UP, stop.customer_id, stop.version)

    def _read_from(self, partition: int) -> dict[str, int]:
        return {topic: self.positions[topic, partition].folded for topic in self._topics}


class _KeepNothing(Exception):
    """Ends a transaction that was only a try."""


async def _nothing_more(_: Connection) -> None:
    """A customer's missed records have no position of their own."""


async def _missed(
    reader: Reader, customer_id: str, starts: dict[Partition, int], ends: dict[Partition, int]
) -> dict[str, list[Record]]:
    """The customer's records, and the closes, by topic."""
    missed: dict[str, list[Record]] = {topic: [] for topic, _ in starts}
    async for records in reader.aside(starts, ends):
        wanted = [record for record in records if record.key in (None, customer_id.encode())]
        missed[records[0].topic].extend(wanted)
    return missed


def cut_at_closes(records: Sequence[Record], react_from: int) -> Iterator[Sequence[Record]]:
    """Batches that end with each day's close, where reactions are due; what is only folded stays whole."""
    start = 0
    for end, record in enumerate(records, start=1):
        if record.key is None and record.offset >= react_from:
            yield records[start:end]
            start = end
    if start < len(records):
        yield records[start:]


_CAUGHT_UP = """INSERT INTO caught_up VALUES ($1, $2)
    ON CONFLICT (customer_id) DO UPDATE SET version = excluded.version"""
