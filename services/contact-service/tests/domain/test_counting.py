"""Counts: the three conversations of CN-03, the six attempts of CN-05, and other times and keys."""

from typing import get_args

from contact_service.domain.facts import Outcome

from .asking import MEDIA, NEW_YORK, against, ask, at, before, contact, facts, finding
from .rules_of_a_test import count, rules


def test_after_three_conversations_it_waits_for_the_next_morning():
    verdict = ask("04-01 12:00", before("04-01 08:00"), before("04-01 09:00"), before("04-01 10:00"))
    assert (against(verdict), verdict.allowed_from) == (["CN-03"], at("04-02 08:00"))
    assert finding(verdict, "CN-03").facts == {"at_most": 3, "over": "calendar_day", "by": "person", "counted": 3}
    assert finding(verdict, "CN-03").allowed_from == at("04-02 00:00")


def test_more_than_the_cap_is_no_less_a_no():
    """As when the cap was lowered meanwhile."""
    past = [before(f"04-01 08:{minute}") for minute in (10, 20, 30, 40, 50)]
    assert against(ask("04-01 12:00", *past)) == ["CN-03"]


def test_the_day_of_a_count_is_the_persons():
    """All three were on 31 March in New York, on 1 April in Shanghai."""
    past = [before(f"03-31 {hour}:00", zone=NEW_YORK) for hour in (19, 20, 21)]
    assert ask("04-01 09:00", *past, known=facts(time_zone=NEW_YORK)).allowed
    assert not ask("04-01 12:00", *past).allowed


def test_conversations_that_the_customer_began_do_not_count():
    assert ask("04-01 12:00", *[before(f"04-01 {hour}:00", ours=False) for hour in ("08", "09", "10")]).allowed


def test_a_call_whose_outcome_nobody_knows_yet_takes_its_place():
    past = [before("04-01 08:00"), before("04-01 09:00"), before("04-01 11:59", "open")]
    assert against(ask("04-01 12:00", *past)) == ["CN-03"]


def test_six_unanswered_calls_to_a_number_leave_the_other_number():
    past = [before(f"04-01 0{8 + n // 4}:{n % 4}0", "unanswered") for n in range(6)]
    assert against(ask("04-01 12:00", *past)) == ["CN-05"]
    assert ask("04-01 12:00", *past, contact=contact(digest="d2")).allowed
    assert ask("04-01 12:00", *past, contact=contact(medium="sms")).allowed


def test_what_failed_before_it_reached_the_number_counts_for_nothing():
    assert ask("04-01 12:00", *[before(f"04-01 08:0{n}", "failed") for n in range(9)]).allowed


def test_another_persons_conversations_are_not_the_customers():
    past = [before(f"04-01 0{n}:00", party="guarantor", party_id="G-1") for n in (7, 8, 9)]
    assert ask("04-01 12:00", *past).allowed
    assert against(ask("04-01 12:00", *past, contact=contact(party="guarantor", party_id="G-1"))) == ["CN-03"]


def test_a_contact_about_two_debts_counts_for_each():
    law = rules(count(1, by="debt"))
    verdict = ask(
        "04-01 12:00", before("04-01 08:00", accounts=["A-1", "A-2"]), contact=contact(accounts=["A-2"]), rules=law
    )
    assert (against(verdict), finding(verdict, "XX-02").facts["account"]) == (["XX-02"], "A-2")
    assert ask("04-01 12:00", before("04-01 08:00"), contact=contact(accounts=["A-2"]), rules=law).allowed


def test_a_contact_about_two_debts_waits_for_the_later():
    law = rules(count(1, by="debt", over="rolling_days", days=7))
    past = before("04-01 08:00", accounts=["A-1"]), before("04-03 08:00", accounts=["A-2"])
    verdict = ask("04-04 12:00", *past, contact=contact(accounts=["A-1", "A-2"]), rules=law)
    assert verdict.allowed_from == finding(verdict, "XX-02").allowed_from == at("04-10 00:00")


def test_rolling_days_begin_with_the_day_of_the_contact():
    """Seven consecutive days of which the contact's is day 1: free again on the eighth."""
    law = rules(count(1, over="rolling_days", days=7))
    for day, allowed in {"04-07": False, "04-08": True}.items():
        assert ask(f"{day} 12:00", before("04-01 18:00"), rules=law).allowed == allowed
    assert ask("04-07 12:00", before("04-01 18:00"), rules=law).allowed_from == at("04-08 00:00")


def test_a_place_is_free_when_the_oldest_of_those_that_fill_the_cap_goes():
    law = rules(count(2, over="rolling_days", days=7))
    assert ask("04-04 12:00", before("04-01 18:00"), before("04-03 18:00"), rules=law).allowed_from == at("04-08 00:00")


def test_a_months_count_begins_anew_on_the_first():
    verdict = ask("02-10 12:00", before("02-01 12:00"), rules=rules(count(1, over="calendar_month")))
    assert verdict.allowed_from == at("03-01 00:00")
    assert ask("02-01 12:00", before("01-31 23:59"), rules=rules(count(1, over="calendar_month"))).allowed


def test_each_outcome_is_counted_as_what_it_is():
    counted = {
        kind: {outcome for outcome in get_args(Outcome) if not ask(
            "04-01 12:00", before("04-01 09:00", outcome), rules=rules(count(1, counts=kind))
        ).allowed}
        for kind in ("conversation", "unanswered", "contact")
    }  # fmt: skip
    assert counted == {
        "conversation": {"open", "conversation"},
        "unanswered": {"open", "unanswered"},
        "contact": {"open", "conversation", "delivered"},
    }


def test_media_are_counted_together_where_the_rule_says_so():
    mail = before("04-01 09:00", "delivered", medium="email")
    together, calls_alone = rules(count(1)), rules(count(1, media=["call"]))
    assert [ask("04-01 12:00", mail, contact=contact(medium=each), rules=together).allowed for each in MEDIA] == [
        False
    ] * 3
    assert ask("04-01 12:00", mail, rules=calls_alone).allowed
