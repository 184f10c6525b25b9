"""What holds of promises whatever is sent, and in whatever order."""

from collections.abc import Sequence
from datetime import timedelta
from operator import attrgetter
from random import Random
from uuid import UUID

from arrears_runtime.testing.specification import Specification
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_service.domain.commitments import CommitmentCommand, Commitments, decide, due, evolve
from plan_service.domain.payments import CountPayment, UncountPayment
from plan_service.domain.promise import CancelPromise, CloseDay, HearPromise, MakePromise, Promise
from pydantic import TypeAdapter

from ..builders import CUSTOMER, cancel_promise, day, make_promise, money
from ..numbers import promise_limits

PROMISE = Specification(decide, evolve)
STATE = TypeAdapter(Commitments)

days = st.dates(day("2026-05-30"), day("2026-07-05"))
amounts = st.integers(1, 4000).map(str)
ids = st.integers(1, 3).map(lambda number: UUID(int=number))
NAMED = attrgetter("account_id", "payment_id")
payments = st.builds(
    CountPayment,
    st.just(CUSTOMER),
    st.sampled_from([f"p{n}" for n in range(8)]),
    st.sampled_from(["A-1", "A-2"]),
    st.builds(money, amounts, st.sampled_from(["TWD", "TWD", "TWD", "USD"])),
    days,
)
reversals = st.builds(
    UncountPayment,
    st.just(CUSTOMER),
    st.sampled_from(["r1", "r2"]),
    st.sampled_from(["p0", "p1"]),
    st.sampled_from(["A-1", "A-2"]),
    st.builds(money, amounts),
)
promises = st.builds(
    MakePromise,
    customer_id=st.just(CUSTOMER),
    promise_id=ids,
    accounts=st.just(frozenset({"A-1"})),
    amount=st.builds(money, amounts),
    made_on=days,
    due=days,
    limits=st.builds(
        lambda latest, grace: promise_limits(latest_days=latest, grace_days=grace),
        st.integers(-1, 30),
        st.integers(0, 5),
    ),
)
heard = st.builds(HearPromise, promises)
commands = st.one_of(
    promises,
    heard,
    st.builds(CancelPromise, promise_id=ids, reason=st.just("withdrawn")),
    payments,
    reversals,
    st.builds(CloseDay, days),
)
histories = st.lists(commands, max_size=30)


def after(commands: Sequence[CommitmentCommand]) -> Commitments | None:
    state = None
    for command in commands:
        state, _ = PROMISE.run(state, command)
    return state


def promise_after(commands: Sequence[CommitmentCommand]) -> Promise | None:
    state = after(commands)
    return state.promise if state else None


@given(histories)
def test_the_same_command_twice_adds_nothing(history: list[CommitmentCommand]):
    PROMISE.same_again_adds_nothing(*history)


@given(histories, heard)
def test_a_promise_that_is_heard_is_never_refused(history: list[CommitmentCommand], named: HearPromise):
    decide(after(history), named)


@given(histories)
def test_it_is_kept_exactly_when_what_was_paid_reaches_its_amount(history: list[CommitmentCommand]):
    promise = promise_after(history)
    if promise and promise.outcome != "cancelled":
        assert (promise.outcome == "kept") == (promise.paid >= promise.terms.amount)


@given(histories)
def test_no_more_counts_than_it_asks(history: list[CommitmentCommand]):
    state = after(history)
    for promise in [*state.earlier, *([state.promise] if state.promise else [])] if state else []:
        assert promise.paid <= promise.terms.amount


@given(histories)
def test_it_is_due_at_the_first_close_that_breaks_it(history: list[CommitmentCommand]):
    state = after(history)
    if state and (first := due(state)):
        assert decide(state, CloseDay(first))
        assert not decide(state, CloseDay(first - timedelta(days=1)))
    else:
        assert not decide(state, CloseDay(day("2030-01-01")))


@given(histories)
def test_its_state_is_written_and_read_without_loss_in_the_same_bytes(history: list[CommitmentCommand]):
    if state := after(history):
        written = STATE.dump_json(state)
        assert STATE.validate_json(written) == state
        assert STATE.dump_json(STATE.validate_json(written)) == written


@given(st.lists(payments, unique_by=NAMED), st.randoms(use_true_random=False))
def test_payments_count_the_same_in_any_order(paid: list[CountPayment], chance: Random):
    shuffled = chance.sample(paid, len(paid))
    first, second = after([make_promise(), *paid]), after([make_promise(), *shuffled])
    assert first == second


@given(st.lists(payments, unique_by=NAMED), st.integers(0, 8))
def test_a_payment_counts_the_same_before_the_close_and_after_it(paid: list[CountPayment], booked: int):
    close = CloseDay(day("2026-07-01"))
    in_time, late = (
        after([make_promise(), *paid, close]),
        after([make_promise(), *paid[:booked], close, *paid[booked:]]),
    )
    assert in_time == late


@given(st.lists(payments, unique_by=NAMED))
def test_when_every_payment_is_taken_back_nothing_is_paid(paid: list[CountPayment]):
    back = [UncountPayment(CUSTOMER, f"r-{p.payment_id}", p.payment_id, p.account_id, p.amount) for p in paid]
    promise = promise_after([make_promise(), *paid, *back])
    assert promise
    assert (promise.paid, promise.outcome) == (promise.paid.zero(), "open")


@given(histories)
@settings(max_examples=50)
def test_nothing_counts_once_it_is_cancelled(history: list[CommitmentCommand]):
    cancelled = after([make_promise(), cancel_promise()])
    promise = cancelled
    for command in (c for c in history if not isinstance(c, MakePromise | HearPromise)):
        promise, _ = PROMISE.run(promise, command)
    assert promise == cancelled
