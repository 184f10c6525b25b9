"""One dispute (异议) of an account: raised, acknowledged, resolved, and escalated when a deadline passes.

It outlives its case: the customer is owed an answer still, so its deadlines run on. Its hold says nothing while nothing
is overdue, and counts again when the account falls into arrears anew before the dispute is resolved.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from arrears_events.catalogue.base import PolicyRef
from arrears_events.catalogue.case import (
    DisputeAcknowledged,
    DisputeEscalated,
    DisputeNotAccepted,
    DisputeOutcome,
    DisputeRaised,
    DisputeResolved,
    DisputeStep,
)
from arrears_events.catalogue.heard import DisputeKind
from arrears_events.money import Money
from arrears_policy import fit
from arrears_policy.errors import Fault
from arrears_policy.policy import Policy
from arrears_policy.values import Values

from case_service.domain.errors import DISPUTE_RESOLVED, DISPUTED_AMOUNT_ABOVE_ARREARS, DISPUTED_AMOUNT_ZERO, Refused

DisputeEvent = DisputeAcknowledged | DisputeResolved | DisputeEscalated
DAYS = {"acknowledge_days": (0, 60), "resolve_days": (0, 60)}
"""Least and most. The law has no number for disputes: no longer than a complaint may take in all (CN-25)."""


@dataclass(frozen=True)
class RaiseDispute:
    """On the case `case_id`; None for the one that is open.

    `acknowledge_by` and `resolve_by` are the last days for it, by the policy in force.
    """

    dispute_id: UUID
    case_id: UUID | None
    kind: DisputeKind
    disputed_amount: Money
    raised_on: date
    acknowledge_by: date
    resolve_by: date
    policy: PolicyRef
    statement_id: str | None = None
    line_id: str | None = None


@dataclass(frozen=True)
class HearDispute:
    """The customer said it in a contact. Nobody is there to be refused: an event says of what is no dispute why."""

    customer_id: str
    account_id: str
    dispute: RaiseDispute


@dataclass(frozen=True)
class AcknowledgeDispute:
    dispute_id: UUID
    acknowledged_on: date


@dataclass(frozen=True)
class ResolveDispute:
    dispute_id: UUID
    outcome: DisputeOutcome
    resolved_on: date


@dataclass(frozen=True)
class Dispute:
    terms: DisputeRaised
    acknowledged: bool = False
    escalated: tuple[DisputeStep, ...] = ()
    outcome: DisputeOutcome | None = None

    def holds(self, currency: str) -> bool:
        return self.outcome is None and self.terms.disputed_amount.currency == currency

    def deadlines(self) -> list[tuple[DisputeStep, date]]:
        """Of the steps that are neither done nor escalated. A resolution is an acknowledgement too."""
        if self.outcome:
            return []
        steps: list[tuple[DisputeStep, date]] = [("resolve", self.terms.resolve_by)]
        if not self.acknowledged:
            steps.insert(0, ("acknowledge", self.terms.acknowledge_by))
        return [(step, deadline) for step, deadline in steps if step not in self.escalated]


def faults(policy: Policy, _: object) -> Iterator[Fault]:
    """Why no dispute could be raised by these numbers."""
    assert isinstance(policy.content, Values)
    return fit.numbers(policy.content, DAYS)


def answer(dispute: Dispute, command: AcknowledgeDispute | ResolveDispute) -> list[DisputeEvent]:
    match dispute, command:
        case Dispute(outcome=None, acknowledged=False), AcknowledgeDispute():
            return [_acknowledged(dispute.terms, command)]
        case Dispute(acknowledged=True), AcknowledgeDispute():
            return []
        case Dispute(outcome=None), ResolveDispute():
            return [_resolved(dispute.terms, command)]
        case Dispute(outcome=known), ResolveDispute(outcome=again) if known == again:
            return []
        case _:
            raise Refused(DISPUTE_RESOLVED, outcome=dispute.outcome)


def escalate(dispute: Dispute, day: date) -> list[DisputeEvent]:
    """What the close of `day` found undone: a deadline is the last day for its step, so it passes with that close."""
    return [_escalated(dispute.terms, step, by, day) for step, by in dispute.deadlines() if by <= day]


def evolve(dispute: Dispute, event: DisputeEvent) -> Dispute:
    match event:
        case DisputeAcknowledged():
            return replace(dispute, acknowledged=True)
        case DisputeResolved():
            return replace(dispute, outcome=event.outcome)
        case DisputeEscalated():
            return replace(dispute, escalated=(*dispute.escalated, event.step))


def check_amount(disputed: Money, arrears: Money, held: Money) -> None:
    """All that is held of a ledger is never more than its arrears. Raises Refused."""
    if disputed <= disputed.zero():
        raise Refused(DISPUTED_AMOUNT_ZERO)
    if disputed > arrears - held:
        raise Refused(DISPUTED_AMOUNT_ABOVE_ARREARS, arrears=arrears, held=held)


def raised(command: RaiseDispute, case_id: UUID, customer_id: str, account_id: str) -> DisputeRaised:
    return DisputeRaised(
        customer_id=customer_id,
        account_id=account_id,
        case_id=case_id,
        dispute_id=command.dispute_id,
        kind=command.kind,
        disputed_amount=command.disputed_amount,
        raised_on=command.raised_on,
        acknowledge_by=command.acknowledge_by,
        resolve_by=command.resolve_by,
        policy=command.policy,
        statement_id=command.statement_id,
        line_id=command.line_id,
    )


def not_accepted(command: HearDispute, case_id: UUID | None, reason: str) -> DisputeNotAccepted:
    """`case_id`: of the case that is open, if any."""
    said = command.dispute
    return DisputeNotAccepted(
        customer_id=command.customer_id,
        account_id=command.account_id,
        case_id=case_id,
        dispute_id=said.dispute_id,
        kind=said.kind,
        disputed_amount=said.disputed_amount,
        heard_on=said.raised_on,
        reason=reason,
        statement_id=said.statement_id,
        line_id=said.line_id,
    )


def _acknowledged(terms: DisputeRaised, command: AcknowledgeDispute) -> DisputeAcknowledged:
    return DisputeAcknowledged(**_which(terms), acknowledged_on=command.acknowledged_on)


def _resolved(terms: DisputeRaised, command: ResolveDispute) -> DisputeResolved:
    return DisputeResolved(**_which(terms), outcome=command.outcome, resolved_on=command.resolved_on)


def _escalated(terms: DisputeRaised, step: DisputeStep, deadline: date, day: date) -> DisputeEscalated:
    return DisputeEscalated(**_which(terms), step=step, deadline=deadline, on=day)


def _which(terms: DisputeRaised) -> dict[str, Any]:
    return terms.model_dump(include={"customer_id", "account_id", "case_id", "dispute_id"})
