"""Promises to pay (承诺还款): made, cancelled, looked up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Annotated, TypeVar
from uuid import UUID

from arrears_events.catalogue.instalments import CancellationReason
from arrears_events.catalogue.ledger import BusinessDate
from arrears_events.money import Money
from arrears_runtime.http.callers import CallerRequest, found
from arrears_runtime.http.card_numbers import OpaqueId
from arrears_runtime.http.commands import Answer, CommandRequest
from arrears_runtime.http.paging import ListRequest, Page
from arrears_runtime.http.routing import Router
from arrears_runtime.http.strict_json import Body
from pydantic import Field

from plan_service.api.requests import check_ledgers, limits_of
from plan_service.domain.commitments import stream_of
from plan_service.domain.promise import CancelPromise, MakePromise
from plan_service.views.accounts import accounts_of
from plan_service.views.promises import (
    PromiseRow,
    Shown,
    promise_of_id,
    promises_due,
    promises_of,
    version_of_promise,
)

router = Router(tag="promises")
A = TypeVar("A", bound="PromiseAnswer")


class PromiseRequest(Body):
    """The customer promises to pay `amount` to `accounts` by the end of `due`."""

    customer_id: OpaqueId
    accounts: Annotated[list[OpaqueId], Field(min_length=1, max_length=20)]
    amount: Money
    due: BusinessDate


class CancellationRequest(Body):
    reason: CancellationReason


@dataclass(frozen=True, slots=True)
class PromiseAnswer:
    """`paid` is what counts so far; `grace_days` after `due` an open promise is broken.

    `made_by` is the collector, or this service where the customer named it in a contact. One that was named and is
    `not_accepted` has a `reason`, and no days of grace.
    """

    promise_id: UUID
    customer_id: str
    accounts: list[str]
    amount: Money
    paid: Money
    made_on: date
    due: date
    grace_days: int | None
    outcome: Shown
    reason: str | None
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class PromisePage(PromiseAnswer):
    """`version` is its ETag, of all that the customer has committed to.

    `stopped`: a bad record holds up all of the customer's; what is shown may be behind.
    """

    version: int
    stopped: bool


@router.post("/promises", status_code=201, permission="promise:make")
async def make_promise(ask: PromiseRequest, request: CommandRequest) -> Answer:
    """Record the customer's promise to pay. 409 when one is open; 422 when date, amount or account will not do."""
    return await request.make_and_send(
        partial(_promise, ask, request),
        streamid=stream_of(ask.customer_id),
        customer_id=ask.customer_id,
        id=request.command_id,
        location=f"/promises/{request.command_id}",
    )


async def _promise(ask: PromiseRequest, request: CommandRequest) -> MakePromise:
    await check_ledgers(request.db, ask.customer_id, ask.accounts, ask.amount.currency)
    return MakePromise(
        customer_id=ask.customer_id,
        promise_id=request.command_id,
        accounts=frozenset(ask.accounts),
        amount=ask.amount,
        made_on=request.today(ask.customer_id),
        due=ask.due,
        limits=await limits_of(request, "promises", ask.customer_id),
    )


@router.post("/promises/{promise_id}/cancellations", status_code=201, permission="promise:make", if_match=True)
async def cancel_promise(promise_id: UUID, ask: CancellationRequest, request: CommandRequest) -> Answer:
    """Take the open promise off. 409 when it is not open any more."""
    row = found(await promise_of_id(request.db, promise_id))
    return await request.send(
        streamid=row.streamid,
        customer_id=row.customer_id,
        body=CancelPromise(promise_id=promise_id, reason=ask.reason),
        id=promise_id,
        location=f"/promises/{promise_id}",
    )


@router.get("/promises/{promise_id}", permission="promise:read")
async def get_promise(promise_id: UUID, request: CallerRequest) -> PromisePage:
    version = found(await version_of_promise(request.db, promise_id))
    row = found(await promise_of_id(request.db, promise_id))
    request.tag(version)
    return _answer(row, partial(PromisePage, version=version, stopped=await request.stopped(row.customer_id)))


@router.get("/promises", permission="promise:read")
async def list_promises(
    request: ListRequest, due: date | None = None, outcome: Shown | None = None
) -> Page[PromiseAnswer]:
    """Those of a day, of an outcome, or both: largest first in each currency."""
    after = request.after(tuple[str, Decimal, UUID])
    rows = await promises_due(request.db, due=due, outcome=outcome, after=after, limit=request.fetch)
    return request.page(
        [_answer(row, PromiseAnswer) for row in rows], lambda it: (it.amount.currency, it.amount.amount, it.promise_id)
    )


@router.get("/customers/{customer_id}/promises", permission="promise:read")
async def list_promises_of_customer(customer_id: OpaqueId, request: ListRequest) -> Page[PromiseAnswer]:
    """All promises of the customer, newest first."""
    found(await accounts_of(request.db, customer_id) or None)
    rows = await promises_of(request.db, customer_id, after=request.after(tuple[int]), limit=request.fetch)
    page = request.page(rows, lambda row: (row.since,))
    return Page([_answer(row, PromiseAnswer) for row in page.items], page.next)


def _answer(row: PromiseRow, kind: Callable[..., A]) -> A:
    return kind(
        promise_id=row.promise_id,
        customer_id=row.customer_id,
        accounts=row.accounts,
        amount=Money.of(row.amount, row.currency),
        paid=Money.of(row.paid, row.currency),
        made_on=row.made_on,
        due=row.due,
        grace_days=row.grace_days,
        outcome=row.outcome,
        reason=row.reason,
        made_by=row.made_by,
        made_at=row.made_at,
    )
