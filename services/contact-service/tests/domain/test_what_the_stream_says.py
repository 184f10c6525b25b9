"""What the customer's own stream adds to the facts of a decision: wishes, and numbers at which nobody is reached."""

from dataclasses import replace
from typing import Any

import pytest
from arrears_events.catalogue.contact import ContactAuthorised, ContactPointBarred, ContactRefused
from arrears_events.catalogue.wishes import CeaseRequested, ConsentGiven, ConsentWithdrawn
from contact_service.domain.contacts import DecideContact, NoteOutcome, NoteSent
from contact_service.domain.decision import Point
from contact_service.domain.hearing import Conversation, Heard

from .asking import FACTS, at, owed
from .rules_of_a_test import rule, rules
from .test_contacts import POINT, TODAY, after, ask, attempt, events_of, grounds, number, request

FRIEND = Point("P-9", "d9", "third_person", reserved=False, answers_for=frozenset())
GUARANTOR = Point("P-8", "d8", "guarantor", reserved=False, answers_for=frozenset({"A-1"}))
MOBILES = {"mobiles": frozenset({"d1"})}


def heard(**said: Any) -> Heard:
    return Heard("C-1", None, TODAY, **said)


def called(of: int, outcome: Any = "not_in_service") -> list[Any]:
    return [request(of), ask(of), attempt(of), NoteOutcome(number(of), outcome)]


def decided(*before: Any, **known: Any) -> ContactAuthorised | ContactRefused:
    """A question to a third person, once these were sent."""
    friend = request(99, party_id="P-9", purpose="service_answer")
    [event] = events_of(after(*before, friend), ask(99, point=FRIEND, facts={**MOBILES, **known}))
    assert isinstance(event, ContactAuthorised | ContactRefused)
    return event


def against(event: Any) -> set[str]:
    return {each.rule for each in event.rules if not each.passed}


def test_a_mobile_that_is_not_in_service_opens_the_way_to_a_third_person():
    assert against(decided()) == {"CN-07"}
    assert isinstance(decided(*called(1)), ContactAuthorised)


def test_a_message_that_finds_no_such_number_does_so_too():
    sms = [request(channel="sms"), ask(), attempt(), NoteOutcome(number(1), "not_in_service")]
    assert isinstance(decided(*sms), ContactAuthorised)


@pytest.mark.parametrize("outcome", ["undelivered", "rejected", "no_answer", "busy"])
def test_what_may_reach_the_customer_another_time_does_not(outcome: str):
    assert against(decided(*called(1, outcome))) == {"CN-07"}


def test_calls_that_were_placed_in_vain_open_the_way_to_a_third_person_and_those_that_were_not_do_not():
    """A dialler that is down, or a number that the bank has not told, says nothing of whether they can be reached."""
    vain = [each for n in (1, 2, 3) for each in called(n, "no_answer")]
    unplaced = [each for n in (4, 5, 6) for each in called(n, "undelivered")]
    assert isinstance(decided(*vain), ContactAuthorised)
    assert against(decided(*unplaced)) == {"CN-07"}
    assert against(decided(*vain[:-4], *unplaced)) == {"CN-07"}
    assert isinstance(decided(*vain, *unplaced), ContactAuthorised), "nor do they make up for those that were"


def test_every_mobile_has_to_be_invalid_and_none_at_all_is_not_known_to_be():
    assert against(decided(*called(1), mobiles=frozenset({"d1", "d2"}))) == {"CN-07"}
    assert against(decided(*called(1), mobiles=frozenset())) == {"CN-07"}


def test_a_number_that_is_in_service_again_closes_it():
    sms = [request(2, channel="sms"), ask(2), attempt(2), NoteSent(number(2), "m"), NoteOutcome(number(2), "delivered")]
    assert against(decided(*called(1), *sms)) == {"CN-07"}


@pytest.mark.parametrize(
    ("reason", "opens"), [("wrong_person", True), ("recycled", True), ("not_in_service", True), ("refused", False)]
)
def test_a_mobile_that_was_barred_is_invalid_unless_its_person_refused(reason: Any, opens: bool):
    assert isinstance(decided(heard(barred=(frozenset({"d1"}), reason))), ContactAuthorised) is opens


def test_what_another_customers_contact_found_of_the_mobile_counts():
    assert isinstance(decided(invalid=frozenset({"d1"})), ContactAuthorised)


def test_the_customers_consent_to_the_night_is_nobody_elses():
    night: dict[str, Any] = {"now": at("04-01 23:00")}
    state = after(heard(night_agreed=True), request(), request(2, party_id="P-8"))
    assert isinstance(events_of(state, ask(**night))[0], ContactAuthorised)
    [event] = events_of(state, ask(2, point=GUARANTOR, **night))
    assert against(event) == {"CN-01"}


def test_a_guarantor_is_told_of_what_they_answer_for():
    known = replace(grounds(point=GUARANTOR), facts=replace(FACTS, owed=(owed("A-1"), owed("A-2"))))
    [event] = events_of(after(request(party_id="P-8")), DecideContact(number(1), known))
    assert isinstance(event, ContactAuthorised)
    assert (event.party, event.accounts) == ("guarantor", {"A-1"})


def test_of_a_call_to_a_guarantor_the_dialler_tells_a_conversation_with_the_guarantor():
    """It ends nothing of what was tried in vain to reach the customer (CN-07)."""
    told = Heard("C-1", number(1), TODAY, call=Conversation("us", "customer", 60, surmised=True))
    to_guarantor = request(party_id="P-8"), ask(point=GUARANTOR), attempt(point=GUARANTOR)
    [event] = events_of(after(*to_guarantor), told)
    assert (event.party, event.seconds) == ("guarantor", 60)
    [event] = events_of(after(*to_guarantor, NoteOutcome(number(1), "unknown")), told)
    assert event.party == "guarantor"


def test_who_asked_in_writing_to_be_left_alone_has_that_status():
    assert events_of(after(), heard(ceases=True)) == [CeaseRequested(customer_id="C-1", on=TODAY)]
    law = rules(rule("XX-01", type="hold", statuses=["cease_requested"]))
    [event] = events_of(after(heard(ceases=True), request()), ask(packs=law))
    assert against(event) == {"XX-01"}
    assert event.known.facts["statuses"] == "cease_requested"
    assert isinstance(events_of(after(request()), ask(packs=law))[0], ContactAuthorised)


def test_a_point_that_was_not_reserved_is_used_while_its_person_agrees():
    law = rules(rule("XX-01", type="gate", condition="point_reserved_or_consented"))
    given, withdrawn = heard(point_agreed=("d1", True)), heard(point_agreed=("d1", False))
    assert events_of(after(), given) == [ConsentGiven(customer_id="C-1", digest="d1", on=TODAY)]
    assert events_of(after(), withdrawn) == [ConsentWithdrawn(customer_id="C-1", digest="d1", on=TODAY)]
    found = [
        against(events_of(after(*said, request()), ask(packs=law, point=replace(POINT, reserved=False)))[0])
        for said in ([], [given], [given, withdrawn])
    ]
    assert found == [{"XX-01"}, set(), {"XX-01"}]


def test_a_conversation_is_proof_that_the_number_is_in_service():
    talked = Heard("C-1", number(2), TODAY, call=Conversation("us", "customer", 60))
    assert against(decided(*called(1), request(2), ask(2), attempt(2), talked)) == {"CN-07"}


def test_a_number_that_was_barred_stays_invalid_whatever_arrives_there():
    sms = [
        request(channel="sms"),
        ask(),
        attempt(),
        NoteSent(number(1), "m"),
        heard(barred=(frozenset({"d1"}), "wrong_person")),
    ]
    assert isinstance(decided(*sms, NoteOutcome(number(1), "delivered")), ContactAuthorised)


def test_a_bar_is_an_event_of_its_own():
    assert events_of(after(), heard(barred=(frozenset({"d1"}), "refused"))) == [
        ContactPointBarred(customer_id="C-1", digest="d1", reason="refused")
    ]
