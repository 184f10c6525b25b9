"""Following the log: each batch of records into views, then into commands, with its position, in one transaction.

One partition's topics are followed by one task, so all that concerns a customer is taken in one at a time. A record
that cannot be taken is set aside and its batch tried again without it: a bad record harms only its own customer.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import asyncpg
from arrears_events.catalogue.base import DayClosed
from arrears_events.codec import Topic
from arrears_events.ids import reaction_command_id
from arrears_events.log.reader import Reader, Record

from arrears_runtime import closes, positions
from arrears_runtime.admission import Fact, Heard, read
from arrears_runtime.clock import Clock
from arrears_runtime.database import Connection, Database
from arrears_runtime.dead_letters import STOP, At, DeadLetter, StopCustomer, StopRow, park
from arrears_runtime.decider import Command, Decider, Refusal
from arrears_runtime.positions import Partition, Position
from arrears_runtime.projection import BadRecord, CouldNotFold, View, fold_into
from arrears_runtime.reaction import Reaction
from arrears_runtime.store import CommandFailed, Store

ACTOR = "system"
MAX_RECORDS = 20_000
"""Of one batch: beyond it a larger transaction gains nothing and its locks last longer."""

Finish = Callable[[Connection, int], Awaitable[None]]
"""Writes, in the batch's transaction, that records up to (without) this offset are done."""


@dataclass
class Batch:
    """Records of one partition on their way in.

    `only` and `attempt`: whose missed records they are, and after which version of their stop. `bad`: the records, and
    `failed_at_close` the customers, that an earlier try found it could not take.
    """

    topic: Topic[Any]
    partition: int
    records: Sequence[Record]
    read_from: dict[str, int]
    react_from: int
    only: str | None = None
    attempt: int = 0
    bad: dict[At, BadRecord] = field(default_factory=dict)
    failed_at_close: dict[str, BadRecord] = field(default_factory=dict)

    @property
    def end(self) -> int:
        return self.records[-1].offset + 1


@dataclass
class Sorted:
    """What the records of a batch turned out to be."""

    heard: Heard
    facts: list[Fact] = field(default_factory=list)
    new: list[Fact] = field(default_factory=list)
    letters: list[DeadLetter] = field(default_factory=list)
    stops: dict[str, StopCustomer] = field(default_factory=dict)
    closes: list[Fact] = field(default_factory=list)


class TryAgain(Exception):
    """A record was found bad after its batch had begun to be written."""


class Follower:
    """Reads the topics of one service from its positions, for ever."""

    def __init__(
        self,
        db: Database,
        store: Store,
        clock: Clock,
        *,
        service: str,
        reads: Sequence[Topic[Any]],
        views: Sequence[View],
        reactions: Sequence[Reaction],
        deciders: Sequence[Decider[Any]],
        partitions: int,
        letters_topic: str,
    ) -> None:
        self._db, self._store, self._clock, self._service = db, store, clock, service
        self._topics = {topic.name: topic for topic in reads}
        self._views = {topic.name: [view for view in views if view.topic is topic] for topic in reads}
        self._reactions = {topic.name: _by_event(reactions, topic) for topic in reads}
        self._at_close = {decider.category: decider.at_close for decider in deciders if decider.at_close}
        self._partitions, self._letters_topic = partitions, letters_topic
        self.positions: dict[Partition, Position] = {}
        self._waiting: dict[str, StopRow] = {}
        self._skipped: set[tuple[At, str]] = set()
        self._last_close: dict[int, date] = {}

    async def load(self) -> None:
        """Take up where the database says this service is."""
        self.positions = await positions.load(self._db)
        for partition, day in await closes.last(self._db):
            self._last_close[partition] = day.date
            self._clock.closed(partition, day.next_business_date)
        await self._load_stops()

    async def run(self, reader: Reader) -> None:
        """Follow for ever; what it meets beyond single records is raised."""
        reader.read_from({at: position.folded for at, position in self.positions.items() if at[0] in self._topics})
        while True:
            fetched = await reader.batch(timeout_ms=200, max_records=MAX_RECORDS)
            await self._load_stops()
            await self.take(fetched)
            await self._catch_up_resumed(reader)

    async def take(self, fetched: dict[Partition, list[Record]]) -> None:
        """Take in what was fetched, the partitions side by side."""
        by_partition: dict[int, list[list[Record]]] = {}
        for (_, partition), records in fetched.items():
            by_partition.setdefault(partition, []).append(records)
        async with asyncio.TaskGroup() as group:
            for lists in by_partition.values():
                group.create_task(self._take_lists(lists))

    async def _take_lists(self, lists: list[list[Record]]) -> None:
        for records in lists:
            at = records[0].topic, records[0].partition
            for chunk in cut_at_closes(records, self.positions[at].reacted):
                await self._take_chunk(at, chunk)

    async def _take_chunk(self, at: Partition, records: Sequence[Record]) -> None:
        old = self.positions[at]
        read_from = {topic: self.positions[topic, at[1]].folded for topic in self._topics}
        batch = Batch(self._topics[at[0]], at[1], records, read_from, old.reacted)
        new = Position(batch.end, max(old.reacted, batch.end))

        async def finish(connection: Connection, _: int) -> None:
            await positions.move(connection, at, old, new)

        await self._take_batch(batch, finish)
        self.positions[at] = new

    async def _take_batch(self, batch: Batch, finish: Finish) -> None:
        """Bounded: each further try sets one more record aside."""
        for _ in range(len(batch.records) + 1):
            try:
                async with self._db.transaction() as connection:
                    sorted_ = await self._apply(connection, batch)
                    await finish(connection, batch.end)
                await self._took(batch, sorted_)
                return
            except TryAgain:
                continue
            except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError):
                await self._find_the_bad(batch)
        raise AssertionError("more bad records than records")

    async def _find_the_bad(self, batch: Batch) -> None:
        """The database refused the batch: try its records one by one, keeping nothing, for the first it refuses."""
        for record in batch.records:
            if (at := _at(record)) in batch.bad:
                continue
            alone = Batch(batch.topic, batch.partition, [record], batch.read_from, batch.react_from, batch.only)
            transaction = (connection := await self._db.pool.acquire()).transaction()
            await transaction.start()
            try:
                await self._apply(connection, alone)
            except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError):
                batch.bad[at] = BadRecord("cannot-be-stored")
                return
            except TryAgain:
                batch.bad |= alone.bad
                return
            finally:
                await transaction.rollback()
                await self._db.pool.release(connection)
        raise AssertionError("the database refused a batch, but none of its records alone")

    async def _apply(self, connection: Connection, batch: Batch) -> Sorted:
        sorted_ = await self._sort(connection, batch)
        await self._fold(connection, batch, sorted_)
        await sorted_.heard.write(connection)
        await self._react(connection, batch, sorted_)
        await self._close(connection, batch, sorted_)
        if sorted_.letters:
            await park(connection, sorted_.letters, self._letters_topic)
        if sorted_.stops:
            await self._store.append([self._stop(stop, batch) for stop in sorted_.stops.values()], connection)
        return sorted_

    async def _sort(self, connection: Connection, batch: Batch) -> Sorted:
        decoded = {record.offset: self._decode(record, batch) for record in batch.records}
        known = [fact for fact in decoded.values() if isinstance(fact, Fact)]
        sorted_ = Sorted(await Heard.of(connection, known))
        last_close, next_offset = self._last_close.get(batch.partition), dict(batch.read_from)
        for record in batch.records:
            found = decoded[record.offset]
            if (_at(record), _customer(record)) in self._skipped or self._waits(record, sorted_):
                self._note_unhandled(found, sorted_)
            else:
                next_offset[record.topic] = record.offset
                last_close = self._admit(record, found, batch, sorted_, last_close, next_offset)
        return sorted_

    def _admit(
        self,
        record: Record,
        found: Fact | BadRecord,
        batch: Batch,
        sorted_: Sorted,
        last_close: date | None,
        next_offset: dict[str, int],
    ) -> date | None:
        try:
            _raise_if_bad(batch.bad.get(_at(record), found))
            assert isinstance(found, Fact)
            new = sorted_.heard.admit(found, last_close)
        except BadRecord as bad:
            self._set_aside(record, found, bad, sorted_, next_offset)
            return last_close
        if new:
            sorted_.heard.note(found, taken=True)
            sorted_.new.append(found)
        if new or batch.only:
            sorted_.facts.append(found)
        if not isinstance(found.envelope.data, DayClosed):
            return last_close
        if new:
            sorted_.closes.append(found)
        return found.envelope.data.date

    def _decode(self, record: Record, batch: Batch) -> Fact | BadRecord:
        try:
            return read(batch.topic, record, self._partitions)
        except BadRecord as bad:
            return bad

    def _waits(self, record: Record, sorted_: Sorted) -> bool:
        if (customer := _customer(record)) in sorted_.stops:
            return True
        stop = self._waiting.get(customer)
        return stop is not None and record.offset >= json.loads(stop.waits_from).get(record.topic, 0)

    def _note_unhandled(self, found: Fact | BadRecord, sorted_: Sorted) -> None:
        """A fact that waits was read all the same: it counts for the control totals."""
        if isinstance(found, Fact) and (found.record.topic, found.envelope.source, found.id) not in sorted_.heard.facts:
            sorted_.heard.note(found, taken=False)

    def _set_aside(
        self, record: Record, found: Fact | BadRecord, bad: BadRecord, sorted_: Sorted, next_offset: dict[str, int]
    ) -> None:
        customer = _customer(record) if bad.stops else ""
        sorted_.letters.append(DeadLetter(*_at(record), bad.reason, bad.detail, customer, record.key, record.value))
        self._note_unhandled(found, sorted_)
        if customer:
            sorted_.stops[customer] = StopCustomer(customer, _at(record), bad.reason, dict(next_offset))

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
                batch.bad[_at(culprit.record)] = bad
                raise TryAgain from error

    async def _react(self, connection: Connection, batch: Batch, sorted_: Sorted) -> None:
        asked: list[tuple[Fact, Command]] = []
        for fact in sorted_.facts:
            if fact.record.offset < batch.react_from:
                continue
            for reaction in self._reactions[batch.topic.name].get(type(fact.event), ()):
                body = self._ask(reaction, fact, batch)
                if body is not None:
                    asked.append(
                        (fact, self._command(reaction.stream(fact.envelope), reaction.name, body, fact, batch))
                    )
        await self._send(connection, asked, batch)

    def _ask(self, reaction: Reaction, fact: Fact, batch: Batch) -> Any:
        try:
            return reaction.ask(fact.envelope)
        except Exception as error:
            batch.bad[_at(fact.record)] = BadRecord("reaction-failed")
            raise TryAgain from error

    async def _close(self, connection: Connection, batch: Batch, sorted_: Sorted) -> None:
        """Of each close: control totals, then what falls due by it."""
        sorted_.letters += await closes.note(connection, sorted_.closes)
        for fact in sorted_.facts:
            if isinstance(fact.envelope.data, DayClosed) and fact.record.offset >= batch.react_from:
                await self._send(connection, await self._due(connection, fact, batch, sorted_), batch)

    async def _due(
        self, connection: Connection, fact: Fact, batch: Batch, sorted_: Sorted
    ) -> list[tuple[Fact, Command]]:
        """The close's command for each stream with something due, but for customers who wait or cannot take it."""
        day, at = fact.envelope.data.date, _at(fact.record)
        waiting = {*sorted_.stops, *(self._waiting if batch.only is None else ())}
        asked: list[tuple[Fact, Command]] = []
        for streamid, customer in await closes.due(connection, batch.partition, day, list(self._at_close), batch.only):
            if customer in waiting or (at, customer) in self._skipped:
                continue
            if bad := batch.failed_at_close.get(customer):
                sorted_.letters.append(DeadLetter(*at, bad.reason, streamid, customer, None, fact.record.value))
                sorted_.stops[customer] = StopCustomer(customer, at, bad.reason, {**batch.read_from, at[0]: at[2]})
                waiting.add(customer)
                continue
            body = self._at_close[streamid.partition("/")[0]](day)
            asked.append((fact, self._command(streamid, "close", body, fact, batch, customer)))
        return asked

    async def _send(self, connection: Connection, asked: Sequence[tuple[Fact, Command]], batch: Batch) -> None:
        if not asked:
            return
        try:
            outcomes = await self._store.append([command for _, command in asked], connection)
        except CommandFailed as error:
            culprit = next(fact for fact, command in asked if command is error.command)
            self._blame(culprit, error.command, BadRecord("handler-failed"), batch)
            raise TryAgain from error
        for (fact, command), outcome in zip(asked, outcomes, strict=True):
            if isinstance(outcome, Refusal):
                self._blame(fact, command, BadRecord(f"refused-{outcome.code}"), batch)
                raise TryAgain

    def _blame(self, fact: Fact, command: Command, bad: BadRecord, batch: Batch) -> None:
        """A close that one customer's stream cannot take must not hold up the others."""
        if fact.customer_id is None:
            batch.failed_at_close[command.customer_id] = bad
        else:
            batch.bad[_at(fact.record)] = bad

    def _command(
        self, streamid: str, reaction: str, body: Any, fact: Fact, batch: Batch, customer_id: str | None = None
    ) -> Command:
        return Command(
            id=reaction_command_id(fact.id, reaction, streamid),
            streamid=streamid,
            customer_id=customer_id or fact.customer_id or "",
            body=body,
            time=self._clock.now(batch.partition),
            actor=self._service,
            actorrole=ACTOR,
            causationid=fact.id,
            correlationid=getattr(fact.envelope, "correlationid", None) or fact.id,
            traceparent=fact.envelope.traceparent,
        )

    def _stop(self, stop: StopCustomer, batch: Batch) -> Command:
        streamid = STOP.stream_of(stop.customer_id)
        at = "/".join(map(str, stop.at))
        return Command(
            id=reaction_command_id(at, f"stop/{batch.attempt}", streamid),
            streamid=streamid,
            customer_id=stop.customer_id,
            body=stop,
            time=self._clock.now(batch.partition),
            actor=self._service,
            actorrole=ACTOR,
            causationid=f"record/{at}",
            correlationid=at,
        )

    async def stop_for(self, forks: Sequence[DeadLetter]) -> None:
        """Stop the customers whose streams the log and this database tell differently."""
        async with self._db.transaction() as connection:
            await park(connection, forks, self._letters_topic)
            for fork in forks:
                read_from = {topic: self.positions[topic, fork.partition].folded for topic in self._topics}
                stop = StopCustomer(fork.customer_id, (fork.topic, fork.partition, fork.offset), fork.reason, read_from)
                batch = Batch(next(iter(self._topics.values())), fork.partition, (), read_from, 0)
                await self._store.append([self._stop(stop, batch)], connection)
        await self._load_stops()

    async def _took(self, batch: Batch, sorted_: Sorted) -> None:
        for fact in sorted_.closes:
            day = fact.envelope.data
            self._last_close[batch.partition] = day.date
            self._clock.closed(batch.partition, day.next_business_date)
        if sorted_.stops:
            await self._load_stops()

    async def _load_stops(self) -> None:
        """Who waits: the stopped, and the resumed whose missed records have not been read yet."""
        rows = await self._db.pool.fetch(_WAITING)
        self._waiting = {row["customer_id"]: StopRow(*row) for row in rows}
        skipped = await self._db.pool.fetch('SELECT topic, partition, "offset", customer_id FROM skips')
        self._skipped = {((topic, partition, offset), customer) for topic, partition, offset, customer in skipped}

    async def _catch_up_resumed(self, reader: Reader) -> None:
        """Read again, for each resumed customer, what they missed since the stop, closes included."""
        for stop in [stop for stop in self._waiting.values() if stop.outcome]:
            await self._catch_up(reader, stop)
            await self._load_stops()

    async def _catch_up(self, reader: Reader, stop: StopRow) -> None:
        waits_from: dict[str, int] = json.loads(stop.waits_from)
        starts = {(topic, stop.partition): waits_from.get(topic, 0) for topic in self._topics}
        ends = {at: self.positions[at].folded for at in starts}
        missed: dict[str, list[Record]] = {topic: [] for topic in self._topics}
        async for records in reader.aside(starts, ends):
            wanted = [record for record in records if record.key in (None, stop.customer_id.encode())]
            missed[records[0].topic].extend(wanted)
        del self._waiting[stop.customer_id]
        next_offset = {at[0]: offset for at, offset in starts.items()}
        for topic, records in missed.items():
            for chunk in cut_at_closes(records, 0):
                batch = Batch(
                    self._topics[topic], stop.partition, chunk, dict(next_offset), 0, stop.customer_id, stop.version
                )
                await self._take_batch(batch, _nothing_more)
                if stop.customer_id in self._waiting:
                    return
            next_offset[topic] = ends[topic, stop.partition]
        await self._db.pool.execute(
            "INSERT INTO caught_up VALUES ($1, $2) ON CONFLICT (customer_id) DO UPDATE SET version = excluded.version",
            stop.customer_id,
            stop.version,
        )


async def _nothing_more(_: Connection, __: int) -> None:
    """A customer's missed records have no position of their own."""


def cut_at_closes(records: Sequence[Record], react_from: int) -> Iterator[Sequence[Record]]:
    """Batches that end with each day's close, where reactions are due; what is only folded stays whole."""
    start = 0
    for end, record in enumerate(records, start=1):
        if record.key is None and record.offset >= react_from:
            yield records[start:end]
            start = end
    if start < len(records):
        yield records[start:]


def _at(record: Record) -> At:
    return record.topic, record.partition, record.offset


def _customer(record: Record) -> str:
    return (record.key or b"").decode(errors="replace")


def _raise_if_bad(found: Fact | BadRecord) -> None:
    if isinstance(found, BadRecord):
        raise found


def _by_event(reactions: Iterable[Reaction], topic: Topic[Any]) -> dict[type, list[Reaction]]:
    found: dict[type, list[Reaction]] = {}
    for reaction in reactions:
        if reaction.event in topic.events:
            found.setdefault(reaction.event, []).append(reaction)
    return found


_WAITING = """
    SELECT s.* FROM stops s LEFT JOIN caught_up c ON c.customer_id = s.customer_id AND c.version = s.version
    WHERE s.outcome IS NULL OR c.customer_id IS NULL"""
