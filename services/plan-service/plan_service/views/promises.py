"""Promises to pay (承诺还款), as the worklist and the customer's page show them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal, NamedTuple
from uuid import UUID

from arrears_events.catalogue.plan import (
    PLAN,
    PaymentCounted,
    PaymentUncounted,
    PromiseBroken,
    PromiseCancelled,
    PromiseKept,
    PromiseMade,
    PromiseNotAccepted,
    PromiseReopened,
)
from arrears_events.envelope import StreamEvent
from arrears_runtime.database import Database
from arrears_runtime.projection import view
from arrears_runtime.stream import streams
from sqlalchemy import ARRAY, Column, Date, DateTime, Index, Integer, Numeric, Table, Text, Uuid, select, tuple_

from plan_service.domain.promise import Outcome, PromiseEvent
from plan_service.views import metadata

Shown = Literal[Outcome, "not_accepted"]

promises = Table(
    "promises",
    metadata,
    Column("promise_id", Uuid, primary_key=True),
    Column("streamid", Text),
    Column("customer_id", Text, index=True),
    Column("since", Integer),
    Column("accounts", ARRAY(Text)),
    Column("currency", Text),
    Column("amount", Numeric(18, 3)),
    Column("paid", Numeric(18, 3)),
    Column("made_on", Date),
    Column("due", Date),
    Column("latest", Date),
    Column("grace_days", Integer),
    Column("outcome", Text),
    Column("reason", Text),
    Column("made_by", Text),
    Column("made_at", DateTime(timezone=True)),
)
Index("promises_due", promises.c.due, promises.c.outcome)


class PromiseRow(NamedTuple):
    """`since`: the version of its stream with which it was made.

    One that was heard and not accepted, for a `reason`, has no latest day and no days of grace.
    """

    promise_id: UUID
    streamid: str
    customer_id: str
    since: int
    accounts: list[str]
    currency: str
    amount: Decimal
    paid: Decimal
    made_on: date
    due: date
    latest: date | None
    grace_days: int | None
    outcome: Shown
    reason: str | None
    made_by: str
    made_at: datetime


@view(promises, PromiseRow, of=PLAN, key="promise_id")
def fold(row: PromiseRow | None, fact: StreamEvent[PromiseEvent]) -> PromiseRow:
    event = fact.data
    match event:
        case PromiseMade():
            made = _first(fact, event, event.made_on)
            return made._replace(latest=event.latest, grace_days=event.grace_days, outcome="open")
        case PromiseNotAccepted():
            return _first(fact, event, event.heard_on)._replace(reason=event.reason)
        case _:
            assert row, f"{event} of a promise that was not made"
            return _changed(row, event)


def _first(fact: StreamEvent[PromiseEvent], said: PromiseMade | PromiseNotAccepted, on: date) -> PromiseRow:
    return PromiseRow(
        promise_id=said.promise_id,
        streamid=fact.streamid,
        customer_id=said.customer_id,
        since=fact.streamversion,
        accounts=sorted(said.accounts),
        currency=said.amount.currency,
        amount=said.amount.amount,
        paid=said.amount.zero().amount,
        made_on=on,
        due=said.due,
        latest=None,
        grace_days=None,
        outcome="not_accepted",
        reason=None,
        made_by=fact.actor,
        made_at=fact.time,
    )


def _changed(
    row: PromiseRow,
    event: PaymentCounted | PaymentUncounted | PromiseKept | PromiseReopened | PromiseBroken | PromiseCancelled,
) -> PromiseRow:
    match event:
        case PaymentCounted():
            return row._replace(paid=row.paid + event.amount.amount)
        case PaymentUncounted():
            return row._replace(paid=row.paid - event.amount.amount)
        case PromiseKept():
            return row._replace(outcome="kept")
        case PromiseReopened():
            return row._replace(outcome="open")
        case PromiseBroken():
            return row._replace(outcome="broken")
        case PromiseCancelled():
            return row._replace(outcome="cancelled")


async def promise_of_id(db: Database, promise_id: UUID) -> PromiseRow | None:
    return await db.of_key(PromiseRow, promises, promise_id)


async def version_of_promise(db: Database, promise_id: UUID) -> int | None:
    """Of the customer's stream, which may have gone on without touching it. To be asked before the promise is."""
    query = select(streams.c.version).join_from(streams, promises, streams.c.streamid == promises.c.streamid)
    return await db.row(int, query.where(promises.c.promise_id == promise_id))


async def open_promise_of(db: Database, customer_id: str) -> PromiseRow | None:
    query = select(promises).where(promises.c.customer_id == customer_id, promises.c.outcome == "open")
    return await db.row(PromiseRow, query)


async def promises_of(db: Database, customer_id: str, *, after: tuple[int] | None, limit: int) -> list[PromiseRow]:
    """Newest first."""
    query = select(promises).where(promises.c.customer_id == customer_id)
    if after:
        query = query.where(promises.c.since < after[0])
    return await db.rows(PromiseRow, query.order_by(promises.c.since.desc()).limit(limit))


async def promises_due(
    db: Database,
    *,
    due: date | None,
    outcome: Shown | None,
    after: tuple[str, Decimal, UUID] | None,
    limit: int,
) -> list[PromiseRow]:
    """Largest first in each currency; all days where no day is named, all outcomes where none is."""
    query = select(promises)
    if due:
        query = query.where(promises.c.due == due)
    if outcome:
        query = query.where(promises.c.outcome == outcome)
    if after:
        currency, amount, promise_id = after
        query = query.where(tuple_(*_LARGEST_FIRST) > (currency, -amount, promise_id))
    return await db.rows(PromiseRow, query.order_by(*_LARGEST_FIRST).limit(limit))


_LARGEST_FIRST = promises.c.currency, -promises.c.amount, promises.c.promise_id
