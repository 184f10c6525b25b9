"""The guard: given what is known and what came before, when a contact is asked for, then this verdict."""

from datetime import date

import pytest
from arrears_policy.rule_pack import RulePack
from arrears_policy.rules import Rule
from contact_service.domain.guard import guard

from .asking import against, ask, at, contact, facts, finding, pack, packs
from .rules_of_a_test import rule, rules, window


def test_by_day_with_nothing_in_its_way_it_is_allowed_at_once():
    verdict = ask("04-01 12:00")
    assert (verdict.allowed, against(verdict), verdict.allowed_from) == (True, [], at("04-01 12:00"))


def test_every_rule_that_was_looked_at_is_told():
    bound = {
        each.id for each in (*pack("base").rules, *pack("cn").rules)
        if each.type != "text" and each.binds("collection", "call", "customer")
    }  # fmt: skip
    assert {each.rule for each in ask().rules} == bound | {"PLACE", "ZONE"}


@pytest.mark.parametrize("jurisdiction", ["fr", "", "every", "CN"])
def test_a_person_whose_place_has_no_pack_is_not_contacted(jurisdiction: str):
    verdict = ask(known=facts(jurisdiction=jurisdiction))
    assert (against(verdict), verdict.allowed_from) == (["PLACE"], None)
    assert finding(verdict, "PLACE").facts == {"jurisdiction": jurisdiction}


@pytest.mark.parametrize("names", [("cn",), ("base",), ("base", "tw")])
def test_without_both_packs_nobody_is_contacted(names: tuple[str, ...]):
    assert against(ask(rules=packs(*names))) == ["PLACE"]
    assert not ask(rules=(RulePack("none", ()),)).allowed


@pytest.mark.parametrize("zone", ["", "Asia/Atlantis", "../etc/passwd", "Asia", "/", "a\0b", "\ud800", "x" * 5000])
def test_a_person_whose_hour_is_not_known_is_not_contacted(zone: str):
    verdict = guard(packs(), contact(), facts(time_zone=zone), (), at("04-01 12:00"))
    assert (verdict.allowed, against(verdict), verdict.allowed_from) == (False, ["ZONE"], None)


def test_another_place_has_other_hours():
    taipei = facts(jurisdiction="tw", time_zone="Asia/Taipei")
    assert ask("04-01 07:00", known=taipei).allowed
    assert against(ask("04-01 06:59", known=taipei)) == ["TW-01"]


def test_a_rule_binds_on_the_days_on_which_it_is_law():
    law = rules(window("10:00-12:00", effective_from=date(2026, 4, 2), effective_until=date(2026, 4, 3)))
    allowed = {day: ask(f"{day} 13:00", rules=law).allowed for day in ("04-01", "04-02", "04-03", "04-04")}
    assert allowed == {"04-01": True, "04-02": False, "04-03": False, "04-04": True}
    assert ask("04-03 13:00", rules=law).allowed_from == at("04-04 00:00")


def test_the_moment_that_is_named_is_lawful_by_the_rules_of_that_day():
    law = rules(window("08:00-22:00"), window("10:00-20:00", "XX-03", effective_from=date(2026, 4, 2)))
    assert ask("04-01 22:30", rules=law).allowed_from == at("04-02 10:00")


def test_a_moment_on_which_a_gate_will_be_law_is_not_named_when_the_gate_is_shut():
    tomorrow = rule("XX-03", type="gate", condition="debtor_unreachable", number=3, effective_from=date(2026, 4, 2))
    law = rules(window("08:00-22:00"), tomorrow)
    assert ask("04-01 07:00", rules=law).allowed_from == at("04-01 08:00")
    assert ask("04-01 22:30", rules=law).allowed_from is None
    assert ask("04-01 22:30", rules=law, known=facts(mobile_invalid=True)).allowed_from == at("04-02 08:00")


def test_every_rule_of_the_packs_says_what_it_is_and_where_it_stands():
    every: list[Rule] = [each for name in ("base", "cn", "tw") for each in pack(name).rules]
    assert len({each.id for each in every}) == len(every) == 26
    assert all(each.says.endswith(".") for each in every)
    assert {"CN-01", "CN-03", "CN-05", "CN-07", "CN-09", "CN-12", "CN-17", "TW-01"} <= {each.id for each in every}
