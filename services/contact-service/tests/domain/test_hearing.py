"""What was said in a call, and what cannot all be so of one: one rule a test."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from arrears_events.catalogue.contact import CallBackRequested, ContactPointBarred, Party
from arrears_events.catalogue.heard import CallNoted, ComplaintHeard, DisputeHeard, HardshipReported
from arrears_events.money import Money
from arrears_events.refused import Refused
from arrears_events.sealed import Sealed
from contact_service.domain.call_backs import CallBack
from contact_service.domain.hearing import (
    BarReason,
    Conversation,
    Heard,
    SaidComplaint,
    SaidDispute,
    SaidHardship,
    SaidPromise,
    Written,
    events,
)

TODAY, CALL = date(2026, 4, 1), UUID(int=1)
TOMORROW, FARTHEST = TODAY + timedelta(days=1), TODAY + timedelta(days=31)
ACCOUNTS, AMOUNT = frozenset({"A-1", "A-2"}), Money.of("40", "CNY")
NOTE = Sealed(key_id=UUID(int=7), nonce="A" * 16, ciphertext="c2VhbGVk", digest="d" * 64)
TALKED = Conversation("us", "customer", 90)
PROMISE = SaidPromise(ACCOUNTS, AMOUNT, TODAY + timedelta(days=9))
DISPUTE = SaidDispute(ACCOUNTS, "A-1", "wrong_amount", AMOUNT, "S-1", "L-1")
COMPLAINT = SaidComplaint("rudeness", about="contact-1", against="carl")
CALL_BACK = CallBack("C-1", ACCOUNTS, TOMORROW, TOMORROW, FARTHEST)
EVERYTHING: dict[str, Any] = {
    "promise": PROMISE,
    "dispute": DISPUTE,
    "complaint": COMPLAINT,
    "claims_paid": TODAY + timedelta(days=3),
    "hardship": SaidHardship(willing_to_pay=True),
    "opts_out": "sms",
    "night_agreed": False,
    "call_back_on": CALL_BACK,
}
"""By the names of the API."""
FIELDS = {"claims_paid": "silent_until", "call_back_on": "call_back"}


def heard(call: Any = TALKED, **said: Any) -> Heard:
    return Heard("C-1", CALL, TODAY, call=call, **said)


def told(said: Iterable[str]) -> dict[str, Any]:
    return {FIELDS.get(name, name): EVERYTHING[name] for name in said}


def said_after(command: Heard) -> list[Any]:
    return list(events(command, None))


def refusal_of(command: Heard) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Refused) as refused:
        list(events(command, None))
    return refused.value.code, dict(refused.value.facts)


def wrote(party_id: str | None, **said: Any) -> Heard:
    return Heard("C-1", None, TODAY, written=Written("sms", NOTE, "unread", party_id), **said)


def talked_to(party: Party) -> Conversation:
    return replace(TALKED, party=party)


@pytest.mark.parametrize("writer", ["P-1", None])
def test_who_writes_for_another_says_nothing_of_the_debt_nor_for_them(writer: str | None):
    """A guarantor, a third person, or nobody knows who (CN-08)."""
    for said in ("promise", "claims_paid", "opts_out", "hardship"):
        assert refusal_of(wrote(writer, **told({said}))) == (
            "said-by-another",
            {"party": "third_person", "said": {said}},
        )
        assert said_after(wrote("C-1", **told({said})))


def test_a_number_whose_person_refuses_in_writing_is_barred():
    received, barred = said_after(wrote("P-1", barred=(frozenset({"d9"}), "refused")))
    assert (received.read_as, received.party_id) == ("unread", "P-1")
    assert barred == ContactPointBarred(customer_id="C-1", digest="d9", reason="refused")


def test_a_dispute_is_heard_for_case_service_to_decide():
    expected = DisputeHeard(
        customer_id="C-1",
        account_id="A-1",
        contact_id=CALL,
        kind="wrong_amount",
        disputed_amount=AMOUNT,
        heard_on=TODAY,
        statement_id="S-1",
        line_id="L-1",
    )
    assert said_after(heard(dispute=DISPUTE)) == [expected]


def test_only_what_the_call_was_about_is_contested_in_it():
    other = replace(DISPUTE, account_id="A-9")
    assert refusal_of(heard(dispute=other)) == ("account-not-of-call", {"accounts": ACCOUNTS})


@pytest.mark.parametrize("party", ["customer", "guarantor", "third_person"])
def test_whoever_was_reached_may_complain(party: Party):
    expected = ComplaintHeard(
        customer_id="C-1",
        contact_id=CALL,
        kind="rudeness",
        received_from=party,
        heard_on=TODAY,
        about="contact-1",
        against="carl",
    )
    assert said_after(heard(talked_to(party), complaint=COMPLAINT)) == [expected]


@pytest.mark.parametrize("willing", [True, False])
def test_hardship_is_reported_without_its_reasons(willing: bool):
    reported = HardshipReported(customer_id="C-1", contact_id=CALL, willing_to_pay=willing, reported_on=TODAY)
    assert said_after(heard(hardship=SaidHardship(willing))) == [reported]


def test_a_note_is_the_last_thing_and_needs_nobody_who_was_reached():
    noted = CallNoted(customer_id="C-1", contact_id=CALL, text=NOTE)
    assert said_after(heard("voicemail", note=NOTE)) == [noted]
    assert said_after(heard(dispute=DISPUTE, note=NOTE, opts_out="sms"))[-1] == noted


def test_a_wish_to_be_called_back_names_whom_and_about_what():
    wish = CallBackRequested(
        customer_id="C-1", contact_id=CALL, party_id="C-1", accounts=ACCOUNTS, on=TOMORROW, requested_on=TODAY
    )
    assert said_after(heard(call_back=CALL_BACK)) == [wish]


@pytest.mark.parametrize("on", [TODAY, FARTHEST + timedelta(days=1), TODAY - timedelta(days=1)])
def test_a_call_back_is_for_a_day_of_the_next_month(on: date):
    code, facts = refusal_of(heard(call_back=replace(CALL_BACK, on=on)))
    assert (code, facts) == ("call-back-out-of-range", {"earliest": TOMORROW, "latest": FARTHEST})
    assert len(said_after(heard(call_back=replace(CALL_BACK, on=FARTHEST)))) == 1


def test_who_wants_no_calls_is_not_called_back():
    assert refusal_of(heard(call_back=CALL_BACK, opts_out="call")) == ("call-back-opted-out", {})
    assert len(said_after(heard(call_back=CALL_BACK, opts_out="sms"))) == 2


@pytest.mark.parametrize("name", EVERYTHING)
def test_where_nobody_was_reached_nobody_said_anything(name: str):
    assert refusal_of(heard("no_answer", **told([name]))) == ("said-by-nobody", {"said": {name}})


@pytest.mark.parametrize("name", ["promise", "dispute", "claims_paid", "hardship", "opts_out", "night_agreed"])
def test_a_third_person_says_nothing_for_the_customer(name: str):
    command = heard(talked_to("third_person"), **told([name]))
    assert refusal_of(command) == ("said-by-another", {"party": "third_person", "said": {name}})


@pytest.mark.parametrize("name", ["hardship", "opts_out", "night_agreed"])
def test_who_answers_for_the_debt_speaks_of_it_and_not_of_the_customers_wishes(name: str):
    guarantor = talked_to("guarantor")
    assert len(said_after(heard(guarantor, **told(["promise", "dispute", "claims_paid", "call_back_on"])))) == 4
    command = heard(guarantor, **told([name, "promise"]))
    assert refusal_of(command) == ("said-by-another", {"party": "guarantor", "said": {name}})


def test_a_third_person_may_say_when_to_call_again():
    [wish] = said_after(heard(talked_to("third_person"), call_back=CALL_BACK))
    assert isinstance(wish, CallBackRequested)


@pytest.mark.parametrize(
    ("party", "reason"),
    [
        ("customer", "wrong_person"),
        ("customer", "recycled"),
        ("customer", "not_in_service"),
        ("guarantor", "not_in_service"),
        ("third_person", "not_in_service"),
    ],
)
def test_a_number_that_was_answered_is_not_barred_for_what_that_disproves(party: Party, reason: BarReason):
    command = heard(talked_to(party), barred=(frozenset({"d9"}), reason))
    assert refusal_of(command) == ("number-was-answered", {"party": party})


@pytest.mark.parametrize("call", [talked_to("third_person"), "not_in_service", "voicemail"])
def test_a_wrong_number_is_barred_whoever_told(call: Any):
    reason = "not_in_service" if call == "not_in_service" else "wrong_person"
    assert len(said_after(heard(call, barred=(frozenset({"d9"}), reason)))) == 1


def test_what_is_refused_leaves_not_even_the_end_of_the_call():
    everything = heard("busy", **told(EVERYTHING))
    assert refusal_of(everything) == ("said-by-nobody", {"said": EVERYTHING.keys()})


def test_what_the_customer_wrote_is_nobodys_call():
    assert len(list(events(Heard("C-1", None, TODAY, promise=PROMISE, opts_out="sms"), None))) == 2
