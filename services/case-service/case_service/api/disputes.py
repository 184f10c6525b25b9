"""Disputes (异议): raised on a case, acknowledged, resolved, looked up."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from arrears_events.catalogue.case import DisputeOutcome
from arrears_events.catalogue.heard import DisputeKind
from arrears_events.money import Money
from arrears_policy.values import Values
from arrears_runtime.http.callers import CallerRequest, found
from arrears_runtime.http.card_numbers import OpaqueId
from arrears_runtime.http.commands import Answer, CommandRequest
from arrears_runtime.http.paging import ListRequest, Page
from arrears_runtime.http.routing import Router
from arrears_runtime.http.strict_json import Body

from case_service.domain.dispute import AcknowledgeDispute, RaiseDispute, ResolveDispute
from case_service.views.cases import CaseRow, case_of_id
from case_service.views.disputes import DisputeFilter, DisputeRow, dispute_of_id, disputes_where, version_of_dispute

router = Router(tag="disputes")


class DisputeRequest(Body):
    """What the customer contests: `disputed_amount` of the arrears, and, where known, of which statement and line."""

    kind: DisputeKind
    disputed_amount: Money
    statement_id: OpaqueId | None = None
    line_id: OpaqueId | None = None


class ResolutionRequest(Body):
    outcome: DisputeOutcome


@dataclass(frozen=True, slots=True)
class DisputeAnswer:
    """Until it has an `outcome` the disputed amount is held. `escalated_on`: the last day a deadline passed."""

    dispute_id: UUID
    case_id: UUID
    customer_id: str
    account_id: str
    kind: DisputeKind
    disputed_amount: Money
    statement_id: str | None
    line_id: str | None
    raised_on: date
    acknowledge_by: date
    resolve_by: date
    acknowledged_on: date | None
    resolved_on: date | None
    outcome: DisputeOutcome | None
    escalated_on: date | None


@router.post("/cases/{case_id}/disputes", status_code=201, permission="dispute:raise")
async def raise_dispute(case_id: UUID, ask: DisputeRequest, request: CommandRequest) -> Answer:
    """Hold a part of the arrears. 409 when the case is closed, 422 when it is more than is overdue and not held."""
    case = found(await case_of_id(request.db, case_id))
    return await request.make_and_send(
        partial(_dispute, case, ask, request),
        streamid=case.streamid,
        customer_id=case.customer_id,
        id=request.command_id,
        location=f"/disputes/{request.command_id}",
    )


async def _dispute(case: CaseRow, ask: DisputeRequest, request: CommandRequest) -> RaiseDispute:
    today, in_force = request.today(case.customer_id), await request.policy("disputes", case.customer_id)
    days = in_force.content(Values)
    return RaiseDispute(
        dispute_id=request.command_id,
        case_id=case.case_id,
        kind=ask.kind,
        disputed_amount=ask.disputed_amount,
        raised_on=today,
        acknowledge_by=today + timedelta(days=days.integer("acknowledge_days")),
        resolve_by=today + timedelta(days=days.integer("resolve_days")),
        policy=in_force.ref,
        statement_id=ask.statement_id,
        line_id=ask.line_id,
    )


@router.post(
    "/disputes/{dispute_id}/acknowledgements", status_code=201, permission="dispute:acknowledge", if_match=True
)
async def acknowledge_dispute(dispute_id: UUID, request: CommandRequest) -> Answer:
    """The customer was told that it is being looked at. 409 when it is resolved already."""
    row = found(await dispute_of_id(request.db, dispute_id))
    return await _answered(row, AcknowledgeDispute(dispute_id, request.today(row.customer_id)), request)


@router.post("/disputes/{dispute_id}/resolutions", status_code=201, permission="dispute:resolve", if_match=True)
async def resolve_dispute(dispute_id: UUID, ask: ResolutionRequest, request: CommandRequest) -> Answer:
    """Decide it; its part is held no longer. 409 when it has another outcome already."""
    row = found(await dispute_of_id(request.db, dispute_id))
    return await _answered(row, ResolveDispute(dispute_id, ask.outcome, request.today(row.customer_id)), request)


@router.get("/disputes/{dispute_id}", permission="case:read")
async def get_dispute(dispute_id: UUID, request: CallerRequest) -> DisputeAnswer:
    request.tag(found(await version_of_dispute(request.db, dispute_id)))
    return _answer(found(await dispute_of_id(request.db, dispute_id)))


@router.get("/disputes", permission="case:read")
async def list_disputes(
    request: ListRequest,
    customer_id: OpaqueId | None = None,
    case_id: UUID | None = None,
    open: bool | None = None,  # noqa: A002 - the parameter's name
    escalated: bool | None = None,
) -> Page[DisputeAnswer]:
    """Those first that are to be resolved first. `open`: not resolved; `escalated`: a deadline has passed."""
    asked = DisputeFilter(customer_id, case_id, open, escalated)
    rows = await disputes_where(request.db, asked, request.after(tuple[date, UUID]), request.fetch)
    return request.page([_answer(row) for row in rows], lambda it: (it.resolve_by, it.dispute_id))


async def _answered(row: DisputeRow, answer: AcknowledgeDispute | ResolveDispute, request: CommandRequest) -> Answer:
    return await request.send(
        streamid=row.streamid,
        customer_id=row.customer_id,
        body=answer,
        id=row.dispute_id,
        location=f"/disputes/{row.dispute_id}",
    )


def _answer(row: DisputeRow) -> DisputeAnswer:
    return DisputeAnswer(
        dispute_id=row.dispute_id,
        case_id=row.case_id,
        customer_id=row.customer_id,
        account_id=row.account_id,
        kind=row.kind,
        disputed_amount=Money.of(row.disputed_amount, row.currency),
        statement_id=row.statement_id,
        line_id=row.line_id,
        raised_on=row.raised_on,
        acknowledge_by=row.acknowledge_by,
        resolve_by=row.resolve_by,
        acknowledged_on=row.acknowledged_on,
        resolved_on=row.resolved_on,
        outcome=row.outcome,
        escalated_on=row.escalated_on,
    )
