"""The chains of our own streams in one partition: versions without a gap, each with the hash of the one before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from arrears_events.audit.evidence import Evidence
from arrears_events.audit.findings import Code, Finding
from arrears_events.catalogue.base import Event
from arrears_events.codec import encode
from arrears_events.envelope import StreamEvent
from arrears_events.ids import event_id
from arrears_events.log.reader import Record

TIME_TOLERANCE = timedelta(seconds=5)
"""How far the clocks of two instances may lie apart before it is worth a word."""
REQUEST = "request/"


@dataclass(slots=True)
class Head:
    """The last version that was read of a stream, with the SHA-256 of its bytes."""

    stream: int
    version: int
    hash: bytes
    time: datetime
    command: UUID | None


class Streams:
    """One Head a stream is all that is held in memory; what needs the whole history goes to the evidence."""

    def __init__(self, lane: int, evidence: Evidence) -> None:
        self._lane, self._evidence = lane, evidence
        self._heads: dict[str, Head] = {}
        self.count = 0

    def forget(self) -> None:
        """The partition is read: no head is needed any more."""
        self._heads.clear()

    def take(self, record: Record, event: StreamEvent[Event]) -> Iterator[Finding]:
        head = self._heads.get(event.streamid) or self._begin(event)
        hash_, id_ = sha256(record.value).digest(), event_id(event.streamid, event.streamversion)
        late = event.streamversion <= head.version
        for code, sentence in [*_by_itself(record, event, id_), *(() if late else _after(head, event))]:
            yield Finding(
                code, record.topic, record.partition, record.offset, sentence, event.streamid, event.streamversion
            )
        self._keep(record, event, head, id_, hash_, late)

    def _begin(self, event: StreamEvent[Event]) -> Head:
        self.count += 1
        head = Head(self._evidence.stream(event.streamid), 0, b"", event.time, None)
        return self._heads.setdefault(event.streamid, head)

    def _keep(self, record: Record, event: StreamEvent[Event], head: Head, id_: UUID, hash_: bytes, late: bool) -> None:
        at = (self._lane, record.offset, head.stream, event.streamversion)
        cause = None if event.causationid.startswith(REQUEST) else event.causationid
        command = None if late or event.commandid == head.command else event.commandid
        self._evidence.event(at, id_, record.topic, hash_[:16], late, cause, command)
        if not late:
            head.version, head.hash, head.time, head.command = event.streamversion, hash_, event.time, event.commandid


def _by_itself(record: Record, event: StreamEvent[Event], id_: UUID) -> Iterator[tuple[Code, str]]:
    if encode(event) != record.value:
        yield Code.NOT_CANONICAL, "Its bytes are not the canonical form of what they say."
    if event.id != id_:
        yield Code.WRONG_ID, f"Its id {event.id} is not that of its stream and version."
    if event.causationid.startswith(REQUEST) and event.causationid != f"{REQUEST}{event.commandid}":
        yield Code.CAUSE_MISSING, f"Its cause {event.causationid} is not the request of its command {event.commandid}."


def _after(head: Head, event: StreamEvent[Event]) -> Iterator[tuple[Code, str]]:
    """What is wrong with a version above the head's. The stream goes on from it, so that one fault is told once."""
    if event.streamversion > head.version + 1:
        yield Code.GAP, f"Version {event.streamversion} comes after {head.version}: {_between(head, event)}."
    elif (event.prevhash or "") != head.hash.hex():
        yield Code.WRONG_HASH, f"Its prevhash is not the hash of version {head.version} as it lies on the log."
    if event.time < head.time - TIME_TOLERANCE:
        yield Code.TIME_BACKWARDS, f"It was recorded {head.time - event.time} before version {head.version}."


def _between(head: Head, event: StreamEvent[Event]) -> str:
    first, last = head.version + 1, event.streamversion - 1
    return f"version {first} is missing" if first == last else f"versions {first} to {last} are missing"
