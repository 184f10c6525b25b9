"""What contact-service needs of a policy: those that are shipped fit; of these no message could be made, or sent."""

from pathlib import Path

import contact_service
import pytest
from arrears_policy.policy import Policy, load
from arrears_policy.template import Template
from contact_service.domain import policies
from contact_service.effects.messages import TEMPLATES
from contact_service.main import SERVICE

TEXTS = {
    path.stem: path.read_text("utf-8")
    for path in sorted((Path(contact_service.__file__).parent / "policies").glob("*.yaml"))
}
SHIPPED = {name: load(text) for name, text in TEXTS.items()}


def faults(name: str, *changes: tuple[str, str], beside: dict[str, Policy] | None = None) -> list[tuple[str, str]]:
    """Of the shipped text with these words for those."""
    text = TEXTS[name]
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    others = SHIPPED if beside is None else beside
    return [(fault.where, fault.code) for fault in SERVICE.policies[name].faults(load(text), others)]


@pytest.mark.parametrize("name", SERVICE.policies)
def test_what_is_shipped_fits(name: str):
    assert SERVICE.policies[name].kind == SHIPPED[name].kind
    assert faults(name) == []


def test_each_message_has_a_template_that_is_needed():
    assert set(TEMPLATES.values()) == {name for name, need in SERVICE.policies.items() if need.kind == "template"}


@pytest.mark.parametrize(("place", "other"), [("cn", "tw"), ("tw", "every"), ("base", "cn")])
def test_a_pack_is_of_the_place_by_whose_name_it_is_asked_for(place: str, other: str):
    own = "every" if place == "base" else place
    changed = f"jurisdiction: {own}", f"jurisdiction: {other}"
    assert faults(place, changed) == [("jurisdiction", "other-place")]


def test_a_template_names_nothing_that_a_message_has_not():
    changed = ("phone: text", "collector: text"), ("{phone}", "{collector}")
    assert faults("reminder-sms", *changed) == [("variables.collector", "variable-not-given")]


def test_what_is_due_on_a_day_a_reminder_of_an_instalment_alone_knows():
    changed = ("phone: text", "due: date"), ("{phone}", "{due}")
    assert faults("reminder-sms", *changed) == [("variables.due", "variable-not-given")]
    assert faults("plan-reminder-sms") == []


def test_a_variable_is_of_its_own_type():
    assert faults("reminder-sms", ("phone: text", "phone: date")) == [("variables.phone", "variable-of-other-type")]


def test_a_template_is_for_the_purpose_and_channel_by_whose_name_it_is_asked_for():
    assert faults("reminder-sms", ("purpose: collection", "purpose: service_answer")) == [("purpose", "other-purpose")]
    other = ("channel: sms", "channel: email"), ("    body:", "    subject: about {bank}\n    body:")
    assert faults("plan-reminder-sms", *other) == [("channel", "other-channel")]


@pytest.mark.parametrize(
    ("words", "language"),
    [(("如有异议", "否则后果自负。如有异议"), "zh-CN"), (("If you do not", "Or go to jail. If you do not"), "en")],
)
def test_a_template_that_threatens_is_not_put_in_force(words: tuple[str, str], language: str):
    """CN-09."""
    assert faults("plan-reminder-sms", words) == [(f"texts.{language}", "rule-of-text")]
    assert faults("plan-reminder-sms", words, beside={}) == [], (
        "no law is in force yet; the finished message is held too"
    )


def test_a_template_says_who_writes():
    """CN-10b."""
    changed = (
        ("{bank}: this is the credit card centre of {bank}", "This is your credit card centre"),
        ("【{bank}】", ""),
        ("{bank}", "本行"),
        ("bank: text, ", ""),
    )
    assert faults("reminder-sms", *changed) == [("texts.zh-CN", "rule-of-text"), ("texts.en", "rule-of-text")]


def test_an_example_has_every_variable_that_a_message_may_have():
    """Of those that are shipped a reminder of an instalment has them all; tests of the effects make messages of it."""
    template = SHIPPED["plan-reminder-sms"].content
    assert isinstance(template, Template)
    assert template.variables == {**policies.VARIABLES, **policies.OF_A_PLAN}
    assert template.variables.keys() == policies.EXAMPLE.keys()
