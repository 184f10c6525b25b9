"""What plan-service tells of a plan: whether it silences collection, and what of it is due next."""

from datetime import date
from typing import Any

import pytest
from arrears_events.catalogue.plan import (
    InstalmentMissed,
    InstalmentPaid,
    InstalmentPartlyPaid,
    PaymentUnallocated,
    PlanBroken,
    PlanCancelled,
    PlanCompleted,
    PlanReinstated,
)
from contact_service.domain.facts import Upcoming
from contact_service.views import plans
from contact_service.views.plans import PlanRow

from ..plans import AGREED_ON, FIRST, PLAN, SECOND, WHICH, agreed, cny, instalment, paid, proposed, reminder_due
from .folding import facts, rows, rows_of

PROPOSED = proposed("A-2", "A-1")
RUNNING = PROPOSED, agreed(PROPOSED)
BROKEN = PlanBroken(**WHICH, number=1, unpaid=cny("300.00"), day=SECOND)
ENDS = (BROKEN, PlanCancelled(**WHICH, reason="withdrawn"), PlanCompleted(**WHICH))


def row_of(*events: Any) -> PlanRow:
    [row] = rows_of(plans.fold, *RUNNING, *events)
    return row


def test_what_is_only_proposed_does_not_run():
    [row] = rows_of(plans.fold, PROPOSED)
    assert (row.runs, row.accounts, row.left) == (False, ["A-1", "A-2"], [100, 100, 100])


def test_an_agreed_plan_runs():
    row = row_of()
    assert (row.kind, row.runs, row.reminders, row.missed) == ("personalised", True, True, [])


@pytest.mark.parametrize("end", ENDS)
def test_a_plan_that_ended_runs_no_more(end: Any):
    assert not row_of(end).runs


def test_a_plan_that_was_held_for_broken_runs_again():
    assert row_of(BROKEN, PlanReinstated(**WHICH, unpaid=cny("300.00"))).runs


def test_instalments_are_missed_until_they_are_paid_or_paid_in_part():
    missed = [instalment(InstalmentMissed, number) for number in (3, 1, 2)]
    assert row_of(*missed).missed == [1, 2, 3]
    made_good = instalment(InstalmentPaid, 1, paid_on=SECOND), instalment(InstalmentPartlyPaid, 3)
    assert row_of(*missed, *made_good).missed == [2]


def test_the_next_instalment_is_what_is_due_that_day_or_later():
    row = row_of()
    assert row.upcoming(FIRST) == Upcoming(PLAN, frozenset({"A-1", "A-2"}), FIRST, cny("100.00"), AGREED_ON)
    assert [found.due for day in (11, 30) if (found := row.upcoming(date(2026, 4, day)))] == [SECOND, SECOND]
    assert row.upcoming(date(2026, 6, 11)) is None


@pytest.mark.parametrize(
    ("payments", "next_"),
    [
        ([paid("40.00")], (FIRST, "60.00")),
        ([paid("100.00")], (SECOND, "100.00")),
        ([paid("100.00"), paid("10.00", kind=PaymentUnallocated)], (FIRST, "10.00")),
    ],
)
def test_what_is_paid_is_not_to_be_paid_and_what_is_taken_back_is(payments: list[Any], next_: tuple[date, str]):
    [row] = rows(plans.fold, facts(*RUNNING, *payments))  # each once: what is heard again, the follower drops
    upcoming = row.upcoming(AGREED_ON)
    assert (upcoming.due, upcoming.left) == (next_[0], cny(next_[1]))


def test_a_reminder_says_of_which_day_the_word_is():
    assert row_of(reminder_due(on=date(2026, 4, 6))).as_of == date(2026, 4, 6)
