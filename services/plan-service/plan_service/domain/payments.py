"""The bank's payments as promises and plans share them: each cent once, by value date."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any

from arrears_events.money import Money
from pydantic import PlainSerializer

PaymentKey = str
"""A payment's account and its id, which the bank may use again on another account; the blank between is in neither."""
Keys = Annotated[frozenset[str], PlainSerializer(sorted, return_type=list[str])]
"""A set of them, or of reversals named so; written in order, so that the same set has the same bytes."""


@dataclass(frozen=True)
class CountPayment:
    customer_id: str
    payment_id: str
    account_id: str
    amount: Money
    value_date: date


@dataclass(frozen=True)
class UncountPayment:
    """The bank took back the payment, or `amount` of it."""

    customer_id: str
    reversal_id: str
    payment_id: str
    account_id: str
    amount: Money

    @property
    def key(self) -> PaymentKey:
        return key_of(self.account_id, self.payment_id)


@dataclass(frozen=True)
class Payment:
    """`amount` is what is left of it: after what was taken back, and after what others have of it."""

    payment_id: str
    account_id: str
    amount: Money
    value_date: date

    @property
    def key(self) -> PaymentKey:
        return key_of(self.account_id, self.payment_id)


@dataclass(frozen=True)
class Part:
    """What one promise or instalment has of a payment."""

    amount: Money
    value_date: date


Parts = dict[PaymentKey, Part]
"""By payment."""


def key_of(account_id: str, id_: str) -> PaymentKey:
    return f"{account_id} {id_}"


def named(key: PaymentKey) -> dict[str, Any]:
    """The fields of an event that name the payment."""
    account_id, _, payment_id = key.partition(" ")
    return {"account_id": account_id, "payment_id": payment_id}


def by_value_date(payments: Iterable[Payment]) -> list[Payment]:
    """The order in which they are shared out: whenever they were heard of, it is the same."""
    return sorted(payments, key=lambda payment: (payment.value_date, payment.payment_id, payment.account_id))


def total(parts: Parts, zero: Money, *, by: date = date.max) -> Money:
    """Of the payments with a value date up to `by`."""
    return sum((part.amount for part in parts.values() if part.value_date <= by), zero)


def part_of(payment: Payment, most: Money) -> Part | None:
    amount = min(payment.amount, most)
    return Part(amount, payment.value_date) if amount else None


def held(parts: Parts, payments: Iterable[Payment]) -> Parts:
    """The same parts, as far as the payments still are."""
    found = {payment.key: part_of(payment, parts[payment.key].amount) for payment in _of(parts, payments)}
    return {key: part for key, part in found.items() if part}


def without(payments: Sequence[Payment], parts: Parts) -> list[Payment]:
    """What is left of the payments for others."""
    return [
        replace(payment, amount=payment.amount - parts[payment.key].amount) if payment.key in parts else payment
        for payment in payments
    ]


def added(parts: Parts, key: PaymentKey, amount: Money, value_date: date) -> Parts:
    before = parts[key].amount if key in parts else amount.zero()
    return parts | {key: Part(before + amount, value_date)}


def removed(parts: Parts, key: PaymentKey, amount: Money) -> Parts:
    left = replace(parts[key], amount=parts[key].amount - amount)
    return {each: part for each, part in (parts | {key: left}).items() if part.amount}


def gone(before: Parts, after: Parts) -> dict[PaymentKey, Money]:
    """By payment, how much less of it there is."""
    less = {key: part.amount - after[key].amount if key in after else part.amount for key, part in before.items()}
    return {key: amount for key, amount in less.items() if amount > amount.zero()}


def _of(parts: Parts, payments: Iterable[Payment]) -> Iterable[Payment]:
    return (payment for payment in payments if payment.key in parts)
