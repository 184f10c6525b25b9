"""Rules of law (规则) as data. Five types carry them all, so that a new place is a file and no code.

Every rule names the purposes, media and parties that it binds; all that it binds not is nothing to it. What the
conditions and statuses mean in facts is for the service that knows the facts; their names are closed lists here.
"""

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self, cast

from arrears_events.catalogue.contact import Channel, Party, Purpose
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from arrears_policy.hours import DayType, Hours, WrittenHours

EVERYBODY: tuple[Party, ...] = ("customer", "guarantor", "third_person")


def _listed(written: object) -> object:
    """A list of the text, for a tuple; what is no list is told by the field's own type."""
    if not isinstance(written, list):
        return written
    entries = tuple(cast(list[object], written))
    if any(each in entries[:place] for place, each in enumerate(entries)):
        raise PydanticCustomError("entry-twice", "An entry stands twice in the list")
    return entries


_Listed = BeforeValidator(_listed)


class Condition(StrEnum):
    """What a gate asks for. One that is not listed cannot be written into a pack."""

    ARREARS_NOT_COVERED_BY_PAYMENTS = "arrears_not_covered_by_payments"
    """Each account is in arrears of which the payments booked since leave something open."""
    DEBTOR_UNREACHABLE = "debtor_unreachable"
    """The customer's own mobile is invalid, or the last `number` attempts to reach the customer failed in a row."""
    IS_DEBTOR_OR_GUARANTOR = "is_debtor_or_guarantor"
    """The party owes the debt, or answers for it."""
    LAST_CLOSE_FRESH = "last_close_fresh"
    """The bank's last close is not older than one business day."""
    NAMES_ITSELF = "names_itself"
    """What is said begins with who is calling, and for whom."""
    NO_FRESH_PAYMENT_CLAIM = "no_fresh_payment_claim"
    """The customer has not said of late that they paid."""
    POINT_NOT_BARRED = "point_not_barred"
    """The number or address is nobody's who must not be contacted again, or is not reached there."""
    POINT_RESERVED_OR_CONSENTED = "point_reserved_or_consented"
    """The number or address was left with the bank for this (预留), or its person agreed to its use."""
    READER_IN_STEP = "reader_in_step"
    """What the bank wrote was read not later than `number` seconds after."""


NUMBERED = frozenset({Condition.DEBTOR_UNREACHABLE, Condition.READER_IN_STEP})
"""Conditions that ask for a number."""


class Status(StrEnum):
    """What a hold waits for the end of."""

    BREATHING_SPACE = "breathing_space"
    CEASE_REQUESTED = "cease_requested"
    """The person asked in writing not to be contacted any more."""
    COLLECTION_STOPPED = "collection_stopped"
    """The supervisor's switch for all."""
    CUSTOMER_STOPPED = "customer_stopped"
    """A bad record holds up what is known of the customer."""
    DECEASED = "deceased"
    DISASTER = "disaster"
    DISPUTED_IN_FULL = "disputed_in_full"
    """Of one of the accounts, nothing is owed that is not disputed."""
    FRAUD = "fraud"
    INSOLVENT = "insolvent"
    OPTED_OUT = "opted_out"
    """The person does not want this medium."""
    PLAN_AGREED = "plan_agreed"
    """One of the accounts is in a plan that is agreed and not broken."""
    REPRESENTED = "represented"
    RESTRICTED = "restricted"
    """The person's data may only be kept."""
    VULNERABLE = "vulnerable"


class _Rule(BaseModel):
    """`says` is the rule in one sentence, `clause` where the law has it, `source` where its text can be read.

    `grade`: A, the text or two sources were seen; B, one source; default: counsel must confirm. It is in force from
    `effective_from` to `effective_until`, both included, by the person's own calendar.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: Annotated[str, Field(pattern=r"^[A-Z]{2,8}-[0-9]{2}[a-z]?$")]
    says: Annotated[str, Field(min_length=1, max_length=500)]
    clause: Annotated[str, Field(min_length=1, max_length=200)]
    source: Annotated[str, Field(min_length=1, max_length=200)]
    grade: Literal["A", "B", "default"]
    purposes: Annotated[tuple[Purpose, ...], _Listed, Field(min_length=1)]
    media: Annotated[tuple[Channel, ...], _Listed, Field(min_length=1)]
    parties: Annotated[tuple[Party, ...], _Listed, Field(min_length=1)] = EVERYBODY
    effective_from: date = date.min
    effective_until: date = date.max

    @model_validator(mode="after")
    def _is_in_force_at_all(self) -> Self:
        if self.effective_from > self.effective_until:
            raise PydanticCustomError("dates-reversed", "effective_until lies before effective_from")
        return self

    def binds(self, purpose: Purpose, medium: Channel, party: Party) -> bool:
        return purpose in self.purposes and medium in self.media and party in self.parties

    def in_force(self, on: date) -> bool:
        return self.effective_from <= on <= self.effective_until


class Window(_Rule):
    """Only in these hours, by the clock where the person is. On a day that is not named there are none.

    `opens` and `closes` say whether the first and the last moment belong to them.
    """

    type: Literal["window"]
    hours: Annotated[dict[DayType, WrittenHours], Field(min_length=1)]
    opens: Literal["included", "excluded"]
    closes: Literal["included", "excluded"]
    unless: Literal["consent"] | None = None

    @model_validator(mode="after")
    def _names_a_day_once(self) -> Self:
        if "every" in self.hours and len(self.hours) > 1:
            raise PydanticCustomError("days-overlap", "`every` stands alone")
        return self

    def hours_on(self, day: date) -> Hours | None:
        return self.hours.get("every") or self.hours.get("mon-fri" if day.weekday() < 5 else "sat-sun")

    def is_open(self, day: date, clock: timedelta) -> bool:
        """`clock`: what the clock on the wall shows, since midnight."""
        hours = self.hours_on(day)
        if hours is None or not hours.opens <= clock <= hours.closes:
            return False
        at_an_end_that_is_out = (clock == hours.opens and self.opens == "excluded") or (
            clock == hours.closes and self.closes == "excluded"
        )
        return not at_an_end_that_is_out


class Count(_Rule):
    """At most `at_most` in a time, of the contacts that the rule binds, started by us or our agencies.

    `conversation`: effective voice conversations. `unanswered`: attempts that nobody took. `contact`: all that reached
    the person. `by`: with one person, about one debt (a contact about two counts for each), to one number.
    `rolling_days`: the day of the contact and the `days` - 1 before it; days and months are the person's calendar's.
    """

    type: Literal["count"]
    counts: Literal["conversation", "unanswered", "contact"]
    by: Literal["person", "debt", "number"]
    over: Literal["calendar_day", "rolling_days", "calendar_month"]
    days: Annotated[int, Field(ge=2, le=31)] | None = None
    at_most: Annotated[int, Field(ge=1, le=1000)]

    @model_validator(mode="after")
    def _has_its_days(self) -> Self:
        if (self.over == "rolling_days") != (self.days is not None):
            raise PydanticCustomError("days-misplaced", "`days` belongs to rolling_days, and nowhere else")
        return self

    def first_day(self, day: date) -> date:
        """The first of the days that count together with `day`, the last of them."""
        return day.replace(day=1) if self.over == "calendar_month" else day - timedelta(days=(self.days or 1) - 1)

    def freed_on(self, day: date) -> date:
        """The first day on which what was on `day` does not count any more."""
        if self.over == "calendar_month":
            return (day.replace(day=1) + timedelta(days=31)).replace(day=1)
        return day + timedelta(days=self.days or 1)


class Gate(_Rule):
    """A condition that must hold, or must not. `number` where the condition asks for one."""

    type: Literal["gate"]
    condition: Annotated[Condition, Field(strict=False)]
    must: Literal["hold", "not_hold"] = "hold"
    number: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _has_its_number(self) -> Self:
        if (self.condition in NUMBERED) != (self.number is not None):
            raise PydanticCustomError("number-misplaced", "`number` belongs to a condition that asks for one")
        return self


class Hold(_Rule):
    """While one of the statuses holds, the purposes rest."""

    type: Literal["hold"]
    statuses: Annotated[tuple[Annotated[Status, Field(strict=False)], ...], _Listed, Field(min_length=1)]


class Text(_Rule):
    """What a message must not say, and what it must: `caller`, who is calling for whom; `as_of`, of every amount."""

    type: Literal["text"]
    forbids: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=60)], ...], _Listed] = ()
    requires: Annotated[tuple[Literal["caller", "as_of"], ...], _Listed] = ()

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not self.forbids and not self.requires:
            raise PydanticCustomError("rule-empty", "A text rule forbids or requires something")
        return self


Rule = Annotated[Window | Count | Gate | Hold | Text, Field(discriminator="type")]
