"""A batch of records on its way in: what each of them is to this service, and who must wait."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from heapq import merge
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

from arrears_events.catalogue.base import DayClosed
from arrears_events.codec import Topic
from arrears_events.log.reader import Record

from arrears_runtime.admission import Fact, Heard, read
from arrears_runtime.database import Connection, Database
from arrears_runtime.dead_letters import DeadLetter, StopRow
from arrears_runtime.positions import Partition
from arrears_runtime.projection import BadRecord
from arrears_runtime.stops import At, StopCustomer

ENOUGH = 1_000
"""Records for a transaction of their own: with fewer, partitions share one, since its cost is in the round trips."""


class TryAgain(Exception):
    """A record was found bad after its batch had begun to be written."""


@dataclass
class Waiting:
    """Customers whose records wait, and what is passed over for a customer for ever."""

    stops: dict[str, StopRow] = field(default_factory=dict[str, StopRow])
    skipped: set[tuple[At, str]] = field(default_factory=set[tuple[At, str]])

    @classmethod
    async def load(cls, db: Database) -> "Waiting":
        """The stopped, and the resumed whose missed records have not been read yet."""
        known: Any = await db.pool.fetchrow(_WAITING)
        stops = [StopRow(*row) for row in known["stops"]]
        skipped = {((row["topic"], row["partition"], row["offset"]), row["customer_id"]) for row in known["skips"]}
        return cls({stop.customer_id: stop for stop in stops}, skipped)

    @property
    def resumed(self) -> list[StopRow]:
        return [stop for stop in self.stops.values() if stop.outcome]

    def skips(self, record: Record) -> bool:
        return (at_of(record), customer_of(record)) in self.skipped

    def holds(self, record: Record) -> bool:
        """Whether the record waits. One under the customer's key in another partition is none of theirs."""
        stop = self.stops.get(customer_of(record))
        if stop is None or stop.partition != record.partition:
            return False
        return record.offset >= json.loads(stop.waits_from).get(record.topic, 0)


@dataclass
class Batch:
    """Records on their way in, those of each topic's partition in order.

    `read_from`: the next offset of each topic in these partitions; `react_from`: of the first record to be reacted to.
    `only` and `attempt`: whose missed records they are, and after which version of their stop. `bad`: the records, and
    `failed_at_close` the customers, that an earlier try found it could not take. `locks`: whether its streams are
    locked before they are read, since another writer was quicker at an earlier try.
    """

    records: Sequence[Record]
    read_from: dict[Partition, int]
    react_from: dict[Partition, int]
    only: str | None = None
    attempt: int = 0
    locks: bool = False
    bad: dict[At, BadRecord] = field(default_factory=dict[At, BadRecord])
    failed_at_close: dict[str, BadRecord] = field(default_factory=dict[str, BadRecord])

    @property
    def ends(self) -> dict[Partition, int]:
        """The offset after the last record of each partition."""
        return {(record.topic, record.partition): record.offset + 1 for record in self.records}

    def reacts_to(self, record: Record) -> bool:
        return record.offset >= self.react_from[record.topic, record.partition]


@dataclass
class Sorted:
    """What the records turned out to be.

    `facts` are to be reacted to, `new` are those of them to be folded, `closes` are among these; `held` wait with their
    customer; `letters` could not be taken, and `stops` are the customers who now wait. `last_close` is by partition.
    """

    heard: Heard
    last_close: dict[int, date]
    next_offset: dict[Partition, int]
    facts: list[Fact] = field(default_factory=list[Fact])
    new: list[Fact] = field(default_factory=list[Fact])
    closes: list[Fact] = field(default_factory=list[Fact])
    held: list[Fact] = field(default_factory=list[Fact])
    letters: list[DeadLetter] = field(default_factory=list[DeadLetter])
    stops: dict[str, StopCustomer] = field(default_factory=dict[str, StopCustomer])

    def holds(self, record: Record) -> bool:
        """Whether a record before it in the batch stopped its customer."""
        stop = self.stops.get(customer_of(record))
        return stop is not None and stop.at[1] == record.partition

    def hold(self, found: Fact | BadRecord) -> None:
        self.note_untaken(found)
        if isinstance(found, Fact):
            self.held.append(found)

    def stop(self, customer_id: str, at: At, reason: str) -> None:
        waits_from = {topic: offset for (topic, partition), offset in self.next_offset.items() if partition == at[1]}
        self.stops[customer_id] = StopCustomer(customer_id, at, reason, {**waits_from, at[0]: at[2]})

    def take(self, record: Record, found: Fact | BadRecord, batch: Batch) -> None:
        self.next_offset[record.topic, record.partition] = record.offset
        try:
            fact = _fact(batch.bad.get(at_of(record), found))
            new = self.heard.admit(fact, self.last_close.get(record.partition))
        except BadRecord as bad:
            self._set_aside(record, found, bad)
            return
        self.next_offset[record.topic, record.partition] = record.offset + 1
        if new:
            self.heard.note(fact, taken=True)
            self.new.append(fact)
        if new or batch.only:
            self.facts.append(fact)
        if isinstance(fact.event, DayClosed):
            day = fact.event.date
            self.last_close[record.partition] = max(day, self.last_close.get(record.partition, day))
            if new:
                self.closes.append(fact)

    def _set_aside(self, record: Record, found: Fact | BadRecord, bad: BadRecord) -> None:
        customer = customer_of(record) if bad.stops else ""
        self.letters.append(DeadLetter(*at_of(record), bad.reason, bad.detail, customer, record.key, record.value))
        self.note_untaken(found)
        if customer:
            self.stop(customer, at_of(record), bad.reason)

    def note_untaken(self, found: Fact | BadRecord) -> None:
        """What waits or is set aside was read all the same: it counts for the control totals."""
        if isinstance(found, Fact) and not self.heard.knows(found):
            self.heard.note(found, taken=False)


def apart(fetched: Mapping[Partition, list[Record]]) -> Iterator[list[list[Record]]]:
    """What was fetched in parts that are taken side by side: some partitions each, its topics as they came."""
    part: list[list[Record]] = []
    for _, topics in groupby(sorted(fetched, key=itemgetter(1)), key=itemgetter(1)):
        part.append(as_they_came(fetched[at] for at in topics))
        if sum(map(len, part)) >= ENOUGH:
            yield part
            part = []
    if part:
        yield part


def as_they_came(topics: Iterable[Sequence[Record]]) -> list[Record]:
    """Onto the log, by their times; those of each topic stay in its order."""
    return list(merge(*topics, key=attrgetter("timestamp")))


def cut_at_closes(records: Sequence[Record], react_from: Mapping[Partition, int]) -> Iterator[Sequence[Record]]:
    """Batches that end with each day's close, where reactions are due; what is only folded stays whole."""
    start = 0
    for end, record in enumerate(records, start=1):
        if record.key is None and record.offset >= react_from[record.topic, record.partition]:
            yield records[start:end]
            start = end
    if start < len(records):
        yield records[start:]


async def sort(
    connection: Connection,
    batch: Batch,
    waiting: Waiting,
    last_close: dict[int, date],
    topics: Mapping[str, Topic[Any]],
    partitions: int,
) -> Sorted:
    """Tell the records of a batch apart, in order: a stop holds back what comes after it."""
    decoded = [_decode(record, topics[record.topic], partitions) for record in batch.records]
    heard = await Heard.of(connection, [found for found in decoded if isinstance(found, Fact)])
    sorted_ = Sorted(heard, dict(last_close), dict(batch.read_from))
    for record, found in zip(batch.records, decoded, strict=True):
        if sorted_.holds(record) or waiting.holds(record):
            sorted_.hold(found)
        elif waiting.skips(record):
            sorted_.note_untaken(found)
            heard.pass_over(record)
        else:
            sorted_.take(record, found, batch)
    return sorted_


def at_of(record: Record) -> At:
    return record.topic, record.partition, record.offset


def customer_of(record: Record) -> str:
    return (record.key or b"").decode(errors="replace")


def _decode(record: Record, topic: Topic[Any], partitions: int) -> Fact | BadRecord:
    try:
        return read(topic, record, partitions)
    except BadRecord as bad:
        return bad


def _fact(found: Fact | BadRecord) -> Fact:
    if isinstance(found, BadRecord):
        raise found
    return found


_WAITING = """
    SELECT ARRAY(SELECT s FROM stops s WHERE NOT s.caught_up) AS stops,
           ARRAY(SELECT k FROM skips k) AS skips"""
