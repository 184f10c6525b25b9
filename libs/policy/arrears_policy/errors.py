"""What is wrong with a policy's text, or with what it is asked.

ValueError
├── PolicyWrong         the text cannot be put in force: every fault, each with its place
├── InputWrong          table: an input that is missing, unknown or of another type
├── ValueWrong          values: a name or type that the policy does not have
└── RenderingWrong      template: values that are not the declared ones, or that must not stand in a message
"""

from typing import NamedTuple


class Fault(NamedTuple):
    """`where`: its place, as `rows[3].when.amount`, or `.` for the whole. `code` is stable; `says` is for a person."""

    where: str
    code: str
    says: str


class PolicyWrong(ValueError):
    def __init__(self, faults: tuple[Fault, ...]) -> None:
        assert faults, "a policy is wrong for a reason"
        super().__init__("\n".join(f"{where}: {says} ({code})" for where, code, says in faults))
        self.faults = faults


class InputWrong(ValueError):
    pass


class ValueWrong(ValueError):
    pass


class RenderingWrong(ValueError):
    pass
