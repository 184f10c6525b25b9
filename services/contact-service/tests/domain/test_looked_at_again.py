"""The second look at what was allowed, just before it is handed over: its accounts, its words, how it begins."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from arrears_events.catalogue.contact import AuthorisationExpired, ContactAttempted, ContactAuthorised
from contact_service.domain.contacts import AttemptContact, DecideContact

from .asking import FACTS, owed
from .rules_of_a_test import rule, rules
from .test_contacts import TODAY, after, ask, events_of, grounds, number, request


def test_it_is_not_done_when_one_of_its_accounts_may_not_be_spoken_of_any_more():
    """A plan is agreed on one of two accounts: what was allowed names it still (CN-17)."""
    both = {"owed": (owed("A-1"), owed("A-2"))}
    state = after(request(), DecideContact(number(1), replace(grounds(), facts=replace(FACTS, **both))))
    in_plan = replace(grounds(), facts=replace(FACTS, **both, in_plan=frozenset({"A-2"})))
    [event] = events_of(state, AttemptContact(number(1), in_plan))
    assert event == AuthorisationExpired(customer_id="C-1", contact_id=number(1), reason="facts_changed")


def test_an_account_that_came_into_arrears_since_does_not_stop_it():
    more = replace(grounds(), facts=replace(FACTS, owed=(owed("A-1"), owed("A-2"))))
    [event] = events_of(after(request(), ask()), AttemptContact(number(1), more))
    assert isinstance(event, ContactAttempted)


@pytest.mark.parametrize("reason", ["words_refused", "words_failed"])
def test_a_message_without_words_that_may_be_said_does_not_go_out(reason: Any):
    unsaid = AttemptContact(number(1), grounds(), unsaid=reason)
    [event] = events_of(after(request(), ask()), unsaid)
    assert event == AuthorisationExpired(customer_id="C-1", contact_id=number(1), reason=reason)


def test_what_has_lapsed_has_lapsed_whatever_its_words_are():
    late = AttemptContact(number(1), grounds(today=TODAY + timedelta(days=4)), unsaid="words_failed")
    [event] = events_of(after(request(), ask()), late)
    assert event == AuthorisationExpired(customer_id="C-1", contact_id=number(1), reason="lapsed")


def test_a_call_names_itself_by_its_script_and_a_message_by_no_more_than_its_words():
    """Where a place holds the gate of CN-10a against messages too, none passes it."""
    law = rules(rule("XX-10", type="gate", condition="names_itself"))
    [call] = events_of(after(request()), ask(packs=law))
    [sms] = events_of(after(request(channel="sms")), ask(packs=law))
    assert isinstance(call, ContactAuthorised)
    assert {each.rule for each in sms.rules if not each.passed} == {"XX-10"}
