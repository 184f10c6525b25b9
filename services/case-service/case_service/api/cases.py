"""Cases (案件): looked up, listed, and what happened in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from arrears_events.catalogue.case import Stage
from arrears_events.money import Currency, DecimalString, Money
from arrears_runtime.database import Database
from arrears_runtime.http.callers import CallerRequest, found
from arrears_runtime.http.card_numbers import OpaqueId
from arrears_runtime.http.paging import ListRequest, Page
from arrears_runtime.http.problems import Problem
from arrears_runtime.http.routing import Router
from pydantic import TypeAdapter

from case_service.views.accounts import account_of_id
from case_service.views.arrears import ArrearsRow, arrears_of
from case_service.views.cases import CaseFilter, CaseRow, Status, case_of_id, cases_where, version_of_case
from case_service.views.disputes import held_of
from case_service.views.timeline import TimelineRow, timeline_of

router = Router(tag="cases")
A = TypeVar("A", bound="CaseAnswer")


@dataclass(frozen=True, slots=True)
class ArrearsAnswer:
    """By the bank's word of `as_of`. `held` of the arrears is contested, and demanded of nobody."""

    arrears: Money
    held: Money
    balance: Money
    days_past_due: int
    as_of: date


@dataclass(frozen=True, slots=True)
class CaseAnswer:
    """`stage` is M0 to M7 or recovery; `arrears` has one entry a currency, and nothing is added across them."""

    case_id: UUID
    customer_id: str
    account_id: str
    status: Status
    reason: str
    entered_at_stage: Stage
    stage: Stage
    opened_on: date
    recovery_since: date | None
    closed_on: date | None
    outcome: str | None
    arrears: list[ArrearsAnswer]


@dataclass(frozen=True, slots=True)
class CasePage(CaseAnswer):
    """`stopped`: a bad record holds up all of the customer's; what is shown may be behind."""

    stopped: bool


@dataclass(frozen=True, slots=True)
class TimelineAnswer:
    """`what` is the event's name on the log, `facts` its fields; `caused_by` the id of the event or request behind."""

    event_id: UUID
    streamversion: int
    at: datetime
    what: str
    facts: dict[str, Any]
    actor: str
    role: str
    on_behalf_of: str | None
    caused_by: str


@router.get("/cases", permission="case:read")
async def list_cases(
    request: ListRequest,
    customer_id: OpaqueId | None = None,
    status: Status | None = None,
    stage: Stage | None = None,
    held: bool | None = None,
    least_arrears: DecimalString | None = None,
    currency: Currency | None = None,
) -> Page[CaseAnswer]:
    """Longest open first. `least_arrears` goes with its `currency`; `held`: a part of the arrears is contested."""
    least = _least(least_arrears, currency)
    return await _page(request, CaseFilter(customer_id, None, status, stage, held, least))


@router.get("/accounts/{account_id}/cases", permission="case:read")
async def list_cases_of_account(account_id: OpaqueId, request: ListRequest) -> Page[CaseAnswer]:
    """All cases of the account, oldest first; at most one is open."""
    found(await account_of_id(request.db, account_id))
    return await _page(request, CaseFilter(account_id=account_id))


@router.get("/cases/{case_id}", permission="case:read")
async def get_case(case_id: UUID, request: CallerRequest) -> CasePage:
    request.tag(found(await version_of_case(request.db, case_id)))
    row = found(await case_of_id(request.db, case_id))
    kind = partial(CasePage, stopped=await request.stopped(row.customer_id))
    [page] = await _answers(request.db, [row], kind)
    return page


@router.get("/cases/{case_id}/timeline", permission="case:read")
async def get_timeline(case_id: UUID, request: ListRequest) -> Page[TimelineAnswer]:
    """What happened in the case, in order."""
    found(await case_of_id(request.db, case_id))
    rows = await timeline_of(request.db, case_id, request.after(tuple[int]), request.fetch)
    return request.page([_entry(row) for row in rows], lambda it: (it.streamversion,))


def _least(amount: DecimalString | None, currency: Currency | None) -> Money | None:
    if amount is None and currency is None:
        return None
    if amount is None or currency is None:
        raise Problem("query-invalid")
    try:
        return Money(amount, currency)
    except ValueError:  # other decimals than its currency has
        raise Problem("query-invalid") from None


async def _page(request: ListRequest, asked: CaseFilter) -> Page[CaseAnswer]:
    rows = await cases_where(request.db, asked, request.after(tuple[date, UUID]), request.fetch)
    return request.page(await _answers(request.db, rows, CaseAnswer), lambda it: (it.opened_on, it.case_id))


async def _answers(db: Database, rows: Sequence[CaseRow], kind: Callable[..., A]) -> list[A]:
    """The rows with what is overdue and held in them: three queries, however many rows."""
    arrears: dict[UUID, list[ArrearsAnswer]] = {row.case_id: [] for row in rows}
    held = {(each.case_id, each.currency): each.amount for each in await held_of(db, arrears.keys())}
    for each in await arrears_of(db, arrears.keys()):
        arrears[each.case_id].append(_arrears(each, held.get((each.case_id, each.currency), Decimal(0))))
    return [_answer(row, arrears[row.case_id], kind) for row in rows]


def _arrears(row: ArrearsRow, held: Decimal) -> ArrearsAnswer:
    return ArrearsAnswer(
        arrears=Money.of(row.amount, row.currency),
        held=Money.of(held, row.currency),
        balance=Money.of(row.balance, row.currency),
        days_past_due=row.days_past_due,
        as_of=row.as_of,
    )


def _answer(row: CaseRow, arrears: list[ArrearsAnswer], kind: Callable[..., A]) -> A:
    return kind(
        case_id=row.case_id,
        customer_id=row.customer_id,
        account_id=row.account_id,
        status="closed" if row.outcome else "open",
        reason=row.reason,
        entered_at_stage=row.entered_at_stage,
        stage=row.stage,
        opened_on=row.opened_on,
        recovery_since=row.recovery_since,
        closed_on=row.closed_on,
        outcome=row.outcome,
        arrears=arrears,
    )


_FACTS = TypeAdapter(dict[str, Any])


def _entry(row: TimelineRow) -> TimelineAnswer:
    return TimelineAnswer(
        event_id=row.event_id,
        streamversion=row.streamversion,
        at=row.at,
        what=row.what,
        facts=_FACTS.validate_json(row.facts),
        actor=row.actor,
        role=row.actorrole,
        on_behalf_of=row.onbehalfof,
        caused_by=row.causationid,
    )
