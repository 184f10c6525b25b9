"""What customers promised and agreed to pay (topic plan.events, streams commitments/<customer_id>), by business dates.

Each payment that a promise or plan asks for is noted once. What of it pays instalments (PaymentAllocated less
PaymentUnallocated) and promises (PaymentCounted less PaymentUncounted) is never more than was noted and not taken back.
"""

from typing import Annotated, ClassVar, Literal, get_args
from uuid import UUID

from pydantic import Field

from arrears_events.catalogue.base import (
    STOP_EVENTS,
    Code,
    CustomerEvent,
    DeadLetterSkipped,
    Id,
    Ids,
    PolicyProposed,
    PolicyPublished,
    PolicyRef,
)
from arrears_events.catalogue.instalments import (
    AgreedBy,
    EndReason,
    InstalmentCount,
    InstalmentFact,
    PlanKind,
    PlanRule,
    PlanTerms,
    Schedule,
    Shares,
)
from arrears_events.catalogue.ledger import AccountSaleNoted, BusinessDate, Days, PaymentFact
from arrears_events.codec import Topic
from arrears_events.envelope import StreamEvent
from arrears_events.money import Amount


class PromiseFact(CustomerEvent):
    """A fact about one promise."""

    promise_id: UUID


class PromiseMade(PromiseFact):
    """The customer promised (承诺还款) to pay `amount` to `accounts`, from `made_on` to the end of `due`.

    It is held for broken `grace_days` calendar days after `due`. `latest` is the latest `due` that `policy` allowed.
    """

    wire: ClassVar[str] = "PromiseMade"
    accounts: Annotated[Ids, Field(min_length=1)]
    amount: Amount
    made_on: BusinessDate
    due: BusinessDate
    latest: BusinessDate
    grace_days: Days
    policy: PolicyRef


class PromiseNotAccepted(PromiseFact):
    """What the customer named on `heard_on` is no promise: `reason` is the refusal's code. Nothing counts to it."""

    wire: ClassVar[str] = "PromiseNotAccepted"
    accounts: Annotated[Ids, Field(min_length=1)]
    amount: Amount
    heard_on: BusinessDate
    due: BusinessDate
    reason: Code
    policy: PolicyRef


class PromiseCancelled(PromiseFact):
    """The open promise was taken off, by a collector or since an account was sold: neither kept nor broken."""

    wire: ClassVar[str] = "PromiseCancelled"
    reason: EndReason


class PromiseKept(PromiseFact):
    """What counts reaches the promised amount. Corrects a PromiseBroken before it, when a payment was booked late."""

    wire: ClassVar[str] = "PromiseKept"
    paid: Amount


class PromiseReopened(PromiseFact):
    """The promise was held for kept, and is not: a payment was taken back. Past its days, the next close breaks it."""

    wire: ClassVar[str] = "PromiseReopened"
    paid: Amount


class PromiseBroken(PromiseFact):
    """At the close of `day` the days of due date and grace were over, and only `paid` had come."""

    wire: ClassVar[str] = "PromiseBroken"
    paid: Amount
    day: BusinessDate


class PaymentNoted(PaymentFact):
    """The bank told of a payment that an open promise or a plan asks for, and it is kept whole, whatever it pays."""

    wire: ClassVar[str] = "PaymentNoted"
    value_date: BusinessDate


class PaymentTakenBack(PaymentFact):
    """The bank took back a payment that was noted, or `amount` of it."""

    wire: ClassVar[str] = "PaymentTakenBack"
    reversal_id: Id


class PaymentCounted(PromiseFact, PaymentFact):
    """`amount` of a payment counts towards the promise, by its value date."""

    wire: ClassVar[str] = "PaymentCounted"
    value_date: BusinessDate


class PaymentUncounted(PromiseFact, PaymentFact):
    """`amount` of a payment counts no more: it was taken back, an instalment has it, or an earlier payment came."""

    wire: ClassVar[str] = "PaymentUncounted"


class PlanFact(CustomerEvent):
    """A fact about one instalment plan."""

    plan_id: UUID


class PlanProposed(PlanFact):
    """The bank offers to take `amount` in the instalments of `schedule`. Not agreed by `agree_by`, it expires.

    The principals of `shares`, and those of `schedule`, sum to `amount`. `reminders`: whether the customer is to be
    reminded of an instalment before it is due. `rule` and `agree_by` are by the `policy` in force.
    """

    wire: ClassVar[str] = "PlanProposed"
    kind: PlanKind
    shares: Shares
    amount: Amount
    terms: PlanTerms
    schedule: Schedule
    reminders: bool
    proposed_on: BusinessDate
    agree_by: BusinessDate
    rule: PlanRule
    policy: PolicyRef


class PlanAgreed(PlanFact):
    """The customer agreed. Collection of `accounts` stops as the rules for the `kind` say (CN-17).

    `recording_id`: of the call, where it was agreed by word of mouth; it is kept until the debt is cleared (CN-17).
    """

    wire: ClassVar[str] = "PlanAgreed"
    kind: PlanKind
    accounts: Annotated[Ids, Field(min_length=1)]
    reminders: bool
    agreed_on: BusinessDate
    agreed_by: AgreedBy
    recording_id: Id | None = None


class PlanExpired(PlanFact):
    """At the close of `day` the last day for agreeing was over."""

    wire: ClassVar[str] = "PlanExpired"
    day: BusinessDate


class PlanCancelled(PlanFact):
    """The plan, proposed or agreed, was taken off. What paid its instalments stays with it."""

    wire: ClassVar[str] = "PlanCancelled"
    reason: EndReason


class PaymentAllocated(PlanFact, PaymentFact):
    """`amount` of a payment pays instalment `number`: by value date, the oldest due first."""

    wire: ClassVar[str] = "PaymentAllocated"
    number: InstalmentCount
    value_date: BusinessDate


class PaymentUnallocated(PlanFact, PaymentFact):
    """`amount` of a payment pays instalment `number` no more: it was taken back, or an earlier payment came."""

    wire: ClassVar[str] = "PaymentUnallocated"
    number: InstalmentCount


class PlanReminderDue(PlanFact, InstalmentFact):
    """The customer agreed to be reminded of it before it is due: at the close of `day`, `paid` of it was."""

    wire: ClassVar[str] = "PlanReminderDue"
    accounts: Annotated[Ids, Field(min_length=1)]
    day: BusinessDate


class InstalmentDue(PlanFact, InstalmentFact):
    """The bank closed the day on which it was due, and it is not paid in full."""

    wire: ClassVar[str] = "InstalmentDue"


class InstalmentPaid(PlanFact, InstalmentFact):
    """It is paid in full, by a payment of `paid_on`: late, where that is after its days of grace."""

    wire: ClassVar[str] = "InstalmentPaid"
    paid_on: BusinessDate


class InstalmentPartlyPaid(PlanFact, InstalmentFact):
    """Its days of grace are over, and the least share was paid by then. May correct an InstalmentMissed before it."""

    wire: ClassVar[str] = "InstalmentPartlyPaid"


class InstalmentMissed(PlanFact, InstalmentFact):
    """Its days of grace are over, and less was paid by then. May correct an InstalmentPartlyPaid before it."""

    wire: ClassVar[str] = "InstalmentMissed"


class InstalmentReopened(PlanFact, InstalmentFact):
    """It was held for paid in full, and is not. Past its days, the next close says what it is."""

    wire: ClassVar[str] = "InstalmentReopened"


class PlanBroken(PlanFact):
    """At the close of `day` as many instalments in a row were missed as break it, up to instalment `number`.

    So it is too when the last one's days of grace are over and anything is `unpaid`. Later value dates pay it no more.
    """

    wire: ClassVar[str] = "PlanBroken"
    number: InstalmentCount
    unpaid: Amount
    day: BusinessDate


class PlanCompleted(PlanFact):
    """Every instalment is paid in full. Corrects a PlanBroken before it, when a payment was booked late."""

    wire: ClassVar[str] = "PlanCompleted"


class PlanReinstated(PlanFact):
    """The plan was held for broken, and is not: a payment was booked late. Or for completed: one was taken back."""

    wire: ClassVar[str] = "PlanReinstated"
    unpaid: Amount


class BankInstructionIssued(PlanFact):
    """What the bank's core system is asked to do (指令). `book_plan`: to carry `shares` as the agreed plan has it."""

    wire: ClassVar[str] = "BankInstructionIssued"
    instruction_id: Id
    kind: Literal["book_plan"]
    shares: Shares


class PlanBooked(PlanFact):
    """The bank carries the plan; `reference` is its own record of it."""

    wire: ClassVar[str] = "PlanBooked"
    instruction_id: Id
    reference: Id | None = None


class PlanBookingRefused(PlanFact):
    """The bank does not carry the plan. What was agreed with the customer stands until a collector cancels it."""

    wire: ClassVar[str] = "PlanBookingRefused"
    instruction_id: Id
    reason: Code | None = None


PlanEvent = (
    PromiseMade | PromiseNotAccepted | PromiseCancelled | PromiseKept | PromiseReopened | PromiseBroken | PaymentNoted
    | PaymentTakenBack | AccountSaleNoted | PaymentCounted | PaymentUncounted | PlanProposed | PlanAgreed | PlanExpired
    | PlanCancelled | PaymentAllocated | PaymentUnallocated | PlanReminderDue | InstalmentDue | InstalmentPaid
    | InstalmentPartlyPaid | InstalmentMissed | InstalmentReopened | PlanBroken | PlanCompleted | PlanReinstated
    | BankInstructionIssued | PlanBooked | PlanBookingRefused
)  # fmt: skip
PLAN = Topic.of("plan.events", StreamEvent, (*get_args(PlanEvent), *STOP_EVENTS))
PLAN_SETTINGS = Topic.of("plan.settings", StreamEvent, (DeadLetterSkipped, PolicyProposed, PolicyPublished))
