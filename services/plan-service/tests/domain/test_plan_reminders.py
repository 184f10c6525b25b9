"""When a customer is reminded of an instalment: three days before it is due, the day after the close that says so."""

from datetime import timedelta
from typing import Any

import pytest
from arrears_runtime.testing.specification import Specification
from plan_service.domain.commitments import decide, due, evolve
from plan_service.domain.promise import CloseDay

from .. import plans
from ..builders import day
from ..plans import agree, missed, pay, plan_agreed, plan_cancelled, plan_proposed, reminder, running

specification = Specification(decide, evolve)
given = specification.given


def close(on: str) -> CloseDay:
    return CloseDay(day(on))


def after(*commands: Any) -> list[Any]:
    """All that is said once the plan is running and these were sent."""
    state, said = specification.fold(None, running()), running()
    for command in commands:
        state, events = specification.run(state, command)
        said += events
    return said


def test_the_close_of_the_day_before_asks_for_the_reminder():
    given(*running()).when(close("2026-06-26")).then()
    given(*running()).when(close("2026-06-27")).then(reminder(1, at="2026-06-27"))


def test_of_each_instalment_there_is_one_reminder():
    given(*running(), reminder(1, at="2026-06-27")).when(close("2026-06-28")).then()
    given(*running(), reminder(1, at="2026-06-27"), missed(1)).when(close("2026-07-28")).then(
        reminder(2, at="2026-07-28")
    )


def test_it_says_what_is_paid_already():
    given(*after(pay("p1", "400", on="2026-06-20"))).when(close("2026-06-27")).then(
        reminder(1, at="2026-06-27", paid="400")
    )


def test_of_what_is_paid_in_full_nobody_is_reminded():
    given(*after(pay("p1", "1000", on="2026-06-20"))).when(close("2026-06-27")).then()


def test_a_day_without_a_close_is_made_up_for_until_it_is_due():
    given(*running()).when(close("2026-06-30")).then(reminder(1, at="2026-06-30"))
    given(*running()).when(close("2026-07-01")).then(plans.due(1))


@pytest.mark.parametrize("days", [0, 1, 10])
def test_how_long_before_the_rule_in_force_says(days: int):
    state = given(plan_proposed(reminder_days=days), plan_agreed()).state
    assert state
    assert due(state) == day("2026-07-01") - timedelta(days=days + 1)


def test_who_did_not_agree_to_it_is_not_reminded():
    proposed = plan_proposed().model_copy(update={"reminders": False})
    given(proposed, plan_agreed()).when(close("2026-06-27")).then()


def test_of_a_plan_that_is_not_agreed_or_no_more_nobody_is_reminded():
    late = plan_proposed(agree_by=day("2026-07-01"))
    given(late).when(close("2026-06-27")).then()
    given(*running(), plan_cancelled()).when(close("2026-06-27")).then()


def test_the_same_close_again_asks_for_nothing():
    specification.same_again_adds_nothing(plans.propose(), agree(), close("2026-06-27"), close("2026-06-28"))
