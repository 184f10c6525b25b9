"""What holds a part of the arrears, until when, and what is escalated."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from arrears_events.catalogue.base import Event
from arrears_runtime.testing.specification import Specification
from case_service.domain.account import decide, due
from case_service.domain.history import evolve

from ..examples import (
    acknowledge_dispute,
    arrears_changed,
    case_closed,
    case_opened,
    close_day,
    day,
    dispute_acknowledged,
    dispute_escalated,
    dispute_not_accepted,
    dispute_raised,
    dispute_resolved,
    hear_dispute,
    money,
    raise_dispute,
    resolve_dispute,
)

specification = Specification(decide, evolve)
given = specification.given
ANOTHER = UUID(int=2)
NOT_ACKNOWLEDGED = dispute_escalated("acknowledge", "04-24", on="04-24")
NOT_RESOLVED = dispute_escalated("resolve", "05-22", on="05-22")


def due_after(*events: Event) -> date | None:
    account = specification.fold(None, events)
    assert account
    return due(account)


def held_after(*events: Event, currency: str = "TWD"):
    account = specification.fold(None, events)
    assert account
    return account.held(currency)


def test_a_dispute_is_raised_on_an_open_case_with_its_deadlines():
    given(case_opened()).when(raise_dispute()).then(dispute_raised())


def test_without_an_open_case_there_is_nothing_to_dispute():
    given().when(raise_dispute()).then_refused("case-not-open")
    given(case_opened(), case_closed()).when(raise_dispute()).then_refused("case-not-open")


def test_a_closed_case_is_not_disputed_though_the_account_has_an_open_one():
    given(case_opened(), case_closed(), case_opened("06-21")).when(raise_dispute()).then_refused("case-not-open")


@pytest.mark.parametrize("amount", ["0", "-1"])
def test_a_disputed_amount_is_above_zero(amount: str):
    given(case_opened()).when(raise_dispute(amount)).then_refused("disputed-amount-zero")


def test_all_of_the_arrears_may_be_disputed_and_no_more():
    given(case_opened(arrears="100")).when(raise_dispute("100")).then(dispute_raised("100"))
    (
        given(case_opened(arrears="100"))
        .when(raise_dispute("100.01"))
        .then_refused("disputed-amount-above-arrears", arrears=money("100"), held=money("0"))
    )


def test_all_disputes_together_hold_no_more_than_the_arrears():
    (
        given(case_opened(arrears="100"), dispute_raised("60"))
        .when(raise_dispute("41", id_=ANOTHER))
        .then_refused("disputed-amount-above-arrears", held=money("60"))
    )


def test_a_currency_that_is_not_in_arrears_cannot_be_disputed():
    (
        given(case_opened())
        .when(raise_dispute("1", currency="USD"))
        .then_refused("disputed-amount-above-arrears", arrears=money("0", "USD"))
    )


def test_the_same_dispute_is_raised_once():
    given(case_opened(), dispute_raised()).when(raise_dispute()).then()
    given(case_opened(), dispute_raised(), case_closed()).when(raise_dispute()).then()


def test_a_dispute_that_was_heard_is_raised_on_the_case_that_is_open():
    given(case_opened()).when(hear_dispute("40")).then(dispute_raised("40"))
    given(case_opened(), dispute_raised()).when(hear_dispute()).then()


def test_what_was_heard_and_is_no_dispute_says_why():
    above, zero = "disputed-amount-above-arrears", "disputed-amount-zero"
    given(case_opened(arrears="100")).when(hear_dispute("100.01")).then(dispute_not_accepted(above, "100.01"))
    given(case_opened()).when(hear_dispute("0")).then(dispute_not_accepted(zero, "0"))


@pytest.mark.parametrize("before", [(), (case_opened(), case_closed())], ids=["no case yet", "closed"])
def test_what_was_heard_without_an_open_case_is_no_dispute(before: tuple[Event, ...]):
    given(*before).when(hear_dispute()).then(dispute_not_accepted("case-not-open", case_id=None))


def test_what_was_not_accepted_is_heard_once_and_holds_nothing():
    not_accepted = dispute_not_accepted("disputed-amount-above-arrears", "400")
    given(case_opened(), not_accepted).when(hear_dispute("400")).then()
    assert held_after(case_opened(), not_accepted) == money("0")
    assert due_after(case_opened(), not_accepted) is None


@pytest.mark.parametrize("before", [(), (case_closed(),)])
@pytest.mark.parametrize("amount", ["40", "400"])
def test_what_another_than_the_accounts_customer_contests_is_not_written_there(before: tuple[Event, ...], amount: str):
    foreign = replace(hear_dispute(amount), customer_id="C-2")
    given(case_opened(), *before).when(foreign).then()


def test_the_disputed_part_is_held_until_the_dispute_is_resolved():
    assert held_after(case_opened(), dispute_raised("40")) == money("40")
    assert held_after(case_opened(), dispute_raised("40"), dispute_resolved("rejected")) == money("0")


def test_what_is_held_falls_with_the_arrears():
    assert held_after(case_opened(), dispute_raised("40"), arrears_changed("05-21", "30")) == money("30")


def test_nothing_is_held_in_another_currency():
    opened = case_opened(), arrears_changed("04-22", "20", currency="USD")
    assert held_after(*opened, dispute_raised("40"), currency="USD") == money("0", "USD")


def test_a_dispute_that_outlives_its_case_holds_again_in_the_next():
    before = case_opened(), dispute_raised("40"), case_closed()
    assert held_after(*before) == money("0")
    assert held_after(*before, case_opened("06-21")) == money("40")


def test_a_dispute_is_acknowledged_once():
    given(case_opened(), dispute_raised()).when(acknowledge_dispute()).then(dispute_acknowledged())
    given(case_opened(), dispute_raised(), dispute_acknowledged()).when(acknowledge_dispute()).then()


def test_a_dispute_is_resolved_once_acknowledged_or_not():
    given(case_opened(), dispute_raised()).when(resolve_dispute()).then(dispute_resolved())
    given(case_opened(), dispute_raised(), dispute_acknowledged()).when(resolve_dispute()).then(dispute_resolved())
    given(case_opened(), dispute_raised(), dispute_resolved()).when(resolve_dispute()).then()


def test_a_dispute_has_one_outcome():
    resolved = given(case_opened(), dispute_raised(), dispute_resolved("upheld"))
    resolved.when(resolve_dispute("rejected")).then_refused("dispute-resolved", outcome="upheld")
    resolved.when(acknowledge_dispute()).then_refused("dispute-resolved")


def test_a_dispute_of_a_closed_case_is_resolved_too():
    given(case_opened(), dispute_raised(), case_closed()).when(resolve_dispute()).then(dispute_resolved())


def test_a_dispute_that_is_not_there_is_refused():
    given(case_opened()).when(acknowledge_dispute()).then_refused("dispute-unknown")
    given(case_opened(), dispute_raised()).when(resolve_dispute(id_=ANOTHER)).then_refused("dispute-unknown")


def test_a_deadline_passes_with_the_close_of_its_day():
    raised = given(case_opened(), dispute_raised())
    raised.when(close_day("04-23")).then()
    raised.when(close_day("04-24")).then(NOT_ACKNOWLEDGED)


def test_an_acknowledged_dispute_is_escalated_when_it_is_not_resolved():
    acknowledged = given(case_opened(), dispute_raised(), dispute_acknowledged())
    acknowledged.when(close_day("04-24")).then()
    acknowledged.when(close_day("05-22")).then(NOT_RESOLVED)


def test_a_close_that_passes_both_deadlines_escalates_both():
    (
        given(case_opened(), dispute_raised())
        .when(close_day("05-24"))
        .then(
            dispute_escalated("acknowledge", "04-24", on="05-24"),
            dispute_escalated("resolve", "05-22", on="05-24"),
        )
    )


def test_a_step_is_escalated_once():
    given(case_opened(), dispute_raised(), NOT_ACKNOWLEDGED).when(close_day("04-25")).then()


def test_a_dispute_of_a_closed_case_is_escalated_too():
    given(case_opened(), dispute_raised(), case_closed("04-23")).when(close_day("04-24")).then(NOT_ACKNOWLEDGED)


def test_a_resolved_dispute_has_no_deadline():
    given(case_opened(), dispute_raised(), dispute_resolved()).when(close_day("05-22")).then()


def test_an_account_is_due_at_its_next_deadline():
    raised = case_opened(), dispute_raised()
    assert due_after(case_opened()) is None
    assert due_after(*raised) == day("04-24")
    assert due_after(*raised, dispute_acknowledged()) == day("05-22")
    assert due_after(*raised, NOT_ACKNOWLEDGED) == day("05-22")
    assert due_after(*raised, NOT_ACKNOWLEDGED, NOT_RESOLVED) is None
    assert due_after(*raised, dispute_resolved()) is None
