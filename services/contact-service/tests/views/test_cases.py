"""The cases of a customer, as they are told."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from arrears_events.catalogue.base import Event
from arrears_events.catalogue.case import CaseClosed, CaseOpened, StageChanged
from arrears_events.envelope import StreamEvent
from arrears_events.money import Money
from contact_service.views.cases import CaseRow, fold

CASE, DAY, NONE = UUID(int=1), date(2026, 6, 21), Money.of(0, "TWD")
IDS: dict[str, Any] = {"customer_id": "C-1", "account_id": "A-1", "case_id": CASE}
OPENED = CaseOpened(
    **IDS,
    reason="missed",
    opened_by="A-1/missed/2026-06-21",
    entered_at_stage="M2",
    as_of=DAY,
    arrears=Money.of(1000, "TWD"),
    balance=Money.of(9000, "TWD"),
    days_past_due=31,
)
WORSE = StageChanged(**IDS, from_stage="M2", to_stage="M3", on=DAY)


def row_after(*events: Event) -> CaseRow | None:
    row = None
    for event in events:
        row = fold.fold(row, StreamEvent[Any].model_construct(data=event))
    return row


def test_a_case_is_open_at_the_stage_it_entered():
    assert row_after(OPENED) == CaseRow(CASE, "C-1", "A-1", "M2", outcome=None)


def test_its_stage_is_the_newest():
    assert row_after(OPENED, WORSE) == CaseRow(CASE, "C-1", "A-1", "M3", outcome=None)


@pytest.mark.parametrize("outcome", ["cured", "sold"])
def test_a_closed_case_keeps_its_row_and_is_not_open(outcome: Any):
    closed = CaseClosed(**IDS, outcome=outcome, closed_on=DAY, balance=NONE)
    assert row_after(OPENED, closed) == CaseRow(CASE, "C-1", "A-1", "M2", outcome=outcome)
