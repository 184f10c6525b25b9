"""A promise with boring defaults: 3,000 TWD to A-1, made on 1 June 2026, due on the 10th, with three days of grace."""

from datetime import date
from typing import Any
from uuid import UUID

from arrears_events.catalogue.bank import AccountOpened, AccountSold
from arrears_events.catalogue.contact import PromiseHeard
from arrears_events.catalogue.plan import (
    PaymentCounted,
    PaymentNoted,
    PaymentTakenBack,
    PaymentUncounted,
    PromiseBroken,
    PromiseCancelled,
    PromiseKept,
    PromiseMade,
    PromiseNotAccepted,
    PromiseReopened,
)
from arrears_events.money import Money
from plan_service.domain.limits import Limits
from plan_service.domain.payments import CountPayment, UncountPayment
from plan_service.domain.promise import CancelPromise, HearPromise, MakePromise

from .numbers import promise_limits, ref

FIRST, SECOND = UUID(int=1), UUID(int=2)
CUSTOMER = "C-1"
LIMITS = promise_limits()


def day(written: str) -> date:
    return date.fromisoformat(written)


def money(amount: str, currency: str = "TWD") -> Money:
    return Money.of(amount, currency)


def account_opened(*currencies: str, account_id: str = "A-1", customer: str = CUSTOMER) -> AccountOpened:
    return AccountOpened(
        customer_id=customer,
        account_id=account_id,
        product="card",
        currencies=currencies or ("TWD",),
        opened_on=day("2026-05-01"),
        billing_day=31,
        due_day=20,
    )


def account_sold(account_id: str = "A-1", customer: str = CUSTOMER) -> AccountSold:
    return AccountSold(
        customer_id=customer,
        account_id=account_id,
        sold_on=day("2026-06-08"),
        buyer_id="B-1",
        balance=money("1000"),
    )


def make_promise(
    id_: UUID = FIRST,
    *,
    accounts: tuple[str, ...] = ("A-1",),
    amount: str = "3000",
    made: str = "2026-06-01",
    due: str = "2026-06-10",
    limits: Limits = LIMITS,
) -> MakePromise:
    return MakePromise(
        customer_id=CUSTOMER,
        promise_id=id_,
        accounts=frozenset(accounts),
        amount=money(amount),
        made_on=day(made),
        due=day(due),
        limits=limits,
    )


def hear_promise(**other: Any) -> HearPromise:
    return HearPromise(make_promise(**other))


def cancel_promise(id_: UUID = FIRST) -> CancelPromise:
    return CancelPromise(promise_id=id_, reason="withdrawn")


def count_payment(
    payment_id: str, amount: str, *, on: str = "2026-06-05", account: str = "A-1", currency: str = "TWD"
) -> CountPayment:
    return CountPayment(CUSTOMER, payment_id, account, money(amount, currency), day(on))


def uncount_payment(
    payment_id: str, amount: str, *, reversal: str = "r1", account: str = "A-1", currency: str = "TWD"
) -> UncountPayment:
    return UncountPayment(CUSTOMER, reversal, payment_id, account, money(amount, currency))


def promise_made(
    id_: UUID = FIRST,
    *,
    accounts: tuple[str, ...] = ("A-1",),
    amount: str = "3000",
    made: str = "2026-06-01",
    due: str = "2026-06-10",
) -> PromiseMade:
    return PromiseMade(
        customer_id=CUSTOMER,
        promise_id=id_,
        accounts=frozenset(accounts),
        amount=money(amount),
        made_on=day(made),
        due=day(due),
        latest=day("2026-07-01"),
        grace_days=3,
        policy=ref("promises"),
    )


def promise_heard(*, amount: str = "3000", due: str = "2026-06-10") -> PromiseHeard:
    return PromiseHeard(
        customer_id=CUSTOMER,
        contact_id=None,
        accounts=frozenset({"A-1"}),
        amount=money(amount),
        due=day(due),
        heard_on=day("2026-06-01"),
    )


def promise_not_accepted(
    reason: str, id_: UUID = FIRST, *, amount: str = "3000", due: str = "2026-06-10"
) -> PromiseNotAccepted:
    return PromiseNotAccepted(
        customer_id=CUSTOMER,
        promise_id=id_,
        accounts=frozenset({"A-1"}),
        amount=money(amount),
        heard_on=day("2026-06-01"),
        due=day(due),
        reason=reason,
        policy=ref("promises"),
    )


def promise_cancelled(id_: UUID = FIRST, *, reason: Any = "withdrawn") -> PromiseCancelled:
    return PromiseCancelled(customer_id=CUSTOMER, promise_id=id_, reason=reason)


def payment_counted(
    payment_id: str, amount: str, *, on: str = "2026-06-05", account: str = "A-1", id_: UUID = FIRST
) -> PaymentCounted:
    return PaymentCounted(
        customer_id=CUSTOMER,
        promise_id=id_,
        account_id=account,
        payment_id=payment_id,
        amount=money(amount),
        value_date=day(on),
    )


def payment_uncounted(payment_id: str, amount: str, *, account: str = "A-1", id_: UUID = FIRST) -> PaymentUncounted:
    return PaymentUncounted(
        customer_id=CUSTOMER,
        promise_id=id_,
        account_id=account,
        payment_id=payment_id,
        amount=money(amount),
    )


def payment_noted(payment_id: str, amount: str, *, on: str = "2026-06-05", account: str = "A-1") -> PaymentNoted:
    return PaymentNoted(
        customer_id=CUSTOMER, account_id=account, payment_id=payment_id, amount=money(amount), value_date=day(on)
    )


def payment_taken_back(payment_id: str, amount: str, *, reversal: str = "r1", account: str = "A-1") -> PaymentTakenBack:
    return PaymentTakenBack(
        customer_id=CUSTOMER, account_id=account, reversal_id=reversal, payment_id=payment_id, amount=money(amount)
    )


def payment(
    payment_id: str, amount: str, *, on: str = "2026-06-05", account: str = "A-1", id_: UUID = FIRST
) -> tuple[PaymentNoted, PaymentCounted]:
    """Noted, and all of it counts."""
    noted = payment_noted(payment_id, amount, on=on, account=account)
    return noted, payment_counted(payment_id, amount, on=on, account=account, id_=id_)


def promise_kept(paid: str = "3000") -> PromiseKept:
    return PromiseKept(customer_id=CUSTOMER, promise_id=FIRST, paid=money(paid))


def promise_reopened(paid: str = "0") -> PromiseReopened:
    return PromiseReopened(customer_id=CUSTOMER, promise_id=FIRST, paid=money(paid))


def promise_broken(paid: str = "0", at: str = "2026-06-14") -> PromiseBroken:
    return PromiseBroken(customer_id=CUSTOMER, promise_id=FIRST, paid=money(paid), day=day(at))
