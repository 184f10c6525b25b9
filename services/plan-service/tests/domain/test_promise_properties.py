"""What holds of promises whatever is sent, and in whatever order."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from uuid import UUID

from arrears_runtime.testing.specification import Specification
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_service.domain.promise import (
    CancelPromise,
    CloseDay,
    CountPayment,
    MakePromise,
    Promise,
    PromiseCommand,
    UncountPayment,
    decide,
    due,
    evolve,
)
from pydantic import TypeAdapter

from ..builders import CUSTOMER, cancel_promise, day, make_promise, money

PROMISE = Specification(decide, evolve)
STATE = TypeAdapter(Promise)

days = st.dates(day("2026-05-30"), day("2026-07-05"))
amounts = st.integers(1, 4000).map(str)
ids = st.integers(1, 3).map(lambda number: UUID(int=number))
payments = st.builds(
    CountPayment,
    st.sampled_from([f"p{n}" for n in range(8)]),
    st.sampled_from(["A-1", "A-2"]),
    st.builds(money, amounts, st.sampled_from(["TWD", "TWD", "TWD", "USD"])),
    days,
)
reversals = st.builds(
    UncountPayment,
    st.sampled_from(["r1", "r2"]),
    st.sampled_from(["p0", "p1"]),
    st.just("A-1"),
    st.builds(money, amounts),
)
commands = st.one_of(
    st.builds(
        MakePromise,
        customer_id=st.just(CUSTOMER),
        promise_id=ids,
        accounts=st.just(frozenset({"A-1"})),
        amount=st.builds(money, amounts),
        made_on=days,
        due=days,
        latest=st.just(day("2026-07-01")),
        grace_days=st.integers(0, 5),
    ),
    st.builds(CancelPromise, promise_id=ids, reason=st.just("withdrawn")),
    payments,
    reversals,
    st.builds(CloseDay, days),
)
histories = st.lists(commands, max_size=30)


def after(commands: Sequence[PromiseCommand]) -> Promise | None:
    state = None
    for command in commands:
        state, _ = PROMISE.run(state, command)
    return state


@given(histories)
def test_the_same_command_twice_adds_nothing(history: list[PromiseCommand]):
    PROMISE.same_again_adds_nothing(*history)


@given(histories)
def test_it_is_kept_exactly_when_what_was_paid_reaches_its_amount(history: list[PromiseCommand]):
    promise = after(history)
    if promise and promise.outcome != "cancelled":
        assert (promise.outcome == "kept") == (promise.paid >= promise.terms.amount)


@given(histories)
def test_it_is_due_at_the_first_close_that_breaks_it(history: list[PromiseCommand]):
    promise = after(history)
    if promise and (first := due(promise)):
        assert decide(promise, CloseDay(first))
        assert not decide(promise, CloseDay(first - timedelta(days=1)))
    elif promise:
        assert not decide(promise, CloseDay(day("2030-01-01")))


@given(histories)
def test_its_state_is_written_and_read_without_loss_in_the_same_bytes(history: list[PromiseCommand]):
    if promise := after(history):
        written = STATE.dump_json(promise)
        assert STATE.validate_json(written) == promise
        assert STATE.dump_json(STATE.validate_json(written)) == written


@given(st.lists(payments, unique_by=lambda payment: payment.payment_id), st.randoms(use_true_random=False))
def test_payments_count_the_same_in_any_order(paid: list[CountPayment], chance: Random):
    shuffled = chance.sample(paid, len(paid))
    first, second = after([make_promise(), *paid]), after([make_promise(), *shuffled])
    assert first == second


@given(st.lists(payments, unique_by=lambda payment: payment.payment_id), st.integers(0, 8))
def test_a_payment_counts_the_same_before_the_close_and_after_it(paid: list[CountPayment], booked: int):
    close = CloseDay(day("2026-07-01"))
    in_time, late = (
        after([make_promise(), *paid, close]),
        after([make_promise(), *paid[:booked], close, *paid[booked:]]),
    )
    assert in_time == late


@given(st.lists(payments, unique_by=lambda payment: payment.payment_id))
def test_when_every_payment_is_taken_back_nothing_is_paid(paid: list[CountPayment]):
    back = [UncountPayment(f"r-{p.payment_id}", p.payment_id, p.account_id, p.amount) for p in paid]
    promise = after([make_promise(), *paid, *back])
    assert promise
    assert (promise.paid, promise.outcome) == (promise.paid.zero(), "open")


@given(histories)
@settings(max_examples=50)
def test_nothing_counts_once_it_is_cancelled(history: list[PromiseCommand]):
    cancelled = after([make_promise(), cancel_promise()])
    promise = cancelled
    for command in (c for c in history if not isinstance(c, MakePromise)):
        promise, _ = PROMISE.run(promise, command)
    assert promise == cancelled
