"""The one policy of the small trade: how many units count at most in one payment."""

from arrears_policy.policy import Policy, load


def text_of(most: int = 100, name: str = "limits", effective_from: str = "2026-03-31") -> str:
    return f"""\
policy: {name}
kind: values
title: How much one payment counts
clause: none, it is a test
source: libs/runtime/tests
grade: default
effective_from: {effective_from}
values:
  most_units: {{type: integer, value: {most}, unit: units, why: a small trade}}
"""


TABLE = """\
policy: limits
kind: decision-table
title: Of another kind than the small trade needs
clause: none, it is a test
source: libs/runtime/tests
grade: default
effective_from: 2026-03-31
hit: unique
inputs: {large: {type: bool}}
outputs: {counts: {type: bool}}
rows:
  - {when: {}, then: {counts: true}}
"""


def policy_of(most: int = 100) -> Policy:
    return load(text_of(most))
