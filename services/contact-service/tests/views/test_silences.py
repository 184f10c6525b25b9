"""What keeps collection quiet: plans, statuses, stops elsewhere, and points that are barred."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from arrears_events.catalogue.bank import SpecialStatusEnded, SpecialStatusNotified
from arrears_events.catalogue.base import CustomerResumed, CustomerStopped
from arrears_events.catalogue.contact import ContactPointBarred
from arrears_events.catalogue.plan import (
    InstalmentMissed,
    InstalmentPaid,
    InstalmentPartlyPaid,
    PlanAgreed,
    PlanBroken,
    PlanCancelled,
    PlanCompleted,
    PlanReinstated,
)
from arrears_events.money import Money
from contact_service.views import barred, plans, statuses, stopped
from contact_service.views.barred import BarredRow
from contact_service.views.plans import PlanRow
from contact_service.views.statuses import StatusRow
from contact_service.views.stopped import StoppedRow

from .folding import rows_of

DAY, LATER = date(2026, 4, 21), date(2026, 4, 28)
PLAN: dict[str, Any] = {"customer_id": "C-1", "plan_id": UUID(int=1)}
NONE = Money.of("0.00", "CNY")
AGREED = PlanAgreed(
    **PLAN,
    kind="ordinary",
    accounts=frozenset({"A-2", "A-1"}),
    reminders=True,
    agreed_on=DAY,
    agreed_by="signed",
)
BROKEN = PlanBroken(**PLAN, number=1, unpaid=NONE, day=LATER)
REINSTATED = PlanReinstated(**PLAN, unpaid=NONE)
ENDS = (BROKEN, PlanCancelled(**PLAN, reason="withdrawn"), PlanCompleted(**PLAN))
STATUS = SpecialStatusNotified(customer_id="C-1", status_id="S-1", kind="insolvent", from_date=DAY)
STOPPED = CustomerStopped(
    customer_id="C-1", topic="bank.events", partition=0, offset=3, reason="fold-failed", waits_from={}
)
RESUMED = CustomerResumed(customer_id="C-1", topic="bank.events", partition=0, offset=3, by="anna", outcome="replayed")


def instalment(kind: Any, number: int, **fields: Any) -> Any:
    usual = {"number": number, "due": LATER, "amount": Money.of("100.00", "CNY"), "paid": NONE}
    return kind(**PLAN, **usual, **fields)


def test_an_agreed_plan_runs():
    row = PlanRow(UUID(int=1), "C-1", "ordinary", ["A-1", "A-2"], runs=True, missed=[])
    assert rows_of(plans.fold, AGREED) == [row]


@pytest.mark.parametrize("end", ENDS)
def test_a_plan_that_ended_runs_no_more(end: Any):
    [row] = rows_of(plans.fold, AGREED, end)
    assert not row.runs


def test_a_plan_that_was_held_for_broken_runs_again():
    [row] = rows_of(plans.fold, AGREED, BROKEN, REINSTATED)
    assert row.runs


def test_instalments_are_missed_until_they_are_paid_or_paid_in_part():
    missed = [instalment(InstalmentMissed, number) for number in (3, 1, 2)]
    [row] = rows_of(plans.fold, AGREED, *missed)
    assert row.missed == [1, 2, 3]
    made_good = instalment(InstalmentPaid, 1, paid_on=LATER), instalment(InstalmentPartlyPaid, 3)
    [row] = rows_of(plans.fold, AGREED, *missed, *made_good)
    assert row.missed == [2]


def test_a_proposal_that_was_never_agreed_has_no_row():
    assert rows_of(plans.fold, PlanCancelled(**PLAN, reason="withdrawn")) == []


def test_a_status_holds_from_its_first_day_until_it_is_ended():
    [row] = rows_of(statuses.fold, STATUS)
    assert row == StatusRow("S-1", "C-1", "insolvent", DAY, None)
    assert [row.holds_on(day) for day in (date(2026, 4, 20), DAY, LATER)] == [False, True, True]


def test_the_last_day_of_a_status_is_one_of_it():
    ended = SpecialStatusEnded(customer_id="C-1", status_id="S-1", kind="insolvent", until=LATER)
    [row] = rows_of(statuses.fold, STATUS, ended)
    assert [row.holds_on(day) for day in (LATER, date(2026, 4, 29))] == [True, False]
    assert rows_of(statuses.fold, ended) == []


@pytest.mark.parametrize("view", [stopped.by_case, stopped.by_plan])
def test_a_customer_is_stopped_until_another_service_goes_on(view: Any):
    assert rows_of(view, STOPPED) == [StoppedRow("C-1", "fold-failed")]
    assert rows_of(view, STOPPED, RESUMED) == []
    assert rows_of(view, STOPPED, RESUMED, STOPPED) == [StoppedRow("C-1", "fold-failed")]


def test_a_number_is_barred_for_whoever_has_it_and_the_first_reason_stays():
    said = [ContactPointBarred(customer_id=customer, digest="d1", reason=reason) for customer, reason in _TWO]
    assert rows_of(barred.fold, *said) == [BarredRow("d1", "recycled")]


_TWO: Any = (("C-1", "recycled"), ("C-2", "refused"))
