"""What a service needs of a policy: given a text that loads, when it is held against the need, then its faults."""

from typing import Any

import pytest
from arrears_policy import decision_table, fit, values
from arrears_policy.errors import Fault

RANGES = {"answer_days": (1, 15)}
GIVEN = {"stage": ("M1", "M2"), "arrears": (0, 10**16)}
TAKEN = {"channel": ("none", "sms")}
STAGE = {"type": "enum", "of": ["M1", "M2"]}
ARREARS = {"type": "integer", "unit": "minor units", "range": "0.."}
CHANNEL = {"type": "enum", "of": ["sms"]}


def in_values(faults: Any) -> list[tuple[str, str]]:
    return [(fault.where, fault.code) for fault in faults]


def numbers(value: object = 15, name: str = "answer_days", type_: str = "integer") -> list[tuple[str, str]]:
    written = {name: {"type": type_, "value": value, "unit": "days", "why": "a test"}}
    return in_values(fit.numbers(values.parse({"values": written}), RANGES))


def table(
    inputs: dict[str, Any] | None = None, outputs: dict[str, Any] | None = None, hit: str = "unique"
) -> list[tuple[str, str]]:
    written = {
        "hit": hit,
        "inputs": inputs or {"stage": STAGE, "arrears": ARREARS},
        "outputs": outputs or {"channel": CHANNEL},
        "rows": [{"when": {}, "then": dict.fromkeys(outputs or {"channel"}, "sms")}],
    }
    return in_values(fit.columns(decision_table.parse(written), GIVEN, TAKEN))


@pytest.mark.parametrize("value", [1, 15])
def test_a_number_in_its_range_fits(value: int):
    assert numbers(value) == []


@pytest.mark.parametrize("value", [0, -1, 16, 10**17])
def test_a_number_outside_its_range_is_a_fault_where_it_stands(value: int):
    assert numbers(value) == [("values.answer_days.value", "number-out-of-range")]


def test_a_number_that_is_missing_or_no_whole_one_is_a_fault():
    assert numbers(name="answer_day") == [("values.answer_days", "number-missing")]
    assert numbers("15.0", type_="decimal") == [("values.answer_days", "number-missing")]


def test_a_fault_tells_what_is_allowed():
    written = {"answer_days": {"type": "integer", "value": 60, "unit": "days", "why": "a test"}}
    [fault] = fit.numbers(values.parse({"values": written}), RANGES)
    assert fault == Fault("values.answer_days.value", "number-out-of-range", "This service takes 1 to 15")


def test_a_table_that_takes_all_that_comes_in_fits():
    assert table() == []


def test_a_table_is_given_exactly_its_inputs():
    assert table({"stage": STAGE}) == [("inputs.arrears", "input-missing")]
    more = {"stage": STAGE, "arrears": ARREARS, "age": {"type": "bool"}}
    assert table(more) == [("inputs.age", "input-unknown")]


def test_an_input_takes_all_that_may_come_in():
    narrow = {"stage": {"type": "enum", "of": ["M1"]}, "arrears": ARREARS | {"range": "0..9999"}}
    assert table(narrow) == [("inputs.stage", "input-too-narrow"), ("inputs.arrears", "input-too-narrow")]
    assert table({"stage": STAGE, "arrears": {"type": "bool"}}) == [("inputs.arrears", "input-too-narrow")]


def test_an_output_gives_no_word_that_the_service_does_not_know():
    wide = {"channel": {"type": "enum", "of": ["sms", "letter"]}}
    assert table(outputs=wide) == [("outputs.channel.of", "output-word-unknown")]
    assert table(outputs={"channel": {"type": "text"}}) == [("outputs.channel", "output-missing")]
    assert table(outputs={"medium": CHANNEL}) == [("outputs.channel", "output-missing")]


def test_one_row_counts():
    assert table(hit="first") == []
    assert table(hit="collect") == [("hit", "hit-wrong")]
