"""Commands and events of one complaint with boring defaults: a test names only what it is about."""

from datetime import date
from typing import Any
from uuid import UUID

from arrears_events.catalogue.base import PolicyRef
from arrears_events.catalogue.complaints import (
    ComplaintAcknowledged,
    ComplaintExtended,
    ComplaintOverdue,
    ComplaintRaised,
    ComplaintResolved,
)
from arrears_events.sealed import Sealed
from case_service.domain.complaint import (
    AcknowledgeComplaint,
    CloseDay,
    ExtendComplaint,
    RaiseComplaint,
    ResolveComplaint,
)

from .examples import day

COMPLAINT_ID = UUID(int=5)
COMPLAINTS = PolicyRef(name="complaints", version=1, sha256="0" * 64)
WHOSE: dict[str, Any] = {"customer_id": "C-1", "complaint_id": COMPLAINT_ID}
RECEIVED, DUE, DUE_IF_COMPLEX, DUE_IF_APPROVED = day("04-22"), day("05-07"), day("05-22"), day("06-21")
"""By the days that CN-25 names."""
COLLECTOR, SUPERVISOR = "carl", "susan"


def raise_complaint(**more: Any) -> RaiseComplaint:
    return RaiseComplaint(
        **WHOSE,
        kind=more.pop("kind", "rudeness"),
        received_from="customer",
        received_on=RECEIVED,
        answer_due_on=DUE,
        policy=COMPLAINTS,
        **more,
    )


def acknowledge_complaint() -> AcknowledgeComplaint:
    return AcknowledgeComplaint(day("04-23"))


def extend_complaint(on: str = "04-30", *, days: int = 30, by: str = COLLECTOR) -> ExtendComplaint:
    return ExtendComplaint("complex", days, day(on), by, COMPLAINTS)


def extend_further(on: str = "05-20", *, told: str = "05-19", days: int = 30, by: str = SUPERVISOR) -> ExtendComplaint:
    return ExtendComplaint("approved", days, day(on), by, COMPLAINTS, told_on=day(told))


def resolve_complaint(
    outcome: Any = "upheld", *redress: Any, by: str = SUPERVISOR, text: Sealed | None = None
) -> ResolveComplaint:
    return ResolveComplaint(outcome, frozenset(redress or ("apology",)), day("05-05"), by, text)


def close(on: str) -> CloseDay:
    return CloseDay(day(on))


def complaint_raised(**more: Any) -> ComplaintRaised:
    return ComplaintRaised(
        **WHOSE,
        kind="rudeness",
        received_from="customer",
        received_on=RECEIVED,
        answer_due_on=DUE,
        policy=COMPLAINTS,
        **more,
    )


def complaint_acknowledged() -> ComplaintAcknowledged:
    return ComplaintAcknowledged(**WHOSE, acknowledged_on=day("04-23"))


def complaint_extended(on: str = "04-30", due: date = DUE_IF_COMPLEX) -> ComplaintExtended:
    return ComplaintExtended(**WHOSE, reason="complex", extended_on=day(on), answer_due_on=due, policy=COMPLAINTS)


def further_extended() -> ComplaintExtended:
    return ComplaintExtended(
        **WHOSE,
        reason="approved",
        extended_on=day("05-20"),
        answer_due_on=DUE_IF_APPROVED,
        policy=COMPLAINTS,
        told_on=day("05-19"),
    )


def complaint_resolved(outcome: Any = "upheld", *redress: Any, text: Sealed | None = None) -> ComplaintResolved:
    return ComplaintResolved(
        **WHOSE, outcome=outcome, redress=frozenset(redress or ("apology",)), resolved_on=day("05-05"), text=text
    )


def complaint_overdue(by: date = DUE, on: date = DUE) -> ComplaintOverdue:
    return ComplaintOverdue(**WHOSE, answer_due_on=by, on=on)
