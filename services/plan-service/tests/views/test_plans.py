"""The rows of plans: given events, then a row."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from arrears_events.envelope import StreamEvent
from arrears_events.ids import event_id
from arrears_runtime.testing.specification import Specification
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_service.domain.commitments import decide, evolve
from plan_service.domain.plan import PlanEvent
from plan_service.domain.promise import CloseDay
from plan_service.views.plans import PlanRow, fold

from .. import plans
from ..builders import day
from ..plans import (
    PLAN,
    agree,
    allocated,
    answer,
    booking_refused,
    cancel,
    missed,
    paid,
    partly_paid,
    pay,
    plan_booked,
    plan_broken,
    plan_cancelled,
    plan_completed,
    plan_expired,
    plan_proposed,
    plan_reinstated,
    propose,
    reopened,
    running,
    take_back,
    unallocated,
)

NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)
COMMITMENTS = Specification(decide, evolve)


def row_after(*events: Any) -> PlanRow:
    row = None
    for version, event in enumerate(events, start=1):
        fact = StreamEvent[Any].model_construct(
            data=event,
            streamid="commitments/C-1",
            streamversion=version,
            id=event_id("commitments/C-1", version),
            time=NOW,
            actor="collector-7",
        )
        row = fold.fold(row, fact)
    assert isinstance(row, PlanRow)
    return row


def test_a_plan_begins_proposed_with_its_whole_schedule():
    row = row_after(plan_proposed(accounts={"A-1": "2000", "A-2": "1000"}))
    assert (row.plan_id, row.state, row.proposed_by, row.proposed_at) == (PLAN, "proposed", "collector-7", NOW)
    assert (row.accounts, row.shares, row.amount) == (["A-1", "A-2"], [2000, 1000], 3000)
    assert row.due == [day("2026-07-01"), day("2026-08-01"), day("2026-09-01")]
    assert (row.principal, row.balance) == ([1000] * 3, [2000, 1000, 0])
    assert (row.paid, row.states) == ([0] * 3, ["open"] * 3)


def test_how_it_was_agreed_is_shown():
    row = row_after(*running())
    assert (row.state, row.agreed_on, row.agreed_by) == ("agreed", day("2026-06-03"), "signed")


def test_what_the_bank_said_to_booking_it_is_shown():
    assert row_after(*running()).booking == "asked"
    assert row_after(*running(), plan_booked()).booking == "done"
    refused = row_after(*running(), booking_refused("no-such-product"))
    assert (refused.booking, refused.booking_reason) == ("refused", "no-such-product")


def test_its_state_is_the_newest():
    broken = plan_broken(2, unpaid="3000", at="2026-08-05")
    assert row_after(plan_proposed(), plan_expired("2026-06-16")).state == "expired"
    assert row_after(plan_proposed(), plan_cancelled()).state == "cancelled"
    assert row_after(*running(), plan_completed()).state == "completed"
    assert row_after(*running(), broken).state == "broken"
    assert row_after(*running(), broken, plan_reinstated("2000")).state == "agreed"


def test_what_was_paid_of_an_instalment_is_what_was_allocated_and_not_taken_off():
    row = row_after(*running(), allocated(2, "p1", "700", on="2026-06-20"), unallocated(2, "p1", "200"))
    assert row.paid == [Decimal(0), Decimal(500), Decimal(0)]


def test_the_state_of_an_instalment_is_the_newest():
    for event, state in (
        (plans.due(2), "due"),
        (paid(2, on="2026-06-20"), "paid"),
        (partly_paid(2, paid="900"), "partly_paid"),
        (missed(2), "missed"),
        (reopened(2), "open"),
    ):
        assert row_after(*running(), event).states == ["open", state, "open"]


def test_every_event_of_a_plan_is_taken():
    assert {event.wire for event in fold.takes} == {event.wire for event in PlanEvent.__args__}


commands = st.sampled_from(
    [pay("p1", "1500", on="2026-06-20"), pay("p2", "950", on="2026-08-02"), pay("p3", "3000", on="2026-07-02")]
    + [take_back("p1", "700"), take_back("p3", "3000", reversal="r3"), cancel(), answer("done"), answer("refused")]
    + [CloseDay(day(close)) for close in ("2026-07-01", "2026-07-20", "2026-08-20", "2026-12-01")]
)


@settings(deadline=None)
@given(st.lists(commands, max_size=10))
def test_a_row_says_of_a_plan_what_its_stream_says(sent: list[Any]):
    state: Any = None
    events: list[Any] = []
    for command in [propose(), agree(), *sent]:
        state, decided = COMMITMENTS.run(state, command)
        events += decided
    row: Any = row_after(*(event for event in events if type(event) in fold.takes))
    plan = state.plans[PLAN]
    assert (row.state, row.booking, row.states) == (plan.state, plan.booking, [line.state for line in plan.lines])
    assert row.paid == [line.paid.amount for line in plan.lines]
