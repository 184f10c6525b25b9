"""The numbers of a policy in force, one rule each."""

from dataclasses import replace
from importlib.resources import files

import pytest
from arrears_events.refused import Refused
from arrears_policy.policy import load
from arrears_policy.values import Values
from plan_service.domain.limits import ALLOWED, ASKED, instalment_least, plan_rule, promise_least
from plan_service.main import SERVICE

from ..builders import day, money
from ..numbers import plan_limits, promise_limits, text_of
from ..plans import rule


def unfit(name: str, number: int) -> None:
    with pytest.raises(Refused, match="policy-unfit") as refused:
        promise_limits(**{name: number}).number(name)
    least, most = ALLOWED[name]
    expected = {"policy": "promises", "version": 1, "value": name, "least": least, "most": most}
    assert refused.value.facts == expected


@pytest.mark.parametrize("name", ALLOWED)
def test_a_number_is_taken_from_the_least_to_the_most_that_makes_sense(name: str):
    least, most = ALLOWED[name]
    for number in least, most:
        assert promise_limits(**{name: number}).number(name) == number
    for number in least - 1, most + 1:
        unfit(name, number)


def test_a_number_that_the_policy_has_not_is_not_guessed():
    without = replace(promise_limits(), values=Values({}))
    with pytest.raises(Refused, match="policy-unfit"):
        without.number("grace_days")


def test_the_policies_that_the_service_brings_have_every_number_and_no_other():
    for path in files("plan_service").joinpath("policies").iterdir():
        policy = load(path.read_text("utf-8"))
        assert isinstance(policy.content, Values)
        assert policy.content.named.keys() == set(ASKED[policy.name])
        assert [*SERVICE.policies[policy.name].faults(policy, {})] == []
    assert {name for asked in ASKED.values() for name in asked} == ALLOWED.keys()


def test_a_policy_with_a_number_by_which_nothing_can_be_decided_does_not_fit():
    for before, after, where in (
        ("value: 60", "value: 261", "values.terms_max.value"),
        ("value: 5\n", "value: 6\n", "values.years_max.value"),
        ("grace_days:", "days_of_grace:", "values.grace_days"),
    ):
        text, needed = text_of("instalments"), SERVICE.policies["instalments"]
        assert before in text
        assert [fault.where for fault in needed.faults(load(text.replace(before, after)), {})] == [where]


def test_the_rule_for_a_plan_is_the_policys_on_the_day_it_is_proposed():
    assert plan_rule(plan_limits(), day("2026-06-01")) == rule()


def test_a_rate_in_basis_points_is_a_rate_in_millionths():
    assert plan_rule(plan_limits(annual_rate_max_basis_points=1), day("2026-06-01")).rate_ppm_max == 100


def test_the_last_day_of_february_has_its_like_in_every_year():
    assert plan_rule(plan_limits(years_max=1), day("2028-02-29")).last_due_latest == day("2029-02-28")


def test_the_least_amounts_are_in_the_minor_units_of_the_currency():
    limits = promise_limits(least_amount_minor=100)
    assert [promise_least(limits, each) for each in ("TWD", "JPY", "KWD")] == [
        money("1.00"),
        money("100", "JPY"),
        money("0.100", "KWD"),
    ]
    assert [instalment_least(each) for each in ("TWD", "JPY")] == [money("0.01"), money("1", "JPY")]
