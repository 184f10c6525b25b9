"""An instalment plan (分期还款): proposed, agreed, paid by value date; completed, or broken by what was missed.

The debt in it is of one or more accounts of the customer, in one currency. The newest plan of an account is corrected
by payments that were booked late or taken back; one that a newer has followed, or that was cancelled, is not.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal
from uuid import UUID

from arrears_events.catalogue.instalments import AgreedBy, EndReason, PlanKind, PlanRule, Share
from arrears_events.catalogue.plan import (
    BankInstructionIssued,
    InstalmentDue,
    InstalmentMissed,
    InstalmentPaid,
    InstalmentPartlyPaid,
    InstalmentReopened,
    PaymentAllocated,
    PaymentUnallocated,
    PlanAgreed,
    PlanBooked,
    PlanBookingRefused,
    PlanBroken,
    PlanCancelled,
    PlanCompleted,
    PlanExpired,
    PlanProposed,
    PlanReinstated,
    PlanReminderDue,
)
from arrears_events.money import Money

from plan_service.domain.errors import (
    PLAN_NOT_OPEN,
    PLAN_NOT_PROPOSED,
    PLAN_UNKNOWN,
    PROPOSAL_OVER,
    RECORDING_MISSING,
    Refused,
)
from plan_service.domain.instalments import Line, Lines
from plan_service.domain.payments import Keys, Payment, added, key_of, removed
from plan_service.domain.proposal import ProposePlan, proposed

InstalmentEvent = (
    PlanReminderDue | InstalmentDue | InstalmentPaid | InstalmentPartlyPaid | InstalmentMissed | InstalmentReopened
)  # fmt: skip
PlanEvent = (
    PlanProposed | PlanAgreed | PlanExpired | PlanCancelled | PaymentAllocated | PaymentUnallocated | InstalmentEvent
    | PlanBroken | PlanCompleted | PlanReinstated | BankInstructionIssued | PlanBooked | PlanBookingRefused
)  # fmt: skip


@dataclass(frozen=True)
class AgreePlan:
    plan_id: UUID
    agreed_on: date
    agreed_by: AgreedBy
    recording_id: str | None = None


@dataclass(frozen=True)
class CancelPlan:
    plan_id: UUID
    reason: EndReason


@dataclass(frozen=True)
class AnswerInstruction:
    """What the bank did about an instruction of ours."""

    instruction_id: str
    outcome: Literal["done", "refused"]
    reference: str | None = None
    reason: str | None = None


PlanCommand = ProposePlan | AgreePlan | CancelPlan | AnswerInstruction
PlanState = Literal["proposed", "agreed", "completed", "broken", "cancelled", "expired"]
Booking = Literal["asked", "done", "refused"]


@dataclass(frozen=True)
class Plan:
    """`before`: the payments that had come when it was agreed; they never pay it.

    `settled`: nothing corrects it any more; `waits`: nothing does while a newer plan of its accounts is not agreed to.
    `broken_on`: the day whose close found it broken. `agreed_by` and `recording_id`: how it was agreed.
    """

    plan_id: UUID
    customer_id: str
    kind: PlanKind
    shares: tuple[Share, ...]
    reminders: bool
    agree_by: date
    rule: PlanRule
    lines: Lines
    state: PlanState = "proposed"
    agreed_on: date | None = None
    agreed_by: AgreedBy | None = None
    recording_id: str | None = None
    before: Keys = frozenset()
    settled: bool = False
    waits: bool = False
    broken_on: date | None = None
    booking: Booking | None = None

    @property
    def accounts(self) -> frozenset[str]:
        return frozenset(share.account_id for share in self.shares)

    @property
    def currency(self) -> str:
        return self.lines[0].amount.currency

    @property
    def is_open(self) -> bool:
        return self.state in ("proposed", "agreed")

    @property
    def is_paid(self) -> bool:
        """Whether payments pay it, now or when they are booked late."""
        return self._may_be_paid and not self.waits

    @property
    def _may_be_paid(self) -> bool:
        return self.state in ("agreed", "completed", "broken") and not self.settled

    @property
    def unpaid(self) -> Money:
        return sum((line.amount - line.paid for line in self.lines), self.lines[0].amount.zero())

    def was_agreed_as(self, command: AgreePlan) -> bool:
        """Whatever the day: it may be told again later."""
        return (self.agreed_by, self.recording_id) == (command.agreed_by, command.recording_id)

    def shares_account_with(self, other: "Plan") -> bool:
        return self.currency == other.currency and not self.accounts.isdisjoint(other.accounts)

    def asks_for(self, payment: Payment) -> bool:
        """Broken or not: it may turn out that it is not."""
        if not self._may_be_paid or self.agreed_on is None or payment.value_date < self.agreed_on:
            return False
        meant = payment.account_id in self.accounts and payment.amount.currency == self.currency
        return meant and payment.key not in self.before


def instruction_of(plan_id: UUID) -> str:
    """The id of the one instruction to book it."""
    return f"{plan_id}/book"


def decide(plan: Plan | None, command: PlanCommand) -> list[PlanEvent]:
    match plan, command:
        case None, ProposePlan():
            return [proposed(command)]
        case Plan(), ProposePlan():
            return []
        case Plan(state="proposed"), AgreePlan():
            return _agree(plan, command)
        case Plan(state="agreed"), AgreePlan() if plan.was_agreed_as(command):
            return []
        case Plan(), AgreePlan():
            raise Refused(PLAN_NOT_PROPOSED, state=plan.state)
        case Plan(state="proposed" | "agreed"), CancelPlan():
            return [PlanCancelled(**which(plan), reason=command.reason)]
        case Plan(state="cancelled"), CancelPlan():
            return []
        case Plan(), CancelPlan():
            raise Refused(PLAN_NOT_OPEN, state=plan.state)
        case Plan(), AnswerInstruction():
            return _answered(plan, command)
        case _:
            raise Refused(PLAN_UNKNOWN)


def evolve(plan: Plan | None, event: PlanEvent) -> Plan:
    match plan, event:
        case None, PlanProposed():
            return _proposed(event)
        case Plan(), PlanAgreed():
            agreed = replace(plan, state="agreed", agreed_on=event.agreed_on)
            return replace(agreed, agreed_by=event.agreed_by, recording_id=event.recording_id)
        case Plan(), PlanExpired() | PlanCancelled():
            return replace(plan, state="expired" if isinstance(event, PlanExpired) else "cancelled")
        case Plan(), PlanBroken():
            return replace(plan, state="broken", broken_on=event.day)
        case Plan(), PlanCompleted() | PlanReinstated():
            return replace(plan, state="agreed" if isinstance(event, PlanReinstated) else "completed", broken_on=None)
        case Plan(), BankInstructionIssued() | PlanBooked() | PlanBookingRefused():
            return replace(plan, booking=_booking(event))
        case Plan(), _ if not isinstance(event, PlanProposed):
            return _with_line(plan, _changed(plan.lines[event.number - 1], event))
        case _:
            raise AssertionError(f"{event} cannot follow {plan}")


def which(plan: Plan) -> dict[str, Any]:
    return {"customer_id": plan.customer_id, "plan_id": plan.plan_id}


def _agree(plan: Plan, command: AgreePlan) -> list[PlanEvent]:
    if command.agreed_on > plan.agree_by:
        raise Refused(PROPOSAL_OVER, agree_by=plan.agree_by)
    if command.agreed_by == "oral" and not command.recording_id:
        raise Refused(RECORDING_MISSING)
    agreed = PlanAgreed(
        **which(plan),
        kind=plan.kind,
        accounts=plan.accounts,
        reminders=plan.reminders,
        agreed_on=command.agreed_on,
        agreed_by=command.agreed_by,
        recording_id=command.recording_id,
    )
    instruction_id = instruction_of(plan.plan_id)
    book = BankInstructionIssued(**which(plan), instruction_id=instruction_id, kind="book_plan", shares=plan.shares)
    return [agreed, book]


def _answered(plan: Plan, answer: AnswerInstruction) -> list[PlanEvent]:
    """A booking that was refused may be done after all; one that is done stays so."""
    match plan.booking, answer.outcome:
        case "asked" | "refused", "done":
            return [PlanBooked(**which(plan), instruction_id=answer.instruction_id, reference=answer.reference)]
        case "asked", "refused":
            return [PlanBookingRefused(**which(plan), instruction_id=answer.instruction_id, reason=answer.reason)]
        case _:
            return []


def _booking(event: BankInstructionIssued | PlanBooked | PlanBookingRefused) -> Booking:
    match event:
        case BankInstructionIssued():
            return "asked"
        case PlanBooked():
            return "done"
        case PlanBookingRefused():
            return "refused"


def _proposed(event: PlanProposed) -> Plan:
    return Plan(
        plan_id=event.plan_id,
        customer_id=event.customer_id,
        kind=event.kind,
        shares=event.shares,
        reminders=event.reminders,
        agree_by=event.agree_by,
        rule=event.rule,
        lines=tuple(map(Line.of, event.schedule)),
    )


def _with_line(plan: Plan, line: Line) -> Plan:
    return replace(plan, lines=(*plan.lines[: line.number - 1], line, *plan.lines[line.number :]))


def _changed(line: Line, event: InstalmentEvent | PaymentAllocated | PaymentUnallocated) -> Line:
    match event:
        case PaymentAllocated():
            key = key_of(event.account_id, event.payment_id)
            return replace(line, paid_by=added(line.paid_by, key, event.amount, event.value_date))
        case PaymentUnallocated():
            key = key_of(event.account_id, event.payment_id)
            return replace(line, paid_by=removed(line.paid_by, key, event.amount))
        case PlanReminderDue():
            return replace(line, reminded=True)
        case InstalmentDue():
            return replace(line, state="due")
        case InstalmentPaid():
            return replace(line, state="paid")
        case InstalmentPartlyPaid():
            return replace(line, state="partly_paid")
        case InstalmentMissed():
            return replace(line, state="missed")
        case InstalmentReopened():
            return replace(line, state="open")
