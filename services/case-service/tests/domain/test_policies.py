"""What this service needs of its policies: those that are shipped fit, and others do not."""

import pytest
from arrears_policy.policy import load
from case_service.main import SERVICE

from ..examples import shipped


def faults(name: str, *changes: tuple[str, str]) -> list[tuple[str, str]]:
    """Of the shipped text with these words for those."""
    text = shipped(name).text
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return [(fault.where, fault.code) for fault in SERVICE.policies[name].faults(load(text), {})]


@pytest.mark.parametrize("name", SERVICE.policies)
def test_what_is_shipped_fits(name: str):
    assert faults(name) == []


@pytest.mark.parametrize(
    ("name", "days", "allowed"),
    [("answer_days", 15, 15), ("complex_days", 30, 30), ("further_days", 30, 30)],
)
def test_a_complaint_is_never_answered_later_than_the_law_lets_it_be(name: str, days: int, allowed: int):
    """CN-25."""

    def with_days(number: int) -> list[tuple[str, str]]:
        return faults(
            "complaints",
            (f"{name}:\n    type: integer\n    value: {days}", f"{name}:\n    type: integer\n    value: {number}"),
        )

    wrong = [(f"values.{name}.value", "number-out-of-range")]
    assert (with_days(allowed), with_days(allowed + 1), with_days(60), with_days(0)) == ([], wrong, wrong, wrong)


@pytest.mark.parametrize(
    ("policy", "name"), [("complaints", "answer_days"), ("disputes", "acknowledge_days"), ("disputes", "resolve_days")]
)
def test_each_number_is_there(policy: str, name: str):
    assert faults(policy, (f"{name}:", f"other_{name}:")) == [(f"values.{name}", "number-missing")]


def test_a_dispute_is_resolved_within_the_longest_time_for_a_complaint():
    assert faults("disputes", ("value: 15", "value: 60")) == []
    assert faults("disputes", ("value: 15", "value: 61")) == [("values.resolve_days.value", "number-out-of-range")]


def test_the_treatment_table_takes_every_stage_and_amount():
    assert faults("treatment", ("M6, M7, recovery]", "M6, M7]")) == [("inputs.stage", "input-too-narrow")]
    assert faults("treatment", ('"0.."', '"0..99999999"')) == [("inputs.arrears", "input-too-narrow")]


def test_the_treatment_table_is_given_no_other_input():
    assert faults(
        "treatment",
        ("  arrears:\n    type", "  overdue:\n    type"),
        ("{arrears:", "{overdue:"),
        (", arrears:", ", overdue:"),
    ) == [
        ("inputs.overdue", "input-unknown"),
        ("inputs.arrears", "input-missing"),
    ]


def test_the_treatment_table_asks_for_contacts_that_there_are():
    assert faults("treatment", ("email, call]", "email, call, letter]")) == [
        ("outputs.channel.of", "output-word-unknown")
    ]


def test_a_step_of_treatment_is_collection_whatever_a_table_calls_it():
    """Else a table would walk past each rule that stops collection alone, as CN-17."""
    changed = ("of: [collection]", "of: [service_answer]"), ("purpose: collection", "purpose: service_answer")
    assert faults("treatment", *changed) == [("outputs.purpose.of", "output-word-unknown")]
