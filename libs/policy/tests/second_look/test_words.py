"""A word of arrears that the bank repeats: case-service tells nothing of it, and its newer day counts all the same."""

from typing import Any

import pytest

from .past import Past
from .person import Person


@pytest.mark.parametrize("again", [Person.misses, Person.still_owes], ids=["missed", "updated"])
def test_a_word_that_the_bank_repeats_is_of_its_newer_day(past: Past, person: Person, again: Any):
    """What was booked until then is in it; what is booked after it counts."""
    person.pays("400.00", on="04-01")
    again(person, "1000.00", "04-01")
    person.message("1000.00", "04-01")
    person.pays("100.00", on="04-02")
    person.message("900.00", "04-01")
    assert past.breaches() == []


@pytest.mark.parametrize(("amount", "as_of"), [("600.00", "03-31"), ("1000.00", "03-31"), ("600.00", "04-01")])
def test_what_the_day_of_the_word_before_would_allow(past: Past, person: Person, amount: str, as_of: str):
    person.pays("400.00", on="04-01")
    person.misses("1000.00", "04-01")
    person.message(amount, as_of)
    assert past.breaches() == [("fact-contradicted", "SYS-02")]


def test_a_repeated_word_that_was_heard_between_decision_and_hand_over(past: Past, person: Person):
    person.pays("400.00", on="04-01")
    before = past.positions()
    person.misses("1000.00", "04-01")
    person.message("600.00", "03-31", positions=before)
    person.message("1000.00", "04-01", positions=before)
    assert past.breaches() == []


def test_a_word_of_another_amount_waits_until_case_service_tells_it(past: Past, person: Person):
    person.pays("400.00", on="04-01")
    person.misses("700.00", "04-01")
    person.message("600.00", "03-31")
    assert past.breaches() == []
    person.owes("700.00", "04-01")
    person.message("700.00", "04-01")
    assert past.breaches() == []
    person.message("600.00", "03-31")
    assert past.breaches() == [("fact-contradicted", "SYS-02")]


def test_a_word_of_an_older_day_that_comes_late_changes_nothing(past: Past, person: Person):
    person.misses("1000.00", "04-01")
    person.still_owes("800.00", "03-30")
    person.message("1000.00", "04-01")
    assert past.breaches() == []


def test_a_payment_of_before_the_word_that_the_bank_repeats_is_in_it(past: Past, person: Person):
    person.pays("1000.00", on="04-01")
    person.contact()
    assert past.breaches() == [("rule-broken", "BANK-01a")]
    person.misses("1000.00", "04-01")
    person.contact()
    assert past.breaches() == [("rule-broken", "BANK-01a")]  # the first; the second is none
