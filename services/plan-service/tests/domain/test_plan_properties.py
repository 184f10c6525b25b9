"""What holds of plans beside promises whatever is sent, and in whatever order the bank tells of its payments."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from operator import attrgetter
from random import Random
from typing import Any

from arrears_events.catalogue.plan import (
    PaymentAllocated,
    PaymentCounted,
    PaymentNoted,
    PaymentTakenBack,
    PaymentUnallocated,
    PaymentUncounted,
)
from arrears_events.money import Money
from arrears_runtime.testing.specification import Specification
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_service.domain.commitments import CommitmentCommand, Commitments, decide, due, evolve
from plan_service.domain.instalments import breaking
from plan_service.domain.payments import CountPayment, UncountPayment, key_of
from plan_service.domain.plan import Plan
from plan_service.domain.promise import CancelPromise, CloseDay
from pydantic import TypeAdapter

from ..builders import CUSTOMER, FIRST, SECOND, day, make_promise, money
from ..plans import OTHER, PLAN, agree, answer, cancel, pay, propose, terms

COMMITMENTS = Specification(decide, evolve)
STATE = TypeAdapter(Commitments)
END = CloseDay(day("2027-03-01"))
TWO = propose(accounts={"A-1": "2000", "A-2": "1000"}, terms=terms(rate_ppm=120_000, count=4))
THIRD = propose(OTHER, accounts={"A-3": "900"})
BOTH = make_promise(accounts=("A-1", "A-3"), amount="1500", made="2026-06-04", due="2026-06-30")
COMMITTED: list[CommitmentCommand] = [TWO, THIRD, agree(), agree(OTHER), BOTH]

days = st.dates(day("2026-06-01"), day("2026-11-30"))
amounts = st.integers(1, 150_000).map(lambda cents: Money.of(f"{cents // 100}.{cents % 100:02}", "TWD"))
NAMED = attrgetter("account_id", "payment_id")
"""What names a payment: the bank may use an id on two accounts."""
payments = st.builds(
    CountPayment,
    st.just(CUSTOMER),
    st.sampled_from([f"p{n}" for n in range(6)]),
    st.sampled_from(["A-1", "A-2", "A-3"]),
    amounts,
    days,
)
closes = st.builds(CloseDay, days)
reversals = st.builds(
    UncountPayment,
    st.just(CUSTOMER),
    st.sampled_from(["r1", "r2", "r3"]),
    st.sampled_from(["p0", "p1", "p2"]),
    st.sampled_from(["A-1", "A-2"]),
    amounts,
)
CHANGES: list[CommitmentCommand] = [
    *COMMITTED,
    cancel(),
    cancel(OTHER),
    answer("done"),
    answer("refused"),
    replace(TWO, plan_id=FIRST),
    agree(FIRST, on="2026-06-10"),
    make_promise(SECOND, due="2026-06-20"),
    CancelPromise(FIRST, "withdrawn"),
]
histories = st.lists(st.one_of(st.sampled_from(CHANGES), payments, payments, reversals, closes), max_size=40).map(
    lambda commands: [*COMMITTED[: len(commands) % 6], *commands]
)


def law(test: Callable[..., None]) -> Callable[..., None]:
    """Of every history. No deadline: the machine that runs it has other work."""
    return settings(deadline=None)(given(histories)(test))


@dataclass(frozen=True)
class Told:
    """Payments, each with what is taken back of it, and closes in the order of their days."""

    paid: list[CountPayment]
    back: list[UncountPayment]
    closed: list[CloseDay]

    def shuffled(self, chance: Random) -> list[CommitmentCommand]:
        """In any order, but for a reversal before its payment and a close before an earlier one."""
        mixed: list[Any] = [*self.paid, *self.back, *self.closed]
        chance.shuffle(mixed)
        closed, after = iter(self.closed), {NAMED(each): each for each in self.back}
        found: list[CommitmentCommand] = []
        for each in mixed:
            if isinstance(each, CloseDay):
                found.append(next(closed))
            elif isinstance(each, CountPayment):
                found += [each, *([after[NAMED(each)]] if NAMED(each) in after else [])]
        for reversal in self.back:
            at = found.index(reversal)
            found.insert(chance.randint(at, len(found) - 1), found.pop(at))
        return found


@st.composite
def told(draw: st.DrawFn) -> Told:
    paid = draw(st.lists(payments, max_size=8, unique_by=NAMED))
    back = [
        UncountPayment(CUSTOMER, f"r-{each.payment_id}", each.payment_id, each.account_id, _part(each.amount, percent))
        for each in paid
        if (percent := draw(st.sampled_from([0, 0, 0, 40, 100])))
    ]
    closed = sorted(draw(st.lists(closes, max_size=6)), key=lambda close: close.day)
    return Told(paid, back, closed)


def _part(amount: Money, percent: int) -> Money:
    return Money((amount.amount * percent / 100).quantize(amount.amount), amount.currency)


def run(commands: Sequence[CommitmentCommand]) -> tuple[Commitments, list[Any]]:
    state: Commitments | None = None
    said: list[Any] = []
    for command in commands:
        state, events = COMMITMENTS.run(state, command)
        said += events
    return state or Commitments(), said


def outcome(state: Commitments) -> Any:
    """What is the same in any order; of a broken plan, its instalments up to the one that broke it."""
    plans = {plan.plan_id: (plan.state, [line.paid_by for line in plan.lines], _judged(plan)) for plan in _plans(state)}
    assert state.promise
    return plans, state.promise.outcome, state.promise.counted, state.payments


def _plans(state: Commitments) -> list[Plan]:
    return list(state.plans.values())


def _key(event: PaymentAllocated | PaymentCounted | PaymentUnallocated | PaymentUncounted) -> str:
    return key_of(event.account_id, event.payment_id)


def _judged(plan: Plan) -> list[str]:
    broken_at = breaking(plan.lines, plan.rule) if plan.state == "broken" else None
    return [line.state for line in plan.lines if not broken_at or line.number <= broken_at.number]


@law
def test_the_same_command_twice_adds_nothing(history: list[CommitmentCommand]):
    COMMITMENTS.same_again_adds_nothing(*history)


@given(told(), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_payments_are_shared_out_the_same_in_any_order(given_: Told, chance: Random):
    first, _ = run([*COMMITTED, *given_.paid, *given_.back, *given_.closed, END])
    second, _ = run([*COMMITTED, *given_.shuffled(chance), END])
    assert outcome(first) == outcome(second)


@law
def test_the_log_proves_to_the_cent_that_no_payment_serves_twice(history: list[CommitmentCommand]):
    """received = allocated to instalments + counted to promises + the rest, which is never below zero."""
    _, said = run(history)
    received: dict[Any, Money] = {}
    served: dict[Any, Money] = {}
    for event in said:
        match event:
            case PaymentNoted():
                received[NAMED(event)], served[NAMED(event)] = event.amount, event.amount.zero()
            case PaymentTakenBack():
                received[NAMED(event)] -= event.amount
            case PaymentAllocated() | PaymentCounted():
                served[NAMED(event)] += event.amount
                assert served[NAMED(event)] <= received[NAMED(event)], "before anything more is said"
            case PaymentUnallocated() | PaymentUncounted():
                served[NAMED(event)] -= event.amount
            case _:
                pass
    assert all(money("0") <= served[named] <= received[named] for named in received)


@law
def test_the_state_says_of_each_payment_what_the_log_says(history: list[CommitmentCommand]):
    state, said = run(history)
    log: dict[str, Money] = {}
    for event in said:
        if isinstance(event, PaymentAllocated | PaymentCounted):
            log[_key(event)] = log.get(_key(event), money("0")) + event.amount
        elif isinstance(event, PaymentUnallocated | PaymentUncounted):
            log[_key(event)] -= event.amount
    held: dict[str, Money] = {}
    promises = [*state.earlier, *([state.promise] if state.promise else [])]
    for parts in [line.paid_by for plan in _plans(state) for line in plan.lines] + [each.counted for each in promises]:
        for key, part in parts.items():
            held[key] = held.get(key, money("0")) + part.amount
    assert held == {key: amount for key, amount in log.items() if amount}


@law
def test_no_instalment_and_no_promise_has_more_than_it_asks_for(history: list[CommitmentCommand]):
    state, _ = run(history)
    assert all(line.paid <= line.amount for plan in _plans(state) for line in plan.lines)
    assert not state.promise or state.promise.paid <= state.promise.terms.amount


@law
def test_an_instalment_is_paid_and_a_plan_completed_exactly_when_nothing_is_left(history: list[CommitmentCommand]):
    for plan in _plans(run(history)[0]):
        if plan.is_paid:
            assert all((line.state == "paid") == line.in_full for line in plan.lines)
            assert (plan.state == "completed") == (not plan.unpaid)


@law
def test_the_oldest_instalment_is_paid_before_the_next(history: list[CommitmentCommand]):
    for plan in _plans(run(history)[0]):
        if plan.is_paid:
            begun = [bool(line.paid) for line in plan.lines]
            assert begun == sorted(begun, reverse=True)
            assert all(line.in_full for line in plan.lines[: max(0, sum(begun) - 1)])


@law
def test_a_plan_comes_before_the_promise(history: list[CommitmentCommand]):
    """What counts to the promise is no running plan's while any of it is unpaid."""
    state, _ = run(history)
    for plan in _plans(state):
        if plan.state == "agreed" and plan.unpaid and state.promise and state.promise.outcome != "cancelled":
            first_break = min(line.due for line in plan.lines if not line.in_full)
            asked = [each for each in state.payments.values() if plan.asks_for(each) and each.value_date <= first_break]
            assert not {each.key for each in asked} & state.promise.counted.keys()


@law
def test_it_is_due_at_the_first_close_that_says_something(history: list[CommitmentCommand]):
    state, _ = run(history)
    if first := due(state):
        assert decide(state, CloseDay(first))
        assert not decide(state, CloseDay(first - timedelta(days=1)))
    else:
        assert not decide(state, CloseDay(day("2040-01-01")))


@law
def test_closes_come_to_an_end(history: list[CommitmentCommand]):
    """After each, the next is later; and once a last one has found nothing, no other does."""
    state, _ = run(history)
    left = 100
    while (first := due(state)) and left:
        state, left = COMMITMENTS.fold(state, decide(state, CloseDay(first))) or state, left - 1
        assert (due(state) or day("2040-01-01")) > first
    assert left


@law
def test_its_state_is_written_and_read_without_loss_in_the_same_bytes(history: list[CommitmentCommand]):
    state, _ = run(history)
    written = STATE.dump_json(state)
    assert STATE.validate_json(written) == state
    assert STATE.dump_json(STATE.validate_json(written)) == written


@settings(deadline=None)
@given(st.lists(payments, unique_by=NAMED))
def test_when_every_payment_is_taken_back_nothing_is_paid(paid: list[CountPayment]):
    back = [
        UncountPayment(CUSTOMER, f"r-{each.payment_id}", each.payment_id, each.account_id, each.amount) for each in paid
    ]
    state, _ = run([*COMMITTED, *paid, *back])
    assert all(not line.paid and line.state == "open" for plan in _plans(state) for line in plan.lines)
    assert {plan.state for plan in _plans(state)} == {"agreed"}


def test_the_plan_of_these_laws_can_end_in_every_way():
    """So that they say something of each."""
    ends: set[str] = set()
    for amount, close in ("800", "2026-07-01"), ("3200", "2026-07-01"), ("1", "2027-01-01"):
        state, _ = run([TWO, agree(), pay("p1", amount, on="2026-06-20"), CloseDay(day(close))])
        ends.add(state.plans[PLAN].state)
    assert ends == {"agreed", "completed", "broken"}
