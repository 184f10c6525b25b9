"""The bank's payments as promises and plans share them: each cent once, by value date."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from arrears_events.money import Money


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


@dataclass(frozen=True)
class Payment:
    """`amount` is what is left of it: after what was taken back, and after what others have of it."""

    payment_id: str
    account_id: str
    amount: Money
    value_date: date


@dataclass(frozen=True)
class Part:
    """What one promise or instalment has of a payment."""

    amount: Money
    value_date: date


Parts = dict[str, Part]
"""By payment."""


def by_value_date(payments: Iterable[Payment]) -> list[Payment]:
    """The order in which they are shared out: whenever they were heard of, it is the same."""
    return sorted(payments, key=lambda payment: (payment.value_date, payment.payment_id))


def total(parts: Parts, zero: Money, *, by: date = date.max) -> Money:
    """Of the payments with a value date up to `by`."""
    return sum((part.amount for part in parts.values() if part.value_date <= by), zero)


def part_of(payment: Payment, most: Money) -> Part | None:
    amount = min(payment.amount, most)
    return Part(amount, payment.value_date) if amount else None


def held(parts: Parts, payments: Iterable[Payment]) -> Parts:
    """The same parts, as far as the payments still are."""
    found = {payment.payment_id: part_of(payment, parts[payment.payment_id].amount) for payment in _of(parts, payments)}
    return {payment_id: part for payment_id, part in found.items() if part}


def without(payments: Sequence[Payment], parts: Parts) -> list[Payment]:
    """What is left of the payments for others."""
    return [
        replace(payment, amount=payment.amount - parts[payment.payment_id].amount)
        if payment.payment_id in parts
        else payment
        for payment in payments
    ]


def added(parts: Parts, payment_id: str, amount: Money, value_date: date) -> Parts:
    before = parts[payment_id].amount if payment_id in parts else amount.zero()
    return parts | {payment_id: Part(before + amount, value_date)}


def removed(parts: Parts, payment_id: str, amount: Money) -> Parts:
    left = replace(parts[payment_id], amount=parts[payment_id].amount - amount)
    return {each: part for each, part in (parts | {payment_id: left}).items() if part.amount}


def gone(before: Parts, after: Parts) -> dict[str, Money]:
    """By payment, how much less of it there is."""
    less = {
        payment_id: part.amount - after[payment_id].amount if payment_id in after else part.amount
        for payment_id, part in before.items()
    }
    return {payment_id: amount for payment_id, amount in less.items() if amount > amount.zero()}


def _of(parts: Parts, payments: Iterable[Payment]) -> Iterable[Payment]:
    return (payment for payment in payments if payment.payment_id in parts)
