"""What the second look says of a contact: where it lies, what was wrong with it, and what nobody had heard in time."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID


class Code(StrEnum):
    """Stable for ever: scripts of a bank's revision go by them."""

    NOT_AUTHORISED = "not-authorised"
    """It was attempted, and nothing on the log had allowed it."""
    AUTHORISATION_OVER = "authorisation-over"
    """What had allowed it was over: expired, or attempted too late."""
    ATTEMPTED_AGAIN = "attempted-again"
    SENT_AGAIN = "sent-again"
    NOT_ATTEMPTED = "not-attempted"
    """It went out, and nothing says that it was handed over."""
    OTHER_POINT = "other-point"
    """Not where the person is reached, or not where it was asked for."""
    POLICY_WRONG = "policy-wrong"
    """It was decided by a text that was not published, or was not in force."""
    RULE_LEFT_OUT = "rule-left-out"
    """A rule that binds it was not looked at."""
    RULE_BROKEN = "rule-broken"
    """By all that was known, a rule forbade it at that moment."""
    FACT_CONTRADICTED = "fact-contradicted"
    """It was decided on a fact that the log, as far as it was read, does not bear out."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach at one record. `contact` is absent for a policy's text, `rule` where no rule of law is concerned."""

    code: Code
    topic: str
    partition: int
    offset: int
    contact: UUID | None
    rule: str | None
    sentence: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"contact": self.contact and str(self.contact)}


@dataclass(frozen=True, slots=True)
class Between:
    """No breach: `event` at `place` would have forbidden the contact, and nobody had heard it when it was attempted.

    `topic`, `partition`, `offset` are the attempt's; `seconds` lie between the event's time and the attempt's.
    """

    topic: str
    partition: int
    offset: int
    contact: UUID
    rule: str
    event: str
    place: str
    seconds: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"contact": str(self.contact)}


Report = Callable[[Finding | Between], None]
