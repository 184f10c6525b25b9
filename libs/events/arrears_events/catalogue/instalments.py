"""What an instalment plan (分期) is made of: terms, schedule, shares, the rule in force; what a fact of one says."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from arrears_events.catalogue.base import CustomerEvent, Id
from arrears_events.catalogue.ledger import BusinessDate, Days
from arrears_events.money import Amount

PlanKind = Literal["personalised", "ordinary"]
"""`personalised` (个性化分期): the debt exceeds what the customer can pay (CN-16). `ordinary`: any other (CN-18)."""
AgreedBy = Literal["oral", "signed"]
"""By the customer's word, which is recorded, or by signature."""
PlanMethod = Literal["equal_instalments", "equal_principal"]
PlanFrequency = Literal["monthly", "weekly"]
DayCount = Literal["30/360", "actual/365", "actual/364"]
"""How a period becomes a part of a year."""
RatePpm = Annotated[int, Field(ge=0, le=1_000_000)]
"""An annual rate in millionths: 94822 is 9.4822 %."""
CancellationReason = Literal["recorded_in_error", "withdrawn"]
"""`recorded_in_error`: the collector mistook the customer. `withdrawn`: the customer took it back."""
EndReason = CancellationReason | Literal["account_sold"]
"""Why a promise or a plan is taken off; `account_sold`: the claim on one of its accounts is another's now."""
InstalmentCount = Annotated[int, Field(ge=1, le=520)]


class Share(BaseModel):
    """What of the debt in a plan is an account's."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    account_id: Id
    principal: Amount


class PlanTerms(BaseModel):
    """How a debt is paid off: in `count` instalments, anchored to `first_due`, with interest from `starts_on`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    method: PlanMethod
    frequency: PlanFrequency
    count: InstalmentCount
    rate_ppm: RatePpm
    day_count: DayCount
    starts_on: BusinessDate
    first_due: BusinessDate


class Instalment(BaseModel):
    """One instalment (分期): `principal` and `interest` are to be paid by `due`; `balance` is what is owed after it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    number: InstalmentCount
    due: BusinessDate
    principal: Amount
    interest: Amount
    balance: Amount


Shares = Annotated[tuple[Share, ...], Field(min_length=1)]
Schedule = Annotated[tuple[Instalment, ...], Field(min_length=1)]


class PlanRule(BaseModel):
    """The rule in force when a plan was proposed: how long and dear it may be, and when it is held for broken.

    An instalment of which `least_share_percent` were paid by `grace_days` calendar days after its due date is not
    missed. The plan breaks when `missed_to_break` in a row are. Who agreed to it is reminded of an instalment so many
    calendar days before it is due as `reminder_days` says.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    terms_max: InstalmentCount
    first_due_latest: BusinessDate
    last_due_latest: BusinessDate
    rate_ppm_max: RatePpm
    grace_days: Days
    missed_to_break: Annotated[int, Field(ge=1, le=520)]
    least_share_percent: Annotated[int, Field(ge=1, le=100)]
    reminder_days: Days


class InstalmentFact(CustomerEvent):
    """A fact about one instalment of a plan; `amount` is to be paid by `due`, and `paid` of it was."""

    number: InstalmentCount
    due: BusinessDate
    amount: Amount
    paid: Amount
