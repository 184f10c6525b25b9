"""A service's own topics, read to their heads before it does anything else.

What is on the log is in the database afterwards, and what is in the database and not on the log is in the outbox: so an
empty database comes back whole, and one restored from a backup catches up. A record that fits neither is a fork.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from arrears_events.codec import Topic, digest
from arrears_events.log.chain import Follows, follow
from arrears_events.log.reader import HistoryIncomplete, Reader, Record

from arrears_runtime.admission import Fact, read
from arrears_runtime.database import Connection, Database
from arrears_runtime.dead_letters import DeadLetter, park
from arrears_runtime.keys import Keys
from arrears_runtime.projection import BadRecord
from arrears_runtime.store import Store
from arrears_runtime.stream import Stream

Progress = Callable[[int], None]


@dataclass(frozen=True)
class OwnLog:
    """The topics that this service alone writes."""

    db: Database
    store: Store
    events: Sequence[Topic[Any]]
    letters: str
    partitions: dict[str, int]
    keys: Keys | None = None

    async def catch_up(self, reader: Reader, progress: Progress = lambda _: None) -> list[DeadLetter]:
        """Read from what was confirmed to the heads; gives the records that fit nowhere, whose customers must stop."""
        forks: list[DeadLetter] = []
        of_keys = (self.keys.topic,) if self.keys else ()
        for name in (*of_keys, self.letters, *(topic.name for topic in self.events)):
            starts = await self._confirmed(name)
            ends = await reader.ends(list(starts))
            await self._check_whole(reader, starts, ends, compacted=name in of_keys)
            async for records in reader.aside(starts, ends):
                forks += await self._take(name, records)
                progress(len(records))
            await self.db.pool.executemany(_CONFIRM, [(*at, end) for at, end in ends.items()])
        if self.keys:
            await self.keys.begin()
        return forks

    async def _confirmed(self, topic: str) -> dict[tuple[str, int], int]:
        rows = await self.db.pool.fetch("SELECT partition, next FROM confirmed WHERE topic = $1", topic)
        known = {row["partition"]: row["next"] for row in rows}
        return {(topic, partition): known.get(partition, 0) for partition in range(self.partitions[topic])}

    async def _check_whole(
        self, reader: Reader, starts: dict[tuple[str, int], int], ends: dict[tuple[str, int], int], *, compacted: bool
    ) -> None:
        for (topic, partition), first in (await reader.starts(list(starts))).items():
            if first > 0 and not compacted:
                raise HistoryIncomplete(f"{topic}/{partition} begins at offset {first}: its first records are gone")
        for (topic, partition), end in ends.items():
            if end < (known := starts[topic, partition]):
                raise HistoryIncomplete(
                    f"{topic}/{partition} ends at offset {end}, but records up to {known} were confirmed: "
                    "the broker lost them; restore it, or drop this service's database to go on from what is left"
                )

    async def _take(self, name: str, records: list[Record]) -> list[DeadLetter]:
        async with self.db.transaction() as connection:
            forks: list[DeadLetter] = []
            if name == self.letters:
                await self._take_letters(connection, records)
            elif self.keys and name == self.keys.topic:
                await self.keys.take(connection, records)
            else:
                forks = await self._take_events(connection, records)
            end = records[-1].offset + 1
            await connection.execute(_CONFIRM, name, records[0].partition, end)
        return forks

    async def _take_letters(self, connection: Connection, records: list[Record]) -> None:
        letters = [_letter(record) for record in records]
        await connection.execute(
            "INSERT INTO dead_letters SELECT l.* FROM unnest($1::dead_letters[]) l ON CONFLICT DO NOTHING", letters
        )
        await connection.execute("DELETE FROM outbox WHERE streamid = ANY($1)", [letter.id for letter in letters])

    async def _take_events(self, connection: Connection, records: list[Record]) -> list[DeadLetter]:
        topic = next(topic for topic in self.events if topic.name == records[0].topic)
        facts, unreadable = self._read(topic, records)
        if unreadable:
            await park(connection, unreadable, self.letters)
        if not facts:
            return []
        customers = [(fact.record.key or b"").decode() for fact in facts]
        streams = await self.store.heads(connection, [fact.envelope for fact in facts], customers)
        struck = await self._strike_out(connection, facts)
        forks = [fork for fact in facts if (fork := _fold(streams[fact.envelope.streamid], fact, struck))]
        written = await self.store.write(connection, list(streams.values()), from_log=True)
        assert written, "a stream changed while it was folded from the log"
        return forks

    def _read(self, topic: Topic[Any], records: list[Record]) -> tuple[list[Fact], list[DeadLetter]]:
        facts: list[Fact] = []
        unreadable: list[DeadLetter] = []
        for record in records:
            try:
                facts.append(read(topic, record, self.partitions[topic.name]))
            except BadRecord as bad:
                unreadable.append(_set_aside(record, bad.reason, ""))
        return facts, unreadable

    async def _strike_out(self, connection: Connection, facts: list[Fact]) -> dict[tuple[str, int], str]:
        """Take out of the outbox what is on the log; the hashes of what was taken out."""
        ids = [fact.envelope.streamid for fact in facts]
        versions = [fact.envelope.streamversion for fact in facts]
        rows = await connection.fetch(_STRIKE_OUT, ids, versions)
        return {(row["streamid"], row["streamversion"]): digest(row["value"]) for row in rows}


def _fold(stream: Stream, fact: Fact, struck: dict[tuple[str, int], str]) -> DeadLetter | None:
    event = fact.envelope
    ours = struck.get((event.streamid, event.streamversion), fact.hash)
    match follow(stream.head, event, fact.hash):
        case Follows.NEXT:
            stream.fold(event, fact.hash)
            return None
        case Follows.SEEN if ours == fact.hash:
            return None
        case _:
            return _set_aside(fact.record, "fork", stream.customer_id)


def _set_aside(record: Record, reason: str, customer_id: str) -> DeadLetter:
    return DeadLetter(record.topic, record.partition, record.offset, reason, "", customer_id, record.key, record.value)


def _letter(record: Record) -> DeadLetter:
    found = {name: value.decode() for name, value in record.headers}
    return DeadLetter(
        found["topic"],
        int(found["partition"]),
        int(found["offset"]),
        found["reason"],
        found["detail"],
        found["customer_id"],
        record.key,
        record.value,
    )


_CONFIRM = """INSERT INTO confirmed VALUES ($1, $2, $3)
    ON CONFLICT (topic, partition) DO UPDATE SET next = greatest(confirmed.next, excluded.next)"""
_STRIKE_OUT = """DELETE FROM outbox o USING unnest($1::text[], $2::int[]) w(streamid, streamversion)
    WHERE o.streamid = w.streamid AND o.streamversion = w.streamversion
    RETURNING o.streamid, o.streamversion, o.value"""
