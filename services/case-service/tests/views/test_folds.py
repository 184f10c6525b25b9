"""Given events, the rows of each view."""

import json
from decimal import Decimal
from typing import Any
from uuid import UUID

from arrears_events.sealed import Sealed
from case_service.views import arrears, cases, disputes, intervals, not_accepted, notes, timeline

from ..examples import (
    CASE_ID,
    DISPUTE_ID,
    TEXT,
    arrears_changed,
    case_closed,
    case_id_of,
    case_opened,
    clearing_noted,
    day,
    dispute_acknowledged,
    dispute_escalated,
    dispute_not_accepted,
    dispute_raised,
    dispute_resolved,
    note_added,
    reversal_noted,
    stage_changed,
    write_off_noted,
)
from .folding import AT, rows_of


def seen(row: Any, *fields: str) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in fields)


def test_an_open_case():
    [row] = rows_of(cases.fold, case_opened(dpd=31, stage="M2"))
    assert seen(row, "case_id", "customer_id", "account_id", "streamid") == (CASE_ID, "C-1", "A-1", "account/A-1")
    assert seen(row, "reason", "entered_at_stage", "stage") == ("missed", "M2", "M2")
    assert seen(row, "opened_on", "recovery_since", "closed_on", "outcome") == (day("04-21"), None, None, None)


def test_a_case_keeps_the_stage_at_which_it_was_entered():
    [row] = rows_of(cases.fold, case_opened(), stage_changed("M1", "M3", "06-21"))
    assert seen(row, "entered_at_stage", "stage", "recovery_since") == ("M1", "M3", None)


def test_a_case_in_recovery_says_since_when():
    [row] = rows_of(cases.fold, case_opened(), stage_changed("M1", "recovery", "04-25"))
    assert seen(row, "stage", "recovery_since") == ("recovery", day("04-25"))
    [row] = rows_of(cases.fold, write_off_noted(), case_opened(stage="recovery"))
    assert seen(row, "stage", "recovery_since") == ("recovery", day("04-21"))


def test_a_closed_case():
    [row] = rows_of(cases.fold, case_opened(), case_closed("05-21"))
    assert seen(row, "closed_on", "outcome") == (day("05-21"), "cured")


def test_each_case_has_a_row():
    rows = rows_of(cases.fold, case_opened(), case_closed(), case_opened("06-21"))
    assert [row.case_id for row in rows] == [CASE_ID, case_id_of("06-21")]


def test_arrears_are_the_last_word_of_each_currency():
    rows = rows_of(
        arrears.fold,
        case_opened(arrears="100"),
        arrears_changed("04-22", "20", dpd=2, currency="USD"),
        arrears_changed("05-21", "200", dpd=31),
    )
    found = [seen(row, "currency", "amount", "balance", "days_past_due", "as_of") for row in rows]
    assert found == [("TWD", 200, 1000, 31, day("05-21")), ("USD", 20, 1000, 2, day("04-22"))]
    assert all(row.case_id == CASE_ID for row in rows)


def test_a_closed_case_has_no_arrears():
    [row] = rows_of(arrears.fold, case_opened(), case_closed("05-21"))
    assert seen(row, "amount", "balance", "days_past_due", "as_of") == (0, 900, 0, day("05-21"))


def test_a_dispute_and_its_answers():
    [row] = rows_of(disputes.fold, case_opened(), dispute_raised("40"), dispute_acknowledged())
    assert seen(row, "dispute_id", "case_id", "currency", "disputed_amount") == (DISPUTE_ID, CASE_ID, "TWD", 40)
    assert seen(row, "raised_on", "acknowledge_by", "resolve_by") == (day("04-22"), day("04-24"), day("05-22"))
    assert seen(row, "acknowledged_on", "resolved_on", "outcome") == (day("04-23"), None, None)


def test_a_dispute_that_was_escalated_and_resolved():
    late = dispute_escalated("acknowledge", "04-24", on="04-24")
    [row] = rows_of(disputes.fold, case_opened(), dispute_raised(), late, dispute_resolved("rejected"))
    assert seen(row, "escalated_on", "resolved_on", "outcome") == (day("04-24"), day("04-30"), "rejected")


def test_what_was_heard_and_is_no_dispute():
    [row] = rows_of(not_accepted.fold, case_opened(), dispute_not_accepted("disputed-amount-zero", "0"))
    assert seen(row, "dispute_id", "customer_id", "account_id", "case_id") == (DISPUTE_ID, "C-1", "A-1", CASE_ID)
    assert seen(row, "kind", "currency", "disputed_amount") == ("wrong_amount", "TWD", 0)
    assert seen(row, "heard_on", "reason") == (day("04-22"), "disputed-amount-zero")
    assert rows_of(disputes.fold, dispute_not_accepted("disputed-amount-zero", "0")) == []


def test_the_timeline_has_what_is_no_dispute_where_a_case_was_open():
    during, without = (dispute_not_accepted("case-not-open", case_id=each) for each in (CASE_ID, None))
    assert [row.what for row in rows_of(timeline.fold, case_opened(), during, without)][1:] == ["DisputeNotAccepted"]


def test_the_timeline_says_who_did_what_when_and_what_caused_it():
    [_, row] = rows_of(timeline.fold, case_opened(), stage_changed("M1", "M2", "05-21"))
    assert seen(row, "what", "at", "actor", "actorrole") == ("StageChanged", AT, "anna", "collector")
    assert seen(row, "case_id", "streamversion", "causationid") == (CASE_ID, 2, "A-1/missed/2026-04-21")
    assert json.loads(row.facts) == {"from_stage": "M1", "to_stage": "M2", "on": "2026-05-21"}


def test_the_timeline_has_what_belongs_to_a_case():
    during, after = reversal_noted("04-25", case_id=CASE_ID), reversal_noted("05-25", id_="R-2")
    rows = rows_of(timeline.fold, case_opened(), during, case_closed(), after, clearing_noted("05-26"))
    assert [row.what for row in rows] == ["CaseOpened", "ReversalNoted", "CaseClosed"]


def test_a_note_is_kept_sealed():
    [row] = rows_of(notes.fold, case_opened(), note_added())
    assert seen(row, "case_id", "streamversion", "at", "actor", "actorrole") == (CASE_ID, 2, AT, "anna", "collector")
    assert Sealed.model_validate_json(row.text) == TEXT


def test_the_timeline_names_a_note_and_leaves_out_its_words():
    [_, row] = rows_of(timeline.fold, case_opened(), note_added())
    assert (row.what, json.loads(row.facts)) == ("NoteAdded", {"note_id": str(UUID(int=1))})


def test_an_interval_begins_with_each_word_that_changed_something():
    rows = rows_of(
        intervals.fold,
        case_opened(),
        arrears_changed("05-21", "200", dpd=31),
        stage_changed("M1", "M2", "05-21"),
        arrears_changed("06-21", "0", dpd=0, restructured=True),
        case_closed(),
    )
    found = [seen(row, "since", "stage", "arrears") for row in rows]
    words = [("04-21", "M1", "100"), ("05-21", "M2", "200"), ("06-21", "M0", "0")]
    assert found == [(day(since), stage, Decimal(amount)) for since, stage, amount in words]
