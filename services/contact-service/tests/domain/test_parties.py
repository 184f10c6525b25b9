"""What a person is to the debt that a contact is about."""

from typing import Any

import pytest
from arrears_events.catalogue.bank import PartyRole
from contact_service.domain.parties import Tie, standing_of

THIRD = ("third_person", frozenset[str]())


def standing(*ties: Tie, accounts: tuple[str, ...] = ("A-1",), party: str = "P-1") -> tuple[Any, ...]:
    return tuple(standing_of(party, "C-1", accounts, ties))


def test_the_customer_is_told_of_all_accounts():
    assert standing(party="C-1") == ("customer", None)


@pytest.mark.parametrize("role", ["guarantor", "co_debtor"])
def test_who_answers_for_the_debt_is_no_third_person(role: PartyRole):
    assert standing(Tie("P-1", role, None)) == ("guarantor", None)


@pytest.mark.parametrize("role", ["supplementary_cardholder", "spouse", "heir", "representative", "third_person"])
def test_everybody_else_is(role: PartyRole):
    assert standing(Tie("P-1", role, None)) == THIRD
    assert standing() == THIRD


def test_who_answers_for_one_account_is_a_third_person_to_the_others():
    tie = Tie("P-1", "guarantor", "A-1")
    assert standing(tie) == ("guarantor", frozenset({"A-1"}))
    assert standing(tie, accounts=("A-1", "A-2")) == THIRD
    assert standing(tie, accounts=()) == THIRD
    both = standing(tie, Tie("P-1", "co_debtor", "A-2"), accounts=("A-1", "A-2"))
    assert both == ("guarantor", frozenset({"A-1", "A-2"}))


def test_the_ties_of_another_are_not_theirs():
    assert standing(Tie("P-2", "guarantor", None)) == THIRD
