"""Each kind of rule, broken by what was known: at the border, on both sides of it."""

from typing import Any

import pytest
from arrears_events.catalogue.base import CustomerResumed, CustomerStopped
from arrears_events.catalogue.case import CASE, DisputeResolved
from arrears_events.catalogue.contact import (
    CONTACT,
    AuthorisationExpired,
    ContactPointBarred,
    NightConsent,
    OptedOut,
    PaymentClaimed,
)
from arrears_events.catalogue.plan import PLAN, InstalmentMissed, InstalmentPaid

from .past import AWAY, Past, cny, day
from .person import Person, digest


def broken(past: Past) -> list[str | None]:
    """The rules of the findings, which are of nothing else."""
    assert {code for code, _ in past.breaches()} <= {"rule-broken"}
    return [rule for _, rule in past.breaches()]


class TestWindows:
    @pytest.mark.parametrize(
        ("local", "found"),
        [
            ("04-02 07:59:58", ["CN-01"]),
            ("04-02 08:00:00", []),
            ("04-02 21:59:58", []),
            ("04-02 22:00:00", ["CN-01"]),
        ],
    )
    def test_the_hours_are_those_where_the_person_is(self, past: Past, person: Person, local: str, found: list[str]):
        past.at(local)
        person.contact()
        assert broken(past) == found

    def test_in_another_zone(self, past: Past, person: Person):
        person.lives(zone="America/New_York")
        person.contact()
        assert broken(past) == ["CN-01"]

    def test_the_hand_over_counts_not_the_decision(self, past: Past, person: Person):
        past.at("04-02 21:59")
        asked = person.asked()
        person.allowed(asked)
        past.at("04-02 22:01")
        person.attempted(asked)
        assert broken(past) == ["CN-01"]

    def test_at_night_by_consent_while_it_lasts(self, past: Past, person: Person):
        person.says(NightConsent(customer_id=person.name, given=True))
        past.at("04-02 23:00")
        person.contact("no_answer")
        assert broken(past) == []
        person.says(NightConsent(customer_id=person.name, given=False))
        person.contact("no_answer")
        assert broken(past) == ["CN-01"]


class TestCounts:
    def test_a_fourth_conversation_in_a_day(self, past: Past, person: Person):
        for _ in range(3):
            person.contact("conversation")
        assert broken(past) == []
        person.contact("conversation")
        assert broken(past) == ["CN-03"]

    def test_what_nobody_knows_counts(self, past: Past, person: Person):
        for outcome in ("conversation", "conversation", None):
            person.contact(outcome)
        person.contact("conversation")
        assert broken(past) == ["CN-03"]

    @pytest.mark.parametrize(("expires", "found"), [(False, ["CN-03"]), (True, [])])
    def test_what_is_only_allowed_counts_until_it_expires(
        self, past: Past, person: Person, expires: bool, found: list[str]
    ):
        waits = person.asked()
        person.allowed(waits)
        person.contact("conversation")
        person.contact("conversation")
        if expires:
            over = AuthorisationExpired(customer_id=person.name, contact_id=waits.contact_id, reason="too_late")
            person.says(over)
        person.contact("conversation")
        assert broken(past) == found

    @pytest.mark.parametrize("outcome", ["no_answer", "not_in_service"])
    def test_what_was_no_conversation_counts_for_none(self, past: Past, person: Person, outcome: str):
        person.contact(outcome)
        for _ in range(3):
            person.contact("conversation")
        assert broken(past) == []

    def test_what_the_customer_began_counts_for_nothing(self, past: Past, person: Person):
        for by in ("customer", "us", "us", "us"):
            asked = person.asked()
            person.allowed(asked)
            person.attempted(asked)
            person.ended(asked, "conversation", by=by)
        assert broken(past) == []

    def test_a_day_is_the_persons(self, past: Past, person: Person):
        person.lives(zone="America/New_York")
        past.at("04-02 20:30", "America/New_York")
        past.closes("04-02")
        for _ in range(3):
            person.contact("conversation", facts={"last_close": "2026-04-02"})
        past.at("04-03 08:30", "America/New_York")
        past.closes("04-03")
        person.contact("conversation", facts={"last_close": "2026-04-03"})
        assert broken(past) == []

    def test_a_seventh_attempt_to_one_number(self, past: Past, person: Person):
        for _ in range(6):
            person.contact("no_answer")
        assert broken(past) == []
        person.contact("no_answer")
        assert broken(past) == ["CN-05"]

    def test_what_was_attempted_twice_has_two_places(self, past: Past, person: Person):
        asked = person.asked()
        person.allowed(asked)
        for _ in range(3):
            person.attempted(asked)
            person.ended(asked, "conversation")
        person.contact("conversation")
        assert [rule for code, rule in past.breaches() if code == "rule-broken"] == ["CN-03"]


class TestGates:
    def test_arrears_that_payments_cover(self, past: Past, person: Person):
        person.pays("999.99")
        person.contact()
        assert broken(past) == []
        person.pays("0.01")
        person.contact()
        assert broken(past) == ["BANK-01a"]
        person.takes_back("0.01")
        person.contact()
        assert broken(past) == ["BANK-01a"]

    def test_a_payment_of_before_the_word_is_in_it(self, past: Past, person: Person):
        person.pays("1000.00", on="03-31")
        person.contact()
        assert broken(past) == []

    def test_another_purpose_is_not_bound(self, past: Past, person: Person):
        person.pays("1000.00")
        person.contact(purpose="service_answer")
        assert broken(past) == []

    def test_the_silence_after_a_claim(self, past: Past, person: Person):
        claimed = PaymentClaimed(customer_id=person.name, claimed_on=day("04-01"), silent_until=day("04-02"))
        person.says(claimed)
        person.contact()
        assert broken(past) == ["BANK-01b"]

    def test_a_number_that_is_barred(self, past: Past, person: Person):
        bar = ContactPointBarred(customer_id=person.name, digest=digest("C-1mobile"), reason="refused")
        person.says(bar)
        person.contact(channel="email", outcome="sent")
        assert broken(past) == []
        person.contact()
        assert broken(past) == ["BANK-06"]

    def test_a_number_that_is_barred_for_somebody_else(self, past: Past, person: Person):
        other = Person(past, "C-2", AWAY)
        other.says(ContactPointBarred(customer_id="C-2", digest=digest("C-1mobile"), reason="wrong_person"))
        past.later(seconds=70)
        person.contact()
        assert broken(past) == ["BANK-06"]

    @pytest.mark.parametrize(
        ("calls", "found"), [(["busy"] * 2, ["CN-07"]), (["busy"] * 3, []), (["undelivered"] * 3, ["CN-07"])]
    )
    def test_a_third_person_while_the_debtor_can_be_reached(self, past: Past, person: Person, calls: Any, found: Any):
        for outcome in calls:
            person.contact(outcome)
        person.contact("no_answer", party_id="P-1", purpose="service_answer")
        assert broken(past) == found

    def test_a_third_person_after_the_debtor_was_reached(self, past: Past, person: Person):
        for outcome in ("no_answer", "no_answer", "no_answer", "conversation", "no_answer"):
            person.contact(outcome)
        person.contact("no_answer", party_id="P-1", purpose="service_answer")
        assert broken(past) == ["CN-07"]

    def test_a_third_person_when_the_debtors_mobile_is_barred(self, past: Past, person: Person):
        person.says(ContactPointBarred(customer_id="C-1", digest=digest("C-1mobile"), reason="not_in_service"))
        person.contact("no_answer", party_id="P-1", purpose="service_answer")
        assert broken(past) == []

    def test_a_third_person_is_not_collected_from(self, past: Past, person: Person):
        for _ in range(3):
            person.contact("no_answer")
        person.contact("no_answer", party_id="P-1")
        assert broken(past) == ["CN-12"]

    def test_a_close_that_is_too_old(self, past: Past, person: Person):
        past.at("04-03 10:00")
        person.contact(facts={"last_close": "2026-04-01"})
        assert broken(past) == ["SYS-01a"]

    @pytest.mark.parametrize(("seconds", "found"), [(59, []), (62, ["SYS-01c"])])
    def test_what_lay_unread_for_too_long(self, past: Past, person: Person, seconds: int, found: list[str]):
        before = past.positions()
        person.pays("1.00")
        past.later(seconds=seconds)
        person.contact(positions=before)
        assert broken(past) == found

    def test_what_its_own_outbox_had_held_back_did_not_lie_unread(self, past: Past, person: Person):
        before = past.positions()
        person.owes("900.00", "04-01")
        past.later(seconds=75)
        past.logged_only_now("case.events")
        person.contact(positions=before)
        assert broken(past) == []

    def test_a_new_word_of_arrears(self, past: Past, person: Person):
        person.pays("1000.00")
        person.owes("1.00", "04-02")
        person.contact()
        assert broken(past) == []


class TestHolds:
    def test_a_special_status_while_it_lasts(self, past: Past, person: Person):
        person.becomes("insolvent")
        person.contact(facts={"statuses": "insolvent"})
        assert broken(past) == ["BANK-03"]
        person.is_no_more("insolvent")
        person.contact()
        assert broken(past) == ["BANK-03"]

    def test_a_plan_until_it_is_broken(self, past: Past, person: Person):
        plan = person.agrees()
        person.contact(facts={"in_plan": "C-1-1"})
        assert broken(past) == ["BANK-04"]
        person.breaks(plan)
        person.contact()
        assert broken(past) == ["BANK-04"]

    def test_an_ordinary_plan_until_an_instalment_is_missed(self, past: Past, person: Person):
        plan = person.agrees("ordinary")
        due = {"number": 1, "due": day("04-01"), "amount": cny("100.00")}
        which: dict[str, Any] = {"customer_id": person.name, "plan_id": plan, **due}
        person.ours(PLAN, "commitments", InstalmentMissed(**which, paid=cny("0.00")))
        person.contact()
        assert broken(past) == []
        person.ours(PLAN, "commitments", InstalmentPaid(**which, paid=cny("100.00"), paid_on=day("04-02")))
        person.contact(facts={"in_plan": "C-1-1"})
        assert broken(past) == ["BANK-04"]

    def test_a_wish_that_came_after_it_was_allowed(self, past: Past, person: Person):
        asked = person.asked(channel="sms")
        person.allowed(asked)
        person.says(OptedOut(customer_id=person.name, channel="sms", on=day("04-02")))
        person.attempted(asked)
        assert broken(past) == ["BANK-05"]

    def test_a_dispute_over_all_that_is_left(self, past: Past, person: Person):
        dispute = person.disputes("900.00")
        person.contact()
        assert broken(past) == []
        person.pays("100.00")
        person.contact()
        assert broken(past) == ["SYS-02b"]
        which = {"customer_id": person.name, "account_id": person.account, "case_id": person.case}
        resolved = DisputeResolved(**which, dispute_id=dispute, outcome="rejected", resolved_on=day("04-02"))
        person.ours(CASE, "account", resolved)
        person.contact()
        assert broken(past) == ["SYS-02b"]

    @pytest.mark.parametrize("topic", [CASE, CONTACT], ids=lambda topic: topic.name)
    def test_a_customer_who_is_stopped(self, past: Past, person: Person, topic: Any):
        bad = past.positions()["bank.events"]
        where = {"customer_id": person.name, "topic": "bank.events", "partition": 3, "offset": bad}
        person.ours(topic, "stop", CustomerStopped(**where, reason="bad-money", waits_from={"bank.events": bad}))
        person.contact(facts={"statuses": "customer_stopped"})
        assert broken(past) == ["SYS-01b"]
        person.ours(topic, "stop", CustomerResumed(**where, by="lin", outcome="skipped"))
        person.contact()
        assert broken(past) == ["SYS-01b"]


def test_contacts_of_others_are_their_own(past: Past, person: Person):
    other = Person(past, "C-2", AWAY)
    for _ in range(3):
        person.contact("conversation")
        other.contact("conversation")
    assert broken(past) == []
