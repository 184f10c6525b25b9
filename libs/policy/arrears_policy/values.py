"""Values: the numbers of a rule by their names, each with its unit and why it is so."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from arrears_policy.errors import PolicyWrong, ValueWrong
from arrears_policy.reading import Name, Words, Written, read, sure


class IntegerValue(Written):
    type: Literal["integer"]
    value: int
    unit: Words
    why: Words


class DecimalValue(Written):
    """Written as text, `"0.05"`, so that no machine rounds it."""

    type: Literal["decimal"]
    value: Annotated[str, Field(pattern=r"^-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,9})?$")]
    unit: Words
    why: Words


Value = Annotated[IntegerValue | DecimalValue, Field(discriminator="type")]
_VALUE: TypeAdapter[Value] = TypeAdapter(Value)


@dataclass(frozen=True)
class Values:
    named: Mapping[str, IntegerValue | DecimalValue]

    def integer(self, name: str) -> int:
        """Raises ValueWrong."""
        match self.named.get(name):
            case IntegerValue(value=value):
                return value
            case _:
                raise ValueWrong(f"there is no integer {name}")

    def decimal(self, name: str) -> Decimal:
        """Raises ValueWrong."""
        match self.named.get(name):
            case DecimalValue(value=value):
                return Decimal(value)
            case _:
                raise ValueWrong(f"there is no decimal {name}")


class _Document(Written):
    values: Annotated[dict[Name, Any], Field(min_length=1, max_length=100)]


def parse(document: dict[str, Any]) -> Values:
    """`document`: a policy's text without its head. Raises PolicyWrong with every fault."""
    written = sure(*read(_Document.model_validate, document))
    found = {
        name: read(_VALUE.validate_python, each, f"values.{name}", tagged=True) for name, each in written.values.items()
    }
    if faults := [fault for _, wrong in found.values() for fault in wrong]:
        raise PolicyWrong(tuple(faults))
    return Values(MappingProxyType({name: value for name, (value, _) in found.items() if value is not None}))
