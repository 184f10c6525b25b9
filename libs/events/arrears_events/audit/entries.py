"""The records of one customer, as an auditor finds them on the log."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from arrears_events.audit.topics import SETTINGS
from arrears_events.catalogue.base import CustomerEvent, Event
from arrears_events.codec import Topic, Undecodable
from arrears_events.envelope import SourceEvent, StreamEvent
from arrears_events.log.reader import Record

_SETTINGS = {topic.name for topic in SETTINGS}
Envelope = SourceEvent[Event] | StreamEvent[Event]


@dataclass(frozen=True, slots=True)
class Entry:
    """A record with what it says; `envelope` is None, and `unreadable` says why, when it says nothing."""

    record: Record
    envelope: Envelope | None
    unreadable: str = ""

    @property
    def id(self) -> str:
        """By which others name it as their cause."""
        return str(self.envelope.id) if self.envelope else "record/{}/{}/{}".format(*self.place)

    @property
    def place(self) -> tuple[str, int, int]:
        return self.record.topic, self.record.partition, self.record.offset

    @property
    def name(self) -> str:
        return self.envelope.data.wire if self.envelope else "unreadable"

    @property
    def spelt_id(self) -> str:
        """For people: `<stream>#<version>` says more than the id that is made of it."""
        match self.envelope:
            case StreamEvent(streamid=streamid, streamversion=version):
                return f"{streamid}#{version}"
            case _:
                return self.id

    @property
    def time(self) -> datetime:
        """When it was recorded, by its own word; else by the broker's."""
        return self.envelope.time if self.envelope else datetime.fromtimestamp(self.record.timestamp / 1000, UTC)

    @property
    def is_context(self) -> bool:
        """No customer's own, but what may have caused what happened to them: a day's close, a setting put in force."""
        return bool(self.envelope) and not isinstance(self.envelope.data, CustomerEvent)

    @property
    def cause(self) -> str | None:
        return self.envelope.causationid if isinstance(self.envelope, StreamEvent) else None


def entries_of(customer_id: str, records: Iterable[Record], topics: Mapping[str, Topic[Any]]) -> Iterator[Entry]:
    """What is keyed by the customer, and what concerns no single customer."""
    for record in records:
        if record.key == customer_id.encode():
            yield read(record, topics[record.topic])
        elif record.key is None or record.topic in _SETTINGS:
            entry = read(record, topics[record.topic])
            if entry.is_context:
                yield entry


def read(record: Record, topic: Topic[Any]) -> Entry:
    try:
        return Entry(record, topic.decode(record.value))
    except Undecodable as bad:
        return Entry(record, None, str(bad))


def customer_of(record: Record, topic: Topic[Any], name: str, wanted: str) -> str | None:
    """The customer of a record in whose data the field `name` is `wanted`; None for any other record."""
    if wanted.encode() not in record.value:
        return None
    envelope = read(record, topic).envelope
    data: Any = envelope.data if envelope else None
    return data.customer_id if data and str(getattr(data, name, "")) == wanted else None
