"""A policy's text, and the object that it is."""

from dataclasses import FrozenInstanceError
from datetime import date
from hashlib import sha256

import pytest
from arrears_policy.decision_table import DecisionTable
from arrears_policy.errors import PolicyWrong
from arrears_policy.policy import load
from arrears_policy.rule_pack import RulePack
from arrears_policy.template import Template
from arrears_policy.values import Values

HEAD = {
    "policy": "limits",
    "kind": "values",
    "title": "限额 Limits",
    "clause": "the bank's decision",
    "source": "a test",
    "grade": "default",
    "effective_from": "2026-03-31",
}
CONTENTS = {
    "values": "values: {days: {type: integer, value: 30, unit: days, why: pay day}}",
    "decision-table": """
hit: unique
inputs: {open: {type: bool}}
outputs: {call: {type: bool}}
rows: [{when: {}, then: {call: true}}]""",
    "template": """
channel: sms
purpose: collection
variables: {}
texts: {en: {body: Hello}}""",
    "rule-pack": """
jurisdiction: cn
rules:
  - {id: CN-01, says: s, type: hold, clause: c, source: s, grade: A,
     purposes: [legal], media: [call], statuses: [fraud]}
""",
}


def text(*without: str, content: str | None = None, **head: str) -> str:
    written = HEAD | head
    lines = [f"{name}: {value}" for name, value in written.items() if name not in without]
    return "\n".join([*lines, CONTENTS.get(written["kind"], "") if content is None else content])


def faults(policy: str) -> list[tuple[str, str]]:
    with pytest.raises(PolicyWrong) as caught:
        load(policy)
    return [(fault.where, fault.code) for fault in caught.value.faults]


def test_a_policy_says_its_name_its_ground_and_its_first_day():
    policy = load(text())
    assert (policy.name, policy.kind, policy.title) == ("limits", "values", "限额 Limits")
    assert (policy.clause, policy.source, policy.grade) == ("the bank's decision", "a test", "default")
    assert policy.effective_from == date(2026, 3, 31)


def test_a_policy_holds_its_whole_text_and_the_hash_of_its_bytes():
    policy = load(text())
    assert policy.text == text()
    assert policy.sha256 == sha256(text().encode()).hexdigest()


@pytest.mark.parametrize(
    ("kind", "content"),
    [("values", Values), ("decision-table", DecisionTable), ("template", Template), ("rule-pack", RulePack)],
)
def test_each_kind_is_an_object_of_its_own_and_the_same_for_the_same_text(kind: str, content: type):
    policy = load(text(kind=kind))
    assert isinstance(policy.content, content)
    assert load(text(kind=kind)) == policy


def test_a_policy_cannot_be_changed():
    policy = load(text())
    with pytest.raises(FrozenInstanceError):
        policy.text = ""  # type: ignore[misc]
    with pytest.raises(TypeError):
        policy.content.named["days"] = None  # type: ignore[union-attr, index]


@pytest.mark.parametrize("name", HEAD)
def test_nothing_of_the_head_may_be_missing(name: str):
    assert (name, "missing") in faults(text(name))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("policy", "Limits"),
        ("policy", "2x"),
        ("policy", "a" * 41),
        ("kind", "script"),
        ("kind", "[values]"),
        ("title", "''"),
        ("title", "' '"),
        ("clause", "null"),
        ("source", "1"),
        ("grade", "C"),
        ("effective_from", "31.3.2026"),
        ("effective_from", "'2026-03-31'"),
    ],
)
def test_a_head_that_is_not_right_is_a_fault(name: str, value: str):
    assert [where for where, _ in faults(text(**{name: value}))] == [name]


def test_what_no_kind_asks_for_is_a_fault():
    assert faults(text() + "\nvalid_until: 2027-01-01") == [("valid_until", "extra-forbidden")]


def test_faults_of_head_and_content_are_told_at_once():
    content = "values: {Days: {type: integer}, days: {type: float, value: '1'}}"
    assert {where for where, _ in faults(text("title", content=content, grade="C"))} == {
        "title",
        "grade",
        "values.Days",
    }
    content = "values: {most: {type: integer, value: '1', unit: x, why: y}, days: {type: float}}"
    assert faults(text(content=content, grade="C")) == [
        ("grade", "literal-error"),
        ("values.most.value", "int-type"),
        ("values.days", "union-tag-invalid"),
    ]


def test_a_fault_is_one_line_with_place_words_and_code():
    with pytest.raises(PolicyWrong) as caught:
        load(text("title", grade="C"))
    lines = str(caught.value).splitlines()
    assert len(lines) == len(caught.value.faults) == 2
    assert lines[0] == "title: Field required (missing)"
