"""What a decision is looked at by beside the arrears: who a party is, where nobody is reached, wishes, and plans."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from arrears_events.catalogue.bank import PartyLinked, PartyUnlinked
from arrears_events.catalogue.base import PolicyRef
from arrears_events.catalogue.case import CASE, ArrearsChanged, CaseClosed
from arrears_events.catalogue.contact import (
    AmountShown,
    ContactPointBarred,
    Message,
    MessageDelivered,
    MessageSent,
    NightConsent,
)
from arrears_events.catalogue.instalments import Instalment, PlanRule, PlanTerms, Share
from arrears_events.catalogue.plan import PLAN, PaymentAllocated, PlanProposed, PlanReminderDue
from arrears_events.catalogue.wishes import CeaseRequested, ConsentGiven, ConsentWithdrawn
from arrears_events.money import Money
from arrears_events.sealed import Sealed
from arrears_policy.second_look.known import Known
from arrears_policy.second_look.plans import Plan, after

from .past import AWAY, Past, cny, day
from .person import Person, digest


class TestWhereNobodyIsReached:
    def asks_a_friend(self, past: Past, person: Person) -> list[Any]:
        person.contact("no_answer", party_id="P-1", purpose="service_answer")
        return [rule for _, rule in past.breaches()]

    def test_a_mobile_that_is_not_in_service(self, past: Past, person: Person):
        person.contact("not_in_service")
        assert self.asks_a_friend(past, person) == []

    def test_a_mobile_that_is_in_service_again(self, past: Past, person: Person):
        person.contact("not_in_service")
        person.contact("conversation")
        assert self.asks_a_friend(past, person) == ["CN-07"]

    def test_a_mobile_at_which_a_message_arrived(self, past: Past, person: Person):
        person.contact("not_in_service")
        sms = person.asked(channel="sms")
        person.allowed(sms)
        person.attempted(sms)
        which = {"customer_id": person.name, "contact_id": sms.contact_id}
        person.says(MessageSent(**which, reference="r"))
        person.says(MessageDelivered(**which))
        assert self.asks_a_friend(past, person) == ["CN-07"]

    def test_a_mobile_whose_person_refused(self, past: Past, person: Person):
        person.says(ContactPointBarred(customer_id="C-1", digest=digest("C-1mobile"), reason="refused"))
        assert self.asks_a_friend(past, person) == ["CN-07"]

    @pytest.mark.parametrize(("reason", "found"), [("recycled", []), ("refused", ["CN-07"])])
    def test_a_mobile_of_which_another_customers_contact_told(
        self, past: Past, person: Person, reason: Any, found: list[str]
    ):
        other = Person(past, "C-2", AWAY)
        other.says(ContactPointBarred(customer_id="C-2", digest=digest("C-1mobile"), reason=reason))
        past.later(seconds=1)
        assert self.asks_a_friend(past, person) == found


LINK: Any = {"customer_id": "C-1", "party_id": "P-1", "role": "guarantor", "account_id": "C-1-1"}


class TestParties:
    def asks(self, past: Past, person: Person, *accounts: str) -> list[Any]:
        asked = person.asked(party_id="P-1", accounts=frozenset(accounts))
        person.allowed(asked, party="guarantor")
        person.attempted(asked)
        return past.breaches()

    def test_who_answers_for_the_account_is_a_guarantor(self, past: Past, person: Person):
        person.bank(PartyLinked(**LINK))
        assert self.asks(past, person, "C-1-1") == []

    def test_to_another_account_they_are_a_third_person(self, past: Past, person: Person):
        person.opens("C-1-2")
        person.bank(PartyLinked(**LINK))
        assert ("fact-contradicted", None) in self.asks(past, person, "C-1-1", "C-1-2")

    def test_so_they_are_when_the_tie_has_ended(self, past: Past, person: Person):
        person.bank(PartyLinked(**LINK))
        person.bank(PartyUnlinked(**LINK))
        assert ("rule-broken", "CN-12") in self.asks(past, person, "C-1-1")

    def test_the_debtors_consent_to_the_night_is_not_theirs(self, past: Past, person: Person):
        person.bank(PartyLinked(**LINK))
        person.says(NightConsent(customer_id=person.name, given=True))
        past.at("04-02 23:00")
        assert self.asks(past, person, "C-1-1") == [("rule-broken", "CN-01")]


class TestWishes:
    def test_who_asked_in_writing_to_be_left_alone(self, past: Past, person: Person):
        person.says(CeaseRequested(customer_id=person.name, on=day("04-02")))
        person.contact(facts={"statuses": "cease_requested"})
        assert past.breaches() == [("rule-broken", "BANK-08")]

    def test_that_it_was_not_recorded(self, past: Past, person: Person):
        person.says(CeaseRequested(customer_id=person.name, on=day("04-02")))
        person.contact()
        assert ("fact-contradicted", None) in past.breaches()

    @pytest.mark.parametrize(("events", "found"), [((), True), ((ConsentGiven,), False)])
    def test_consent_to_the_use_of_a_point_that_was_not_reserved(self, past: Past, events: Any, found: bool):
        person = Person(past, reserved=False)
        person.says_each(events, digest=digest("C-1mobile"), on=day("04-02"))
        person.contact(purpose="legal")
        assert (("rule-broken", "CN-11") in past.breaches()) is found

    def test_consent_that_was_withdrawn(self, past: Past):
        person = Person(past, reserved=False)
        person.says_each((ConsentGiven, ConsentWithdrawn), digest=digest("C-1mobile"), on=day("04-02"))
        person.contact(purpose="legal")
        assert ("rule-broken", "CN-11") in past.breaches()


def test_of_an_account_that_was_sold_no_ledger_is_collected(past: Past, person: Person):
    """What is owed in another currency is the buyer's too."""
    case: dict[str, Any] = {"customer_id": person.name, "account_id": person.account, "case_id": person.case}
    dollars: dict[str, Any] = {"arrears": Money.of(9, "USD"), "balance": Money.of(9, "USD"), "days_past_due": 1}
    person.ours(CASE, "account", ArrearsChanged(**case, **dollars, as_of=day("03-31")))
    person.ours(CASE, "account", CaseClosed(**case, outcome="sold", closed_on=day("04-01"), balance=cny("1000.00")))
    person.contact(facts={"accounts": ""})
    assert past.breaches() == [("rule-broken", "BANK-01a")]


def proposed(person: Person, plan: UUID) -> PlanProposed:
    """300 CNY in two instalments, on 5 April and 5 May."""
    schedule = tuple(
        Instalment(number=at, due=day(due), principal=cny("150.00"), interest=cny("0.00"), balance=cny(left))
        for at, (due, left) in enumerate((("04-05", "150.00"), ("05-05", "0.00")), start=1)
    )
    limits: dict[str, Any] = {"first_due_latest": day("04-05"), "last_due_latest": day("05-05"), "rate_ppm_max": 0}
    limits |= {"terms_max": 60, "grace_days": 3, "missed_to_break": 2, "least_share_percent": 90, "reminder_days": 3}
    terms: dict[str, Any] = {"method": "equal_principal", "frequency": "monthly", "count": 2, "rate_ppm": 0}
    return PlanProposed(
        customer_id=person.name,
        plan_id=plan,
        kind="personalised",
        shares=(Share(account_id=person.account, principal=cny("300.00")),),
        amount=cny("300.00"),
        terms=PlanTerms(**terms, day_count="30/360", starts_on=day("04-01"), first_due=day("04-05")),
        schedule=schedule,
        reminders=True,
        proposed_on=day("04-01"),
        agree_by=day("04-05"),
        rule=PlanRule(**limits),
        policy=PolicyRef(name="instalments", version=1, sha256="0" * 64),
    )


class TestReminders:
    def reminded(self, past: Past, person: Person, amount: str, due: str, as_of: str, plan: UUID) -> list[Any]:
        asked = person.asked(channel="sms", purpose="plan_reminder")
        person.allowed(asked, facts={"in_plan": person.account})
        shown = AmountShown(plan_id=plan, due=day(due), amount=cny(amount), as_of=day(as_of))
        text = Sealed(key_id=person.case, nonce="A" * 16, ciphertext="", digest="0" * 64)
        message = Message(template=past.base, language="zh-Hans", text=text, amounts=(shown,))
        person.attempted(asked, message=message)
        person.ended(asked, "sent")
        return past.breaches()

    def running(self, person: Person, *, reminders: bool = True) -> UUID:
        """Agreed on 2 April, 50 CNY of the first instalment paid, and the customer to be reminded of it."""
        plan = person.plan_id
        person.ours(PLAN, "commitments", proposed(person, plan))
        person.agrees(reminders=reminders)
        which: dict[str, Any] = {"customer_id": person.name, "plan_id": plan, "number": 1}
        of: dict[str, Any] = {"account_id": person.account, "payment_id": "p", "value_date": day("04-02")}
        person.ours(PLAN, "commitments", PaymentAllocated(**which, **of, amount=cny("50.00")))
        said: dict[str, Any] = {"due": day("04-05"), "amount": cny("150.00"), "paid": cny("50.00"), "day": day("04-01")}
        person.ours(PLAN, "commitments", PlanReminderDue(**which, **said, accounts=frozenset({person.account})))
        return plan

    def test_what_of_the_instalment_was_left(self, past: Past, person: Person):
        plan = self.running(person)
        assert self.reminded(past, person, "100.00", "04-05", "04-01", plan) == []

    @pytest.mark.parametrize(
        ("amount", "due", "as_of"),
        [("150.00", "04-05", "04-01"), ("100.00", "05-05", "04-01"), ("100.00", "04-05", "04-02")],
        ids=["what was paid too", "of another instalment", "of another day"],
    )
    def test_anything_else(self, past: Past, person: Person, amount: str, due: str, as_of: str):
        plan = self.running(person)
        assert self.reminded(past, person, amount, due, as_of, plan) == [("fact-contradicted", "SYS-02")]

    @pytest.mark.parametrize(("today", "found"), [("04-05", []), ("04-06", [("fact-contradicted", "SYS-02")])])
    def test_a_reminder_after_the_day_on_which_it_was_due(
        self, past: Past, person: Person, today: str, found: list[Any]
    ):
        plan = self.running(person)
        for written in ("04-02", "04-03", "04-04", "04-05")[: int(today[-1]) - 2]:
            past.closes(written)
        past.at(f"{today} 10:00")
        assert self.reminded(past, person, "100.00", "04-05", "04-01", plan) == found

    def test_who_did_not_agree_to_it(self, past: Past, person: Person):
        plan = self.running(person, reminders=False)
        assert self.reminded(past, person, "100.00", "04-05", "04-01", plan) == [("fact-contradicted", "SYS-02")]

    def test_of_a_plan_that_is_broken(self, past: Past, person: Person):
        plan = self.running(person)
        person.breaks(plan)
        found = self.reminded(past, person, "100.00", "04-05", "04-01", plan)
        assert ("fact-contradicted", "SYS-02") in found


def test_what_is_told_of_a_plan_that_nobody_proposed_is_nothing():
    assert after(None, PlanReminderDue.model_construct(day=day("04-01"))) is None
    assert not replace(Plan(), runs=True).reminds_of(day("04-05"), cny("1.00"), day("04-01"), day("04-01"))
    assert Known().in_plan == frozenset()
