"""Notes on a case."""

import pytest
from arrears_runtime.testing.specification import Specification
from case_service.domain.account import decide
from case_service.domain.history import evolve

from ..examples import add_note, case_closed, case_id_of, case_opened, note_added

given = Specification(decide, evolve).given


def test_a_note_is_added_to_a_case():
    given(case_opened()).when(add_note()).then(note_added())


def test_a_note_is_added_to_a_case_that_was_closed():
    given(case_opened(), case_closed()).when(add_note()).then(note_added())


def test_a_note_is_of_the_case_it_was_written_on():
    (
        given(case_opened(), case_closed(), case_opened("06-21"))
        .when(add_note(case_id=case_id_of("04-21")))
        .then(note_added(case_id=case_id_of("04-21")))
    )


def test_a_note_is_added_once():
    given(case_opened(), note_added(1)).when(add_note(1)).then()


def test_notes_follow_one_another():
    given(case_opened(), note_added(1)).when(add_note(2)).then(note_added(2))


def test_an_account_that_never_had_a_case_has_no_notes():
    given().when(add_note()).then_refused("case-not-open")


@pytest.mark.parametrize("shown", [repr(add_note()), repr(note_added())])
def test_a_note_that_is_printed_shows_no_words(shown: str):
    assert "sealed" not in shown
