"""A rule pack is read strictly: what is not wholly right is refused, and everything wrong in it is told at once."""

from copy import deepcopy
from datetime import date, timedelta
from typing import Any, get_args

import pytest
from arrears_events.catalogue.bank import SpecialStatus
from arrears_policy.errors import PolicyWrong
from arrears_policy.rule_pack import RulePack, parse
from arrears_policy.rules import NUMBERED, Condition, Count, Gate, Hold, Status, Text, Window
from hypothesis import given
from hypothesis import strategies as st

HEAD = {
    "id": "CN-01",
    "says": "A sentence.",
    "clause": "art. 1",
    "source": "the text",
    "grade": "A",
    "purposes": ["collection"],
    "media": ["call"],
}
BODIES: dict[str, dict[str, Any]] = {
    "window": {"hours": {"every": "08:00-22:00"}, "opens": "included", "closes": "excluded"},
    "count": {"counts": "conversation", "by": "person", "over": "calendar_day", "at_most": 3},
    "gate": {"condition": "point_not_barred"},
    "hold": {"statuses": ["deceased"]},
    "text": {"forbids": ["jail"]},
}


def rule(kind: str = "window", *without: str, **fields: Any) -> dict[str, Any]:
    whole = HEAD | {"type": kind} | BODIES.get(kind, {}) | fields
    return {name: value for name, value in deepcopy(whole).items() if name not in without}


def pack(*rules: Any, **fields: Any) -> RulePack:
    return parse({"jurisdiction": "cn", "rules": list(rules)} | fields)


def faults(*rules: Any, **fields: Any) -> list[tuple[str, str]]:
    with pytest.raises(PolicyWrong) as caught:
        pack(*rules, **fields)
    return [(fault.where, fault.code) for fault in caught.value.faults]


def test_each_type_of_rule_becomes_an_object_of_its_own():
    rules = [rule(kind, id=f"CN-0{place}") for place, kind in enumerate(BODIES)]
    assert [type(each) for each in pack(*rules).rules] == [Window, Count, Gate, Hold, Text]


def test_a_rule_binds_the_purposes_media_and_parties_that_it_names():
    [found] = pack(rule(media=["call", "sms"], parties=["customer"])).rules
    assert found.binds("collection", "sms", "customer")
    assert not found.binds("plan_reminder", "sms", "customer")
    assert not found.binds("collection", "email", "customer")
    assert not found.binds("collection", "sms", "guarantor")


def test_a_rule_that_names_no_party_binds_all():
    [found] = pack(rule()).rules
    assert found.binds("collection", "call", "third_person")


def test_a_rule_is_in_force_on_its_first_day_and_its_last():
    [found] = pack(rule(effective_from=date(2026, 4, 1), effective_until=date(2026, 4, 2))).rules
    days = [date(2026, 3, 31) + timedelta(days=each) for each in range(4)]
    assert [found.in_force(day) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (rule(surprise=1), ("rules[0].surprise", "extra-forbidden")),
        (rule("window", "opens"), ("rules[0].opens", "missing")),
        (rule("wish"), ("rules[0]", "union-tag-invalid")),
        (rule("window", "type"), ("rules[0]", "union-tag-not-found")),
        ("a sentence", ("rules[0]", "model-attributes-type")),
        (rule(id="cn-1"), ("rules[0].id", "string-pattern-mismatch")),
        (rule(grade="C"), ("rules[0].grade", "literal-error")),
        (rule(purposes=[]), ("rules[0].purposes", "too-short")),
        (rule(purposes="collection"), ("rules[0].purposes", "tuple-type")),
        (rule(purposes=["collection", "gossip"]), ("rules[0].purposes[1]", "literal-error")),
        (rule(media=["call", "call"]), ("rules[0].media", "entry-twice")),
        (rule(effective_from="2026-04-01"), ("rules[0].effective_from", "date-type")),
        (rule(effective_from=date(2026, 4, 2), effective_until=date(2026, 4, 1)), ("rules[0]", "dates-reversed")),
        (rule(hours={"every": "8-22"}), ("rules[0].hours.every", "hours-unreadable")),
        (rule(hours={"every": 28_800}), ("rules[0].hours.every", "hours-unreadable")),
        (rule(hours={"every": "22:00-08:00"}), ("rules[0].hours.every", "hours-reversed")),
        (rule(hours={"every": "08:00-24:30"}), ("rules[0].hours.every", "hours-reversed")),
        (rule(hours={"feast": "08:00-22:00"}), ("rules[0].hours.feast.[key]", "literal-error")),
        (rule(hours={"every": "08:00-22:00", "sat-sun": "09:00-12:00"}), ("rules[0]", "days-overlap")),
        (rule(hours={}), ("rules[0].hours", "too-short")),
        (rule("count", at_most=0), ("rules[0].at_most", "greater-than-equal")),
        (rule("count", at_most=True), ("rules[0].at_most", "int-type")),
        (rule("count", at_most="3"), ("rules[0].at_most", "int-type")),
        (rule("count", over="rolling_days"), ("rules[0]", "days-misplaced")),
        (rule("count", days=7), ("rules[0]", "days-misplaced")),
        (rule("count", over="rolling_days", days=32), ("rules[0].days", "less-than-equal")),
        (rule("gate", condition="full_moon"), ("rules[0].condition", "enum")),
        (rule("gate", condition="debtor_unreachable"), ("rules[0]", "number-misplaced")),
        (rule("gate", number=3), ("rules[0]", "number-misplaced")),
        (rule("hold", statuses=["tired"]), ("rules[0].statuses[0]", "enum")),
        (rule("text", forbids=[]), ("rules[0]", "rule-empty")),
        (rule("text", requires=["rhyme"]), ("rules[0].requires[0]", "literal-error")),
    ],
)
def test_what_is_wrong_is_named_with_its_path(wrong: Any, fault: tuple[str, str]):
    assert faults(wrong) == [fault]


def test_all_faults_are_told_at_once():
    twice = rule("hold", id="CN-03")
    assert faults(rule(grade="C", opens="perhaps"), twice, twice, rule("gate", condition="full_moon")) == [
        ("rules[0].grade", "literal-error"),
        ("rules[0].opens", "literal-error"),
        ("rules[3].condition", "enum"),
        ("rules[2].id", "id-twice"),
    ]


def test_a_document_has_a_place_and_rules_and_nothing_else():
    assert faults(jurisdiction="CN", notes="x", rules=[]) == [
        ("jurisdiction", "string-pattern-mismatch"),
        ("rules", "too-short"),
        ("notes", "extra-forbidden"),
    ]


def test_a_rule_may_follow_itself_in_a_new_form():
    old = rule(effective_until=date(2026, 6, 30))
    new = rule(effective_from=date(2026, 7, 1), hours={"every": "09:00-21:00"})
    assert len(pack(old, new).rules) == 2
    assert faults(old, new | {"effective_from": date(2026, 6, 30)}) == [("rules[1].id", "id-twice")]


def test_the_same_text_gives_the_same_rules():
    assert pack(rule(), rule("text", id="CN-09")) == pack(rule(), rule("text", id="CN-09"))


def test_the_ends_of_a_window_are_what_the_rule_says():
    first, last = timedelta(hours=8), timedelta(hours=21)
    [both] = pack(rule(hours={"every": "08:00-21:00"}, closes="included")).rules
    [none] = pack(rule(hours={"every": "08:00-21:00"}, opens="excluded")).rules
    assert isinstance(both, Window)
    assert isinstance(none, Window)
    assert [each.is_open(date(2026, 4, 1), end) for each in (both, none) for end in (first, last)] == [
        True, True, False, False,
    ]  # fmt: skip


def test_on_a_day_without_hours_the_window_is_shut():
    [found] = pack(rule(hours={"mon-fri": "08:00-20:00"})).rules
    friday, saturday, noon = date(2026, 4, 3), date(2026, 4, 4), timedelta(hours=12)
    assert isinstance(found, Window)
    assert (found.is_open(friday, noon), found.is_open(saturday, noon)) == (True, False)


@given(
    st.sampled_from([("calendar_day", None), ("calendar_month", None), ("rolling_days", 2), ("rolling_days", 31)]),
    st.dates(date(1970, 1, 2), date(2100, 1, 1)),
)
def test_a_day_counts_until_the_first_on_which_it_is_freed(time: tuple[str, int | None], day: date):
    over, days = time
    [found] = pack(rule("count", over=over, days=days)).rules
    assert isinstance(found, Count)
    freed = found.freed_on(day)
    assert found.first_day(freed - timedelta(days=1)) <= day < found.first_day(freed)


def test_a_gate_has_a_number_exactly_when_its_condition_asks_for_one():
    numbers = {each: {"number": 3} if each in NUMBERED else {} for each in Condition}
    found = pack(
        *(rule("gate", id=f"CN-{n:02}", condition=each.value, **numbers[each]) for n, each in enumerate(numbers))
    )
    assert {each.condition for each in found.rules if isinstance(each, Gate)} == set(Condition)


def test_every_special_status_of_the_bank_can_stop_a_purpose():
    assert set(get_args(SpecialStatus)) <= {each.value for each in Status}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(BODIES)), st.data())
def test_whatever_stands_in_a_field_is_a_pack_or_a_fault(kind: str, data: st.DataObject):
    whole = rule(kind)
    broken = data.draw(st.sampled_from(sorted(whole)))
    assert all(where.startswith("rules[0]") for where in _places_at_fault(whole | {broken: data.draw(JSON)}))


def _places_at_fault(written: dict[str, Any]) -> list[str]:
    try:
        pack(written)
    except PolicyWrong as wrong:
        return [fault.where for fault in wrong.faults]
    return []
