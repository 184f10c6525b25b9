"""What opens, changes and closes a case."""

from typing import Any

import pytest
from arrears_events.catalogue.ledger import Parts
from arrears_runtime.testing.specification import Specification
from case_service.domain.account import decide
from case_service.domain.history import evolve
from case_service.domain.ledger import stage_of

from ..examples import (
    CASE_ID,
    arrears_changed,
    case_closed,
    case_opened,
    clear_arrears,
    clearing_noted,
    close_day,
    money,
    note_arrears,
    note_reversal,
    reversal_noted,
    stage_changed,
    write_off,
    write_off_noted,
)

given = Specification(decide, evolve).given
NOTHING = money("0")


def parts(purchases: str, interest: str) -> Parts:
    none: dict[str, Any] = dict.fromkeys(("cash", "instalments", "penalties", "fees"), NOTHING)
    return Parts(purchases=money(purchases), interest=money(interest), **none)


def test_a_word_of_arrears_opens_a_case_at_the_stage_of_its_days_past_due():
    given().when(note_arrears(dpd=31)).then(case_opened(dpd=31, stage="M2"))


def test_a_word_that_nothing_is_overdue_opens_no_case():
    given().when(note_arrears(arrears="0", dpd=0)).then()


def test_an_account_has_one_open_case():
    given(case_opened()).when(note_arrears("05-21", arrears="200")).then(arrears_changed("05-21", "200"))


@pytest.mark.parametrize(
    ("days", "stage"),
    [(0, "M0"), (1, "M1"), (30, "M1"), (31, "M2"), (60, "M2"), (61, "M3"), (180, "M6"), (181, "M7"), (36_525, "M7")],
)
def test_a_stage_is_thirty_days(days: int, stage: str):
    assert stage_of(days) == stage


def test_a_later_word_changes_arrears_and_stage():
    (
        given(case_opened())
        .when(note_arrears("05-21", arrears="200", dpd=31))
        .then(arrears_changed("05-21", "200", dpd=31), stage_changed("M1", "M2", "05-21"))
    )


def test_stages_that_were_jumped_do_not_fire():
    (
        given(case_opened())
        .when(note_arrears("07-21", dpd=95))
        .then(arrears_changed("07-21", dpd=95), stage_changed("M1", "M4", "07-21"))
    )


def test_a_stage_goes_back_with_the_days_past_due():
    (
        given(case_opened(dpd=61, stage="M3"))
        .when(note_arrears("05-21", arrears="60", dpd=31))
        .then(arrears_changed("05-21", "60", dpd=31), stage_changed("M3", "M2", "05-21"))
    )


def test_days_past_due_alone_are_a_change():
    given(case_opened()).when(note_arrears("04-22", dpd=2)).then(arrears_changed("04-22", dpd=2))


def test_the_parts_alone_are_a_change():
    (
        given(case_opened(parts=parts("90", "10")))
        .when(note_arrears("04-22", parts=parts("80", "20")))
        .then(arrears_changed("04-22", parts=parts("80", "20")))
    )


def test_a_newer_date_alone_is_no_change():
    given(case_opened()).when(note_arrears("05-21")).then()


@pytest.mark.parametrize("on", ["04-20", "04-21"])
def test_a_word_that_is_not_newer_changes_nothing(on: str):
    given(case_opened()).when(note_arrears(on, arrears="300", dpd=40)).then()


def test_a_case_whose_arrears_are_nothing_stays_open_until_the_bank_clears_it():
    (
        given(case_opened())
        .when(note_arrears("05-21", arrears="0", dpd=0))
        .then(arrears_changed("05-21", "0", dpd=0), stage_changed("M1", "M0", "05-21"))
    )


def test_cleared_arrears_close_the_case_as_cured():
    given(case_opened()).when(clear_arrears()).then(case_closed())


def test_arrears_adjusted_away_are_a_cure():
    given(case_opened()).when(clear_arrears(reason="adjusted")).then(case_closed())


def test_a_clearing_on_the_day_of_a_word_is_the_newer():
    given(case_opened()).when(clear_arrears("04-21")).then(case_closed("04-21"))


def test_a_word_of_the_day_of_a_clearing_is_the_older():
    given(case_opened(), case_closed("05-21")).when(note_arrears("05-21")).then()


def test_a_clearing_older_than_the_last_word_changes_nothing():
    given(case_opened()).when(clear_arrears("04-20")).then()


def test_a_restructuring_is_no_cure():
    (
        given(case_opened())
        .when(clear_arrears("05-21", "restructured"))
        .then(
            arrears_changed("05-21", "0", dpd=0, balance="900", restructured=True),
            stage_changed("M1", "M0", "05-21"),
        )
    )


def test_a_restructured_account_that_falls_into_arrears_goes_on_with_its_case():
    (
        given(
            case_opened(), arrears_changed("05-21", "0", dpd=0, restructured=True), stage_changed("M1", "M0", "05-21")
        )
        .when(note_arrears("06-21"))
        .then(arrears_changed("06-21"), stage_changed("M0", "M1", "06-21"))
    )


def test_a_restructured_account_is_cured_when_it_has_paid():
    given(case_opened(), arrears_changed("05-21", "0", dpd=0, restructured=True)).when(clear_arrears("07-21")).then(
        case_closed("07-21")
    )


def test_the_next_miss_opens_another_case():
    given(case_opened(), case_closed()).when(note_arrears("06-21")).then(case_opened("06-21"))


def test_a_clearing_without_a_case_is_noted_so_that_an_older_word_opens_none():
    given().when(clear_arrears("05-21")).then(clearing_noted("05-21"))
    given(clearing_noted("05-21")).when(note_arrears("04-21")).then()
    given(clearing_noted("05-21")).when(clear_arrears("05-21")).then()


# --- A payment taken back


def test_a_reversal_opens_no_case():
    given(case_opened(), case_closed()).when(note_reversal()).then(reversal_noted())


def test_the_next_word_of_arrears_after_a_reversal_opens_a_case_for_that_reason():
    (
        given(case_opened(), case_closed(), reversal_noted("05-25"))
        .when(note_arrears("05-26"))
        .then(case_opened("05-26", reason="payment_reversed"))
    )


def test_a_word_before_a_reversal_is_a_miss():
    given(reversal_noted("05-25")).when(note_arrears("05-24")).then(case_opened("05-24"))


def test_a_reversal_on_the_day_of_the_clearing_lets_a_word_of_that_day_open_a_case():
    (
        given(case_opened(), case_closed("05-21"), reversal_noted("05-21"))
        .when(note_arrears("05-21"))
        .then(case_opened("05-21", reason="payment_reversed"))
    )


def test_a_reversal_explains_one_case():
    (
        given(reversal_noted("04-20"), case_opened(reason="payment_reversed"), case_closed("05-21"))
        .when(note_arrears("06-21"))
        .then(case_opened("06-21"))
    )


def test_a_reversal_older_than_the_last_word_changes_nothing():
    given(case_opened()).when(note_reversal("04-20")).then()


def test_a_reversal_while_a_case_is_open_belongs_to_it():
    given(case_opened()).when(note_reversal("05-25")).then(reversal_noted("05-25", case_id=CASE_ID))


def test_a_reversal_counts_once():
    given(reversal_noted("05-25")).when(note_reversal("05-25")).then()


# --- Write-off


def test_a_write_off_moves_the_case_to_recovery():
    given(case_opened(dpd=181, stage="M7")).when(write_off()).then(stage_changed("M7", "recovery", "10-21"))


def test_a_case_in_recovery_stays_there_whatever_the_days_past_due():
    (
        given(case_opened(), stage_changed("M1", "recovery", "04-25"))
        .when(note_arrears("05-21", arrears="90", dpd=31))
        .then(arrears_changed("05-21", "90", dpd=31))
    )


def test_a_write_off_is_told_late_and_counts():
    given(case_opened()).when(write_off("04-01")).then(stage_changed("M1", "recovery", "04-01"))


def test_a_write_off_counts_once():
    given(case_opened(), stage_changed("M1", "recovery", "04-25")).when(write_off("05-21")).then()
    given(write_off_noted()).when(write_off()).then()


def test_an_account_written_off_without_a_case_opens_its_next_one_in_recovery():
    given().when(write_off("04-01")).then(write_off_noted("04-01"))
    given(write_off_noted("04-01")).when(note_arrears()).then(case_opened(stage="recovery"))


def test_recovery_ends_when_all_is_paid():
    given(case_opened(), stage_changed("M1", "recovery", "04-25")).when(clear_arrears()).then(case_closed())


# --- Two currencies, two ledgers


def test_each_ledger_has_its_own_arrears_and_the_worst_decides_the_stage():
    (
        given(case_opened())
        .when(note_arrears("04-22", arrears="20", dpd=31, currency="USD"))
        .then(arrears_changed("04-22", "20", dpd=31, currency="USD"), stage_changed("M1", "M2", "04-22"))
    )


def test_each_ledger_has_its_own_dates():
    given(case_opened("04-21")).when(note_arrears("04-20", "20", currency="USD")).then(
        arrears_changed("04-20", "20", currency="USD")
    )


def test_the_case_goes_on_while_another_ledger_is_in_arrears():
    (
        given(case_opened(), arrears_changed("04-22", "20", dpd=2, currency="USD"))
        .when(clear_arrears("05-21"))
        .then(arrears_changed("05-21", "0", dpd=0, balance="900"))
    )


def test_the_case_closes_with_its_last_ledger():
    (
        given(case_opened(), arrears_changed("04-22", "20", currency="USD"), arrears_changed("05-21", "0", dpd=0))
        .when(clear_arrears("05-22", currency="USD"))
        .then(case_closed("05-22", currency="USD"))
    )


def test_a_ledger_that_was_restructured_keeps_the_case_open():
    (
        given(case_opened(), arrears_changed("04-22", "20", currency="USD"))
        .when(clear_arrears("05-21", "restructured"))
        .then(arrears_changed("05-21", "0", dpd=0, balance="900", restructured=True))
    )


def test_the_close_of_a_day_has_nothing_to_do_for_an_account_without_disputes():
    given().when(close_day("04-21")).then()
    given(case_opened()).when(close_day("04-21")).then()
