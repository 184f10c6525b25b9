"""Treatment (催收策略): which contact a rise of stage asks for, by the table in force. A stage asks once in a case."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args
from uuid import UUID

from arrears_events.catalogue.base import PolicyRef
from arrears_events.catalogue.case import Stage, TreatmentStepDue
from arrears_events.catalogue.contact import Channel
from arrears_events.money import DECIMALS, Money
from arrears_policy import fit
from arrears_policy.decision_table import DecisionTable
from arrears_policy.errors import Fault
from arrears_policy.policy import Policy

STAGES: tuple[Stage, ...] = get_args(Stage)
NONE = "none"
GIVEN = {"stage": STAGES, "arrears": (0, 10**16)}
"""What comes in. No amount has more than 13 digits before its decimals, of which no currency has more than three."""
TAKEN = {"channel": (NONE, *get_args(Channel)), "purpose": ("collection",)}
"""What may come out. By another purpose a step would walk past the rules that stop collection alone, as CN-17."""


@dataclass(frozen=True)
class Treatment:
    """The table, and what a decision's event says of it."""

    table: DecisionTable
    policy: PolicyRef


@dataclass(frozen=True)
class Rise:
    """A case that opened (`before` is None) or rose to `stage`, `on` a day, with `due` to be demanded."""

    case_id: UUID
    before: Stage | None
    stage: Stage
    on: date
    due: Money

    @property
    def is_one(self) -> bool:
        return self.before is None or STAGES.index(self.stage) > STAGES.index(self.before)


def faults(policy: Policy, _: object) -> Iterator[Fault]:
    """Why no rise could be decided by this table."""
    assert isinstance(policy.content, DecisionTable)
    return fit.columns(policy.content, GIVEN, TAKEN)


def steps(rise: Rise, treatment: Treatment, done: Collection[Stage], which: dict[str, Any]) -> list[TreatmentStepDue]:
    """At most one: that of the stage that was reached, however many were jumped. `done`: stages that asked before."""
    if not rise.is_one or rise.stage in done:
        return []
    hit = treatment.table.decide(stage=rise.stage, arrears=_minor_units(rise.due))
    if hit.outputs["channel"] == NONE:
        return []
    return [
        TreatmentStepDue(
            **which,
            case_id=rise.case_id,
            stage=rise.stage,
            due_on=rise.on,
            channel=str(hit.outputs["channel"]),  # pyright: ignore[reportArgumentType] - a word of TAKEN
            purpose=str(hit.outputs["purpose"]),  # pyright: ignore[reportArgumentType]
            amount=rise.due,
            policy=treatment.policy,
            row=hit.row,
        )
    ]


def _minor_units(money: Money) -> int:
    return int(money.amount.scaleb(DECIMALS[money.currency]))
