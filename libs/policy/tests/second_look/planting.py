"""Breaches of every kind: each is planted in a contact that is lawful but for it, and says how it must be found."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from arrears_events.catalogue.base import CustomerStopped, PolicyRef
from arrears_events.catalogue.case import CASE
from arrears_events.catalogue.contact import (
    AuthorisationExpired,
    ContactPointBarred,
    ContactRequested,
    OptedOut,
    PaymentClaimed,
    RuleApplied,
)
from arrears_events.log.partitioning import partition_of

from .past import PARTITIONS
from .person import Person, digest

Plant = Callable[[Person], UUID]
PLANTS: dict[str, tuple[str, str | None, Plant]] = {}
"""By name: the code and rule of the finding, and what plants it and gives the contact's id."""


def plants(code: str, rule: str | None = None) -> Callable[[Plant], Plant]:
    def keep(plant: Plant) -> Plant:
        PLANTS[plant.__name__] = code, rule, plant
        return plant

    return keep


def _allowed(person: Person, channel: str = "call", **changes: Any) -> ContactRequested:
    asked = person.asked(channel=channel)
    person.allowed(asked, **changes)
    return asked


def _done(person: Person, asked: ContactRequested, outcome: str | None = "no_answer", **changes: Any) -> UUID:
    person.attempted(asked, **changes)
    person.ended(asked, outcome)
    return asked.contact_id


def _said(rule: str, **facts: Any) -> dict[str, RuleApplied]:
    return {rule: RuleApplied(rule=rule, clause="test", passed=True, facts=facts)}


@plants("not-authorised")
def nobody_allowed_it(person: Person) -> UUID:
    return _done(person, person.asked())


@plants("authorisation-over")
def it_had_expired(person: Person) -> UUID:
    asked = _allowed(person)
    which = {"customer_id": person.name, "contact_id": asked.contact_id}
    person.says(AuthorisationExpired(**which, reason="facts_changed"))
    return _done(person, asked)


@plants("authorisation-over")
def its_time_was_over(person: Person) -> UUID:
    return _done(person, _allowed(person, valid_until=person.past.now))


@plants("authorisation-over")
def the_request_had_lapsed(person: Person) -> UUID:
    return person.contact("no_answer", lapses_on=person.past.now.date() - timedelta(days=1))


@plants("attempted-again")
def it_was_attempted_twice(person: Person) -> UUID:
    asked = _allowed(person, "email")
    _done(person, asked, "sent")
    return _done(person, asked, None)


@plants("sent-again")
def it_was_sent_twice(person: Person) -> UUID:
    asked = _allowed(person, "email")
    _done(person, asked, "sent")
    person.ended(asked, "sent")
    return asked.contact_id


@plants("not-attempted")
def it_was_sent_and_not_attempted(person: Person) -> UUID:
    asked = _allowed(person, "email")
    person.ended(asked, "sent")
    return asked.contact_id


@plants("other-point")
def it_went_to_anothers_number(person: Person) -> UUID:
    return person.contact("no_answer", digest=digest("stranger"))


@plants("other-point")
def it_went_to_a_point_that_is_not_there(person: Person) -> UUID:
    return person.contact("no_answer", contact_point_id="fax")


@plants("policy-wrong")
def nobody_published_the_text(person: Person) -> UUID:
    forged = PolicyRef(name="cn", version=1, sha256="f" * 64)
    return person.contact("no_answer", policies=(person.past.base, forged))


@plants("policy-wrong")
def a_pack_was_left_out(person: Person) -> UUID:
    return person.contact("no_answer", policies=(person.past.base,))


@plants("policy-wrong")
def nobody_published_the_template(person: Person) -> UUID:
    asked = person.message("500.00", "03-31", template=PolicyRef(name="words", version=1, sha256="f" * 64))
    return asked.contact_id


@plants("rule-left-out", "CN-05")
def a_rule_was_left_out(person: Person) -> UUID:
    return person.contact("no_answer", rules={"CN-05": None})


@plants("rule-broken", "CN-05")
def a_rule_said_no(person: Person) -> UUID:
    no = RuleApplied(rule="CN-05", clause="test", passed=False, facts={})
    return person.contact("no_answer", rules={"CN-05": no})


@plants("fact-contradicted")
def the_zone_was_another(person: Person) -> UUID:
    return person.contact("no_answer", facts={"time_zone": "Asia/Tokyo"})


@plants("fact-contradicted")
def the_last_close_was_another(person: Person) -> UUID:
    return person.contact("no_answer", facts={"last_close": "2026-03-30"})


@plants("fact-contradicted", "CN-05")
def it_counted_wrongly(person: Person) -> UUID:
    return person.contact("no_answer", rules=_said("CN-05", counted=5))


@plants("fact-contradicted")
def a_third_person_was_passed_off_as_guarantor(person: Person) -> UUID:
    return person.contact("no_answer", party_id="P-1", purpose="service_answer", party="guarantor")


@plants("fact-contradicted")
def it_gave_another_moment(person: Person) -> UUID:
    at = person.past.now - timedelta(hours=1)
    return _done(person, _allowed(person, decided_at=at, valid_until=at), attempted_at=at)


@plants("fact-contradicted", "SYS-02")
def it_demanded_what_was_not_owed(person: Person) -> UUID:
    return person.message("4999.00", "03-31").contact_id


@plants("rule-broken", "PLACE")
def the_place_had_no_pack(person: Person) -> UUID:
    person.lives(jurisdiction="th")
    return person.contact("no_answer")


@plants("rule-broken", "CN-01")
def it_was_night(person: Person) -> UUID:
    """Some minutes after ten in the evening in Auckland."""
    person.lives(zone="Pacific/Auckland")
    return person.contact("no_answer")


@plants("rule-broken", "CALL-BACK")
def it_was_before_the_day_asked_for(person: Person) -> UUID:
    return person.contact("no_answer", not_before=person.past.now.date() + timedelta(days=1))


@plants("rule-broken", "CN-03")
def it_was_the_fourth_conversation(person: Person) -> UUID:
    person.past.later(minutes=1)
    for _ in range(3):
        person.contact("conversation", purpose="plan_reminder")
    return person.contact("no_answer")


@plants("rule-broken", "CN-05")
def it_was_the_seventh_attempt(person: Person) -> UUID:
    for _ in range(6):
        _done(person, _allowed_for(person, "plan_reminder"))
    return person.contact("no_answer")


def _allowed_for(person: Person, purpose: str) -> ContactRequested:
    asked = person.asked(purpose=purpose)
    person.allowed(asked)
    return asked


@plants("rule-broken", "BANK-01a")
def all_was_paid(person: Person) -> UUID:
    person.pays("1000.00")
    return person.contact("no_answer")


@plants("rule-broken", "BANK-01b")
def a_payment_was_claimed(person: Person) -> UUID:
    today = person.past.now.date()
    person.says(PaymentClaimed(customer_id=person.name, claimed_on=today, silent_until=today))
    return person.contact("no_answer")


@plants("rule-broken", "BANK-06")
def the_number_was_barred(person: Person) -> UUID:
    person.says(ContactPointBarred(customer_id=person.name, digest=digest(f"{person.name}mobile"), reason="refused"))
    return person.contact("no_answer")


@plants("rule-broken", "BANK-06")
def the_number_was_barred_for_another(person: Person) -> UUID:
    name = f"{person.name}x"
    other = Person(person.past, name, partition_of(name.encode(), PARTITIONS))
    other.says(ContactPointBarred(customer_id=other.name, digest=digest(f"{person.name}mobile"), reason="recycled"))
    person.past.later(seconds=75)
    return person.contact("no_answer")


@plants("rule-broken", "CN-07")
def the_debtor_could_be_reached(person: Person) -> UUID:
    person.contact("conversation", purpose="service_answer")
    return person.contact("no_answer", party_id="P-1", purpose="service_answer")


@plants("rule-broken", "CN-12")
def a_third_person_was_asked_for_the_debt(person: Person) -> UUID:
    for _ in range(3):
        person.contact("not_in_service", purpose="service_answer")
    return person.contact("no_answer", party_id="P-1")


@plants("rule-broken", "SYS-01c")
def an_event_lay_unread(person: Person) -> UUID:
    before = person.past.positions(person.partition)
    person.pays("1.00")
    person.past.later(seconds=75)
    return person.contact("no_answer", positions=before)


@plants("rule-broken", "BANK-03")
def the_customer_was_insolvent(person: Person) -> UUID:
    person.becomes("insolvent")
    return person.contact("no_answer", facts={"statuses": "insolvent"})


@plants("rule-broken", "BANK-04")
def a_plan_was_agreed(person: Person) -> UUID:
    person.agrees()
    return person.contact("no_answer", facts={"in_plan": person.account})


@plants("rule-broken", "BANK-05")
def the_customer_had_opted_out(person: Person) -> UUID:
    asked = _allowed(person, "email")
    person.says(OptedOut(customer_id=person.name, channel="email", on=person.past.now.date()))
    return _done(person, asked, "sent")


@plants("rule-broken", "SYS-02b")
def all_was_disputed(person: Person) -> UUID:
    person.disputes("1000.00")
    return person.contact("no_answer")


@plants("rule-broken", "SYS-01b")
def the_customer_was_stopped(person: Person) -> UUID:
    where = {"customer_id": person.name, "topic": "bank.events", "partition": person.partition, "offset": 1}
    person.ours(CASE, "stop", CustomerStopped(**where, reason="bad-money", waits_from={"bank.events": 1}))
    return person.contact("no_answer", facts={"statuses": "customer_stopped"})


def unheard_plan(person: Person) -> UUID:
    """No breach: it is to be told apart."""
    before = person.past.positions(person.partition)
    person.agrees()
    return person.contact("no_answer", positions=before)
