"""What went out was asked for and allowed before, in time, once, and for that point."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from arrears_events.catalogue.contact import AuthorisationExpired, NightConsent

from .past import Past, day
from .person import Person, digest

OVER, NONE = ("authorisation-over", None), ("not-authorised", None)
EARLY = "rule-broken", "CALL-BACK"


def test_a_lawful_contact_is_no_finding(past: Past, person: Person):
    person.contact()
    assert past.looked_at()[0] == []


def test_a_finding_names_the_record_and_the_contact(past: Past, person: Person):
    asked = person.asked()
    record = person.attempted(asked)
    [found] = past.findings()
    assert (found.topic, found.partition, found.offset) == (record.topic, record.partition, record.offset)
    assert found.contact == asked.contact_id


def test_what_nobody_allowed(past: Past, person: Person):
    person.attempted(person.asked())
    assert past.breaches() == [NONE]


def test_what_nobody_asked_for(past: Past, person: Person):
    elsewhere = Person(Past()).asked().model_copy(update={"contact_id": uuid4()})
    person.allowed(elsewhere)
    person.attempted(elsewhere)
    assert past.breaches() == [NONE]


def test_what_was_allowed_for_another_contact(past: Past, person: Person):
    person.allowed(person.asked())
    person.attempted(person.asked())
    assert past.breaches() == [NONE]


def test_what_is_allowed_after_it_was_done(past: Past, person: Person):
    asked = person.asked()
    person.attempted(asked)
    person.allowed(asked)
    assert past.breaches() == [NONE]


def test_an_attempt_after_it_expired(past: Past, person: Person):
    asked = person.asked()
    person.allowed(asked)
    person.says(AuthorisationExpired(customer_id=person.name, contact_id=asked.contact_id, reason="facts_changed"))
    person.attempted(asked)
    assert past.breaches() == [OVER]


@pytest.mark.parametrize(("reason", "breaches"), [("too_late", []), ("words_refused", [OVER])])
def test_an_attempt_that_was_allowed_again(past: Past, person: Person, reason: Any, breaches: Any):
    asked = person.asked()
    person.allowed(asked)
    person.says(AuthorisationExpired(customer_id=person.name, contact_id=asked.contact_id, reason=reason))
    person.allowed(asked)
    person.attempted(asked)
    assert past.breaches() == breaches


@pytest.mark.parametrize(("minutes", "breaches"), [(14.9, []), (15.1, [OVER])])
def test_an_attempt_beyond_the_time_for_which_it_was_allowed(past: Past, person: Person, minutes: float, breaches: Any):
    asked = person.asked()
    person.allowed(asked)
    past.later(minutes=minutes)
    person.attempted(asked)
    assert past.breaches() == breaches


def test_an_attempt_before_it_was_allowed(past: Past, person: Person):
    asked = person.asked()
    authorised = person.allowed(asked)
    person.attempted(asked, attempted_at=authorised.decided_at - timedelta(seconds=1))
    assert past.breaches() == [OVER]


def test_a_request_that_had_lapsed(past: Past, person: Person):
    person.contact(lapses_on=day("04-01"))
    assert past.breaches() == [OVER]


@pytest.mark.parametrize(
    ("at", "zone", "found"),
    [
        ("04-02 23:59", "Asia/Shanghai", True),
        ("04-03 00:00", "Asia/Shanghai", False),
        ("04-02 20:00", "Pacific/Auckland", False),
        ("04-03 14:00", "America/Los_Angeles", True),
    ],
)
def test_a_call_before_the_day_on_which_it_was_asked_for(past: Past, person: Person, at: str, zone: str, found: bool):
    """By the calendar where the customer is."""
    person.lives(zone=zone)
    past.at(at)
    person.contact(not_before=day("04-03"))
    assert (EARLY in past.breaches()) is found


def test_a_call_whose_day_had_come_where_the_customer_had_moved_to(past: Past, person: Person):
    past.at("04-02 22:00")
    person.says(NightConsent(customer_id=person.name, given=True))
    asked = person.asked(not_before=day("04-03"))
    person.allowed(asked)
    person.lives(zone="Pacific/Auckland")
    person.attempted(asked)
    assert past.breaches() == []


def test_a_second_attempt_by_one_authorisation(past: Past, person: Person):
    asked = person.asked()
    person.allowed(asked)
    person.attempted(asked)
    person.attempted(asked)
    assert past.breaches() == [("attempted-again", None)]


def test_a_message_that_was_sent_twice(past: Past, person: Person):
    asked = person.asked(channel="sms")
    person.allowed(asked)
    person.attempted(asked)
    person.ended(asked, "sent")
    person.ended(asked, "sent")
    assert past.breaches() == [("sent-again", None)]


@pytest.mark.parametrize("allowed", [True, False])
def test_what_went_out_and_was_never_handed_over(past: Past, person: Person, allowed: bool):
    asked = person.asked(channel="sms")
    if allowed:
        person.allowed(asked)
    person.ended(asked, "sent")
    assert past.breaches() == [("not-attempted", None)]


def test_a_conversation_that_we_began_without_an_attempt(past: Past, person: Person):
    person.ended(person.asked(), "conversation")
    assert past.breaches() == [("not-attempted", None)]


def test_the_customer_may_call_at_any_time(past: Past, person: Person):
    person.ended(person.asked(), "conversation", by="customer")
    assert past.breaches() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"contact_point_id": "fax"},
        {"contact_point_id": None},
        {"digest": digest("C-2mobile")},
        {"contact_point_id": "wife", "digest": digest("C-1wife")},
        {"contact_point_id": "email", "digest": digest("C-1email")},
    ],
    ids=["no such point", "no point", "another's number", "another party's", "of another channel"],
)
def test_a_point_that_is_not_where_the_party_is_reached(past: Past, person: Person, changes: dict[str, Any]):
    person.contact(**changes)
    assert past.breaches() == [("other-point", None)]


def test_a_point_that_was_not_asked_for(past: Past, person: Person):
    asked = person.asked(contact_point_id="home")
    person.allowed(asked)
    person.attempted(asked)
    assert past.breaches() == [("other-point", None)]


def test_records_of_an_old_leader_are_judged_once(past: Past, person: Person):
    person.contact("sent", channel="sms")
    for record in list(past.lanes["contact.events", person.partition]):
        past.again(record)
    assert past.looked_at()[0] == []


def test_a_record_that_cannot_be_read_is_passed_over(past: Past, person: Person):
    record = person.pays("1000.00")
    past.lanes["bank.events", person.partition][-1] = replace(record, value=b"{")
    person.contact()
    assert past.looked_at()[0] == []
