"""Words that come late: of what nobody knew, or what was held for not made."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from arrears_events.catalogue.contact import (
    ContactAuthorised,
    ContactFailed,
    ContactMade,
    MessageDelivered,
    MessageSent,
    OptedOut,
)
from contact_service.domain.contacts import NoteOutcome, NoteSent
from contact_service.domain.hearing import Conversation, Heard

from .test_contacts import (
    NOON,
    TODAY,
    after,
    ask,
    attempt,
    events_of,
    number,
    request,
    requested,
    specification,
)

WHICH: dict[str, Any] = {"customer_id": "C-1", "contact_id": number(1)}
UNKNOWN, NOT_MADE = NoteOutcome(number(1), "unknown"), NoteOutcome(number(1), "undelivered")
TALKED = Conversation("us", "customer", 90)


def attempted(channel: str, *then: Any) -> Any:
    return after(request(channel=channel), ask(), attempt(), *then)


@pytest.mark.parametrize(
    ("receipt", "recorded"),
    [("delivered", MessageDelivered(**WHICH)), ("undelivered", ContactFailed(**WHICH, reason="undelivered"))],
)
def test_a_receipt_that_comes_after_nobody_knew_is_recorded_once(receipt: Any, recorded: Any):
    state, events = specification.run(attempted("sms", UNKNOWN), NoteOutcome(number(1), receipt))
    assert list(events) == [recorded]
    assert events_of(state, NoteOutcome(number(1), receipt)) == []


def test_a_message_that_was_delivered_after_all_keeps_its_place_and_one_that_was_not_gives_it_back():
    delivered = attempted("sms", UNKNOWN, NoteOutcome(number(1), "delivered"))
    not_delivered = attempted("sms", UNKNOWN, NoteOutcome(number(1), "undelivered"))
    assert [each.outcome for each in delivered.past] == ["delivered"]
    assert [each.outcome for each in not_delivered.past] == ["undelivered"]


def test_that_nobody_knows_is_said_once():
    assert events_of(attempted("sms", UNKNOWN), UNKNOWN) == []


def test_what_a_receipt_said_stays():
    state = attempted("sms", NoteSent(number(1), "m-1"), NoteOutcome(number(1), "delivered"))
    assert events_of(state, NoteOutcome(number(1), "undelivered")) == []


@pytest.mark.parametrize("before", [UNKNOWN, NOT_MADE])
def test_a_mail_that_went_out_after_all_is_recorded_once(before: NoteOutcome):
    state, events = specification.run(attempted("email", before), NoteSent(number(1), "m-1"))
    assert list(events) == [MessageSent(**WHICH, reference="m-1")]
    assert state
    assert [each.outcome for each in state.past] == ["delivered"]
    assert events_of(state, NoteSent(number(1), "m-1")) == []


@pytest.mark.parametrize("before", [UNKNOWN, NOT_MADE])
def test_the_diallers_word_of_a_call_that_was_held_for_not_made_counts(before: NoteOutcome):
    told = Heard("C-1", number(1), TODAY, call=TALKED)
    state, events = specification.run(attempted("call", before), told)
    assert list(events) == [ContactMade(**WHICH, initiated_by="us", party="customer", seconds=90)]
    assert state
    assert [each.outcome for each in state.past] == ["conversation"]
    assert events_of(state, told) == []


def test_what_was_said_in_such_a_call_comes_after_its_end():
    told = Heard("C-1", number(1), TODAY, call=TALKED, opts_out="sms")
    assert events_of(attempted("call", UNKNOWN), told) == [
        ContactMade(**WHICH, initiated_by="us", party="customer", seconds=90),
        OptedOut(customer_id="C-1", channel="sms", on=TODAY),
    ]


def test_a_call_that_was_held_for_not_made_is_not_told_so_again():
    assert events_of(attempted("call", NOT_MADE), Heard("C-1", number(1), TODAY, call="not_in_service")) == []


@pytest.mark.parametrize("rang", ["no_answer", "busy", "voicemail"])
def test_who_talked_in_a_call_that_the_dialler_held_for_unanswered_had_a_conversation(rang: Any):
    """It counts (CN-03), and the customer was reached (CN-07)."""
    state = attempted("call", Heard("C-1", number(1), TODAY, call=rang))
    assert events_of(state, Heard("C-1", number(1), TODAY, call=replace(TALKED, surmised=True))) == []
    state, events = specification.run(state, Heard("C-1", number(1), TODAY, call=TALKED))
    assert list(events) == [ContactMade(**WHICH, initiated_by="us", party="customer", seconds=90)]
    assert state
    assert ([each.outcome for each in state.past], state.failures_in_a_row) == (["conversation"], 0)
    assert events_of(state, Heard("C-1", number(1), TODAY, call=rang)) == []


def test_who_talked_knows_with_whom_and_the_dialler_does_not():
    """A call that a neighbour took is none to the customer, whichever word comes first."""
    dialler = Heard("C-1", number(1), TODAY, call=replace(TALKED, surmised=True))
    wrap_up = Heard("C-1", number(1), TODAY, call=Conversation("us", "third_person", 80))
    state, events = specification.run(attempted("call", dialler), wrap_up)
    assert list(events) == [ContactMade(**WHICH, initiated_by="us", party="third_person", seconds=80)]
    assert state
    assert state == attempted("call", wrap_up)
    assert [(each.outcome, each.party) for each in state.past] == [("conversation", "third_person")]
    assert events_of(state, wrap_up) == events_of(state, dialler) == []


def test_a_wrap_up_that_says_as_the_dialler_did_changes_nothing():
    dialler = Heard("C-1", number(1), TODAY, call=replace(TALKED, surmised=True))
    assert events_of(attempted("call", dialler), Heard("C-1", number(1), TODAY, call=TALKED)) == []


def test_three_conversations_that_come_late_leave_no_place_for_a_fourth():
    """CN-03: they count as soon as they are known."""
    calls = [
        each for n in (1, 2, 3) for each in (request(n), ask(n), attempt(n), NoteOutcome(number(n), "undelivered"))
    ]
    [free] = events_of(after(*calls, request(4)), ask(4))
    assert isinstance(free, ContactAuthorised)
    late = [Heard("C-1", number(n), TODAY, call=TALKED) for n in (1, 2, 3)]
    [refused] = events_of(after(*calls, *late, request(4)), ask(4))
    assert {rule.rule for rule in refused.rules if not rule.passed} == {"CN-03"}


def test_after_its_place_is_forgotten_a_word_is_too_late():
    month = timedelta(days=33)
    state = attempted("sms", UNKNOWN, request(2, lapses_on=TODAY + month), ask(2, now=NOON + month))
    assert events_of(state, NoteOutcome(number(1), "delivered")) == []


def test_a_word_of_what_was_never_attempted_is_none():
    assert events_of(after(request()), NoteOutcome(number(1), "delivered")) == []
    assert events_of(specification.fold(None, [requested()]), NoteSent(number(9), "m")) == []
