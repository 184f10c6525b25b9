"""One complaint (投诉) about how a customer was treated: raised, acknowledged, answered; overdue when its day passes.

It holds nothing, and nothing in the rules of law that the packs hold stops collection while it is open: what is owed is
not in question (who says so raises a dispute), and the guard keeps to nights, numbers of contacts and third persons
whether or not anybody complains.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from arrears_events.catalogue.base import PolicyRef
from arrears_events.catalogue.complaints import (
    ComplaintAcknowledged,
    ComplaintEvent,
    ComplaintExtended,
    ComplaintFrom,
    ComplaintKind,
    ComplaintOutcome,
    ComplaintOverdue,
    ComplaintRaised,
    ComplaintResolved,
    ExtensionReason,
    Redresses,
)
from arrears_events.sealed import Sealed
from arrears_policy import fit
from arrears_policy.errors import Fault
from arrears_policy.policy import Policy
from arrears_policy.values import Values

from case_service.domain.errors import (
    COMPLAINED_OF,
    COMPLAINT_NOT_EXTENDABLE,
    COMPLAINT_RESOLVED,
    COMPLAINT_UNKNOWN,
    NOTICE_OUT_OF_RANGE,
    Refused,
)

CATEGORY = "complaint"
EXTENSIONS: tuple[ExtensionReason, ...] = ("complex", "approved")
"""In this order, each once."""
DAYS = {"answer_days": (1, 15), "complex_days": (1, 30), "further_days": (1, 30)}
"""Least and most of each (CN-25)."""


@dataclass(frozen=True)
class RaiseComplaint:
    """`answer_due_on`: the last day for the answer, by the policy in force."""

    complaint_id: UUID
    customer_id: str
    kind: ComplaintKind
    received_from: ComplaintFrom
    received_on: date
    answer_due_on: date
    policy: PolicyRef
    about: str | None = None
    against: str | None = None
    text: Sealed | None = None


@dataclass(frozen=True)
class AcknowledgeComplaint:
    acknowledged_on: date


@dataclass(frozen=True)
class ExtendComplaint:
    """`days` by the policy in force: of a complex one since it was received; of an approved one since it was due.

    `by`: who extends it. `told_on`: when who complained was given notice; of an approved one alone.
    """

    reason: ExtensionReason
    days: int
    extended_on: date
    by: str
    policy: PolicyRef
    told_on: date | None = None


@dataclass(frozen=True)
class ResolveComplaint:
    """`by`: who decides it."""

    outcome: ComplaintOutcome
    redress: Redresses
    resolved_on: date
    by: str
    text: Sealed | None = None


@dataclass(frozen=True)
class CloseDay:
    """The bank closed `day`."""

    day: date


ComplaintCommand = RaiseComplaint | AcknowledgeComplaint | ExtendComplaint | ResolveComplaint | CloseDay


@dataclass(frozen=True)
class Complaint:
    terms: ComplaintRaised
    answer_due_on: date
    acknowledged: bool = False
    extensions: tuple[ComplaintExtended, ...] = ()
    overdue: bool = False
    resolution: ComplaintResolved | None = None

    @property
    def next_extension(self) -> ExtensionReason | None:
        return EXTENSIONS[len(self.extensions)] if len(self.extensions) < len(EXTENSIONS) else None

    def knows(self, command: ComplaintCommand) -> bool:
        """Whether it has come to all that the command asks for."""
        match command:
            case RaiseComplaint():
                return True
            case AcknowledgeComplaint():
                return self.acknowledged
            case ExtendComplaint(reason=reason, told_on=told_on):
                return any((each.reason, each.told_on) == (reason, told_on) for each in self.extensions)
            case ResolveComplaint(outcome=outcome, redress=redress, text=text):
                told = self.resolution
                return told is not None and (told.outcome, told.redress, told.text) == (outcome, redress, text)
            case CloseDay(day):
                by = due(self)
                return by is None or day < by


def faults(policy: Policy, _: object) -> Iterator[Fault]:
    """Why no complaint could be answered in time by these numbers."""
    assert isinstance(policy.content, Values)
    return fit.numbers(policy.content, DAYS)


def decide(complaint: Complaint | None, command: ComplaintCommand) -> list[ComplaintEvent]:
    match complaint, command:
        case None, RaiseComplaint():
            return [_raised(command)]
        case Complaint(), _ if complaint.knows(command):
            return []
        case Complaint(resolution=None), AcknowledgeComplaint(on):
            return [ComplaintAcknowledged(**_which(complaint), acknowledged_on=on)]
        case Complaint(resolution=None), ExtendComplaint():
            return [_extended(complaint, command)]
        case Complaint(resolution=None), ResolveComplaint():
            return [_resolved(complaint, command)]
        case Complaint(resolution=None, answer_due_on=by), CloseDay(day):
            return [ComplaintOverdue(**_which(complaint), answer_due_on=by, on=day)]
        case Complaint(resolution=ComplaintResolved(outcome=known)), _:
            raise Refused(COMPLAINT_RESOLVED, outcome=known)
        case _:
            raise Refused(COMPLAINT_UNKNOWN)


def evolve(complaint: Complaint | None, event: ComplaintEvent) -> Complaint:
    match complaint, event:
        case None, ComplaintRaised():
            return Complaint(event, event.answer_due_on)
        case Complaint(resolution=None), ComplaintAcknowledged():
            return replace(complaint, acknowledged=True)
        case Complaint(resolution=None, extensions=before), ComplaintExtended():
            return replace(complaint, extensions=(*before, event), answer_due_on=event.answer_due_on)
        case Complaint(resolution=None), ComplaintResolved():
            return replace(complaint, resolution=event)
        case Complaint(resolution=None), ComplaintOverdue():
            return replace(complaint, overdue=True)
        case _:
            raise AssertionError(f"{event} cannot follow {complaint}")


def stream_of(complaint_id: UUID) -> str:
    return f"{CATEGORY}/{complaint_id}"


def due(complaint: Complaint) -> date | None:
    """The business day at whose close it is overdue: the last for the answer passes with its own close."""
    return None if complaint.overdue or complaint.resolution else complaint.answer_due_on


def _raised(command: RaiseComplaint) -> ComplaintRaised:
    return ComplaintRaised(
        customer_id=command.customer_id,
        complaint_id=command.complaint_id,
        kind=command.kind,
        received_from=command.received_from,
        received_on=command.received_on,
        answer_due_on=command.answer_due_on,
        policy=command.policy,
        about=command.about,
        against=command.against,
        text=command.text,
    )


def _extended(complaint: Complaint, command: ExtendComplaint) -> ComplaintExtended:
    """As long as its day has not passed: what is late already is not made timely."""
    _check_who(complaint, command.by)
    since = complaint.terms.received_on if command.reason == "complex" else complaint.answer_due_on
    later = since + timedelta(days=command.days)
    in_time = not complaint.overdue and command.extended_on <= complaint.answer_due_on < later
    if command.reason != complaint.next_extension or not in_time:
        raise Refused(COMPLAINT_NOT_EXTENDABLE, next=complaint.next_extension, answer_due_on=complaint.answer_due_on)
    _check_notice(complaint, command)
    return ComplaintExtended(
        **_which(complaint),
        reason=command.reason,
        extended_on=command.extended_on,
        answer_due_on=later,
        policy=command.policy,
        told_on=command.told_on,
    )


def _check_notice(complaint: Complaint, command: ExtendComplaint) -> None:
    """A notice that is still to be given is none yet."""
    earliest, latest = complaint.terms.received_on, command.extended_on
    assert (command.told_on is None) == (command.reason == "complex"), "an approved one alone needs a notice"
    if command.told_on and not earliest <= command.told_on <= latest:
        raise Refused(NOTICE_OUT_OF_RANGE, earliest=earliest, latest=latest)


def _resolved(complaint: Complaint, command: ResolveComplaint) -> ComplaintResolved:
    _check_who(complaint, command.by)
    return ComplaintResolved(
        **_which(complaint),
        outcome=command.outcome,
        redress=command.redress,
        resolved_on=command.resolved_on,
        text=command.text,
    )


def _check_who(complaint: Complaint, by: str) -> None:
    """Nobody is judge in their own cause."""
    if complaint.terms.against == by:
        raise Refused(COMPLAINED_OF)


def _which(complaint: Complaint) -> dict[str, Any]:
    return complaint.terms.model_dump(include={"customer_id", "complaint_id"})
