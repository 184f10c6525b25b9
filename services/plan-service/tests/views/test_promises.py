"""The rows of promises: given events, then a row."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from arrears_events.envelope import StreamEvent
from arrears_events.ids import event_id
from arrears_runtime.testing.specification import Specification
from hypothesis import given
from hypothesis import strategies as st
from plan_service.domain.commitments import decide, evolve
from plan_service.domain.promise import CloseDay, PromiseEvent
from plan_service.views.promises import PromiseRow, fold

from ..builders import (
    FIRST,
    cancel_promise,
    count_payment,
    day,
    make_promise,
    payment_counted,
    payment_uncounted,
    promise_broken,
    promise_cancelled,
    promise_kept,
    promise_made,
    promise_not_accepted,
    promise_reopened,
    uncount_payment,
)

PROMISE = Specification(decide, evolve)
NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)


def fact(event: PromiseEvent, version: int) -> StreamEvent[Any]:
    return StreamEvent[Any].model_construct(
        data=event,
        streamid="commitments/C-1",
        streamversion=version,
        id=event_id("commitments/C-1", version),
        time=NOW,
        actor="collector-7",
    )


def row_after(*events: PromiseEvent) -> PromiseRow:
    row = None
    for version, event in enumerate(events, start=1):
        row = fold.fold(row, fact(event, version))
    assert isinstance(row, PromiseRow)
    return row


def test_a_promise_begins_open_with_nothing_paid():
    assert row_after(promise_made(accounts=("A-2", "A-1"))) == PromiseRow(
        promise_id=FIRST,
        streamid="commitments/C-1",
        customer_id="C-1",
        since=1,
        accounts=["A-1", "A-2"],
        currency="TWD",
        amount=Decimal(3000),
        paid=Decimal(0),
        made_on=day("2026-06-01"),
        due=day("2026-06-10"),
        latest=day("2026-07-01"),
        grace_days=3,
        outcome="open",
        reason=None,
        made_by="collector-7",
        made_at=NOW,
    )


def test_what_was_heard_and_not_accepted_has_a_reason_and_no_days():
    row = row_after(promise_not_accepted("promise-open"))
    assert (row.outcome, row.reason, row.made_on) == ("not_accepted", "promise-open", day("2026-06-01"))
    assert (row.paid, row.latest, row.grace_days) == (0, None, None)


def test_what_was_paid_is_what_counts_and_was_not_taken_back():
    row = row_after(promise_made(), payment_counted("p1", "2000"), payment_uncounted("p1", "500"))
    assert row.paid == 1500


def test_its_outcome_is_the_newest():
    assert row_after(promise_made(), promise_kept()).outcome == "kept"
    assert row_after(promise_made(), promise_kept(), promise_reopened()).outcome == "open"
    assert row_after(promise_made(), promise_broken()).outcome == "broken"
    assert row_after(promise_made(), promise_cancelled()).outcome == "cancelled"


def test_it_stands_where_it_was_made_whatever_comes_later():
    assert row_after(promise_made(), payment_counted("p1", "1"), promise_broken()).since == 1


def test_every_event_of_a_promise_is_taken():
    assert {event.wire for event in fold.takes} >= {event.wire for event in PromiseEvent.__args__}


commands = st.sampled_from(
    [count_payment("p1", "3000"), count_payment("p2", "1000"), uncount_payment("p1", "2500"), cancel_promise()]
    + [CloseDay(day(close)) for close in ("2026-06-05", "2026-06-20")]
)


@given(st.lists(commands, max_size=8))
def test_a_row_says_of_a_promise_what_its_stream_says(sent: list[Any]):
    state, made = PROMISE.run(None, make_promise())
    events: list[Any] = [*made]
    for command in sent:
        state, decided = PROMISE.run(state, command)
        events += decided
    assert state
    assert state.promise
    row: Any = row_after(*(event for event in events if type(event) in fold.takes))
    assert (row.paid, row.outcome) == (state.promise.paid.amount, state.promise.outcome)
