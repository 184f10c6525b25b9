"""An account that the bank sold: its case is closed, and another collects what it owes."""

from typing import Any

import pytest
from arrears_runtime.testing.specification import Specification
from case_service.domain.account import decide
from case_service.domain.history import evolve

from ..examples import (
    arrears_changed,
    case_closed,
    case_opened,
    case_sold,
    clear_arrears,
    note_arrears,
    note_reversal,
    raise_dispute,
    sale_noted,
    sell,
    stage_changed,
    write_off,
)

given = Specification(decide, evolve).given


def test_a_sale_closes_the_case_in_whichever_stage():
    given(case_opened()).when(sell()).then(case_sold())
    given(case_opened(), stage_changed("M1", "recovery", "04-25")).when(sell()).then(case_sold())


def test_a_sale_closes_it_whatever_other_ledgers_are_in_arrears():
    given(case_opened(), arrears_changed("05-21", currency="USD")).when(sell()).then(case_sold())


def test_a_sale_is_told_late_and_counts():
    given(case_opened()).when(sell("04-01")).then(case_sold("04-01"))


def test_a_sale_counts_once():
    given(case_opened(), case_sold()).when(sell("10-22")).then()
    given(sale_noted()).when(sell()).then()


def test_a_sale_of_an_account_without_a_case_is_noted():
    given().when(sell()).then(sale_noted())
    given(case_opened(), case_closed()).when(sell()).then(sale_noted())


@pytest.mark.parametrize("sold", [(case_opened(), case_sold()), (sale_noted(),)], ids=["in a case", "without one"])
@pytest.mark.parametrize("word", [note_arrears("10-22"), clear_arrears("10-22"), note_reversal("10-22"), write_off()])
def test_of_a_sold_account_the_banks_later_words_change_nothing(sold: Any, word: Any):
    given(*sold).when(word).then()


def test_of_a_sold_account_nothing_is_disputed_with_us_any_more():
    given(case_opened(), case_sold()).when(raise_dispute()).then_refused("case-not-open")
