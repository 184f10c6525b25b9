"""What a decision table says, and which tables are none."""

from datetime import date, datetime
from typing import Any

import pytest
from arrears_policy.decision_table import DecisionTable, Hit, parse
from arrears_policy.errors import Fault, InputWrong, PolicyWrong

STAGE = {"type": "enum", "of": ["M1", "M2", "M3"]}
ARREARS = {"type": "integer", "unit": "minor units", "range": "0.."}
CHANNEL = {"type": "enum", "of": ["none", "sms", "call"]}
INPUTS = {"stage": STAGE, "arrears": ARREARS}


def row(channel: str = "sms", **when: Any) -> dict[str, Any]:
    return {"when": when, "then": {"channel": channel}}


def table(*rows: Any, hit: str = "unique", inputs: dict[str, Any] = INPUTS, **fields: Any) -> DecisionTable:
    return parse({"hit": hit, "inputs": inputs, "outputs": {"channel": CHANNEL}, "rows": list(rows)} | fields)


def faults(*rows: Any, **fields: Any) -> list[Fault]:
    with pytest.raises(PolicyWrong) as caught:
        table(*rows, **fields)
    return [*caught.value.faults]


def codes(*rows: Any, **fields: Any) -> list[tuple[str, str]]:
    return [(where, code) for where, code, _ in faults(*rows, **fields)]


SOUND = (
    row("none", arrears="0..2999"),
    row("sms", stage="M1", arrears="3000.."),
    row("call", stage=["M2", "M3"], arrears="3000.."),
)


def test_the_row_that_hits_gives_its_outputs_and_its_place():
    assert table(*SOUND).decide(stage="M3", arrears=3000) == Hit(2, {"channel": "call"})


@pytest.mark.parametrize(("arrears", "channel"), [(0, "none"), (2999, "none"), (3000, "sms"), (10**17, "sms")])
def test_both_ends_of_a_range_belong_to_it(arrears: int, channel: str):
    assert table(*SOUND).decide(stage="M1", arrears=arrears).outputs["channel"] == channel


def test_the_first_row_counts_where_first_is_written():
    found = table(row("call", stage="M3"), row("sms"), hit="first")
    assert [found.decide(stage=stage, arrears=1).row for stage in ("M1", "M3")] == [1, 0]


def test_all_rows_are_collected_where_collect_is_written():
    found = table(row("call", stage="M3"), row("sms", arrears="10.."), hit="collect", gaps="allowed")
    assert found.collect(stage="M3", arrears=10) == (Hit(0, {"channel": "call"}), Hit(1, {"channel": "sms"}))
    assert found.collect(stage="M1", arrears=9) == ()


def test_a_collecting_table_is_asked_for_all_and_the_others_for_one():
    with pytest.raises(InputWrong):
        table(row(), hit="collect").decide(stage="M1", arrears=0)
    with pytest.raises(InputWrong):
        table(row()).collect(stage="M1", arrears=0)


@pytest.mark.parametrize(
    "inputs",
    [{}, {"stage": "M1"}, {"stage": "M1", "arrears": 1, "days": 1}]
    + [{"stage": stage, "arrears": 1} for stage in ("M4", "m1", "", None, 0, ["M1"])]
    + [{"stage": "M1", "arrears": arrears} for arrears in (True, 1.0, "1", None, -1, 10**18)],
)
def test_a_wrong_question_hits_no_row(inputs: dict[str, Any]):
    with pytest.raises(InputWrong):
        table(*SOUND).decide(**inputs)


def test_dates_and_bools_are_inputs_too():
    inputs = {"on": {"type": "date"}, "vip": {"type": "bool"}}
    rows = (row("none", vip=True), row("sms", vip=False, on="..2026-06-30"), row("call", vip=False, on="2026-07-01.."))
    found = table(*rows, inputs=inputs)
    assert found.decide(on=date(2026, 6, 30), vip=False).outputs["channel"] == "sms"
    assert found.decide(on=date(2026, 7, 1), vip=False).outputs["channel"] == "call"
    assert found.decide(on=date(2026, 7, 1), vip=True).outputs["channel"] == "none"
    for wrong in ({"on": datetime(2026, 7, 1), "vip": True}, {"on": date(2026, 7, 1), "vip": 1}):  # noqa: DTZ001
        with pytest.raises(InputWrong):
            found.decide(**wrong)


def test_a_gap_is_told_by_an_example():
    rows = (row(stage="M1"), row(stage="M2", arrears="..30000"), row(stage="M2", arrears="50001.."), row(stage="M3"))
    assert faults(*rows) == [("rows", "gap", "no row for stage=M2, arrears=30001..50000")]


def test_a_gap_in_one_column_is_told_without_the_others():
    rows = (row(stage="M1", arrears="..5"), row(stage="M1", arrears="6.."), row(stage="M3"))
    assert faults(*rows) == [("rows", "gap", "no row for stage=M2")]


def test_gaps_that_miss_the_same_rows_are_told_by_one_example():
    stages = {"stage": {"type": "enum", "of": ["M1"]}, "arrears": ARREARS}
    rows = [row(arrears=2 * number) for number in range(25)]
    assert faults(*rows, inputs=stages) == [("rows", "gap", "no row for arrears=1")]


def test_many_gaps_are_counted():
    rows = [row(stage="M1" if number % 2 else "M2", arrears=number) for number in range(60)]
    told = [says for _, _, says in faults(*rows)]
    assert len(told) == 21
    assert told[-1] == "and 43 more of the kind"


def test_two_rows_of_a_unique_table_that_hit_the_same_are_told_with_an_example():
    found = faults(row(arrears="..5"), row(stage=["M1", "M2"], arrears="5.."), row(stage="M3", arrears="6.."))
    assert found == [("rows[1]", "overlap", "rows[0] hits too, for stage=M1, arrears=5")]


def test_a_row_that_is_never_come_to_is_told_with_those_before_it():
    found = faults(row(stage="M1"), row(stage=["M2", "M3"]), row(arrears="7..9"), hit="first")
    assert found == [("rows[2]", "dead-row", "never comes to it: all it hits is hit by rows[0], rows[1]")]


def test_a_collecting_table_has_gaps_only_when_it_says_so():
    assert codes(row(stage="M1"), hit="collect") == [("rows", "gap")]
    assert codes(row(), gaps="allowed") == [("gaps", "gaps-misplaced")]


def test_a_table_that_is_too_large_to_be_proved_is_refused():
    inputs = {name: {"type": "integer", "unit": "days"} for name in ("a", "b", "c")}
    rows = [row("sms", **{name: number}) for name in inputs for number in range(60)]
    [(where, code, says)] = faults(*rows, inputs=inputs, hit="first")
    assert (where, code) == ("rows", "table-too-large")
    assert says.startswith("226981 cells")


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ({"arrears": "5..4"}, "range-reversed"),
        ({"arrears": "-1..4"}, "range-outside"),
        ({"arrears": -1}, "condition-wrong"),
    ]
    + [({"arrears": written}, "range-wrong") for written in ("1...2", "01..2", "1..2..3", "1 .. 2", "١..٢", "+1..")]
    + [({"arrears": written}, "condition-wrong") for written in ("5", True, None, {}, [[1]], date(2026, 1, 1))]
    + [({"arrears": []}, "condition-empty"), ({"arrears": ["0..5", 5]}, "alternatives-overlap")]
    + [({"stage": "M4"}, "condition-wrong"), ({"stage": ["M1", "M1"]}, "alternatives-overlap")],
)
def test_a_condition_that_is_none_is_a_fault(when: dict[str, Any], code: str):
    [name] = when
    assert codes(row(**when)) == [(f"rows[0].when.{name}", code)]


def test_alternatives_stand_in_any_order():
    found = table(row("sms", arrears=[7, "0..5"]), row("call", arrears=["8..", 6]))
    assert [found.decide(stage="M1", arrears=arrears).row for arrears in (5, 6, 7, 8)] == [0, 1, 0, 1]


def test_all_faults_of_rows_are_told_at_once():
    rows = [
        {"when": {"stage": "M9", "place": "cn"}, "then": {"channel": "fax", "why": "x"}},
        {"when": {}, "then": {}},
        {"then": {"channel": "sms"}, "note": "x"},
        "M1",
    ]
    assert codes(*rows) == [
        ("rows[0].when.stage", "condition-wrong"),
        ("rows[0].when.place", "input-unknown"),
        ("rows[0].then.channel", "output-wrong"),
        ("rows[0].then.why", "output-unknown"),
        ("rows[1].then.channel", "missing"),
        ("rows[2].when", "missing"),
        ("rows[2].note", "extra-forbidden"),
        ("rows[3]", "model-type"),
    ]


@pytest.mark.parametrize(
    ("column", "where"),
    [
        ({"type": "integer"}, ".unit"),
        ({"type": "integer", "unit": "days", "range": "9..1"}, ".range"),
        ({"type": "enum", "of": []}, ".of"),
        ({"type": "enum", "of": ["a", "a"]}, ".of"),
        ({"type": "text"}, ""),
        ({"type": "enum", "of": ["a b"]}, ".of[0]"),
        ({"type": "date", "range": "2026..2027"}, ".range"),
        ("text", ""),
    ],
)
def test_a_column_that_is_none_is_a_fault(column: Any, where: str):
    assert [found for found, _ in codes(row(), inputs={"days": column})] == [f"inputs.days{where}"]


@pytest.mark.parametrize(
    ("column", "good", "bad"),
    [
        ({"type": "integer", "unit": "days", "range": "0.."}, 3, -3),
        ({"type": "integer", "unit": "days"}, 3, True),
        ({"type": "bool"}, False, 0),
        ({"type": "text"}, "a letter", " "),
        (CHANNEL, "none", None),
    ],
)
def test_an_output_is_of_its_type(column: dict[str, Any], good: object, bad: object):
    outputs = {"do": column}
    assert table({"when": {}, "then": {"do": good}}, outputs=outputs).decide(stage="M1", arrears=0).outputs == {
        "do": good
    }
    assert codes({"when": {}, "then": {"do": bad}}, outputs=outputs) == [("rows[0].then.do", "output-wrong")]


def test_the_outputs_of_a_hit_cannot_be_changed():
    with pytest.raises(TypeError):
        table(row()).decide(stage="M1", arrears=0).outputs["channel"] = "call"  # type: ignore[index]
