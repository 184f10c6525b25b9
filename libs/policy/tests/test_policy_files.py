"""Every policy that a service brings is sound, and says what its code and the law ask of it."""

from datetime import date
from pathlib import Path

import pytest
from arrears_events.catalogue.case import Stage
from arrears_policy.decision_table import DecisionTable
from arrears_policy.policy import Policy, load
from arrears_policy.rule_pack import RulePack
from arrears_policy.template import Template
from arrears_policy.values import Values
from arrears_policy.wording import text_faults

ROOT = next(folder for folder in Path(__file__).parents if (folder / "Makefile").is_file())
FILES = sorted(ROOT.glob("services/*/*/policies/*"))
PACKS = {"base", "cn"}
SHOWN = {
    "bank": "Example Bank",
    "amount": "CNY 1,234.50",
    "as_of": "2026-04-21",
    "due": "2026-04-25",
    "phone": "400-000-0000",
}


def policy(name: str) -> Policy:
    [path] = [path for path in FILES if path.stem == name]
    return load(path.read_text("utf-8"))


def templates() -> list[str]:
    return [path.stem for path in FILES if isinstance(policy(path.stem).content, Template)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_policy_is_sound_and_has_the_name_of_its_file(path: Path):
    found = load(path.read_text("utf-8"))
    assert (found.name + ".yaml", found.effective_from) == (path.name, date(2026, 3, 31))


def test_each_service_brings_its_policies():
    assert {path.stem for path in FILES} >= {
        *("treatment", "disputes", "promises", "instalments", "base", "cn", "tw"),
        *("reminder-sms", "reminder-email", "plan-reminder-sms"),
    }


@pytest.mark.parametrize(
    ("stage", "channel"),
    [("M0", "none"), ("M1", "sms"), ("M2", "email"), ("M3", "call"), ("M7", "call"), ("recovery", "call")],
)
def test_treatment_goes_by_the_stage_from_the_least_amount_on(stage: str, channel: str):
    table = policy("treatment").content
    assert isinstance(table, DecisionTable)
    assert table.decide(stage=stage, arrears=10_000).outputs == {"channel": channel, "purpose": "collection"}
    assert table.decide(stage=stage, arrears=9_999).outputs["channel"] == "none"


def test_treatment_knows_every_stage():
    table = policy("treatment").content
    assert isinstance(table, DecisionTable)
    for stage in Stage.__args__:
        assert table.decide(stage=stage, arrears=0).row == 0


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("disputes", "acknowledge_days", 2),
        ("disputes", "resolve_days", 15),
        ("promises", "latest_days", 30),
        ("promises", "grace_days", 3),
        ("promises", "least_amount_minor", 100),
        ("instalments", "terms_max", 60),
        ("instalments", "grace_days", 3),
        ("instalments", "missed_to_break", 2),
        ("instalments", "least_share_percent", 90),
        ("instalments", "annual_rate_max_basis_points", 1825),
        ("instalments", "years_max", 5),
        ("instalments", "first_due_days", 45),
        ("instalments", "agree_days", 14),
    ],
)
def test_the_numbers_are_there_by_their_names(name: str, value: str, number: int):
    values = policy(name).content
    assert isinstance(values, Values)
    assert values.integer(value) == number


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("name", templates())
def test_a_message_of_ours_keeps_the_rules_on_texts(name: str, language: str):
    template = policy(name).content
    assert isinstance(template, Template)
    rendered = template.render(language, {each: SHOWN[each] for each in template.variables})
    assert rendered.language == language
    rules = [
        rule for pack in PACKS for rule in _rules(pack) if rule.binds(template.purpose, template.channel, "customer")
    ]
    for text in (rendered.body, f"{rendered.subject or ''} {rendered.body}"):
        assert text_faults(rules, text, SHOWN["bank"], {SHOWN["amount"]: SHOWN["as_of"]}) == ()


@pytest.mark.parametrize("name", templates())
def test_a_message_of_ours_says_how_to_object_and_how_to_stop(name: str):
    template = policy(name).content
    assert isinstance(template, Template)
    for language, (object_, stop) in {"zh-CN": ("异议", "T退订"), "en": ("agree", "eply T")}.items():
        body = template.render(language, {each: SHOWN[each] for each in template.variables}).body
        assert object_ in body
        assert stop in body
        assert SHOWN["phone"] in body


def _rules(pack: str):
    content = policy(pack).content
    assert isinstance(content, RulePack)
    return content.rules
