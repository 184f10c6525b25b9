"""What happened to customers' promises to pay (topic plan.events, streams promise/<customer_id>), by business dates."""

from typing import Annotated, ClassVar, Literal, get_args
from uuid import UUID

from pydantic import Field

from arrears_events.catalogue.base import CustomerEvent, CustomerResumed, CustomerStopped, DeadLetterSkipped, Id, Ids
from arrears_events.catalogue.ledger import BusinessDate, Days, LedgerEvent
from arrears_events.codec import Topic
from arrears_events.envelope import StreamEvent
from arrears_events.money import Amount

CancellationReason = Literal["recorded_in_error", "withdrawn"]
"""`recorded_in_error`: the collector mistook the customer. `withdrawn`: the customer took the promise back."""


class PromiseFact(CustomerEvent):
    """A fact about one promise."""

    promise_id: UUID


class PromiseMade(PromiseFact):
    """The customer promised (承诺还款) to pay `amount` to `accounts`, from `made_on` to the end of `due`.

    It is held for broken `grace_days` calendar days after `due`, not sooner. `latest`: the latest `due` that was
    allowed. Both are by the rule in force when it was made.
    """

    wire: ClassVar[str] = "PromiseMade"
    accounts: Annotated[Ids, Field(min_length=1)]
    amount: Amount
    made_on: BusinessDate
    due: BusinessDate
    latest: BusinessDate
    grace_days: Days


class PromiseCancelled(PromiseFact):
    """The open promise was taken off by a collector: neither kept nor broken."""

    wire: ClassVar[str] = "PromiseCancelled"
    reason: CancellationReason


class PaymentCounted(PromiseFact, LedgerEvent):
    """A payment of the bank counts towards the promise, by its value date."""

    wire: ClassVar[str] = "PaymentCounted"
    payment_id: Id
    amount: Amount
    value_date: BusinessDate


class PaymentUncounted(PromiseFact, LedgerEvent):
    """The bank took back a payment that had been counted, or `amount` of it."""

    wire: ClassVar[str] = "PaymentUncounted"
    reversal_id: Id
    payment_id: Id
    amount: Amount


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


PlanEvent = (
    PromiseMade | PromiseCancelled | PaymentCounted | PaymentUncounted | PromiseKept | PromiseReopened | PromiseBroken
)  # fmt: skip
PLAN = Topic.of("plan.events", StreamEvent, (*get_args(PlanEvent), CustomerStopped, CustomerResumed))
PLAN_SETTINGS = Topic.of("plan.settings", StreamEvent, (DeadLetterSkipped,))
