"""A rule pack (规则包): the rules of law of one place, read strictly from the text that was put in force.

`parse` takes the mapping without a policy's head: `{jurisdiction: cn, rules: [...]}`. Whatever is wrong in it is told
at once, in PolicyWrong, each fault with its path. The types of rules: `rules.py`; what a text may say: `wording.py`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from arrears_policy.errors import Fault, PolicyWrong
from arrears_policy.rules import Rule

EVERYWHERE = "every"
"""The jurisdiction of the pack that binds in every place beside the place's own."""


@dataclass(frozen=True)
class RulePack:
    """`jurisdiction` is the place, as a customer's profile names it. An id stands once at any time."""

    jurisdiction: str
    rules: tuple[Rule, ...]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    jurisdiction: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    rules: Annotated[list[Any], Field(min_length=1, max_length=200)]


_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)


def parse(document: dict[str, Any]) -> RulePack:
    """Raises PolicyWrong with every fault."""
    faults: list[Fault] = []
    try:
        read = _Document.model_validate(document)
    except ValidationError as wrong:
        raise PolicyWrong(tuple(_faults("", wrong))) from None
    rules: list[tuple[int, Rule]] = []
    for place, written in enumerate(read.rules):
        try:
            rules.append((place, _RULE.validate_python(written)))
        except ValidationError as wrong:
            faults += _faults(f"rules[{place}]", wrong)
    if faults := [*faults, *_ids_twice(rules)]:
        raise PolicyWrong(tuple(faults))
    return RulePack(read.jurisdiction, tuple(rule for _, rule in rules))


def _ids_twice(rules: Sequence[tuple[int, Rule]]) -> Iterator[Fault]:
    """A rule may follow itself in a new form; two forms are never in force on the same day."""
    for (first, one), (second, other) in combinations(rules, 2):
        apart = one.effective_until < other.effective_from or other.effective_until < one.effective_from
        if one.id == other.id and not apart:
            says = f"{one.id} is in force already by rules[{first}]"
            yield Fault(f"rules[{second}].id", "id-twice", says)


def _faults(where: str, wrong: ValidationError) -> Iterator[Fault]:
    for error in wrong.errors(include_url=False, include_context=False, include_input=False):
        yield Fault(_path(where, error), error["type"].replace("_", "-"), error["msg"])


def _path(where: str, error: ErrorDetails) -> str:
    """`rules[3].hours.every`: without the tag of the rule's type, which pydantic puts in front."""
    steps = error["loc"][1:] if where else error["loc"]
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return (where + path).lstrip(".") or "."
