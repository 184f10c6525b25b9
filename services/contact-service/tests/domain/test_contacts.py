"""Contacts of one customer: what is asked for, decided, made and heard, one rule a test."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from arrears_events.catalogue.base import PolicyRef
from arrears_events.catalogue.contact import (
    AuthorisationExpired,
    ContactAttempted,
    ContactAuthorised,
    ContactFailed,
    ContactMade,
    ContactPointBarred,
    ContactRefused,
    ContactRequested,
    MessageDelivered,
    MessageOutcomeUnknown,
    MessageSent,
    OptedOut,
    PaymentClaimed,
)
from arrears_events.refused import Refused
from arrears_policy.rules import Status
from arrears_runtime.testing.specification import Specification
from contact_service.domain.call_backs import CallBack
from contact_service.domain.contacts import (
    AttemptContact,
    DecideContact,
    NoteOutcome,
    NoteSent,
    RequestContact,
    decide,
)
from contact_service.domain.decision import VALID_FOR, Grounds, Point
from contact_service.domain.hearing import Conversation, Heard
from contact_service.domain.history import Contacts, evolve

from .asking import FACTS, at, owed, packs

specification = Specification(decide, evolve)
given = specification.given
NOON, TODAY = at("04-01 12:00"), date(2026, 4, 1)
POLICIES = (PolicyRef(name="base", version=1, sha256="0" * 64),)
POINT = Point("P-1", "d1", "customer", reserved=True)


def number(of: int) -> UUID:
    return UUID(int=of)


STOPPED = frozenset({Status.CUSTOMER_STOPPED})


def request(of: int = 1, **fields: Any) -> RequestContact:
    asked: dict[str, Any] = {"purpose": "collection", "channel": "call", "party_id": "C-1"}
    asked |= {"accounts": frozenset({"A-1"}), "requested_on": TODAY, "lapses_on": TODAY + timedelta(days=3)}
    return RequestContact(contact_id=number(of), customer_id="C-1", **(asked | fields))


def requested(of: int = 1, **fields: Any) -> ContactRequested:
    [event] = decide(None, request(of, **fields))
    assert isinstance(event, ContactRequested)
    return event


def grounds(**fields: Any) -> Grounds:
    facts = replace(FACTS, owed=(owed("A-1"),), **fields.pop("facts", {}))
    known: dict[str, Any] = {"now": NOON, "today": TODAY, "packs": packs(), "policies": POLICIES, "point": POINT}
    known |= {"positions": {"bank.events": 7}}
    return Grounds(**(known | fields), facts=facts)


def ask(of: int = 1, **fields: Any) -> DecideContact:
    return DecideContact(number(of), grounds(**fields))


def attempt(of: int = 1, **fields: Any) -> AttemptContact:
    return AttemptContact(number(of), grounds(**fields))


def after(*commands: Any) -> Contacts | None:
    state = None
    for command in commands:
        state, _ = specification.run(state, command)
    return state


def events_of(state: Contacts | None, command: Any) -> list[Any]:
    return list(decide(state, command))


def test_a_contact_is_asked_for_at_any_hour():
    given().when(request()).then(requested())


def test_by_day_it_is_allowed_with_every_rule_and_fact_that_decided():
    [event] = events_of(after(request()), ask())
    assert isinstance(event, ContactAuthorised)
    assert (event.digest, event.accounts, event.valid_until) == ("d1", {"A-1"}, NOON + VALID_FOR)
    assert {"CN-01", "CN-03"} <= {rule.rule for rule in event.rules}
    assert all(rule.passed for rule in event.rules)
    assert (event.policies, event.known.positions) == (POLICIES, {"bank.events": 7})


def test_at_night_it_waits_for_the_morning():
    [event] = events_of(after(request()), ask(now=at("04-01 23:00")))
    assert isinstance(event, ContactRefused)
    assert (event.allowed_from, event.final) == (at("04-02 08:00"), False)


def test_at_night_of_its_last_day_it_is_over():
    last, closed = TODAY + timedelta(days=3), {"last_close": date(2026, 4, 3), "next_business_date": date(2026, 4, 4)}
    [event] = events_of(after(request()), ask(now=at("04-04 23:00"), today=last, facts={"today": last, **closed}))
    assert isinstance(event, ContactRefused)
    assert (event.final, event.again_at) == (True, None)


def test_what_waits_is_decided_again():
    [event] = events_of(after(request(), ask(now=at("04-01 23:00"))), ask(now=at("04-02 08:00")))
    assert isinstance(event, ContactAuthorised)


def test_a_rule_whose_end_nobody_can_name_ends_it():
    [event] = events_of(after(request()), ask(facts={"in_plan": frozenset({"A-1"})}))
    assert isinstance(event, ContactRefused)
    assert (event.allowed_from, event.final) == (None, True)
    assert events_of(after(request(), ask(facts={"in_plan": frozenset({"A-1"})})), ask()) == []


@pytest.mark.parametrize(
    "state", [{"next_business_date": TODAY - timedelta(days=1)}, {"reader_lag_seconds": 61}, {"statuses": STOPPED}]
)
def test_what_only_the_state_of_the_system_is_against_is_looked_at_again(state: dict[str, Any]):
    """SYS-01: nothing goes out, and nothing is over."""
    [event] = events_of(after(request()), ask(facts=state))
    assert isinstance(event, ContactRefused)
    assert (event.allowed_from, event.final, event.again_at) == (None, False, NOON + timedelta(minutes=15))
    [later] = events_of(after(request(), ask(facts=state)), ask(now=NOON + timedelta(minutes=15)))
    assert isinstance(later, ContactAuthorised)


def test_at_night_that_is_in_the_morning_and_beside_a_rule_of_law_without_an_end_never():
    late, in_plan = {"next_business_date": TODAY - timedelta(days=1)}, {"in_plan": frozenset({"A-1"})}
    [night] = events_of(after(request()), ask(now=at("04-01 23:00"), facts=late))
    assert (night.final, night.again_at) == (False, at("04-02 08:00"))
    [never] = events_of(after(request()), ask(facts=late | in_plan))
    assert (never.final, never.again_at) == (True, None)


def test_a_request_lapses():
    late = TODAY + timedelta(days=4)
    expired = AuthorisationExpired(customer_id="C-1", contact_id=number(1), reason="lapsed")
    given(requested()).when(ask(today=late)).then(expired)


def test_however_many_are_asked_for_at_once_one_place_is_taken_once():
    state = after(*(request(each) for each in range(1, 204)))
    taken = 0
    for each in range(1, 204):
        state, [event] = specification.run(state, ask(each))
        taken += isinstance(event, ContactAuthorised)
        assert isinstance(event, ContactAuthorised | ContactRefused)
        assert isinstance(event, ContactAuthorised) or "CN-03" in {r.rule for r in event.rules if not r.passed}
    assert taken == 3


def test_a_place_comes_back_when_the_contact_is_not_made():
    first = [request(1), ask(1), request(2), ask(2), request(3), ask(3), request(4)]
    [refused] = events_of(after(*first), ask(4))
    assert isinstance(refused, ContactRefused)
    given_back = after(*first, attempt(3, facts={"in_plan": frozenset({"A-1"})}))
    [event] = events_of(given_back, ask(4))
    assert isinstance(event, ContactAuthorised)


def test_a_call_that_nobody_took_counts_by_its_number_and_not_as_a_conversation():
    calls = [
        each for n in range(1, 7) for each in (request(n), ask(n), attempt(n), NoteOutcome(number(n), "no_answer"))
    ]
    [refused] = events_of(after(*calls, request(7)), ask(7))
    assert {rule.rule for rule in refused.rules if not rule.passed} == {"CN-05"}
    [event] = events_of(after(*calls, request(7)), ask(7, point=Point("P-2", "d2", "customer", reserved=True)))
    assert isinstance(event, ContactAuthorised)


def test_it_is_looked_at_once_more_before_it_is_handed_over():
    held = {"in_plan": frozenset({"A-1"})}
    [event] = events_of(after(request(), ask()), attempt(facts=held))
    assert event == AuthorisationExpired(customer_id="C-1", contact_id=number(1), reason="facts_changed")


def test_what_was_allowed_too_long_ago_is_not_done():
    late = NOON + VALID_FOR + timedelta(seconds=1)
    [event] = events_of(after(request(), ask()), attempt(now=late))
    assert event == AuthorisationExpired(customer_id="C-1", contact_id=number(1), reason="too_late")


@pytest.mark.parametrize(
    "given_up", [attempt(now=NOON + VALID_FOR * 2), attempt(facts={"in_plan": frozenset({"A-1"})})]
)
def test_what_was_allowed_and_not_done_is_decided_again(given_up: AttemptContact):
    """After an outage, say: what asked for it asks once."""
    [event] = events_of(after(request(), ask(), given_up), ask(now=NOON + VALID_FOR * 2))
    assert isinstance(event, ContactAuthorised)
    assert event.valid_until == NOON + VALID_FOR * 3


def test_a_message_goes_its_way_to_its_receiver():
    sms = [request(channel="sms"), ask(), attempt()]
    [sent] = events_of(after(*sms), NoteSent(number(1), "m-1"))
    assert sent == MessageSent(customer_id="C-1", contact_id=number(1), reference="m-1")
    [delivered] = events_of(after(*sms, NoteSent(number(1), "m-1")), NoteOutcome(number(1), "delivered"))
    assert delivered == MessageDelivered(customer_id="C-1", contact_id=number(1))


def test_an_authorisation_is_used_once():
    assert events_of(after(request(channel="sms"), ask(), attempt()), attempt()) == []


def test_a_mail_that_was_sent_has_no_further_outcome():
    mail = [request(channel="email"), ask(), attempt(), NoteSent(number(1), "m-1")]
    assert events_of(after(*mail), NoteOutcome(number(1), "delivered")) == []


def test_where_nobody_knows_what_became_of_it_that_is_recorded():
    state = after(request(channel="sms"), ask(), attempt())
    unknown = MessageOutcomeUnknown(customer_id="C-1", contact_id=number(1))
    assert events_of(state, NoteOutcome(number(1), "unknown")) == [unknown]


def test_a_party_without_a_point_for_the_channel_is_not_reached():
    [event] = events_of(after(request()), ask(point=None))
    assert isinstance(event, ContactRefused)
    assert event.final


def test_one_contact_names_all_accounts_that_may_be_spoken_of():
    many = replace(
        grounds(),
        facts=replace(FACTS, owed=(owed("A-1"), owed("A-2"), owed("A-3", paid="1000"), owed("A-4", disputed="1000"))),
    )
    [event] = events_of(after(request()), DecideContact(number(1), many))
    assert event.accounts == {"A-1", "A-2"}


def test_a_step_joins_one_of_its_kind_that_waits():
    given(requested()).when(request(2, joins=True)).then()
    given(requested()).when(request(2, joins=True, channel="sms")).then(requested(2, channel="sms"))


def test_a_wrap_up_is_each_thing_that_was_said():
    wrap_up = Heard(
        "C-1",
        number(1),
        TODAY,
        call=Conversation("us", "customer", 90),
        opts_out="sms",
        silent_until=TODAY + timedelta(days=3),
        barred=(frozenset({"d9"}), "refused"),
    )
    assert events_of(after(request(), ask(), attempt()), wrap_up) == [
        ContactMade(customer_id="C-1", contact_id=number(1), initiated_by="us", party="customer", seconds=90),
        PaymentClaimed(customer_id="C-1", claimed_on=TODAY, silent_until=TODAY + timedelta(days=3)),
        OptedOut(customer_id="C-1", channel="sms", on=TODAY),
        ContactPointBarred(customer_id="C-1", digest="d1", reason="refused"),
        ContactPointBarred(customer_id="C-1", digest="d9", reason="refused"),
    ]


def test_a_call_has_one_end_and_what_was_said_in_it_counts_all_the_same():
    ended = after(request(), ask(), attempt(), Heard("C-1", number(1), TODAY, call=Conversation("us", "customer", 9)))
    wrap_up = Heard("C-1", number(1), TODAY, call=Conversation("us", "customer", 90), opts_out="sms")
    assert events_of(ended, wrap_up) == [OptedOut(customer_id="C-1", channel="sms", on=TODAY)]


def test_a_number_that_was_answered_is_barred_for_no_reason_that_denies_it():
    ended = after(request(), ask(), attempt(), Heard("C-1", number(1), TODAY, call=Conversation("us", "customer", 9)))
    denied = Heard("C-1", number(1), TODAY, call="no_answer", barred=(frozenset(), "wrong_person"))
    with pytest.raises(Refused, match="number-was-answered"):
        events_of(ended, denied)
    assert events_of(ended, replace(denied, barred=(frozenset(), "refused")))


def test_who_wants_no_calls_is_not_called_back():
    stopped = after(request(), ask(), attempt(), Heard("C-1", None, TODAY, opts_out="call"))
    wish = CallBack("C-1", frozenset({"A-1"}), TODAY + timedelta(days=2), TODAY, TODAY + timedelta(days=30))
    with pytest.raises(Refused, match="call-back-opted-out"):
        events_of(stopped, Heard("C-1", number(1), TODAY, call=Conversation("us", "customer", 9), call_back=wish))


def test_only_a_call_that_was_placed_is_wrapped_up():
    wrap_up = Heard("C-1", number(1), TODAY, call="busy")
    given(requested()).when(wrap_up).then_refused("call-not-made")
    given(requested(channel="sms")).when(wrap_up).then_refused("call-not-made")


def test_who_opted_out_of_a_channel_is_not_reached_over_it():
    said_stop = Heard("C-1", None, TODAY, opts_out="sms")
    [event] = events_of(after(said_stop, request(channel="sms")), ask())
    assert {rule.rule for rule in event.rules if not rule.passed} == {"BANK-05"}
    [call] = events_of(after(said_stop, request()), ask())
    assert isinstance(call, ContactAuthorised)


def test_who_says_that_they_paid_is_left_in_peace_for_a_while():
    claimed = Heard("C-1", None, TODAY, silent_until=TODAY + timedelta(days=3))
    [event] = events_of(after(claimed, request()), ask())
    assert {rule.rule for rule in event.rules if not rule.passed} == {"BANK-01b"}


def test_who_agreed_to_the_night_is_called_at_night():
    agreed = Heard("C-1", None, TODAY, night_agreed=True)
    [event] = events_of(after(agreed, request()), ask(now=at("04-01 23:00")))
    assert isinstance(event, ContactAuthorised)


def test_the_same_command_again_adds_nothing():
    specification.same_again_adds_nothing(ask(), attempt(), NoteSent(number(1), "m-1"), NoteOutcome(number(1), "busy"))


def test_an_attempt_is_recorded_with_its_moment():
    [event] = events_of(after(request(), ask()), attempt(now=NOON + timedelta(minutes=1)))
    assert event == ContactAttempted(customer_id="C-1", contact_id=number(1), attempted_at=NOON + timedelta(minutes=1))


def test_a_failure_is_recorded_with_its_reason():
    [event] = events_of(after(request(), ask(), attempt()), NoteOutcome(number(1), "not_in_service"))
    assert event == ContactFailed(customer_id="C-1", contact_id=number(1), reason="not_in_service")
