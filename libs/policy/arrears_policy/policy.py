"""A policy (政策): a text that the bank's people write and put in force, and the typed object that it is.

The text is all there is: who loads it again, years later, has the same object, or is told what is wrong with it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Literal

from arrears_events.catalogue.base import PolicyName

from arrears_policy import decision_table, rule_pack, template, values
from arrears_policy.decision_table import DecisionTable
from arrears_policy.errors import Fault, PolicyWrong
from arrears_policy.reading import Words, Written, read, sure
from arrears_policy.rule_pack import RulePack
from arrears_policy.strict_yaml import read as read_yaml
from arrears_policy.template import Template
from arrears_policy.values import Values

Kind = Literal["decision-table", "rule-pack", "values", "template"]
Grade = Literal["A", "B", "default"]
"""A: the text or two sources were seen. B: one source. default: counsel must confirm."""
Content = DecisionTable | RulePack | Values | Template


@dataclass(frozen=True)
class Policy:
    """`clause`: the law or the bank's decision that it rests on; `source`: where that can be read.

    It may not be put in force for a day before `effective_from`. `sha256` is of the UTF-8 bytes of `text`.
    """

    name: str
    kind: Kind
    title: str
    clause: str
    source: str
    grade: Grade
    effective_from: date
    sha256: str
    text: str
    content: Content


class _Head(Written):
    policy: PolicyName
    kind: Kind
    title: Words
    clause: Words
    source: Words
    grade: Grade
    effective_from: date


_PARSERS: dict[str, Callable[[dict[str, Any]], Content]] = {
    "decision-table": decision_table.parse,
    "rule-pack": rule_pack.parse,
    "values": values.parse,
    "template": template.parse,
}


def load(text: str) -> Policy:
    """Raises PolicyWrong with every fault, of the head and of the content."""
    document = read_yaml(text)
    head, faults = read(_Head.model_validate, {name: document[name] for name in _Head.model_fields if name in document})
    content, wrong = _content(document)
    faults += wrong
    return _policy(sure(head, faults), text, sure(content, faults))


def _content(document: dict[str, Any]) -> tuple[Content | None, list[Fault]]:
    """Of a kind that is unknown nothing can be said; the head's fault tells of it."""
    kind = document.get("kind")
    parse = _PARSERS.get(kind) if isinstance(kind, str) else None
    if parse is None:
        return None, []
    try:
        return parse({name: part for name, part in document.items() if name not in _Head.model_fields}), []
    except PolicyWrong as wrong:
        return None, [*wrong.faults]


def _policy(head: _Head, text: str, content: Content) -> Policy:
    return Policy(
        name=head.policy,
        kind=head.kind,
        title=head.title,
        clause=head.clause,
        source=head.source,
        grade=head.grade,
        effective_from=head.effective_from,
        sha256=sha256(text.encode()).hexdigest(),
        text=text,
        content=content,
    )
