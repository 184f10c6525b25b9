"""What would have forbidden a contact, and had not been heard: no breach, told apart with the time between."""

import pytest
from arrears_events.catalogue.contact import ContactPointBarred

from .past import AWAY, Past
from .person import Person, digest


def test_a_plan_agreed_and_not_yet_heard(past: Past, person: Person):
    before = past.positions()
    person.agrees()
    agreed = past.now
    past.later(seconds=3)
    contact = person.contact(positions=before)
    [found], [told] = past.looked_at()[0], past.between()
    assert found == told
    assert (told.contact, told.rule, told.event) == (contact, "BANK-04", "PlanAgreed")
    assert told.place == f"plan.events 3/{before['plan.events']}"
    assert 3 <= told.seconds <= (past.now - agreed).total_seconds()


def test_a_plan_agreed_between_decision_and_hand_over(past: Past, person: Person):
    asked = person.asked()
    person.allowed(asked)
    person.agrees()
    record = person.attempted(asked)
    [told] = past.between()
    assert (told.rule, told.offset) == ("BANK-04", record.offset)
    assert past.findings() == []


def test_a_plan_agreed_after_the_contact_is_none(past: Past, person: Person):
    person.contact()
    person.agrees()
    assert past.looked_at()[0] == []


def test_a_plan_that_had_been_heard_is_a_breach_and_not_between(past: Past, person: Person):
    person.agrees()
    person.contact(facts={"in_plan": person.account})
    assert past.between() == []
    assert past.breaches() == [("rule-broken", "BANK-04")]


def test_what_had_not_been_heard_and_would_have_forbidden_nothing(past: Past, person: Person):
    before = past.positions()
    person.pays("10.00")
    person.contact(positions=before)
    assert past.looked_at()[0] == []


def test_of_several_the_first_that_would_have_forbidden_it(past: Past, person: Person):
    before = past.positions()
    person.pays("400.00")
    second = person.pays("600.00")
    person.pays("1.00")
    person.contact(positions=before)
    [told] = past.between()
    assert (told.rule, told.event, told.place) == ("BANK-01a", "PaymentReceived", f"bank.events 3/{second.offset}")


def test_what_allowed_it_may_have_been_heard(past: Past, person: Person):
    plan = person.agrees()
    before = past.positions()
    person.breaks(plan)
    person.contact(positions=before)
    assert past.looked_at()[0] == []


def test_a_close_that_made_it_fresh_may_have_been_read(past: Past, person: Person):
    past.at("04-03 10:00")
    asked = person.asked()
    person.allowed(asked, facts={"last_close": "2026-04-01"})
    past.closes("04-02")
    person.attempted(asked)
    assert past.looked_at()[0] == []


@pytest.mark.parametrize(("seconds", "told"), [(10, ["BANK-06"]), (70, [])])
def test_a_number_barred_for_somebody_else_a_moment_ago(past: Past, person: Person, seconds: int, told: list[str]):
    other = Person(past, "C-2", AWAY)
    other.says(ContactPointBarred(customer_id="C-2", digest=digest("C-1mobile"), reason="recycled"))
    past.later(seconds=seconds)
    person.contact()
    assert [each.rule for each in past.between()] == told


def test_the_longest_is_told_at_the_end(past: Past, person: Person):
    before = past.positions()
    person.agrees()
    past.later(seconds=5)
    person.contact(positions=before)
    past.later(seconds=15)
    person.contact(positions=before)
    _, tally = past.looked_at()
    assert tally.in_between == 2
    assert tally.longest
    assert 20 <= tally.longest.seconds < 23
