"""What this service needs of its policies: rule packs of their places, and templates of which a message can be made.

A template is held against the rules of text before it is in force, with an example's values in its places; each message
is again, with its own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from arrears_policy.errors import Fault, RenderingWrong
from arrears_policy.policy import Policy
from arrears_policy.rule_pack import EVERYWHERE, RulePack
from arrears_policy.rules import Rule
from arrears_policy.template import Template, VariableType
from arrears_policy.wording import text_faults

BASE: Final = "base"
"""The pack that binds in every place; each other one is named as its place."""
VARIABLES: Final[Mapping[str, VariableType]] = {"bank": "text", "phone": "text", "amount": "money", "as_of": "date"}
OF_A_PLAN: Final[Mapping[str, VariableType]] = {"due": "date"}
"""What a reminder of an instalment has beside them."""
EXAMPLE: Final = {
    "bank": "Example Bank",
    "phone": "4000000000",
    "amount": "1,000.00 CNY",
    "as_of": "2026-03-31",
    "due": "2026-04-20",
}
Faults = Callable[[Policy, Mapping[str, Policy]], Iterable[Fault]]


def pack_faults(policy: Policy, _: object) -> Iterator[Fault]:
    """Why the pack would bind nobody in the place for which it is asked."""
    assert isinstance(policy.content, RulePack)
    place = EVERYWHERE if policy.name == BASE else policy.name
    if policy.content.jurisdiction != place:
        yield Fault("jurisdiction", "other-place", f"The pack {policy.name} is of the place {place}")


def template_faults(purpose: str, channel: str) -> Faults:
    """Why no message for that purpose over that channel could be made of a template."""

    def faults(policy: Policy, others: Mapping[str, Policy]) -> Iterator[Fault]:
        template = policy.content
        assert isinstance(template, Template)
        for where, asked, found in (("purpose", purpose, template.purpose), ("channel", channel, template.channel)):
            if found != asked:
                yield Fault(where, f"other-{where}", f"{policy.name} is for {asked}")
        unknown = [*_unknown(template, purpose)]
        yield from unknown or _wrong_words(template, _rules(template, policy, others))

    return faults


def _unknown(template: Template, purpose: str) -> Iterator[Fault]:
    known = VARIABLES | OF_A_PLAN if purpose == "plan_reminder" else VARIABLES
    for name, type_ in template.variables.items():
        if name not in known:
            yield Fault(f"variables.{name}", "variable-not-given", f"A message has {', '.join(known)}")
        elif type_ != known[name]:
            yield Fault(f"variables.{name}", "variable-of-other-type", f"It is of type {known[name]}")


def _rules(template: Template, policy: Policy, others: Mapping[str, Policy]) -> list[Rule]:
    """Of every place, since its words are the same in each; now or later. A reminder is for who owes the debt."""
    packs = [other.content for other in others.values() if isinstance(other.content, RulePack)]
    return [
        rule
        for pack in packs
        for rule in pack.rules
        if rule.binds(template.purpose, template.channel, "customer") and rule.effective_until >= policy.effective_from
    ]


def _wrong_words(template: Template, rules: list[Rule]) -> Iterator[Fault]:
    values = {name: EXAMPLE[name] for name in template.variables}
    for language in template.texts:
        try:
            rendered = template.render(language, values)
        except RenderingWrong as wrong:
            yield Fault(f"texts.{language}", "not-to-be-rendered", str(wrong))
            continue
        text = f"{rendered.subject or ''}\n{rendered.body}"
        for rule, clause, what in text_faults(rules, text, EXAMPLE["bank"], {EXAMPLE["amount"]: EXAMPLE["as_of"]}):
            yield Fault(f"texts.{language}", "rule-of-text", f"{rule} ({clause}): {what}")
