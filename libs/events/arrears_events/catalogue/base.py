"""What every event of the catalogue is, and the few that the log itself needs: a day's close, a customer stopped."""

import datetime as dt
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, PlainSerializer, StringConstraints

from arrears_events.money import SumString

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,119}$")]
"""An opaque business id: printable ASCII, without blanks."""
Ids = Annotated[frozenset[Id], PlainSerializer(sorted, return_type=list[str])]
"""A set of ids; written in order, so that the same set has the same bytes."""
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


class Event(BaseModel):
    """A fact in the past tense. `wire` is its name on the log, for ever; `control` the money totalled at a close."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, ser_json_inf_nan="strings")

    wire: ClassVar[str]
    version: ClassVar[int] = 1
    control: ClassVar[str | None] = None


class CustomerEvent(Event):
    """A fact about one customer, whose id is the record's key."""

    customer_id: Id


class ControlTotal(BaseModel):
    """What a source wrote to one partition in one business day, of one type and currency ("" where it has no money)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    type: str
    currency: str
    count: int
    amount: SumString


class DayClosed(Event):
    """`source` closed the business day `date`: all it had for `partition` came before this record, as `totals` say."""

    source: str
    date: dt.date
    next_business_date: dt.date
    partition: int
    totals: tuple[ControlTotal, ...] = ()


class CustomerStopped(CustomerEvent):
    """A record of the customer could not be read or handled: all of theirs waits, from the offsets in `waits_from`.

    `waits_from`: topic -> the first offset of the customer's partition that this service has not handled.
    """

    wire: ClassVar[str] = "CustomerStopped"
    topic: str
    partition: int
    offset: int
    reason: Code
    waits_from: dict[str, int]


class CustomerResumed(CustomerEvent):
    """The customer's records are handled again: the bad one `replayed`, or `skipped` for ever."""

    wire: ClassVar[str] = "CustomerResumed"
    topic: str
    partition: int
    offset: int
    by: str
    outcome: Literal["replayed", "skipped"]


class DeadLetterSkipped(Event):
    """A dead letter that stopped nobody was looked at and set aside by a person."""

    wire: ClassVar[str] = "DeadLetterSkipped"
    topic: str
    partition: int
    offset: int
    by: str
