"""Promises to pay (承诺还款) of one customer: at most one open; kept or broken by the bank's payments."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from arrears_events.catalogue.base import Ids
from arrears_events.catalogue.instalments import EndReason
from arrears_events.catalogue.plan import (
    PaymentCounted,
    PaymentUncounted,
    PromiseBroken,
    PromiseCancelled,
    PromiseKept,
    PromiseMade,
    PromiseNotAccepted,
    PromiseReopened,
)
from arrears_events.money import Money

from plan_service.domain.errors import (
    ACCOUNT_SOLD,
    PROMISE_AMOUNT_BELOW_LEAST,
    PROMISE_DATE_OUT_OF_RANGE,
    PROMISE_NOT_OPEN,
    PROMISE_OPEN,
    Refused,
)
from plan_service.domain.limits import Limits, promise_least
from plan_service.domain.payments import (
    Keys,
    Part,
    Parts,
    Payment,
    added,
    gone,
    held,
    key_of,
    named,
    part_of,
    removed,
    total,
)

PromiseEvent = (
    PromiseMade | PromiseNotAccepted | PromiseCancelled | PaymentCounted | PaymentUncounted | PromiseKept
    | PromiseReopened | PromiseBroken
)  # fmt: skip


@dataclass(frozen=True)
class MakePromise:
    customer_id: str
    promise_id: UUID
    accounts: frozenset[str]
    amount: Money
    made_on: date
    due: date
    limits: Limits  # by the policy in force


@dataclass(frozen=True)
class HearPromise:
    """The customer named it in a contact. Nobody is there to be refused: an event says of what is no promise why."""

    promise: MakePromise


@dataclass(frozen=True)
class CancelPromise:
    promise_id: UUID
    reason: EndReason


@dataclass(frozen=True)
class CloseDay:
    """The bank closed `day`: every payment booked up to it has been counted."""

    day: date


PromiseCommand = MakePromise | HearPromise | CancelPromise | CloseDay
Outcome = Literal["open", "kept", "broken", "cancelled"]


@dataclass(frozen=True)
class Promise:
    """`counted`: what counts of which payment. `before`: the payments that had come when it was made; they never do."""

    terms: PromiseMade
    counted: Parts = field(default_factory=dict[str, Part])
    before: Keys = frozenset()
    outcome: Outcome = "open"

    @property
    def id(self) -> UUID:
        return self.terms.promise_id

    @property
    def customer_id(self) -> str:
        return self.terms.customer_id

    @property
    def paid(self) -> Money:
        return total(self.counted, self.terms.amount.zero())

    @property
    def last_day(self) -> date:
        return self.terms.due + timedelta(days=self.terms.grace_days)

    def asks_for(self, payment: Payment) -> bool:
        in_time = self.terms.made_on <= payment.value_date <= self.last_day
        meant = payment.account_id in self.terms.accounts and payment.amount.currency == self.terms.amount.currency
        return self.outcome != "cancelled" and in_time and meant and payment.key not in self.before


def due(promise: Promise) -> date | None:
    """The first day at whose close an open promise is broken."""
    return promise.last_day + timedelta(days=1) if promise.outcome == "open" else None


def decide(promise: Promise | None, command: PromiseCommand, sold: Ids = frozenset()) -> list[PromiseEvent]:
    """`sold`: accounts of which nothing is promised any more."""
    match promise, command:
        case Promise(), MakePromise() if promise.id == command.promise_id:
            return []
        case Promise(outcome="open"), MakePromise():
            raise Refused(PROMISE_OPEN, promise_id=promise.id)
        case _, MakePromise():
            return [_make(command, sold)]
        case _, HearPromise(heard):
            return _hear(promise, heard, sold)
        case Promise(outcome="cancelled"), CancelPromise() if promise.id == command.promise_id:
            return []
        case Promise(outcome="open"), CancelPromise() if promise.id == command.promise_id:
            return [PromiseCancelled(customer_id=promise.customer_id, promise_id=promise.id, reason=command.reason)]
        case _, CancelPromise():
            raise Refused(PROMISE_NOT_OPEN)
        case Promise(outcome="open"), CloseDay(day) if day > promise.last_day:
            return [_broken(promise, day)]
        case _:
            return []


def evolve(promise: Promise | None, event: PromiseEvent) -> Promise:
    match promise, event:
        case _, PromiseMade():
            return Promise(terms=event)
        case Promise(), PaymentCounted():
            key = key_of(event.account_id, event.payment_id)
            return replace(promise, counted=added(promise.counted, key, event.amount, event.value_date))
        case Promise(), PaymentUncounted():
            key = key_of(event.account_id, event.payment_id)
            return replace(promise, counted=removed(promise.counted, key, event.amount))
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


def counting(promise: Promise, payments: Sequence[Payment]) -> Parts:
    """What of the payments is to count: the first by value date, in the promise's days, never more than it asks.

    By value date, so a payment that was booked late still counts, and corrects a promise held for broken.
    """
    if promise.outcome == "cancelled":
        return held(promise.counted, payments)
    found: Parts = {}
    missing = promise.terms.amount
    for payment in payments:
        if promise.asks_for(payment) and (part := part_of(payment, missing)):
            found[payment.key] = part
            missing -= part.amount
    return found


def uncounted(promise: Promise, now: Parts) -> list[PaymentUncounted]:
    return [
        PaymentUncounted(customer_id=promise.customer_id, promise_id=promise.id, **named(key), amount=amount)
        for key, amount in gone(promise.counted, now).items()
    ]


def counted(promise: Promise, now: Parts) -> list[PaymentCounted]:
    return [
        PaymentCounted(
            customer_id=promise.customer_id,
            promise_id=promise.id,
            **named(key),
            amount=amount,
            value_date=now[key].value_date,
        )
        for key, amount in gone(now, promise.counted).items()
    ]


def corrected(promise: Promise) -> list[PromiseEvent]:
    """What is to be said once what counts has changed."""
    reached = promise.paid >= promise.terms.amount
    match promise.outcome:
        case "open" | "broken" if reached:
            return [PromiseKept(customer_id=promise.customer_id, promise_id=promise.id, paid=promise.paid)]
        case "kept" if not reached:
            return [PromiseReopened(customer_id=promise.customer_id, promise_id=promise.id, paid=promise.paid)]
        case _:
            return []


def _make(command: MakePromise, sold: Ids) -> PromiseMade:
    if command.accounts & sold:
        raise Refused(ACCOUNT_SOLD, accounts=command.accounts & sold)
    latest = command.limits.after(command.made_on, "latest_days")
    if not command.made_on <= command.due <= latest:
        raise Refused(PROMISE_DATE_OUT_OF_RANGE, earliest=command.made_on, latest=latest)
    least = promise_least(command.limits, command.amount.currency)
    if command.amount < least:
        raise Refused(PROMISE_AMOUNT_BELOW_LEAST, least=least)
    return PromiseMade(
        customer_id=command.customer_id,
        promise_id=command.promise_id,
        accounts=command.accounts,
        amount=command.amount,
        made_on=command.made_on,
        due=command.due,
        latest=latest,
        grace_days=command.limits.number("grace_days"),
        policy=command.limits.policy,
    )


def _hear(promise: Promise | None, heard: MakePromise, sold: Ids) -> list[PromiseEvent]:
    try:
        return decide(promise, heard, sold)
    except Refused as no:
        return [_not_accepted(heard, no.code)]


def _not_accepted(heard: MakePromise, reason: str) -> PromiseNotAccepted:
    return PromiseNotAccepted(
        customer_id=heard.customer_id,
        promise_id=heard.promise_id,
        accounts=heard.accounts,
        amount=heard.amount,
        heard_on=heard.made_on,
        due=heard.due,
        reason=reason,
        policy=heard.limits.policy,
    )


def _broken(promise: Promise, day: date) -> PromiseBroken:
    return PromiseBroken(customer_id=promise.customer_id, promise_id=promise.id, paid=promise.paid, day=day)
