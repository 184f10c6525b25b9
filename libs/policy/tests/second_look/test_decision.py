"""A decision, against the log: the texts it names, the rules it looked at, the facts it rests on, the words sent."""

from typing import Any

import pytest
from arrears_events.catalogue.bank import PartyLinked
from arrears_events.catalogue.base import PolicyRef
from arrears_events.catalogue.contact import RuleApplied

from .law_of_a_test import CN, CONVERSATIONS, WINDOW, gate, pack
from .past import Past
from .person import Person


class TestTexts:
    WRONG = ("policy-wrong", None)

    def test_one_that_was_never_published(self, past: Past, person: Person):
        person.contact(policies=(past.base, PolicyRef(name="cn", version=2, sha256="0" * 64)))
        assert past.breaches() == [self.WRONG, self.WRONG]  # by that one, and not by the one in force

    def test_one_that_is_not_in_force_yet(self, past: Past, person: Person):
        tomorrow = past.publishes(pack("cn", WINDOW), since="04-03", version=2)
        person.contact(policies=(past.base, past.cn))
        assert past.breaches() == []
        person.contact(policies=(past.base, tomorrow))
        assert past.breaches() == [self.WRONG, self.WRONG]

    def test_one_in_whose_place_another_came(self, past: Past, person: Person):
        past.publishes(pack("cn", WINDOW), since="04-02", version=2)
        past.later(seconds=10)
        person.contact()
        assert past.breaches() == []
        person.contact(policies=(past.base, past.cn))
        assert past.breaches() == [self.WRONG, self.WRONG]

    def test_one_that_an_instance_had_not_found_yet(self, past: Past, person: Person):
        known = past.packs
        past.publishes(pack("cn", WINDOW), since="04-02", version=2)
        past.later(seconds=2)
        past.packs = known
        person.contact()
        assert past.breaches() == []

    def test_a_pack_that_was_left_out(self, past: Past, person: Person):
        person.contact(policies=(past.cn,))
        assert past.breaches() == [self.WRONG]

    def test_one_whose_hash_is_not_that_of_its_text(self, past: Past):
        past.publishes(CN, hash_="1" * 64, version=2)
        [found] = past.findings()
        assert (found.code, found.contact, found.topic) == ("policy-wrong", None, "contact.settings")

    def test_a_person_whose_place_has_no_pack(self, past: Past, person: Person):
        person.lives(jurisdiction="th")
        person.contact()
        assert past.breaches() == [("rule-broken", "PLACE")]


class TestRules:
    def test_one_that_was_left_out(self, past: Past, person: Person):
        person.contact(rules={"CN-03": None})
        assert past.breaches() == [("rule-left-out", "CN-03")]

    def test_one_that_said_no(self, past: Past, person: Person):
        person.contact(rules={"CN-03": RuleApplied(rule="CN-03", clause="test", passed=False, facts={})})
        assert past.breaches() == [("rule-broken", "CN-03")]

    def test_one_that_asks_who_calls_is_kept_by_a_script_and_not_by_a_message(self, past: Past, person: Person):
        past.publishes(pack("cn", WINDOW, gate("CN-10a", "names_itself")), since="04-02", version=2)
        past.later(seconds=10)
        person.contact()
        assert past.breaches() == []
        person.message("1000.00", "03-31")
        assert ("rule-broken", "CN-10a") in past.breaches()

    def test_one_that_is_not_law_any_more_is_not_asked_for(self, past: Past, person: Person):
        ended = CONVERSATIONS + "    effective_until: 2026-04-01\n"
        past.publishes(pack("cn", WINDOW, ended), since="04-02", version=2)
        past.later(seconds=10)
        person.contact(rules={"CN-03": None})
        assert past.breaches() == []


class TestMessages:
    """The words are sealed. Their template and their amounts are not."""

    def test_an_amount_that_was_left_beside_what_is_disputed(self, past: Past, person: Person):
        person.pays("100.00")
        person.disputes("300.00")
        person.message("600.00", "03-31")
        assert past.breaches() == []

    @pytest.mark.parametrize(
        ("amount", "as_of", "account"),
        [("1000.00", "03-31", "C-1-1"), ("700.00", "04-01", "C-1-1"), ("700.00", "03-31", "C-1-2")],
        ids=["what is disputed too", "of another day", "of another account"],
    )
    def test_another_amount(self, past: Past, person: Person, amount: str, as_of: str, account: str):
        person.disputes("300.00")
        person.message(amount, as_of, account)
        assert past.breaches() == [("fact-contradicted", "SYS-02")]

    def test_an_account_of_which_it_was_not_to_speak(self, past: Past, person: Person):
        person.opens("C-1-2")
        person.message("1000.00", "03-31", "C-1-2")
        assert past.breaches() == [("fact-contradicted", "SYS-02")]

    def test_an_amount_that_was_heard_between_decision_and_hand_over(self, past: Past, person: Person):
        before = past.positions()
        person.pays("100.00")
        person.message("900.00", "03-31", positions=before)
        assert past.breaches() == []

    def test_an_amount_beside_a_dispute_that_waited_in_an_outbox(self, past: Past, person: Person):
        """The payment was recorded after it, and heard before it."""
        before = past.positions()
        person.disputes("300.00")
        person.pays("100.00")
        past.later(seconds=0.1)
        past.logged_only_now("case.events")
        person.message("900.00", "03-31", positions=before)
        assert past.breaches() == []

    def test_a_payment_that_was_taken_back_does_not_raise_the_banks_word(self, past: Past, person: Person):
        person.takes_back("500.00")
        person.message("1000.00", "03-31")
        assert past.breaches() == []
        person.message("1500.00", "03-31")
        assert past.breaches() == [("fact-contradicted", "SYS-02")]

    def test_payments_whose_sum_outgrows_an_amount_leave_nothing(self, past: Past, person: Person):
        for _ in range(2):
            person.pays("9999999999999.99")
        person.message("1000.00", "03-31")
        assert ("fact-contradicted", "SYS-02") in past.breaches()

    def test_a_template_that_was_not_published(self, past: Past, person: Person):
        person.message("1000.00", "03-31", template=PolicyRef(name="reminder-sms", version=1, sha256="0" * 64))
        assert past.breaches() == [("policy-wrong", None)]


class TestFacts:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"jurisdiction": "tw"},
            {"time_zone": "Asia/Tokyo"},
            {"last_close": "2026-04-02"},
            {"statuses": "disaster"},
            {"in_plan": "C-1-1"},
            {"accounts": "C-1-1,C-2-1"},
        ],
        ids=str,
    )
    def test_one_that_the_log_contradicts(self, past: Past, person: Person, wrong: dict[str, str]):
        person.contact(facts=wrong)
        assert past.breaches() == [("fact-contradicted", None)]

    @pytest.mark.parametrize(
        ("rule", "wrong"),
        [
            ("CN-03", {"counted": 0}),
            ("CN-01", {"local_time": "2026-04-02T09:59+08:00"}),
            ("SYS-01a", {"last_close": "2026-04-02"}),
            ("SYS-01a", {"today": "2026-04-05"}),
            ("BANK-01b", {"silent_until": "2026-04-01"}),
            ("CN-12", {"party": "guarantor"}),
        ],
    )
    def test_one_of_a_rule(self, past: Past, person: Person, rule: str, wrong: dict[str, Any]):
        person.contact()
        person.contact(rules={rule: RuleApplied(rule=rule, clause="test", passed=True, facts=wrong)})
        assert past.breaches() == [("fact-contradicted", rule)]

    def test_a_count_that_the_log_bears_out(self, past: Past, person: Person):
        person.contact()
        person.contact(rules={"CN-03": RuleApplied(rule="CN-03", clause="test", passed=True, facts={"counted": 1})})
        assert past.breaches() == []

    def test_a_third_person_passed_off_as_the_customer(self, past: Past, person: Person):
        person.contact("no_answer", party_id="P-1", purpose="service_answer", party="customer")
        assert ("fact-contradicted", None) in past.breaches()

    @pytest.mark.parametrize(
        ("role", "party", "right"),
        [
            ("guarantor", "guarantor", True),
            ("guarantor", "third_person", True),
            ("co_debtor", "guarantor", True),
            ("spouse", "guarantor", False),
            ("guarantor", "customer", False),
        ],
    )
    def test_a_party_is_held_for_no_more_than_its_role(
        self, past: Past, person: Person, role: Any, party: str, right: bool
    ):
        person.bank(PartyLinked(customer_id=person.name, party_id="P-1", role=role))
        for _ in range(3):
            person.contact("no_answer")
        person.contact("no_answer", party_id="P-1", purpose="service_answer", party=party)
        assert (("fact-contradicted", None) not in past.breaches()) == right

    def test_an_account_that_is_not_the_customers(self, past: Past, person: Person):
        person.contact(purpose="service_answer", accounts=frozenset({"C-9-1"}))
        assert past.breaches() == [("fact-contradicted", None)]

    def test_a_status_that_no_event_tells_of_is_believed(self, past: Past, person: Person):
        person.contact(facts={"statuses": "collection_stopped"})
        assert past.breaches() == [("rule-broken", "BANK-07")]

    def test_an_attempt_that_gives_another_time_than_it_was_recorded(self, past: Past, person: Person):
        asked = person.asked()
        authorised = person.allowed(asked)
        past.later(hours=12)
        person.attempted(asked, attempted_at=authorised.decided_at)
        assert past.breaches() == [("fact-contradicted", None)]

    def test_one_that_is_a_moment_newer_than_the_positions_beside_it(self, past: Past, person: Person):
        person.agrees("ordinary")
        before = past.positions()
        person.breaks(person.agrees("ordinary"))
        person.contact(positions=before, facts={"in_plan": ""})
        assert past.breaches() == []
