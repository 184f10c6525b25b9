"""One partition of one topic: what each of its records is by itself, and after the one before it."""

from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from typing import Any, cast

from arrears_events.audit.closes import Closes, entry_of
from arrears_events.audit.evidence import Evidence
from arrears_events.audit.findings import Code, Finding
from arrears_events.audit.streams import Streams
from arrears_events.catalogue.base import CustomerEvent, DayClosed, Event
from arrears_events.codec import Topic, Undecodable
from arrears_events.envelope import SourceEvent, StreamEvent
from arrears_events.log.partitioning import partition_of
from arrears_events.log.reader import Record


class Lane:
    """Takes the records in the order in which they lie. `number` is how the evidence names the lane."""

    def __init__(self, number: int, topic: Topic[Any], partition: int, partitions: int, evidence: Evidence) -> None:
        self.number, self.topic, self.partition = number, topic, partition
        self.streams, self.closes = Streams(number, evidence), Closes(topic.name, partition)
        self._partitions, self._evidence = partitions, evidence
        self._next, self._known_up_to = 0, 0

    def start(self, offset: int) -> Iterator[Finding]:
        """The first offset that the broker still has: 0, for nothing of the history is ever deleted."""
        if offset:
            yield self._finding(Code.HISTORY_DELETED, 0, f"The records from offset 0 to {offset - 1} are deleted.")
        self._next = offset

    def take(self, record: Record) -> Iterator[Finding]:
        yield from self._reach(record.offset)
        self._next = record.offset + 1
        try:
            event = self.topic.decode(record.value)
        except Undecodable as bad:
            yield self._finding(Code.UNDECODABLE, record.offset, f"It cannot be read: {bad}.")
            return
        for code, sentence in self._place(record.key, event.data):
            yield self._finding(code, record.offset, sentence, event)
        if isinstance(event, StreamEvent):
            yield from self.streams.take(record, cast(StreamEvent[Event], event))
        else:
            yield from self._take_fact(record, event)

    def take_later(self, record: Record) -> None:
        """It is not judged; what is judged may be caused by it."""
        self._known_up_to = record.offset + 1
        with suppress(Undecodable):
            self._evidence.later(str(self.topic.decode(record.value).id))

    def end(self, offset: int) -> Iterator[Finding]:
        """Everything up to (without) this offset was given. The heads of streams are let go."""
        yield from self._reach(offset)
        self._known_up_to = offset
        self.streams.forget()

    def has(self, offset: int) -> bool:
        return 0 <= offset < self._known_up_to

    def _reach(self, offset: int) -> Iterator[Finding]:
        """Before this offset there is no record missing. (A bank's transactions leave marks that take offsets.)"""
        if offset > self._next:
            code = Code.OFFSETS_SKIPPED if self.topic.owner == "bank" else Code.OFFSETS_MISSING
            yield self._finding(code, self._next, f"From offset {self._next} to {offset - 1} there is no record.")

    def _place(self, key: bytes | None, event: Event) -> Iterator[tuple[Code, str]]:
        if isinstance(event, DayClosed) and key is not None:
            yield Code.WRONG_KEY, "A close has no key."
        if isinstance(event, CustomerEvent) and key != event.customer_id.encode():
            yield Code.WRONG_KEY, f"Its key is not its customer, {event.customer_id}."
        if key is not None and (right := partition_of(key, self._partitions)) != self.partition:
            yield Code.WRONG_PARTITION, f"Its key belongs in partition {right} of {self._partitions}."

    def _take_fact(self, record: Record, event: SourceEvent[Event]) -> Iterator[Finding]:
        entry = "" if isinstance(event.data, DayClosed) else "{} {} {}".format(*entry_of(event.data))
        hash_ = sha256(record.value).digest()[:16]
        self._evidence.fact(event.id, event.source, hash_, self.number, record.offset, entry)
        yield from self.closes.take(record.offset, event)

    def _finding(
        self, code: Code, offset: int, sentence: str, event: SourceEvent[Event] | StreamEvent[Event] | None = None
    ) -> Finding:
        streamid, version = (event.streamid, event.streamversion) if isinstance(event, StreamEvent) else (None, None)
        return Finding(code, self.topic.name, self.partition, offset, sentence, streamid, version)
