"""The one way in: `append(commands)`. It decides on the stream's state and writes stream, its rows and outbox at once.

An append is two queries, for what is decided on and for the rows that its events change, and one statement, which
writes nothing unless each stream's row was still at the version that was read.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from operator import attrgetter
from typing import Any
from uuid import UUID

from arrears_events.catalogue.base import Event
from arrears_events.codec import Topic, digest, encode
from arrears_events.envelope import StreamEvent
from arrears_events.ids import event_id
from arrears_events.log.partitioning import partition_of
from arrears_events.log.writer import RECORD_BYTES
from arrears_events.refused import Refused
from pydantic import ValidationError

from arrears_runtime.database import Connection, Database
from arrears_runtime.decider import Command, Decider, Done, KeyReused, Outcome, Refusal, Stale, Stopped
from arrears_runtime.projection import CouldNotFold, View, fold_into, folds_of
from arrears_runtime.stream import HandledRow, OutboxRow, Stream
from arrears_runtime.unit_of_work import TRIES, LostRace, Part, Work, work_on


class CommandFailed(Exception):
    """A command met a bug of ours: `decide`, `evolve` or a fold of its stream raised, or its state cannot be read.

    The cause says what.
    """

    def __init__(self, command: Command) -> None:
        super().__init__(type(command.body).__name__)
        self.command = command


class Store:
    """The streams of one service."""

    def __init__(
        self,
        db: Database,
        *,
        source: str,
        deciders: dict[str, tuple[Decider[Any], Topic[Any]]],
        views: Sequence[View],
        partitions: dict[str, int],
    ) -> None:
        """`deciders`: category -> decider and the topic it writes; `partitions`: of each of those topics."""
        self._db, self._source, self._deciders, self._partitions = db, source, deciders, partitions
        self._views = views

    async def append(
        self, commands: Sequence[Command], work: Work | None = None, *, lock: bool = False
    ) -> list[Outcome]:
        """Decide and write, in order; an outcome for each command. Raises CommandFailed for a bug of ours.

        With a unit of work it is part of that, which raises LostRace when a race is lost, and is then to be done again,
        its streams locked first (`lock`). Without one that is done here.
        """
        if work is not None:
            return await self._append_in(work, commands, lock=lock)
        for n in range(TRIES):
            with suppress(LostRace):
                async with work_on(self._db) as own:
                    return await self._append_in(own, commands, lock=n > 0)
        raise LostRace

    async def _append_in(self, work: Work, commands: Sequence[Command], *, lock: bool) -> list[Outcome]:
        if lock:
            await work.begin()
            await work.connection.execute(_LOCK, [command.streamid for command in commands])
        outcomes, streams_ = self._decide(commands, await self._read(work.connection, commands))
        try:
            await self.write(work, streams_)
        except CouldNotFold as error:
            raise CommandFailed(next(each for each in commands if each.id == error.fact.commandid)) from error.__cause__
        return outcomes

    async def heads(
        self, connection: Connection, facts: Sequence[StreamEvent[Any]], customers: Sequence[str]
    ) -> dict[str, Stream]:
        """The streams of events, as they are."""
        of = dict(zip((fact.streamid for fact in facts), customers, strict=True))
        ids = list(of)
        rows = await connection.fetch(_READ, ids, list(of.values()), [_NO_COMMAND] * len(ids))
        return {id_: self._stream(id_, of[id_], row) for id_, row in zip(ids, rows, strict=True)}

    async def _read(self, connection: Connection, commands: Sequence[Command]) -> list[Any]:
        return await connection.fetch(
            _READ,
            [command.streamid for command in commands],
            [command.customer_id for command in commands],
            [command.id for command in commands],
        )

    def _decide(self, commands: Sequence[Command], found: Sequence[Any]) -> tuple[list[Outcome], list[Stream]]:
        streams_: dict[str, Stream] = {}
        known = {
            command.id: HandledRow(command.id, row["handled_streamid"], row["handled_version"], row["requesthash"])
            for command, row in zip(commands, found, strict=True)
            if row["handled_streamid"]
        }
        outcomes: list[Outcome] = []
        for command, row in zip(commands, found, strict=True):
            if command.streamid not in streams_:
                streams_[command.streamid] = self._stream_of(command, row)
            outcomes.append(self._decide_one(command, streams_[command.streamid], known))
        return outcomes, list(streams_.values())

    def _decide_one(self, command: Command, stream: Stream, known: dict[UUID, HandledRow]) -> Outcome:
        if seen := known.get(command.id):
            same = seen.streamid == command.streamid and seen.requesthash == command.requesthash
            return Done(seen.streamid, seen.version) if same else KeyReused()
        if not stream.takes(command.body):
            return Stopped()
        if command.expected_version not in (None, stream.version):
            return Stale(stream.version)
        try:
            events = stream.decider.decide(stream.state, command.body)
        except Refused as no:
            return Refusal(no.code, no.facts)
        except Exception as error:
            raise CommandFailed(command) from error
        if events:
            self._record(events, command, stream)
            known[command.id] = stream.handled[-1]
        return Done(stream.id, stream.version)

    def _record(self, events: Iterable[Event], command: Command, stream: Stream) -> None:
        for event in events:
            fact = self._envelope(event, command, stream)
            value = encode(fact)
            try:
                assert len(value) <= RECORD_BYTES, "no event may be larger than a record: it would hold up the outbox"
                stream.take(fact, digest(value))
            except Exception as error:
                raise CommandFailed(command) from error
            partition, key = self._partition(stream), stream.customer_id.encode()
            name = stream.topic.name
            stream.outbox.append(OutboxRow(None, name, partition, key, value, None, stream.id, stream.version))
        stream.handled.append(HandledRow(command.id, stream.id, stream.version, command.requesthash))

    def _envelope(self, event: Event, command: Command, stream: Stream) -> StreamEvent[Any]:
        version = stream.version + 1
        return _FACT.model_construct(
            specversion="1.0",
            source=self._source,
            type=stream.topic.type_of(type(event)),
            schemaversion=event.version,
            time=command.time,
            data=event,
            id=event_id(stream.id, version),
            streamid=stream.id,
            streamversion=version,
            prevhash=stream.hash,
            actor=command.actor,
            actorrole=command.actorrole,
            onbehalfof=command.onbehalfof,
            causationid=command.causationid,
            commandid=command.id,
            requesthash=command.requesthash,
            correlationid=command.correlationid,
            traceparent=command.traceparent,
        )

    def _stream(self, id_: str, customer_id: str, row: Any) -> Stream:
        decider, topic = self._deciders[id_.partition("/")[0]]
        return Stream(id_, customer_id, decider, topic, row)

    def _stream_of(self, command: Command, row: Any) -> Stream:
        """One whose state cannot be read, or that is another customer's, harms who asked and nobody else."""
        try:
            assert row["customer_id"] in (None, command.customer_id), "a stream is of one customer for ever"
            return self._stream(command.streamid, command.customer_id, row)
        except (AssertionError, ValidationError) as error:
            raise CommandFailed(command) from error

    def _partition(self, stream: Stream) -> int:
        return partition_of(stream.customer_id.encode(), self._partitions[stream.topic.name])

    async def write(self, work: Work, streams_: Sequence[Stream], *, from_log: bool = False) -> None:
        """Those that changed, with their rows and what goes to the outbox. Raises CouldNotFold.

        In the order of their ids: two writers of the same streams then wait for each other in turn.
        """
        changed = (stream for stream in streams_ if stream.version > stream.read_at)
        touched = sorted(changed, key=attrgetter("id"))
        if not touched:
            return
        work.write(
            _WRITE_FROM_LOG if from_log else _WRITE,
            [stream.row(self._partition(stream)) for stream in touched],
            [stream.read_at for stream in touched],
            [row for stream in touched for row in stream.outbox],
            [row for stream in touched for row in stream.handled],
        )
        facts = defaultdict[str, list[StreamEvent[Any]]](list)
        for stream in touched:
            facts[stream.topic.name] += stream.facts
        await fold_into(work, folds_of(self._views, facts))


_LOCK = "SELECT 1 FROM streams WHERE streamid = ANY($1) ORDER BY streamid FOR UPDATE"
_NO_COMMAND = UUID(int=0)
_FACT = StreamEvent[Any]  # made once: pydantic looks a generic up anew each time


_READ = """
    SELECT s.customer_id, s.version, s.hash, s.state,
           h.streamid AS handled_streamid, h.version AS handled_version, h.requesthash,
           (SELECT topic FROM stops WHERE stops.customer_id = w.customer_id AND stops.outcome IS NULL) AS stopped_by
    FROM unnest($1::text[], $2::text[], $3::uuid[]) WITH ORDINALITY AS w(streamid, customer_id, commandid, n)
    LEFT JOIN streams s ON s.streamid = w.streamid
    LEFT JOIN handled h ON h.commandid = w.commandid
    ORDER BY w.n"""
_STREAMS = (
    (
        "sent",
        """SELECT * FROM ROWS FROM (unnest({0}::streams[]), unnest({1}::int[]))
        AS f(streamid, customer_id, partition, version, hash, state, due, read_at)""",
    ),
    (
        "moved",
        """UPDATE streams s SET version = f.version, hash = f.hash, state = f.state, due = f.due
        FROM sent f WHERE s.streamid = f.streamid AND s.version = f.read_at AND f.read_at > 0 RETURNING s.streamid""",
    ),
    (
        "begun",
        """INSERT INTO streams SELECT f.streamid, f.customer_id, f.partition, f.version, f.hash, f.state, f.due
        FROM sent f WHERE f.read_at = 0 ON CONFLICT DO NOTHING RETURNING streamid""",
    ),
    ("written", "SELECT streamid FROM moved UNION ALL SELECT streamid FROM begun"),
    (
        "posted",
        """INSERT INTO outbox (topic, partition, key, value, headers, streamid, streamversion)
        SELECT o.topic, o.partition, o.key, o.value, o.headers, o.streamid, o.streamversion
        FROM unnest({2}::outbox[]) WITH ORDINALITY o ORDER BY o.ordinality RETURNING 1""",
    ),
)
_NOTED = """INSERT INTO handled SELECT h.commandid, h.streamid, h.version, h.requesthash
    FROM unnest({3}::handled[]) h"""
_AGAIN = " ON CONFLICT (commandid) DO UPDATE SET version = excluded.version"
"""A command that lies on the log may come in two batches; one that is new must be the first of its id."""
_ALL_WRITTEN = """(SELECT count(*) FROM written) = cardinality({0})
    AND (NOT EXISTS (SELECT FROM posted) OR pg_notify('outbox', '') IS NOT NULL)"""
_WRITE = Part((*_STREAMS, ("noted", _NOTED)), values=4, holds=_ALL_WRITTEN)
_WRITE_FROM_LOG = Part((*_STREAMS, ("noted", _NOTED + _AGAIN)), values=4, holds=_ALL_WRITTEN)
