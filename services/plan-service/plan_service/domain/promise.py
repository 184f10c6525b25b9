"""Promises to pay (承诺还款) of one customer: at most one open; kept or broken by the bank's payments."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from arrears_events.catalogue.base import Ids
from arrears_events.catalogue.plan import (
    CancellationReason,
    PaymentCounted,
    PaymentUncounted,
    PromiseBroken,
    PromiseCancelled,
    PromiseKept,
    PromiseMade,
    PromiseReopened,
)
from arrears_events.money import Money

from plan_service.domain.errors import (
    PROMISE_AMOUNT_ZERO,
    PROMISE_DATE_OUT_OF_RANGE,
    PROMISE_NOT_OPEN,
    PROMISE_OPEN,
    REVERSAL_UNLIKE_PAYMENT,
    Refused,
)

PromiseEvent = (
    PromiseMade | PromiseCancelled | PaymentCounted | PaymentUncounted | PromiseKept | PromiseReopened | PromiseBroken
)


@dataclass(frozen=True)
class MakePromise:
    customer_id: str
    promise_id: UUID
    accounts: frozenset[str]
    amount: Money
    made_on: date
    due: date
    latest: date  # this and grace_days: by the rule in force
    grace_days: int


@dataclass(frozen=True)
class CancelPromise:
    promise_id: UUID
    reason: CancellationReason


@dataclass(frozen=True)
class CountPayment:
    payment_id: str
    account_id: str
    amount: Money
    value_date: date


@dataclass(frozen=True)
class UncountPayment:
    """The bank took back the payment, or `amount` of it."""

    reversal_id: str
    payment_id: str
    account_id: str
    amount: Money


@dataclass(frozen=True)
class CloseDay:
    """The bank closed `day`: every payment booked up to it has been counted."""

    day: date


PromiseCommand = MakePromise | CancelPromise | CountPayment | UncountPayment | CloseDay
Outcome = Literal["open", "kept", "broken", "cancelled"]


@dataclass(frozen=True)
class Promise:
    """The newest promise. `counted_before`: payments of the promises before it, since a payment counts once."""

    terms: PromiseMade
    paid: Money
    counted: Ids = frozenset()
    counted_before: Ids = frozenset()
    reversals: Ids = frozenset()
    outcome: Outcome = "open"

    @property
    def id(self) -> UUID:
        return self.terms.promise_id

    @property
    def customer_id(self) -> str:
        return self.terms.customer_id

    @property
    def last_day(self) -> date:
        return self.terms.due + timedelta(days=self.terms.grace_days)

    def asks_for(self, payment: CountPayment) -> bool:
        in_time = self.terms.made_on <= payment.value_date <= self.last_day
        named = payment.account_id in self.terms.accounts and payment.amount.currency == self.terms.amount.currency
        return in_time and named and payment.payment_id not in self.counted | self.counted_before

    def rests_on(self, reversal: UncountPayment) -> bool:
        return reversal.payment_id in self.counted and reversal.reversal_id not in self.reversals


def stream_of(customer_id: str) -> str:
    """All promises of a customer are one stream: only so can there be at most one open."""
    return f"promise/{customer_id}"


def due(promise: Promise) -> date | None:
    """The first day at whose close an open promise is broken."""
    return promise.last_day + timedelta(days=1) if promise.outcome == "open" else None


def decide(promise: Promise | None, command: PromiseCommand) -> list[PromiseEvent]:
    match promise, command:
        case Promise(), MakePromise() if promise.id == command.promise_id:
            return []
        case Promise(outcome="open"), MakePromise():
            raise Refused(PROMISE_OPEN, promise_id=promise.id)
        case _, MakePromise():
            return [_make(command)]
        case Promise(outcome="cancelled"), CancelPromise() if promise.id == command.promise_id:
            return []
        case Promise(outcome="open"), CancelPromise() if promise.id == command.promise_id:
            return [PromiseCancelled(customer_id=promise.customer_id, promise_id=promise.id, reason=command.reason)]
        case _, CancelPromise():
            raise Refused(PROMISE_NOT_OPEN)
        case Promise(outcome="open" | "kept" | "broken"), CountPayment() if promise.asks_for(command):
            return _count(promise, command)
        case Promise(outcome="open" | "kept" | "broken"), UncountPayment() if promise.rests_on(command):
            return _uncount(promise, command)
        case Promise(outcome="open"), CloseDay(day) if day > promise.last_day:
            return [_broken(promise, day)]
        case _:
            return []


def evolve(promise: Promise | None, event: PromiseEvent) -> Promise:
    match promise, event:
        case _, PromiseMade():
            before = promise.counted | promise.counted_before if promise else frozenset[str]()
            return Promise(terms=event, paid=event.amount.zero(), counted_before=before)
        case Promise(), PaymentCounted():
            return replace(promise, paid=promise.paid + event.amount, counted=promise.counted | {event.payment_id})
        case Promise(), PaymentUncounted():
            return replace(promise, paid=promise.paid - event.amount, reversals=promise.reversals | {event.reversal_id})
        case Promise(), PromiseKept():
            return replace(promise, outcome="kept")
        case Promise(), PromiseReopened():
            return replace(promise, outcome="open")
        case Promise(), PromiseBroken():
            return replace(promise, outcome="broken")
        case Promise(), PromiseCancelled():
            return replace(promise, outcome="cancelled")
        case _:
            raise AssertionError(f"{event} cannot follow {promise}")


def _make(command: MakePromise) -> PromiseMade:
    if not command.made_on <= command.due <= command.latest:
        raise Refused(PROMISE_DATE_OUT_OF_RANGE, earliest=command.made_on, latest=command.latest)
    if not command.amount > command.amount.zero():
        raise Refused(PROMISE_AMOUNT_ZERO)
    return PromiseMade(
        customer_id=command.customer_id,
        promise_id=command.promise_id,
        accounts=command.accounts,
        amount=command.amount,
        made_on=command.made_on,
        due=command.due,
        latest=command.latest,
        grace_days=command.grace_days,
    )


def _count(promise: Promise, payment: CountPayment) -> list[PromiseEvent]:
    """By value date, so a payment that was booked late still counts, and corrects a promise held for broken.

    A promise that is kept goes on counting, so that what was paid is the same in whatever order payments come, and a
    payment taken back later reopens it only when the others do not reach its amount.
    """
    paid = promise.paid + payment.amount
    counted = PaymentCounted(
        customer_id=promise.customer_id,
        promise_id=promise.id,
        account_id=payment.account_id,
        payment_id=payment.payment_id,
        amount=payment.amount,
        value_date=payment.value_date,
    )
    if promise.outcome == "kept" or paid < promise.terms.amount:
        return [counted]
    return [counted, PromiseKept(customer_id=promise.customer_id, promise_id=promise.id, paid=paid)]


def _uncount(promise: Promise, reversal: UncountPayment) -> list[PromiseEvent]:
    if reversal.amount.currency != promise.paid.currency or reversal.amount > promise.paid:
        raise Refused(REVERSAL_UNLIKE_PAYMENT, paid=promise.paid)
    paid = promise.paid - reversal.amount
    uncounted = PaymentUncounted(
        customer_id=promise.customer_id,
        promise_id=promise.id,
        account_id=reversal.account_id,
        reversal_id=reversal.reversal_id,
        payment_id=reversal.payment_id,
        amount=reversal.amount,
    )
    if promise.outcome != "kept" or paid >= promise.terms.amount:
        return [uncounted]
    return [uncounted, PromiseReopened(customer_id=promise.customer_id, promise_id=promise.id, paid=paid)]


def _broken(promise: Promise, day: date) -> PromiseBroken:
    return PromiseBroken(customer_id=promise.customer_id, promise_id=promise.id, paid=promise.paid, day=day)
