"""The envelope of an event: CloudEvents 1.0 in structured JSON, with our extensions."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from arrears_events.catalogue.base import Event, Printable

E = TypeVar("E", bound=Event)
A_DAY = timedelta(days=1)
Moment = Annotated[
    AwareDatetime, Field(ge=datetime.min.replace(tzinfo=UTC) + A_DAY, le=datetime.max.replace(tzinfo=UTC) - A_DAY)
]
"""A moment that the clock of every zone can show: not of the first day that there is, nor of the last."""


class _CloudEvent(BaseModel, Generic[E]):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    specversion: Literal["1.0"] = "1.0"
    source: Printable
    type: str
    schemaversion: int = 1
    time: Moment
    data: E


class SourceEvent(_CloudEvent[E], Generic[E]):
    """A fact from outside (the bank): known for ever by `source` and `id`, and it keeps no stream."""

    id: Printable
    correlationid: str | None = None
    traceparent: str | None = None


class StreamEvent(_CloudEvent[E], Generic[E]):
    """A fact of ours: number `streamversion` of `streamid`, chained to the one before by its hash.

    `prevhash` is the SHA-256 (hex) of the record before it in the stream, absent on the first; `time` is when it was
    recorded; `causationid` is the id of the event or request that caused it; `commandid` and `requesthash` say which
    command, and of which content.
    """

    id: UUID
    streamid: Printable
    streamversion: int
    prevhash: str | None = None
    actor: str
    actorrole: str
    onbehalfof: str | None = None
    causationid: str
    commandid: UUID
    requesthash: str | None = None
    correlationid: str
    traceparent: str | None = None


Envelope = SourceEvent[Event] | StreamEvent[Event]


def utc(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds: the one form in which a moment is written."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
