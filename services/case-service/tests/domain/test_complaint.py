"""By when a complaint is answered, what moves that day, who may answer, and what holds in whatever order."""

from datetime import date, timedelta
from typing import Any

import pytest
from arrears_events.catalogue.base import Event
from arrears_events.catalogue.complaints import ComplaintExtended, ComplaintOverdue, ComplaintResolved
from arrears_policy.values import Values
from arrears_runtime.testing.specification import Specification
from case_service.domain.complaint import CloseDay, Complaint, decide, due, evolve
from hypothesis import given as for_all
from hypothesis import strategies as st
from pydantic import TypeAdapter

from ..complaint_examples import (
    COLLECTOR,
    DUE,
    DUE_IF_APPROVED,
    DUE_IF_COMPLEX,
    RECEIVED,
    SUPERVISOR,
    acknowledge_complaint,
    close,
    complaint_acknowledged,
    complaint_extended,
    complaint_overdue,
    complaint_raised,
    complaint_resolved,
    extend_complaint,
    extend_further,
    further_extended,
    raise_complaint,
    resolve_complaint,
)
from ..examples import TEXT, day, shipped

specification = Specification(decide, evolve)
given = specification.given


def due_after(*events: Event) -> date | None:
    complaint = specification.fold(None, events)
    assert complaint
    return due(complaint)


def test_the_days_are_those_of_the_law():
    days = shipped("complaints").content
    assert isinstance(days, Values)
    assert [days.integer(name) for name in ("answer_days", "complex_days", "further_days")] == [15, 30, 30]


def test_a_complaint_is_raised_once_with_what_was_said():
    said: dict[str, Any] = {"about": "contact-1", "against": COLLECTOR, "text": TEXT}
    given().when(raise_complaint(**said)).then(complaint_raised(**said))
    given(complaint_raised()).when(raise_complaint()).then()


def test_a_complaint_is_acknowledged_once():
    given(complaint_raised()).when(acknowledge_complaint()).then(complaint_acknowledged())
    given(complaint_raised(), complaint_acknowledged()).when(acknowledge_complaint()).then()


def test_what_was_not_raised_is_refused():
    for command in (acknowledge_complaint(), extend_complaint(), resolve_complaint(), close("05-07")):
        given().when(command).then_refused("complaint-unknown")


def test_a_complaint_is_resolved_acknowledged_or_not():
    given(complaint_raised()).when(resolve_complaint()).then(complaint_resolved())
    acknowledged = given(complaint_raised(), complaint_acknowledged())
    acknowledged.when(resolve_complaint("not_upheld", text=TEXT)).then(complaint_resolved("not_upheld", text=TEXT))


def test_a_complaint_has_one_answer():
    resolved = given(complaint_raised(), complaint_resolved("upheld", "apology"))
    resolved.when(resolve_complaint("upheld", "apology")).then()
    resolved.when(resolve_complaint("not_upheld", "apology")).then_refused("complaint-resolved", outcome="upheld")
    resolved.when(resolve_complaint("upheld", "compensation")).then_refused("complaint-resolved")
    resolved.when(acknowledge_complaint()).then_refused("complaint-resolved")
    resolved.when(extend_complaint()).then_refused("complaint-resolved")


def test_who_is_complained_of_neither_resolves_nor_extends_it():
    against_the_supervisor = given(complaint_raised(against=SUPERVISOR))
    against_the_supervisor.when(resolve_complaint(by=SUPERVISOR)).then_refused("complained-of")
    against_the_supervisor.when(extend_complaint(by=SUPERVISOR)).then_refused("complained-of")
    against_the_supervisor.when(resolve_complaint(by="another")).then(complaint_resolved())


def test_a_complex_one_is_due_thirty_days_after_it_was_received():
    given(complaint_raised()).when(extend_complaint()).then(complaint_extended())
    assert RECEIVED + timedelta(days=30) == DUE_IF_COMPLEX


def test_a_further_extension_is_approved_by_thirty_days_more_and_says_when_notice_was_given():
    given(complaint_raised(), complaint_extended()).when(extend_further()).then(further_extended())
    assert DUE_IF_COMPLEX + timedelta(days=30) == DUE_IF_APPROVED


def test_what_is_not_complex_is_not_extended_further():
    given(complaint_raised()).when(extend_further("05-01", told="04-30")).then_refused(
        "complaint-not-extendable", next="complex", answer_due_on=DUE
    )


def test_each_extension_is_made_once():
    given(complaint_raised(), complaint_extended()).when(extend_complaint("05-01")).then()
    twice = given(complaint_raised(), complaint_extended(), further_extended())
    twice.when(extend_further()).then()
    twice.when(extend_further(told="05-18")).then_refused("complaint-not-extendable", next=None)


@pytest.mark.parametrize("told", ["04-21", "05-21"])
def test_notice_is_given_after_the_complaint_and_by_the_day_of_the_extension(told: str):
    (
        given(complaint_raised(), complaint_extended())
        .when(extend_further("05-20", told=told))
        .then_refused("notice-out-of-range", earliest=RECEIVED, latest=day("05-20"))
    )


def test_what_is_late_already_is_not_made_timely():
    given(complaint_raised(), complaint_overdue()).when(extend_complaint()).then_refused("complaint-not-extendable")
    given(complaint_raised()).when(extend_complaint("05-08")).then_refused("complaint-not-extendable")
    given(complaint_raised()).when(extend_complaint("05-07")).then(complaint_extended("05-07"))


def test_a_policy_that_leaves_no_more_days_extends_nothing():
    given(complaint_raised()).when(extend_complaint(days=15)).then_refused("complaint-not-extendable")


def test_it_is_overdue_with_the_close_of_its_last_day_and_once():
    raised = given(complaint_raised())
    raised.when(close("05-06")).then()
    raised.when(close("05-07")).then(complaint_overdue())
    raised.when(close("05-09")).then(complaint_overdue(on=day("05-09")))
    given(complaint_raised(), complaint_overdue()).when(close("05-08")).then()


def test_an_extended_one_is_overdue_with_its_later_day():
    extended = given(complaint_raised(), complaint_extended())
    extended.when(close("05-07")).then()
    extended.when(close("05-22")).then(complaint_overdue(DUE_IF_COMPLEX, DUE_IF_COMPLEX))


def test_what_is_overdue_is_still_to_be_answered():
    given(complaint_raised(), complaint_overdue()).when(resolve_complaint()).then(complaint_resolved())


def test_what_was_answered_is_never_overdue():
    given(complaint_raised(), complaint_resolved()).when(close("05-07")).then()


def test_a_complaint_is_due_on_the_last_day_for_its_answer():
    assert due_after(complaint_raised()) == DUE
    assert due_after(complaint_raised(), complaint_extended()) == DUE_IF_COMPLEX
    assert due_after(complaint_raised(), complaint_extended(), further_extended()) == DUE_IF_APPROVED
    assert due_after(complaint_raised(), complaint_overdue()) is None
    assert due_after(complaint_raised(), complaint_resolved()) is None


days = st.integers(0, 70).map(lambda number: f"{RECEIVED + timedelta(days=number):%m-%d}")
people = st.sampled_from([COLLECTOR, SUPERVISOR])
commands = (
    st.builds(raise_complaint, against=st.sampled_from([None, SUPERVISOR]))
    | st.just(acknowledge_complaint())
    | st.builds(extend_complaint, days, days=st.sampled_from([10, 30]), by=people)
    | st.builds(extend_further, days, told=days, by=people)
    | st.builds(resolve_complaint, st.sampled_from(["upheld", "not_upheld"]), by=people)
    | st.builds(close, days)
)
histories = st.lists(commands, max_size=20)


def told(history: list[Any]) -> tuple[Complaint | None, list[Event]]:
    complaint, events = None, []
    for command in history:
        complaint, decided = specification.run(complaint, command)
        events += decided
    return complaint, events


@for_all(histories)
def test_the_same_command_twice_adds_nothing_and_what_is_decided_can_be_folded(history: list[Any]):
    specification.same_again_adds_nothing(*history)


@for_all(histories)
def test_the_day_only_moves_later_and_never_beyond_sixty_days(history: list[Any]):
    _, events = told(history)
    moved = [DUE, *(each.answer_due_on for each in events if isinstance(each, ComplaintExtended))]
    assert moved == sorted(set(moved))
    assert moved[-1] <= RECEIVED + timedelta(days=60)


@for_all(histories)
def test_it_is_answered_once_and_overdue_once_and_in_that_case_only_before(history: list[Any]):
    _, events = told(history)
    ends = [type(each) for each in events if isinstance(each, ComplaintOverdue | ComplaintResolved)]
    assert ends in ([], [ComplaintOverdue], [ComplaintResolved], [ComplaintOverdue, ComplaintResolved])


@for_all(histories, days)
def test_after_a_close_nothing_is_due_by_it(history: list[Any], on: str):
    before, _ = told(history)
    complaint, _ = specification.run(before, CloseDay(day(on)))
    assert complaint is None or (due(complaint) or date.max) > day(on)


@for_all(histories)
def test_a_state_that_was_stored_is_the_same_state(history: list[Any]):
    complaint, _ = told(history)
    if complaint:
        adapter = TypeAdapter(Complaint)
        stored = adapter.dump_json(complaint)
        assert adapter.validate_json(stored) == complaint
        assert adapter.dump_json(adapter.validate_json(stored)) == stored
