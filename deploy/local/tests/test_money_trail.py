"""Every cent that came is told: to instalments, to promises, or to neither."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from arrears_events.catalogue.bank import PaymentReceived, PaymentReversed
from arrears_events.catalogue.base import Event, PolicyRef
from arrears_events.catalogue.plan import (
    PaymentAllocated,
    PaymentCounted,
    PaymentUnallocated,
    PaymentUncounted,
    PromiseMade,
)
from arrears_events.money import Money
from arrears_local import report
from arrears_local.money_trail import MoneyTrail
from hypothesis import given as for_all
from hypothesis import strategies as st

DAY = date(2026, 5, 15)
PLAN, PROMISE = UUID(int=1), UUID(int=2)
POLICY = PolicyRef(name="promises", version=1, sha256="0" * 64)


def given(*events: Event, asked: str = "300") -> MoneyTrail:
    """A plan whose first instalment, and a promise, each ask for so much."""
    found = MoneyTrail(asked={(PLAN, 1): twd(asked), (PROMISE, 0): twd(asked)})
    for event in events:
        found.take(event)
    return found


def twd(amount: str) -> Money:
    return Money.of(amount, "TWD")


def part(payment: str, amount: str) -> dict:
    return {"customer_id": "C-1", "account_id": "A-1", "payment_id": payment, "amount": twd(amount)}


def paid(payment: str, amount: str) -> PaymentReceived:
    return PaymentReceived(**part(payment, amount), value_date=DAY, booked_on=DAY, channel="transfer")


def allocated(payment: str, amount: str) -> PaymentAllocated:
    return PaymentAllocated(**part(payment, amount), plan_id=PLAN, number=1, value_date=DAY)


def unallocated(payment: str, amount: str) -> PaymentUnallocated:
    return PaymentUnallocated(**part(payment, amount), plan_id=PLAN, number=1)


def counted(payment: str, amount: str) -> PaymentCounted:
    return PaymentCounted(**part(payment, amount), promise_id=PROMISE, value_date=DAY)


def uncounted(payment: str, amount: str) -> PaymentUncounted:
    return PaymentUncounted(**part(payment, amount), promise_id=PROMISE)


def taken_back(payment: str, amount: str) -> PaymentReversed:
    return PaymentReversed(**part(payment, amount), reversal_id="r", reason="returned", booked_on=DAY)


def test_a_payment_is_shared_between_an_instalment_a_promise_and_neither():
    trail = given(paid("p1", "1000.10"), allocated("p1", "300"), counted("p1", "200.05"))
    assert trail.faults() == []
    assert [" ".join(line.split()) for line in report.money(trail).splitlines()] == [
        "money received 1,000.10 TWD in 1 payments",
        "taken back 0.00",
        "to instalments 300.00",
        "to promises 200.05",
        "to neither 500.05",
    ]


def test_what_was_moved_from_a_promise_to_an_instalment_counts_there_alone():
    trail = given(paid("p1", "200"), counted("p1", "200"), uncounted("p1", "200"), allocated("p1", "200"))
    assert (trail.sums["TWD"].to_promises, trail.sums["TWD"].to_instalments, trail.rest("TWD")) == (0, 200, 0)
    assert trail.faults() == []


def test_a_payment_that_was_taken_back_serves_nothing():
    trail = given(paid("p1", "200"), allocated("p1", "200"), taken_back("p1", "200"), unallocated("p1", "200"))
    assert (trail.sums["TWD"].taken_back, trail.sums["TWD"].to_instalments, trail.faults()) == (200, 0, [])


def test_a_cent_that_served_twice_is_a_fault():
    [fault] = given(paid("p1", "200"), allocated("p1", "150"), counted("p1", "50.01")).faults()
    assert fault == "payment p1 of A-1 served 0.01 more than it was"


def test_a_promise_that_was_given_more_than_it_asks_is_a_fault():
    made = PromiseMade(
        customer_id="C-1",
        promise_id=PROMISE,
        accounts=frozenset({"A-1"}),
        amount=twd("100"),
        made_on=DAY,
        due=DAY,
        latest=DAY,
        grace_days=3,
        policy=POLICY,
    )
    [fault] = given(made, paid("p1", "200"), counted("p1", "100.01")).faults()
    assert fault == f"promise {PROMISE} was given 100.01 of 100.00"


@for_all(st.lists(st.tuples(st.integers(1, 10_000), st.integers(0, 10_000), st.integers(0, 10_000)), max_size=20))
def test_parts_within_each_payment_always_add_up(payments: list[tuple[int, int, int]]):
    """In cents: what was paid, and what an instalment and then a promise would take of it."""
    events: list[Event] = []
    for at, (amount, instalment, promise) in enumerate(payments):
        first = min(instalment, amount)
        events.append(paid(f"p{at}", cents(amount)))
        events += [allocated(f"p{at}", cents(first))] if first else []
        events += [counted(f"p{at}", cents(min(promise, amount - first)))] if min(promise, amount - first) else []
    assert given(*events, asked="1000000").faults() == []


def cents(number: int) -> str:
    return str(Decimal(number) / 100)
