"""What every event of the catalogue is, and those that any service needs: a day's close, a stop, a policy."""

import datetime as dt
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from arrears_events.money import SumString

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,119}$")]
"""An opaque business id: printable ASCII, without blanks."""
Printable = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,255}$")]
"""What names a record or its source: printable ASCII without blanks, short enough for a key of PostgreSQL's."""
Ids = Annotated[frozenset[Id], PlainSerializer(sorted, return_type=list[str])]
"""A set of ids; written in order, so that the same set has the same bytes."""
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
PolicyName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

EARLIEST = dt.date(1970, 1, 1)
FARTHEST = dt.timedelta(days=366)
"""A date of a fact from outside lies from EARLIEST on, and so far past the last close of its partition at most."""


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

    type: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{1,64}$")]
    currency: Annotated[str, StringConstraints(pattern=r"^([A-Z]{3})?$")]
    count: int
    amount: SumString


class DayClosed(Event):
    """`source` closed the business day `date`: all it had for `partition` came before this record, as `totals` say.

    `next_business_date` comes after it.
    """

    source: Printable
    date: dt.date
    next_business_date: dt.date
    partition: int
    totals: tuple[ControlTotal, ...] = ()

    @model_validator(mode="after")
    def _goes_on(self) -> "DayClosed":
        if self.next_business_date <= self.date:
            raise PydanticCustomError("dates-reversed", "The next business date comes after the one that is closed")
        return self


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


class CustomerCaughtUp(CustomerEvent):
    """What a resumed customer missed has been read."""

    wire: ClassVar[str] = "CustomerCaughtUp"


STOP_EVENTS = (CustomerStopped, CustomerResumed, CustomerCaughtUp)
"""What every service says of its customers when a record cannot be taken in."""


class DeadLetterSkipped(Event):
    """A dead letter that stopped nobody was looked at and set aside by a person."""

    wire: ClassVar[str] = "DeadLetterSkipped"
    topic: str
    partition: int
    offset: int
    by: str


class PolicyRef(BaseModel):
    """Which text a decision was made by: PolicyPublished holds it, `sha256` is of its UTF-8 bytes.

    `version` counts what one service published by that name: 1, 2, 3 … without a gap.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: PolicyName
    version: Annotated[int, Field(ge=1)]
    sha256: Sha256


class _PolicyText(Event):
    """`body` is the whole text of `policy`; it decides from the business date `effective_from` on."""

    policy: PolicyRef
    body: Annotated[str, Field(max_length=262_144)]
    effective_from: dt.date
    proposed_by: str


class PolicyProposed(_PolicyText):
    """A person wants this text to be the policy. It decides nothing until another person has approved it.

    A later proposal of the same name takes its place, and its version.
    """

    wire: ClassVar[str] = "PolicyProposed"


class PolicyPublished(_PolicyText):
    """Another person than the proposer approved this very text: from `effective_from` on the service decides by it.

    Of several versions the one with the latest `effective_from` that has come is in force; of two of the same date the
    later version.
    """

    wire: ClassVar[str] = "PolicyPublished"
    approved_by: str
