"""Following the log: each batch of records into views, then into commands, with its position, in one unit of work.

All that concerns a customer is taken in one at a time: a partition's topics with each other, as they came onto the log,
so that no payment is taken in before the promise that it keeps. Partitions with little to take share a transaction,
those with much are taken side by side. A record that cannot be taken is set aside and its batch tried again without it:
a bad record harms only its own customer.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from itertools import groupby, product, zip_longest
from time import monotonic, time
from typing import Any

import asyncpg
from arrears_events.catalogue.base import Event
from arrears_events.codec import Topic
from arrears_events.log.reader import Reader, Record

from arrears_runtime import closes, positions
from arrears_runtime.admission import Fact
from arrears_runtime.batch import Batch, Sorted, TryAgain, Waiting, apart, as_they_came, at_of, cut_at_closes, sort
from arrears_runtime.clock import Clock
from arrears_runtime.database import Database
from arrears_runtime.dead_letters import DeadLetter, StopRow, park
from arrears_runtime.keys import Keys
from arrears_runtime.positions import Partition, Position
from arrears_runtime.projection import BadRecord, CouldNotFold, View, fold_into, folds_of
from arrears_runtime.reactor import Reactor
from arrears_runtime.stops import StopCustomer
from arrears_runtime.unit_of_work import TRIES, LostRace, Work, work_on

MAX_RECORDS = 20_000
"""Of one batch: beyond it a larger transaction gains nothing and its locks last longer."""
FRESH_SECONDS = 0.2
"""For how long it is known who waits: another instance may have resumed a customer."""
REFUSED = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, asyncpg.ProgramLimitExceededError)
"""What PostgreSQL says of a value that no table can hold."""


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
        self._views = views
        self._partitions, self._letters_topic = partitions, letters_topic
        self._keys, self._shreds_on = keys, frozenset(shreds_on)
        self.positions: dict[Partition, Position] = {}
        self._waiting, self._waiting_known_at = Waiting(), float("-inf")
        self._last_close: dict[int, date] = {}
        self._kept_up_at: dict[Partition, float] = {}
        self._behind: set[Partition] = set()
        self.reading = asyncio.Event()
        """Set once the follower has told its reader what to read: before that there is nothing to commit."""
        self.kept_up = asyncio.Event()
        """Set once all was read that lay there when the follower took up."""

    async def load(self) -> None:
        """Take up where the database says this service is."""
        self.positions = await positions.load(self._db)
        for partition, day in await closes.last(self._db):
            self._last_close[partition] = day.date
            self._clock.closed(partition, day.next_business_date)
        self._kept_up_at = dict.fromkeys(self.positions, time())
        self._behind = set(self.positions)
        self.reading.clear()
        self.kept_up.clear()
        await self._know_who_waits()

    async def run(self, reader: Reader) -> None:
        """Follow for ever; what it meets beyond single records is raised."""
        reader.read_from({at: position.folded for at, position in self.positions.items() if at[0] in self._topics})
        self.reading.set()
        while True:
            fetched = await reader.newest(timeout_ms=200, max_records=MAX_RECORDS)
            if monotonic() > self._waiting_known_at + FRESH_SECONDS:
                await self._know_who_waits()
                self._note_kept_up(reader)
            await self.take(fetched)
            for stop in filter(self._can_catch_up, self._waiting.resumed):
                await self._catch_up(reader, stop)

    async def take(self, fetched: dict[Partition, list[Record]]) -> None:
        """Take in what was fetched."""
        async with asyncio.TaskGroup() as group:
            for part in apart(fetched):
                group.create_task(self._take_part(part))

    def lag_seconds(self, partition: int) -> float:
        """For how long not all of a partition's topics were read to their ends, as far as this instance knows."""
        return time() - min(self._kept_up_at[topic, partition] for topic in self._topics)

    async def stop_for(self, forks: Sequence[DeadLetter]) -> None:
        """Stop the customers whose streams the log and this database tell differently; those who were, were."""
        async with work_on(self._db) as work:
            for fork in forks:
                at = fork.topic, fork.partition, fork.offset
                waits_from = {topic: self.positions[topic, fork.partition].folded for topic in self._topics}
                stop = StopCustomer(fork.customer_id, at, fork.reason, waits_from)
                await self._reactor.stop(work, [stop], lock=True)
        await self._know_who_waits()

    async def _take_part(self, part: Sequence[Sequence[Record]]) -> None:
        """Of each partition as far as its next close at a time."""
        reacted = {at: position.reacted for at, position in self.positions.items()}
        cut = [cut_at_closes(records, reacted) for records in part]
        for chunks in zip_longest(*cut, fillvalue=()):
            await self._take_chunk([record for chunk in chunks for record in chunk])

    async def _take_chunk(self, records: Sequence[Record]) -> None:
        read_from = self._read_from({record.partition for record in records})
        batch = Batch(records, read_from, {at: self.positions[at].reacted for at in read_from})
        new = {at: Position(end, max(batch.react_from[at], end)) for at, end in batch.ends.items()}
        await self._take_batch(batch, new)
        self.positions |= new

    async def _take_batch(self, batch: Batch, done: Mapping[Partition, Position]) -> None:
        """`done`: where the positions then are. Each further try sets one more record aside, or is for a lost race."""
        lost = 0
        while True:
            tried = len(batch.bad) + len(batch.failed_at_close)
            try:
                await self._try(batch, done)
                return
            except LostRace:
                lost += 1
                if lost == TRIES:
                    raise
                batch.locks = True
            except TryAgain:
                assert len(batch.bad) + len(batch.failed_at_close) > tried, "a batch failed, and nothing in it is bad"

    async def _try(self, batch: Batch, done: Mapping[Partition, Position]) -> None:
        """Raises TryAgain once it is known what is bad in the batch."""
        try:
            async with work_on(self._db) as work:
                sorted_ = await self._apply(work, batch)
                positions.move(work, self.positions, done)
        except REFUSED as error:
            await self._find_the_bad(batch)
            raise TryAgain from error
        await self._took(sorted_)

    async def _apply(self, work: Work, batch: Batch) -> Sorted:
        """A batch without closes, letters and erasures is one unit of work; what these need is sent before."""
        known = self._waiting, self._last_close, self._topics, self._partitions
        sorted_ = await sort(work.connection, batch, *known)
        await self._fold(work, batch, sorted_)
        sorted_.heard.write(work)
        await self._shred(work, sorted_)
        if sorted_.closes:
            await work.send()
            sorted_.letters += await closes.note(work.connection, sorted_.closes)
        await self._reactor.react(work, batch, sorted_)
        await self._reactor.close(work, batch, sorted_, self._waiting)
        if sorted_.letters:
            await work.send()
            await park(work.connection, sorted_.letters, self._letters_topic)
        await self._reactor.stop(work, sorted_.stops.values(), batch.attempt, lock=batch.locks)
        return sorted_

    async def _fold(self, work: Work, batch: Batch, sorted_: Sorted) -> None:
        by_topic = groupby(sorted(sorted_.new, key=_topic), key=_topic)
        new = {topic: [fact.envelope for fact in facts] for topic, facts in by_topic}
        try:
            await fold_into(work, folds_of(self._views, new))
        except CouldNotFold as error:
            bad = error.__cause__ if isinstance(error.__cause__, BadRecord) else BadRecord("fold-failed")
            culprit = next(fact for fact in sorted_.new if fact.envelope is error.fact)
            batch.bad[at_of(culprit.record)] = bad
            raise TryAgain from error

    async def _shred(self, work: Work, sorted_: Sorted) -> None:
        """After the folds, which keep new keys from being made meanwhile. On a replay there is no key left to shred.

        An erasure waits for nobody: not for a bad record that stops its customer either.
        """
        if not self._keys or not self._shreds_on:
            return
        told = (*sorted_.new, *sorted_.held)
        gone = [fact.customer_id for fact in told if type(fact.event) in self._shreds_on and fact.customer_id]
        if gone:
            await work.send()
            await self._keys.shred(work.connection, gone)

    async def _find_the_bad(self, batch: Batch) -> None:
        """The database refused the batch: look for the record with which it first does.

        What comes before a record is tried with it, since that is what it rests on; nothing of a try is kept.
        """
        taken, refused = 0, len(batch.records)
        with suppress(TryAgain):  # another record was found bad on the way
            while refused - taken > 1:
                half = (taken + refused) // 2
                if await self._refuses(replace(batch, records=batch.records[:half], locks=True)):
                    refused = half
                else:
                    taken = half
            batch.bad[at_of(batch.records[taken])] = BadRecord("cannot-be-stored")

    async def _refuses(self, batch: Batch) -> bool:
        try:
            async with work_on(self._db) as work:
                await self._apply(work, batch)
                await work.send()
                raise _KeepNothing
        except _KeepNothing:
            return False
        except REFUSED:
            return True

    async def _took(self, sorted_: Sorted) -> None:
        for fact in sorted_.closes:
            day, partition = fact.envelope.data, fact.record.partition
            self._last_close[partition] = sorted_.last_close[partition]
            self._clock.closed(partition, day.next_business_date)
            self._reactor.closed()
        if sorted_.stops:
            await self._know_who_waits()

    async def _catch_up(self, reader: Reader, stop: StopRow) -> None:
        """Read again, for a resumed customer, what they missed since the stop, closes included."""
        waits_from: dict[str, int] = json.loads(stop.waits_from)
        starts = {(topic, stop.partition): waits_from.get(topic, 0) for topic in self._topics}
        ends = {at: self.positions[at].folded for at in starts}
        missed = await _missed(reader, stop.customer_id, starts, ends)
        unmoved = {at: self.positions[at] for at in starts}
        del self._waiting.stops[stop.customer_id]
        read_from = dict(starts)
        from_the_first = dict.fromkeys(starts, 0)
        for chunk in cut_at_closes(missed, from_the_first):
            batch = Batch(chunk, dict(read_from), from_the_first, stop.customer_id, stop.version)
            await self._take_batch(batch, unmoved)
            if stop.customer_id in self._waiting.stops:
                return  # stopped anew, from where this read has come to
            read_from |= batch.ends
        await self._reactor.caught_up(stop)

    def _can_catch_up(self, stop: StopRow) -> bool:
        """While tables are made anew reactions are ahead of what is folded, and ask nothing of what lies between."""
        return all(
            self.positions[topic, stop.partition].folded >= self.positions[topic, stop.partition].reacted
            for topic in self._topics
        )

    def _read_from(self, partitions: Iterable[int]) -> dict[Partition, int]:
        read_from = product(self._topics, partitions)
        return {at: self.positions[at].folded for at in read_from}

    async def _know_who_waits(self) -> None:
        self._waiting, self._waiting_known_at = await Waiting.load(self._db), monotonic()

    def _note_kept_up(self, reader: Reader) -> None:
        for at, position in self.positions.items():
            if (word := reader.last_word(at)) and position.folded >= word.end:
                self._kept_up_at[at] = word.at
                self._behind.discard(at)
        if not self._behind:
            self.kept_up.set()


def _topic(fact: Fact) -> str:
    return fact.record.topic


class _KeepNothing(Exception):
    """Ends a transaction that was only a try."""


async def _missed(
    reader: Reader, customer_id: str, starts: dict[Partition, int], ends: dict[Partition, int]
) -> list[Record]:
    """The customer's records, and the closes."""
    missed: dict[str, list[Record]] = {topic: [] for topic, _ in starts}
    async for records in reader.aside(starts, ends):
        wanted = [record for record in records if record.key in (None, customer_id.encode())]
        missed[records[0].topic].extend(wanted)
    return as_they_came(missed.values())
