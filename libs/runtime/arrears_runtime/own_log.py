"""A service's own topics, read to their heads before it does anything else.

What is on the log is in the database afterwards, and what is in the database and not on the log is in the outbox: so an
empty database comes back whole, and one restored from a backup catches up. A record that fits neither is a fork.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from arrears_events.catalogue.base import CustomerEvent
from arrears_events.codec import Topic, digest
from arrears_events.log.chain import Follows, follow
from arrears_events.log.reader import HistoryIncomplete, Reader, Record

from arrears_runtime.admission import Fact, key_is_trusted, read
from arrears_runtime.database import Connection, Database
from arrears_runtime.dead_letters import DeadLetter, park
from arrears_runtime.keys import Keys
from arrears_runtime.positions import Partition
from arrears_runtime.projection import BadRecord
from arrears_runtime.store import Store
from arrears_runtime.stream import Stream
from arrears_runtime.unit_of_work import Work, work_on

Progress = Callable[[int], None]


async def check_whole(
    reader: Reader, known: Mapping[Partition, int], ends: Mapping[Partition, int], *, compacted: bool = False
) -> None:
    """Raises HistoryIncomplete unless all is there that lay before the next offsets that are `known`."""
    for (topic, partition), first in (await reader.starts(list(known))).items():
        if first > 0 and not compacted:
            raise HistoryIncomplete(f"{topic}/{partition} begins at offset {first}: its first records are gone")
    for (topic, partition), end in ends.items():
        if end < (next_ := known[topic, partition]):
            raise HistoryIncomplete(
                f"{topic}/{partition} ends at offset {end}, but records up to {next_} were read before: "
                "the broker lost them; restore it, or drop this service's database to go on from what is left"
            )


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
        """Read from what was confirmed to the heads; gives the records that fit nowhere, whose customers must stop.

        One that cannot be read is among them: the next event of its stream would take its version. Raises
        HistoryIncomplete.
        """
        forks: list[DeadLetter] = []
        of_keys = (self.keys.topic,) if self.keys else ()
        for name in (*of_keys, self.letters, *(topic.name for topic in self.events)):
            starts = await self._confirmed(name)
            ends = await reader.ends(list(starts))
            await check_whole(reader, starts, ends, compacted=name in of_keys)
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

    async def _take(self, name: str, records: list[Record]) -> list[DeadLetter]:
        async with work_on(self.db) as work:
            await work.begin()
            connection = work.connection
            forks: list[DeadLetter] = []
            if name == self.letters:
                await self._take_letters(connection, records)
            elif self.keys and name == self.keys.topic:
                strays = await self.keys.take(connection, records)
                await park(connection, [_set_aside(each, "not-a-key", "") for each in strays], self.letters)
            else:
                forks = await self._take_events(work, records)
            end = records[-1].offset + 1
            await connection.execute(_CONFIRM, name, records[0].partition, end)
        return forks

    async def _take_letters(self, connection: Connection, records: list[Record]) -> None:
        """A record that is none was written by somebody else: it is set aside for a person to look at."""
        read_as = [(record, _letter(record)) for record in records]
        letters = [letter for _, letter in read_as if letter]
        await connection.execute(
            "INSERT INTO dead_letters SELECT l.* FROM unnest($1::dead_letters[]) l ON CONFLICT DO NOTHING", letters
        )
        await connection.execute("DELETE FROM outbox WHERE streamid = ANY($1)", [letter.id for letter in letters])
        strays = [_set_aside(record, "not-a-letter", "") for record, letter in read_as if letter is None]
        await park(connection, strays, self.letters)

    async def _take_events(self, work: Work, records: list[Record]) -> list[DeadLetter]:
        connection = work.connection
        topic = next(topic for topic in self.events if topic.name == records[0].topic)
        facts, unfit = self._read(topic, records)
        customers = [(fact.record.key or b"").decode() for fact in facts]
        streams = await self.store.heads(connection, [fact.envelope for fact in facts], customers)
        struck = await self._strike_out(connection, facts)
        unfit += [fork for fact in facts if (fork := _fold(streams[fact.envelope.streamid], fact, struck))]
        if not _is_of_customers(topic):
            unfit = [letter._replace(customer_id="") for letter in unfit]
        await park(connection, unfit, self.letters)
        await self.store.write(work, list(streams.values()), from_log=True)
        return _of_customers(unfit)

    def _read(self, topic: Topic[Any], records: list[Record]) -> tuple[list[Fact], list[DeadLetter]]:
        facts: list[Fact] = []
        unreadable: list[DeadLetter] = []
        partitions = self.partitions[topic.name]
        for record in records:
            try:
                facts.append(read(topic, record, partitions))
            except BadRecord as bad:
                customer = (record.key or b"").decode() if key_is_trusted(record, partitions) else ""
                unreadable.append(_set_aside(record, bad.reason, customer, bad.detail))
        return facts, unreadable

    async def _strike_out(self, connection: Connection, facts: list[Fact]) -> dict[tuple[str, int], str]:
        """Take out of the outbox what is on the log; the hashes of what was taken out."""
        ids = [fact.envelope.streamid for fact in facts]
        versions = [fact.envelope.streamversion for fact in facts]
        rows = await connection.fetch(_STRIKE_OUT, ids, versions)
        return {(row["streamid"], row["streamversion"]): digest(row["value"]) for row in rows}


def _is_of_customers(topic: Topic[Any]) -> bool:
    """The keys of settings name no customer: nobody waits for a record of theirs."""
    return any(issubclass(event, CustomerEvent) for event in topic.events)


def _fold(stream: Stream, fact: Fact, struck: dict[tuple[str, int], str]) -> DeadLetter | None:
    event = fact.envelope
    ours = struck.get((event.streamid, event.streamversion), fact.hash)
    match follow(stream.head, event, fact.hash):
        case Follows.NEXT:
            stream.fold(event, fact.hash)
            return None
        case Follows.SEEN if ours == fact.hash:
            return None
        case Follows.GAP:
            return _set_aside(fact.record, "gap", stream.customer_id)
        case _:
            return _set_aside(fact.record, "fork", stream.customer_id)


def _set_aside(record: Record, reason: str, customer_id: str, detail: str = "") -> DeadLetter:
    at = record.topic, record.partition, record.offset
    return DeadLetter(*at, reason, detail, customer_id, record.key, record.value)


def _of_customers(letters: list[DeadLetter]) -> list[DeadLetter]:
    """As they lie on the log: a customer is stopped by the first, and the others follow from it."""
    return sorted((letter for letter in letters if letter.customer_id), key=lambda letter: letter.offset)


def _letter(record: Record) -> DeadLetter | None:
    """None for what is no letter of ours."""
    try:
        found = {name: value.decode() for name, value in record.headers}
        at = found["topic"], int(found["partition"]), int(found["offset"])
        told = found["reason"], found["detail"], found["customer_id"]
    except (KeyError, ValueError):
        return None
    kept = 0 <= at[1] < 2**31 and 0 <= at[2] < 2**63 and "\0" not in "".join((at[0], *told))
    return DeadLetter(*at, *told, record.key, record.value) if kept else None


_CONFIRM = """INSERT INTO confirmed VALUES ($1, $2, $3)
    ON CONFLICT (topic, partition) DO UPDATE SET next = greatest(confirmed.next, excluded.next)"""
_STRIKE_OUT = """DELETE FROM outbox o USING unnest($1::text[], $2::int[]) w(streamid, streamversion)
    WHERE o.streamid = w.streamid AND o.streamversion = w.streamversion
    RETURNING o.streamid, o.streamversion, o.value"""
