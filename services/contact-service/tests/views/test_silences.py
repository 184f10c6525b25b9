"""What keeps collection quiet: statuses, stops elsewhere, and points that are barred."""

from datetime import date
from typing import Any

import pytest
from arrears_events.catalogue.bank import SpecialStatusEnded, SpecialStatusNotified
from arrears_events.catalogue.base import CustomerResumed, CustomerStopped
from arrears_events.catalogue.contact import ContactPointBarred
from contact_service.views import barred, statuses, stopped
from contact_service.views.barred import BarredRow
from contact_service.views.statuses import StatusRow
from contact_service.views.stopped import StoppedRow

from .folding import rows_of

DAY, LATER = date(2026, 4, 21), date(2026, 4, 28)
STATUS = SpecialStatusNotified(customer_id="C-1", status_id="S-1", kind="insolvent", from_date=DAY)
STOPPED = CustomerStopped(
    customer_id="C-1", topic="bank.events", partition=0, offset=3, reason="fold-failed", waits_from={}
)
RESUMED = CustomerResumed(customer_id="C-1", topic="bank.events", partition=0, offset=3, by="anna", outcome="replayed")


def test_a_status_holds_from_its_first_day_until_it_is_ended():
    [row] = rows_of(statuses.fold, STATUS)
    assert row == StatusRow("C-1 S-1", "C-1", "insolvent", DAY, None)
    assert [row.holds_on(day) for day in (date(2026, 4, 20), DAY, LATER)] == [False, True, True]


def test_the_last_day_of_a_status_is_one_of_it():
    ended = SpecialStatusEnded(customer_id="C-1", status_id="S-1", kind="insolvent", until=LATER)
    [row] = rows_of(statuses.fold, STATUS, ended)
    assert [row.holds_on(day) for day in (LATER, date(2026, 4, 29))] == [True, False]
    assert rows_of(statuses.fold, ended) == []


def test_a_status_of_one_customer_holds_and_ends_nothing_of_another_whose_status_the_bank_names_alike():
    """Else a dead person is written to, when the bank says of somebody else that the status has ended."""
    other = STATUS.model_copy(update={"customer_id": "C-2", "kind": "fraud"})
    ended = SpecialStatusEnded(customer_id="C-2", status_id="S-1", kind="fraud", until=DAY)
    first, second = rows_of(statuses.fold, STATUS, other, ended)
    assert first == StatusRow("C-1 S-1", "C-1", "insolvent", DAY, None)
    assert second == StatusRow("C-2 S-1", "C-2", "fraud", DAY, DAY)


@pytest.mark.parametrize("view", [stopped.by_case, stopped.by_plan])
def test_a_customer_is_stopped_until_another_service_goes_on(view: Any):
    assert rows_of(view, STOPPED) == [StoppedRow("C-1", "fold-failed")]
    assert rows_of(view, STOPPED, RESUMED) == []
    assert rows_of(view, STOPPED, RESUMED, STOPPED) == [StoppedRow("C-1", "fold-failed")]


def said_of(customer: str, *reasons: Any) -> list[ContactPointBarred]:
    return [ContactPointBarred(customer_id=customer, digest="d1", reason=reason) for reason in reasons]


def test_what_each_customers_people_said_of_a_number_is_a_row_whichever_partition_was_read_first():
    recycled, refused = said_of("C-1", "recycled"), said_of("C-2", "refused")
    expected = [BarredRow("d1 C-1", "d1", "C-1", "recycled"), BarredRow("d1 C-2", "d1", "C-2", "refused")]
    assert rows_of(barred.fold, *recycled, *refused) == expected
    assert rows_of(barred.fold, *refused, *recycled) == expected


@pytest.mark.parametrize("reasons", [("recycled", "refused"), ("refused", "recycled"), ("recycled", "wrong_person")])
def test_a_number_at_which_the_customer_is_not_reached_stays_so_whoever_refuses_there(reasons: Any):
    """As the customer's own stream has it."""
    assert rows_of(barred.fold, *said_of("C-1", *reasons)) == [BarredRow("d1 C-1", "d1", "C-1", "recycled")]
