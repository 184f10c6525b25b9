"""What a record is to a service that reads it: a fact to take in, one seen before, or a bad record."""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from arrears_events.catalogue.base import EARLIEST, FARTHEST, DayClosed, Event, Id, Printable
from arrears_events.codec import Topic, Undecodable, digest
from arrears_events.envelope import StreamEvent
from arrears_events.log.chain import Follows, Head, follow
from arrears_events.log.partitioning import partition_of
from arrears_events.log.reader import Record
from arrears_events.log.writer import RECORD_BYTES
from arrears_events.totals import control_entry
from pydantic import BaseModel, ConfigDict, PositiveInt, TypeAdapter, ValidationError
from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Numeric, Table, Text

from arrears_runtime.database import Connection
from arrears_runtime.projection import BadRecord
from arrears_runtime.stream import metadata
from arrears_runtime.unit_of_work import Part, Work

heard_streams = Table(
    "heard_streams",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("streamid", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("hash", Text, nullable=False),
)
heard_facts = Table(
    "heard_facts",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("wire", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount", Numeric(24, 3), nullable=False),
    Column("taken", Boolean, nullable=False),
    Index("heard_facts_offset", "topic", "partition", "offset"),
)


class HeardFact(NamedTuple):
    """`taken` is false while its customer waits: it counts for the control totals, and is taken in later."""

    topic: str
    source: str
    id: str
    hash: str
    partition: int
    offset: int
    wire: str
    currency: str
    amount: Any
    taken: bool


class HeardStream(NamedTuple):
    topic: str
    streamid: str
    version: int
    hash: str


class _InStream(BaseModel):
    """What must be right of a record for it to be a version of a stream, whatever else it holds."""

    model_config = ConfigDict(strict=True)

    streamid: Printable
    streamversion: PositiveInt


class Fact(NamedTuple):
    """A record that was read, and the event it holds. `streamid` is None for a fact from outside."""

    record: Record
    envelope: Any
    hash: str
    streamid: str | None

    @property
    def event(self) -> Event:
        return self.envelope.data

    @property
    def customer_id(self) -> str | None:
        return getattr(self.event, "customer_id", None)

    @property
    def id(self) -> str:
        return str(self.envelope.id)


def read(topic: Topic[Any], record: Record, partitions: int) -> Fact:
    """The event of a record, if its bytes and its place can be trusted. Raises BadRecord."""
    if len(record.value) > RECORD_BYTES:
        raise BadRecord("too-large", stops=key_is_trusted(record, partitions))
    try:
        envelope = topic.decode(record.value)
    except Undecodable as error:
        stops = error.reason != "not-json" and key_is_trusted(record, partitions)
        raise BadRecord(error.reason, stops=stops, detail=error.where) from None
    if isinstance(envelope.data, DayClosed):
        _check_close(record, envelope.source, envelope.data)
    elif hasattr(envelope.data, "customer_id"):
        _check_place(record, envelope.data.customer_id, partitions)
    streamid = envelope.streamid if isinstance(envelope, StreamEvent) else None
    return Fact(record, envelope, digest(record.value), streamid)


def key_is_trusted(record: Record, partitions: int) -> bool:
    """Whether the key alone may stop a customer: it is an id, in the partition where it belongs."""
    try:
        _ID.validate_python((record.key or b"").decode())
    except (UnicodeDecodeError, ValidationError):
        return False
    return partition_of(record.key or b"", partitions) == record.partition


def _check_close(record: Record, source: str, close: DayClosed) -> None:
    """All others wait for it, so it must be of its source, and of no customer."""
    if record.key is not None:
        raise BadRecord("wrong-key", stops=False)
    if close.source != source:
        raise BadRecord("wrong-source", stops=False)
    if close.partition != record.partition:
        raise BadRecord("wrong-partition", stops=False)


def _check_place(record: Record, customer_id: str, partitions: int) -> None:
    if record.key is None:
        raise BadRecord("no-key", stops=False)
    if record.key.decode(errors="replace") != customer_id:
        raise BadRecord("wrong-key", stops=False)
    if partition_of(record.key, partitions) != record.partition:
        raise BadRecord("wrong-partition", stops=False)


@lru_cache(maxsize=256)
def _dates_of(event: type[Event]) -> tuple[str, ...]:
    days: tuple[Any, ...] = (date, date | None)
    return tuple(name for name, each in event.model_fields.items() if each.annotation in days)


@dataclass
class Heard:
    """What a service has heard so far of the streams and sources of a batch."""

    streams: dict[tuple[str, str], Head] = field(default_factory=dict)
    facts: dict[tuple[str, str, str], tuple[str, bool]] = field(default_factory=dict)
    new_facts: dict[tuple[str, str, str], HeardFact] = field(default_factory=dict)
    new_streams: dict[tuple[str, str], HeardStream] = field(default_factory=dict)

    @classmethod
    async def of(cls, connection: Connection, facts: list[Fact]) -> "Heard":
        ours = {(f.record.topic, f.streamid) for f in facts if f.streamid}
        theirs = {(f.record.topic, f.envelope.source, f.id) for f in facts if not f.streamid}
        asked = [[each[n] for each in names] for names, of in ((ours, 2), (theirs, 3)) for n in range(of)]
        known: Any = await connection.fetchrow(_KNOWN, *asked)
        return cls(
            {(topic, streamid): Head(version, hash_) for topic, streamid, version, hash_ in known["streams"]},
            {(row["topic"], row["source"], row["id"]): (row["hash"], row["taken"]) for row in known["facts"]},
        )

    def knows(self, fact: Fact) -> bool:
        """Whether a fact from outside was read before."""
        return (fact.record.topic, fact.envelope.source, fact.id) in self.facts

    def admit(self, fact: Fact, last_close: date | None) -> bool:
        """Whether to take a fact in: False for one that was taken before. Raises BadRecord."""
        if fact.streamid:
            return self._admit_ours(fact)
        hash_, taken = self.facts.get((fact.record.topic, fact.envelope.source, fact.id), (None, False))
        if hash_ not in (None, fact.hash):
            raise BadRecord("known-id-other-bytes")
        if not taken:
            _check_dates(fact.envelope.data, last_close)
        return not taken

    def note(self, fact: Fact, *, taken: bool) -> None:
        """Remember a fact: as taken in, or as read and waiting."""
        record, envelope = fact.record, fact.envelope
        if fact.streamid:
            if taken:
                ours = record.topic, fact.streamid
                self.streams[ours] = Head(envelope.streamversion, fact.hash)
                self.new_streams[ours] = HeardStream(*ours, envelope.streamversion, fact.hash)
            return
        key = (record.topic, envelope.source, fact.id)
        (wire, currency), amount = control_entry(envelope.data)
        self.facts[key] = fact.hash, taken
        self.new_facts[key] = HeardFact(*key, fact.hash, record.partition, record.offset, wire, currency, amount, taken)

    def pass_over(self, record: Record) -> None:
        """Skipped for ever. Of a stream the next version follows it all the same."""
        try:
            place = _InStream.model_validate_json(record.value)
        except ValidationError:
            return
        ours, version = (record.topic, place.streamid), place.streamversion
        if ours not in self.streams or version > self.streams[ours].version:
            self.streams[ours] = Head(version, digest(record.value))
            self.new_streams[ours] = HeardStream(*ours, version, self.streams[ours].hash)

    def write(self, work: Work) -> None:
        if self.new_streams:
            work.write(_PUT_STREAMS, list(self.new_streams.values()))
        if self.new_facts:
            work.write(_PUT_FACTS, list(self.new_facts.values()))

    def _admit_ours(self, fact: Fact) -> bool:
        head = self.streams.get((fact.record.topic, fact.envelope.streamid))
        match follow(head, fact.envelope, fact.hash):
            case Follows.NEXT:
                return True
            case Follows.SEEN:
                return False
            case Follows.GAP:
                raise BadRecord("gap")
            case Follows.FORK:
                raise BadRecord("fork")


def _check_dates(event: Event, last_close: date | None) -> None:
    for name in _dates_of(type(event)):
        day = getattr(event, name)
        if day is not None and (day < EARLIEST or (last_close and day - last_close > FARTHEST)):
            raise BadRecord("date-out-of-range")


_ID = TypeAdapter[str](Id)
_KNOWN = """
    SELECT ARRAY(SELECT h FROM unnest($1::text[], $2::text[]) w(topic, streamid)
                 JOIN heard_streams h USING (topic, streamid)) AS streams,
           ARRAY(SELECT h FROM unnest($3::text[], $4::text[], $5::text[]) w(topic, source, id)
                 JOIN heard_facts h USING (topic, source, id)) AS facts"""
_HEADS = """
    INSERT INTO heard_streams SELECT r.* FROM unnest({0}::heard_streams[]) r
    ON CONFLICT (topic, streamid) DO UPDATE SET version = excluded.version, hash = excluded.hash
    WHERE excluded.version > heard_streams.version"""
_FACTS = """
    INSERT INTO heard_facts SELECT r.* FROM unnest({0}::heard_facts[]) r
    ON CONFLICT (topic, source, id) DO UPDATE SET taken = heard_facts.taken OR excluded.taken"""
_PUT_STREAMS, _PUT_FACTS = Part((("heads", _HEADS),)), Part((("facts", _FACTS),))
