"""Given events of one complaint, its row."""

from typing import Any

from arrears_events.sealed import Sealed
from case_service.views import complaints, timeline

from ..complaint_examples import (
    COLLECTOR,
    COMPLAINT_ID,
    DUE,
    DUE_IF_APPROVED,
    DUE_IF_COMPLEX,
    RECEIVED,
    complaint_acknowledged,
    complaint_extended,
    complaint_overdue,
    complaint_raised,
    complaint_resolved,
    further_extended,
)
from ..examples import TEXT, day
from .folding import rows_of


def seen(row: Any, *fields: str) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in fields)


def test_a_complaint_and_of_what_it_is():
    [row] = rows_of(complaints.fold, complaint_raised(about="contact-1", against=COLLECTOR, text=TEXT))
    assert seen(row, "complaint_id", "customer_id", "kind", "received_from") == (
        *(COMPLAINT_ID, "C-1"),
        *("rudeness", "customer"),
    )
    assert seen(row, "about", "against", "received_on", "answer_due_on") == ("contact-1", COLLECTOR, RECEIVED, DUE)
    assert Sealed.model_validate_json(row.text) == TEXT
    assert seen(row, "acknowledged_on", "extension", "overdue_on", "outcome", "redress", "answer") == (None,) * 6


def test_its_answer_is_due_by_the_last_extension():
    [row] = rows_of(complaints.fold, complaint_raised(), complaint_acknowledged(), complaint_extended())
    assert seen(row, "acknowledged_on", "answer_due_on") == (day("04-23"), DUE_IF_COMPLEX)
    assert seen(row, "extension", "extended_on", "told_on") == ("complex", day("04-30"), None)
    [row] = rows_of(complaints.fold, complaint_raised(), complaint_extended(), further_extended())
    assert seen(row, "extension", "extended_on", "told_on") == ("approved", day("05-20"), day("05-19"))
    assert row.answer_due_on == DUE_IF_APPROVED


def test_one_that_was_answered_late():
    answer = complaint_resolved("partly_upheld", "staff_instructed", "apology", text=TEXT)
    [row] = rows_of(complaints.fold, complaint_raised(), complaint_overdue(), answer)
    assert seen(row, "overdue_on", "resolved_on", "outcome") == (DUE, day("05-05"), "partly_upheld")
    assert row.redress == ["apology", "staff_instructed"]
    assert Sealed.model_validate_json(row.answer) == TEXT


def test_a_complaint_stands_in_no_cases_timeline():
    assert rows_of(timeline.fold, complaint_raised(), complaint_resolved()) == []
