"""Gates and holds: what the bank, the system and the person say that stands in the way."""

from datetime import date

import pytest
from arrears_policy.rules import Condition, Gate, Status
from contact_service.domain import gates

from .asking import PURPOSES, against, ask, at, contact, facts, finding, owed
from .rules_of_a_test import rule, rules


def test_payments_that_cover_the_arrears_stop_collection_and_nothing_else():
    known = facts(owed=(owed(paid="1000"),))
    verdict = ask(known=known)
    assert (against(verdict), verdict.allowed_from) == (["BANK-01a"], None)
    assert finding(verdict, "BANK-01a").facts == {
        "condition": "arrears_not_covered_by_payments", "must": "hold", "account": "A-1",
        "arrears_CNY": "1000.00", "paid_since_CNY": "1000.00",
    }  # fmt: skip
    assert ask(known=known, contact=contact(purpose="plan_reminder")).allowed


def test_payments_that_leave_a_cent_stop_nothing():
    assert ask(known=facts(owed=(owed(paid="999.99"),))).allowed


def test_one_account_that_is_covered_stops_a_contact_about_two():
    known = facts(owed=(owed("A-1"), owed("A-2", paid="1000")))
    assert finding(ask(known=known, contact=contact(accounts=["A-1", "A-2"])), "BANK-01a").facts["account"] == "A-2"
    assert ask(known=known, contact=contact(accounts=["A-1"])).allowed


def test_an_account_is_covered_when_both_its_currencies_are():
    assert ask(known=facts(owed=(owed(paid="1000"), owed(arrears="50", currency="USD")))).allowed
    assert not ask(known=facts(owed=(owed(paid="1000"), owed(arrears="0", currency="USD")))).allowed


def test_nothing_known_to_be_owed_is_nothing_to_collect():
    assert against(ask(known=facts(owed=()))) == ["BANK-01a"]


def test_after_a_payment_was_claimed_there_is_silence_to_its_last_day():
    assert against(ask(known=facts(silent_until=date(2026, 4, 1)))) == ["BANK-01b"]
    assert ask(known=facts(silent_until=date(2026, 3, 31))).allowed


@pytest.mark.parametrize(
    ("known", "rule"),
    [
        (facts(last_close=date(2026, 3, 30), next_business_date=date(2026, 3, 31)), "SYS-01a"),
        (facts(last_close=None, next_business_date=None), "SYS-01a"),
        (facts(statuses=frozenset({Status.CUSTOMER_STOPPED})), "SYS-01b"),
        (facts(reader_lag_seconds=61), "SYS-01c"),
    ],
)
@pytest.mark.parametrize("purpose", PURPOSES)
def test_who_does_not_know_says_nothing(purpose: str, known, rule: str):
    verdict = ask(known=known, contact=contact(purpose=purpose))
    assert (against(verdict), verdict.allowed_from) == ([rule], None)


def test_a_holiday_makes_no_close_old():
    monday = facts(today=date(2026, 4, 6), last_close=date(2026, 4, 3), next_business_date=date(2026, 4, 6))
    assert ask("04-06 12:00", known=monday).allowed


def test_a_dispute_over_everything_owed_holds_collection():
    verdict = ask(known=facts(owed=(owed(disputed="1000"),)))
    assert against(verdict) == ["SYS-02b"]
    assert finding(verdict, "SYS-02b").facts == {"status": "disputed_in_full", "account": "A-1"}


def test_a_dispute_over_a_part_holds_nothing_until_payments_leave_only_that_part():
    assert ask(known=facts(owed=(owed(disputed="400"),))).allowed
    assert ask(known=facts(owed=(owed(disputed="400", paid="599"),))).allowed
    assert against(ask(known=facts(owed=(owed(disputed="400", paid="600"),)))) == ["SYS-02b"]


def test_an_agreed_plan_stops_collection_of_its_accounts_and_no_plan_reminder():
    known = facts(in_plan=frozenset({"A-1"}))
    assert against(ask(known=known)) == ["BANK-04", "CN-17"]
    assert ask(known=known, contact=contact(purpose="plan_reminder")).allowed
    assert ask(known=known, contact=contact(accounts=["A-2"])).allowed


def test_who_opted_out_of_a_medium_is_reached_by_the_others():
    known = facts(opted_out=frozenset({"sms"}))
    assert against(ask(known=known, contact=contact(medium="sms"))) == ["BANK-05"]
    assert ask(known=known, contact=contact(medium="email")).allowed
    assert ask(known=known, contact=contact(medium="sms", purpose="statutory_notice")).allowed


@pytest.mark.parametrize(
    "status",
    [
        Status.DECEASED, Status.INSOLVENT, Status.BREATHING_SPACE, Status.REPRESENTED, Status.VULNERABLE,
        Status.FRAUD, Status.DISASTER, Status.RESTRICTED, Status.COLLECTION_STOPPED,
    ],
)  # fmt: skip
def test_a_status_stops_collection_while_it_holds(status: Status):
    verdict = ask(known=facts(statuses=frozenset({status})))
    assert (verdict.allowed, verdict.allowed_from) == (False, None)
    [stopped] = against(verdict)
    assert finding(verdict, stopped).facts == {"status": status.value}


def test_a_hold_at_night_names_no_moment_though_the_window_does():
    verdict = ask("04-01 23:00", known=facts(statuses=frozenset({Status.DECEASED})))
    assert (against(verdict), verdict.allowed_from) == (["BANK-02", "CN-01"], None)
    assert finding(verdict, "CN-01").allowed_from == at("04-02 08:00")


def test_a_third_person_is_never_asked_for_the_debt():
    third = contact(party="third_person", party_id="T-1")
    assert "CN-12" in against(ask(known=facts(failures_in_a_row=3), contact=third))


@pytest.mark.parametrize(
    ("known", "allowed"),
    [
        (facts(failures_in_a_row=2), False),
        (facts(failures_in_a_row=3), True),
        (facts(mobile_invalid=True), True),
        (facts(failures_in_a_row=3, barred=frozenset({"d1"})), False),
    ],
)
def test_a_third_person_is_asked_where_the_debtor_is_only_when_nobody_reaches_the_debtor(known, allowed: bool):
    third = contact(party="third_person", party_id="T-1", purpose="service_answer")
    assert ask(known=known, contact=third).allowed == allowed


def test_a_barred_number_is_called_for_no_purpose():
    known = facts(barred=frozenset({"d1"}))
    assert not any(ask(known=known, contact=contact(purpose=purpose)).allowed for purpose in PURPOSES)


def test_a_call_whose_script_does_not_say_who_calls_is_not_made():
    assert against(ask(contact=contact(names_itself=False))) == ["CN-10a"]
    assert ask(contact=contact(names_itself=False, medium="sms")).allowed


def test_a_point_is_used_when_it_was_reserved_or_its_person_agreed():
    law = rules(rule("XX-01", type="gate", condition="point_reserved_or_consented"))
    allowed = [
        ask(rules=law, contact=contact(point_reserved=reserved, point_agreed=agreed)).allowed
        for reserved in (False, True)
        for agreed in (False, True)
    ]
    assert allowed == [False, True, True, True]


def test_a_condition_may_be_one_that_must_not_hold():
    law = rules(rule("XX-01", type="gate", condition="point_not_barred", must="not_hold"))
    assert against(ask(rules=law)) == ["XX-01"]


@pytest.mark.parametrize("condition", Condition)
def test_every_condition_has_a_meaning_and_a_fact(condition: Condition):
    number = {"number": 3} if condition in ("debtor_unreachable", "reader_in_step") else {}
    [[gate, _], _] = [each.rules for each in rules(rule("XX-01", type="gate", condition=condition.value, **number))]
    assert isinstance(gate, Gate)
    looked = gates.look(gate, contact(), facts())
    assert looked.facts["condition"] == condition.value
    assert looked.passed is (condition not in (Condition.DEBTOR_UNREACHABLE, Condition.POINT_RESERVED_OR_CONSENTED))
