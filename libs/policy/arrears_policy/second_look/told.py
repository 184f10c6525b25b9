"""Events where they lie on the log, each once. What cannot be read is `arrears audit verify`'s to tell.

What contact-service hears from others it takes in where it belongs alone: elsewhere nobody had to know it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from arrears_events.audit import topics
from arrears_events.catalogue.base import DayClosed, Event
from arrears_events.catalogue.contact import CONTACT, CONTACT_SETTINGS
from arrears_events.catalogue.plan import PLAN
from arrears_events.codec import Topic, Undecodable
from arrears_events.envelope import Envelope, SourceEvent
from arrears_events.log.reader import Record
from arrears_events.log.writer import RECORD_BYTES

BANK, CASE = topics.BANK, topics.CASE
HEARD: tuple[Topic[Any], ...] = (BANK, CASE, PLAN)
"""What a decision rests on beside the customer's own contacts: it knows of these what was read."""
READ: tuple[Topic[Any], ...] = (CONTACT, *HEARD)
_TOPICS: dict[str, Topic[Any]] = {topic.name: topic for topic in (*READ, CONTACT_SETTINGS)}
_HEARD = frozenset(topic.name for topic in HEARD)

E = TypeVar("E", bound=Event, covariant=True)


@dataclass(frozen=True, slots=True)
class Told(Generic[E]):
    """`time` is when it was recorded, by its own word; `logged` when the broker had it, in seconds since 1970."""

    topic: str
    partition: int
    offset: int
    time: datetime
    logged: float
    event: E

    @property
    def place(self) -> str:
        return f"{self.topic} {self.partition}/{self.offset}"

    def came_before(self, other: "Told[Event]", moment: datetime) -> bool:
        """Before `moment`, which is of `other`. What the bank had not put on the log yet, it had not said.

        Where the clock is the business calendar a day's moments are all the same, and the broker's decide.
        """
        if self.topic == BANK.name or self.time == moment:
            return self.time <= moment and self.logged < other.logged
        return self.time < moment


def told(records: Iterable[Record]) -> Iterator[Told[Event]]:
    """The records of one customer (or of settings) in the order in which they lie; what was sent twice comes once."""
    versions: dict[tuple[str, str], int] = {}
    ids: set[tuple[str, str, str]] = set()
    for record in records:
        try:
            envelope: Envelope = _TOPICS[record.topic].decode(record.value)
        except Undecodable:
            continue
        event = envelope.data
        if record.topic in _HEARD and not _may_be_taken_in(record, envelope):
            continue
        if isinstance(envelope, SourceEvent):
            again = (record.topic, envelope.source, envelope.id) in ids
            ids.add((record.topic, envelope.source, envelope.id))
        else:
            stream = (record.topic, envelope.streamid)
            again = envelope.streamversion <= versions.get(stream, 0)
            versions[stream] = max(envelope.streamversion, versions.get(stream, 0))
        if not again:
            yield Told(record.topic, record.partition, record.offset, envelope.time, record.timestamp / 1000, event)


def _may_be_taken_in(record: Record, envelope: Envelope) -> bool:
    """By its size and place: under its customer's key, or without one the close of its own source and partition.

    That the key belongs in the partition need not be asked: of another one nothing of the customer is looked at.
    """
    if len(record.value) > RECORD_BYTES:
        return False
    match envelope.data:
        case DayClosed() as close:
            return (record.key, close.source, close.partition) == (None, envelope.source, record.partition)
        case event:
            customer_id = getattr(event, "customer_id", None)
            return customer_id is None or record.key == customer_id.encode()
