"""What customers contested in a contact and is no dispute (异议): looked up by who is to tell them why."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from arrears_events.catalogue.heard import DisputeKind
from arrears_events.money import Money
from arrears_runtime.http.card_numbers import OpaqueId
from arrears_runtime.http.paging import ListRequest, Page
from arrears_runtime.http.routing import Router

from case_service.views.not_accepted import NotAcceptedRow, not_accepted_where

router = Router(tag="disputes")


@dataclass(frozen=True, slots=True)
class NotAcceptedAnswer:
    """It holds nothing. `reason` is the code with which it would have been refused over HTTP."""

    dispute_id: UUID
    case_id: UUID | None
    customer_id: str
    account_id: str
    kind: DisputeKind
    disputed_amount: Money
    heard_on: date
    reason: str


@router.get("/disputes-not-accepted", permission="case:read")
async def list_not_accepted(request: ListRequest, customer_id: OpaqueId | None = None) -> Page[NotAcceptedAnswer]:
    """Newest first."""
    rows = await not_accepted_where(request.db, customer_id, request.after(tuple[date, UUID]), request.fetch)
    return request.page([_answer(row) for row in rows], lambda it: (it.heard_on, it.dispute_id))


def _answer(row: NotAcceptedRow) -> NotAcceptedAnswer:
    return NotAcceptedAnswer(
        dispute_id=row.dispute_id,
        case_id=row.case_id,
        customer_id=row.customer_id,
        account_id=row.account_id,
        kind=row.kind,
        disputed_amount=Money.of(row.disputed_amount, row.currency),
        heard_on=row.heard_on,
        reason=row.reason,
    )
