"""Instalment plans (分期还款): proposed, agreed, cancelled, looked up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Annotated, TypeVar
from uuid import UUID

from arrears_events.catalogue.instalments import (
    AgreedBy,
    CancellationReason,
    DayCount,
    InstalmentCount,
    PlanFrequency,
    PlanKind,
    PlanMethod,
    PlanTerms,
    RatePpm,
    Share,
)
from arrears_events.catalogue.ledger import BusinessDate
from arrears_events.money import Money
from arrears_runtime.http.callers import CallerRequest, found
from arrears_runtime.http.card_numbers import OpaqueId
from arrears_runtime.http.commands import Answer, CommandRequest
from arrears_runtime.http.paging import ListRequest, Page
from arrears_runtime.http.routing import Router
from arrears_runtime.http.strict_json import Body
from pydantic import Field

from plan_service.api.requests import check_shares, limits_of
from plan_service.domain.commitments import stream_of
from plan_service.domain.instalments import InstalmentState
from plan_service.domain.limits import plan_rule
from plan_service.domain.plan import AgreePlan, Booking, CancelPlan, PlanState
from plan_service.domain.proposal import ProposePlan
from plan_service.views.accounts import accounts_of
from plan_service.views.plans import PlanFilter, PlanRow, plan_of_id, plans_where, version_of_plan

router = Router(tag="plans")
A = TypeVar("A", bound="PlanAnswer")


class ShareRequest(Body):
    """What of an account's debt goes into the plan."""

    account_id: OpaqueId
    amount: Money


class PlanRequest(Body):
    """The debt of `shares`, all in one currency, in `count` instalments, the first due on `first_due`.

    `rate_ppm` is the annual rate in millionths; interest runs from today. `reminders`: whether the customer is to be
    reminded before an instalment is due.
    """

    customer_id: OpaqueId
    kind: PlanKind
    shares: Annotated[list[ShareRequest], Field(min_length=1, max_length=20)]
    method: PlanMethod
    frequency: PlanFrequency
    count: InstalmentCount
    rate_ppm: RatePpm
    day_count: DayCount
    first_due: BusinessDate
    reminders: bool


class AgreementRequest(Body):
    """`recording_id` is of the call, where the customer agreed by word of mouth."""

    agreed_by: AgreedBy
    recording_id: OpaqueId | None = None


class PlanCancellationRequest(Body):
    reason: CancellationReason


@dataclass(frozen=True, slots=True)
class ShareAnswer:
    account_id: str
    principal: Money


@dataclass(frozen=True, slots=True)
class InstalmentAnswer:
    """`amount` is principal and interest, of which `paid` was; `balance` is what is owed after it."""

    number: int
    due: date
    principal: Money
    interest: Money
    amount: Money
    paid: Money
    balance: Money
    state: InstalmentState


@dataclass(frozen=True, slots=True)
class PlanAnswer:
    """`amount` is the debt in it, `to_pay` that with interest, of which `paid` was.

    `booking` is what the bank said to being asked to book it. `proposed_by` is the collector.
    """

    plan_id: UUID
    customer_id: str
    state: PlanState
    kind: PlanKind
    shares: list[ShareAnswer]
    amount: Money
    to_pay: Money
    paid: Money
    proposed_on: date
    agree_by: date
    agreed_on: date | None
    agreed_by: AgreedBy | None
    booking: Booking | None
    booking_reason: str | None
    proposed_by: str
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class PlanPage(PlanAnswer):
    """`version` is its ETag, of all that the customer has committed to.

    An instalment is judged `grace_days` after its due date; `missed_to_break` missed in a row break the plan, where one
    of which `least_share_percent` were paid is not missed. `stopped`: a bad record holds up all of the customer's; what
    is shown may be behind.
    """

    version: int
    method: PlanMethod
    frequency: PlanFrequency
    rate_ppm: int
    day_count: DayCount
    instalments: list[InstalmentAnswer]
    reminders: bool
    recording_id: str | None
    grace_days: int
    missed_to_break: int
    least_share_percent: int
    stopped: bool


@router.post("/plans", status_code=201, permission="plan:propose")
async def propose_plan(ask: PlanRequest, request: CommandRequest) -> Answer:
    """Offer a plan. 409 when an account is in one already; 422 when the rule does not allow it, or less is owed."""
    return await request.make_and_send(
        partial(_proposal, ask, request),
        streamid=stream_of(ask.customer_id),
        customer_id=ask.customer_id,
        id=request.command_id,
        location=f"/plans/{request.command_id}",
    )


async def _proposal(ask: PlanRequest, request: CommandRequest) -> ProposePlan:
    await check_shares(request.db, ask.customer_id, [(share.account_id, share.amount) for share in ask.shares])
    today, limits = request.today(ask.customer_id), await limits_of(request, "instalments", ask.customer_id)
    return ProposePlan(
        customer_id=ask.customer_id,
        plan_id=request.command_id,
        kind=ask.kind,
        shares=tuple(Share(account_id=share.account_id, principal=share.amount) for share in ask.shares),
        terms=PlanTerms(starts_on=today, **ask.model_dump(include=TERMS)),
        reminders=ask.reminders,
        agree_by=limits.after(today, "agree_days"),
        rule=plan_rule(limits, today),
        policy=limits.policy,
    )


@router.post("/plans/{plan_id}/agreements", status_code=201, permission="plan:agree", if_match=True)
async def agree_plan(plan_id: UUID, ask: AgreementRequest, request: CommandRequest) -> Answer:
    """The customer agreed; the bank is asked to book it. 409 when it is not proposed any more, or agreed otherwise."""
    row = found(await plan_of_id(request.db, plan_id))
    agreed = AgreePlan(plan_id, request.today(row.customer_id), ask.agreed_by, ask.recording_id)
    return await _send(row, agreed, request)


@router.post("/plans/{plan_id}/cancellations", status_code=201, permission="plan:propose", if_match=True)
async def cancel_plan(plan_id: UUID, ask: PlanCancellationRequest, request: CommandRequest) -> Answer:
    """Take a plan off that is proposed or agreed. 409 when it has ended."""
    row = found(await plan_of_id(request.db, plan_id))
    return await _send(row, CancelPlan(plan_id, ask.reason), request)


@router.get("/plans/{plan_id}", permission="plan:read")
async def get_plan(plan_id: UUID, request: CallerRequest) -> PlanPage:
    version = found(await version_of_plan(request.db, plan_id))
    row = found(await plan_of_id(request.db, plan_id))
    request.tag(version)
    return _page(row, version, stopped=await request.stopped(row.customer_id))


@router.get("/plans", permission="plan:read")
async def list_plans(
    request: ListRequest,
    state: PlanState | None = None,
    customer_id: OpaqueId | None = None,
    booking: Booking | None = None,
) -> Page[PlanAnswer]:
    """Those in a state, of a customer, and as far as the bank has booked them: newest first."""
    return await _list(PlanFilter(state, customer_id, booking), request)


@router.get("/customers/{customer_id}/plans", permission="plan:read")
async def list_plans_of_customer(customer_id: OpaqueId, request: ListRequest) -> Page[PlanAnswer]:
    """All plans of the customer, newest first."""
    found(await accounts_of(request.db, customer_id) or None)
    return await _list(PlanFilter(customer_id=customer_id), request)


TERMS = {"method", "frequency", "count", "rate_ppm", "day_count", "first_due"}
"""What the caller says of a plan's terms."""


async def _send(row: PlanRow, body: AgreePlan | CancelPlan, request: CommandRequest) -> Answer:
    return await request.send(
        streamid=row.streamid,
        customer_id=row.customer_id,
        body=body,
        id=row.plan_id,
        location=f"/plans/{row.plan_id}",
    )


async def _list(asked: PlanFilter, request: ListRequest) -> Page[PlanAnswer]:
    after = request.after(tuple[datetime, int, UUID])
    rows = await plans_where(request.db, asked, after=after, limit=request.fetch)
    page = request.page(rows, lambda row: (row.proposed_at, row.since, row.plan_id))
    return Page([_answer(row, PlanAnswer) for row in page.items], page.next)


def _page(row: PlanRow, version: int, *, stopped: bool) -> PlanPage:
    kind = partial(
        PlanPage,
        version=version,
        method=row.method,
        frequency=row.frequency,
        rate_ppm=row.rate_ppm,
        day_count=row.day_count,
        instalments=_instalments(row),
        reminders=row.reminders,
        recording_id=row.recording_id,
        grace_days=row.grace_days,
        missed_to_break=row.missed_to_break,
        least_share_percent=row.least_share_percent,
        stopped=stopped,
    )
    return _answer(row, kind)


def _instalments(row: PlanRow) -> list[InstalmentAnswer]:
    money = partial(Money.of, currency=row.currency)
    each = zip(row.due, row.principal, row.interest, row.paid, row.balance, row.states, strict=True)
    return [
        InstalmentAnswer(
            number=number,
            due=due,
            principal=money(principal),
            interest=money(interest),
            amount=money(principal + interest),
            paid=money(paid),
            balance=money(balance),
            state=state,
        )
        for number, (due, principal, interest, paid, balance, state) in enumerate(each, start=1)
    ]


def _answer(row: PlanRow, kind: Callable[..., A]) -> A:
    money = partial(Money.of, currency=row.currency)
    return kind(
        plan_id=row.plan_id,
        customer_id=row.customer_id,
        state=row.state,
        kind=row.kind,
        shares=[ShareAnswer(id_, money(share)) for id_, share in zip(row.accounts, row.shares, strict=True)],
        amount=money(row.amount),
        to_pay=money(row.amount + sum(row.interest)),
        paid=money(sum(row.paid)),
        proposed_on=row.proposed_on,
        agree_by=row.agree_by,
        agreed_on=row.agreed_on,
        agreed_by=row.agreed_by,
        booking=row.booking,
        booking_reason=row.booking_reason,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
    )
