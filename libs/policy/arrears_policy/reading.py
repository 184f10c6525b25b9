"""What a policy's text must hold, as pydantic models, and all that is not so, as faults."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from arrears_policy.errors import Fault, PolicyWrong
from arrears_policy.strict_yaml import path

SAYS_LENGTH_MAX = 200
T = TypeVar("T")

Words = Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]
"""What a person is told."""
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""Of a column, a value, a variable."""


class Written(BaseModel):
    """A part of a policy's text: nothing is made to fit, nothing is left over."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def read(
    validate: Callable[[Any], T], written: object, where: str = "", *, tagged: bool = False
) -> tuple[T | None, list[Fault]]:
    """The part that is written at `where`, or its faults. `tagged`: pydantic puts the type's name before its fields."""
    try:
        return validate(written), []
    except ValidationError as wrong:
        errors = wrong.errors(include_url=False, include_context=False, include_input=False)
        return None, [
            Fault(_path(where, error["loc"][tagged:]), error["type"].replace("_", "-"), error["msg"][:SAYS_LENGTH_MAX])
            for error in errors
        ]


def sure(found: T | None, faults: Sequence[Fault]) -> T:
    """What was read, if nothing is wrong. Raises PolicyWrong."""
    if faults:
        raise PolicyWrong(tuple(faults))
    assert found is not None, "what could not be read has a fault"
    return found


def _path(where: str, steps: tuple[str | int, ...]) -> str:
    for step in steps:
        where = where if step == "[key]" else path(where, step)
    return where or "."
