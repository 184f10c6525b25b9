"""Disputes (异议), as those see them who answer; and what they hold of the arrears."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple, get_args
from uuid import UUID

from arrears_events.catalogue.case import (
    CASE,
    DisputeAcknowledged,
    DisputeEscalated,
    DisputeOutcome,
    DisputeRaised,
    DisputeResolved,
)
from arrears_events.catalogue.heard import DisputeKind
from arrears_events.envelope import StreamEvent
from arrears_runtime.database import Database, among
from arrears_runtime.projection import view
from arrears_runtime.stream import streams
from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    Index,
    Numeric,
    Table,
    Text,
    Uuid,
    and_,
    exists,
    func,
    select,
    tuple_,
)

from case_service.views import metadata
from case_service.views.arrears import arrears

disputes = Table(
    "disputes",
    metadata,
    Column("dispute_id", Uuid, primary_key=True),
    Column("streamid", Text),
    Column("customer_id", Text, index=True),
    Column("account_id", Text, index=True),
    Column("case_id", Uuid, index=True),
    Column("kind", Text),
    Column("statement_id", Text),
    Column("line_id", Text),
    Column("currency", Text),
    Column("disputed_amount", Numeric(18, 3)),
    Column("raised_on", Date),
    Column("acknowledge_by", Date),
    Column("resolve_by", Date),
    Column("acknowledged_on", Date),
    Column("resolved_on", Date),
    Column("outcome", Text),
    Column("escalated_on", Date),
)
Index("disputes_resolve_by", disputes.c.resolve_by, disputes.c.dispute_id)
FIRST_DUE_FIRST = disputes.c.resolve_by, disputes.c.dispute_id

DisputeEvent = DisputeRaised | DisputeAcknowledged | DisputeResolved | DisputeEscalated


class DisputeRow(NamedTuple):
    """`outcome`: None while it holds. `escalated_on`: the last time a deadline passed."""

    dispute_id: UUID
    streamid: str
    customer_id: str
    account_id: str
    case_id: UUID
    kind: DisputeKind
    statement_id: str | None
    line_id: str | None
    currency: str
    disputed_amount: Decimal
    raised_on: date
    acknowledge_by: date
    resolve_by: date
    acknowledged_on: date | None = None
    resolved_on: date | None = None
    outcome: DisputeOutcome | None = None
    escalated_on: date | None = None


class HeldRow(NamedTuple):
    """What open disputes hold of a case's arrears in one currency."""

    case_id: UUID
    currency: str
    amount: Decimal


@view(disputes, DisputeRow, of=CASE, key="dispute_id", takes=get_args(DisputeEvent))
def fold(row: DisputeRow | None, fact: StreamEvent[DisputeEvent]) -> DisputeRow:
    event = fact.data
    if isinstance(event, DisputeRaised):
        return _raised(fact.streamid, event)
    assert row, f"{event} of a dispute that was not raised"
    match event:
        case DisputeAcknowledged():
            return row._replace(acknowledged_on=event.acknowledged_on)
        case DisputeResolved():
            return row._replace(resolved_on=event.resolved_on, outcome=event.outcome)
        case DisputeEscalated():
            return row._replace(escalated_on=event.on)


def _raised(streamid: str, event: DisputeRaised) -> DisputeRow:
    return DisputeRow(
        dispute_id=event.dispute_id,
        streamid=streamid,
        customer_id=event.customer_id,
        account_id=event.account_id,
        case_id=event.case_id,
        kind=event.kind,
        statement_id=event.statement_id,
        line_id=event.line_id,
        currency=event.disputed_amount.currency,
        disputed_amount=event.disputed_amount.amount,
        raised_on=event.raised_on,
        acknowledge_by=event.acknowledge_by,
        resolve_by=event.resolve_by,
    )


@dataclass(frozen=True)
class DisputeFilter:
    """What is None is not asked. `open`: not resolved; `escalated`: a deadline has passed."""

    customer_id: str | None = None
    case_id: UUID | None = None
    open: bool | None = None
    escalated: bool | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.customer_id is not None:
            found.append(disputes.c.customer_id == self.customer_id)
        if self.case_id is not None:
            found.append(disputes.c.case_id == self.case_id)
        if self.open is not None:
            found.append(disputes.c.outcome.is_(None) == self.open)
        if self.escalated is not None:
            found.append(disputes.c.escalated_on.is_not(None) == self.escalated)
        return found


async def dispute_of_id(db: Database, dispute_id: UUID) -> DisputeRow | None:
    return await db.of_key(DisputeRow, disputes, dispute_id)


async def version_of_dispute(db: Database, dispute_id: UUID) -> int | None:
    """Of the account's stream. To be asked before the dispute is."""
    query = select(streams.c.version).join_from(streams, disputes, streams.c.streamid == disputes.c.streamid)
    return await db.row(int, query.where(disputes.c.dispute_id == dispute_id))


async def disputes_where(
    db: Database, asked: DisputeFilter, after: tuple[date, UUID] | None, limit: int
) -> list[DisputeRow]:
    """Those first that are to be resolved first."""
    query = select(disputes).where(*asked.conditions())
    if after:
        query = query.where(tuple_(*FIRST_DUE_FIRST) > after)
    return await db.rows(DisputeRow, query.order_by(*FIRST_DUE_FIRST).limit(limit))


async def held_of(db: Database, cases: Collection[UUID]) -> list[HeldRow]:
    """Never more than the arrears, which may have fallen since."""
    held = func.least(arrears.c.amount, func.sum(disputes.c.disputed_amount))
    query = select(arrears.c.case_id, arrears.c.currency, held).join(disputes, _HOLDS)
    return await db.rows(HeldRow, query.where(among(arrears.c.case_id, cases)).group_by(arrears.c.ledger))


def has_held_part(case_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    return exists().where(arrears.c.case_id == case_id, arrears.c.amount > 0, _HOLDS)


_HOLDS = and_(  # a dispute holds in its ledger, be it of this case or of an earlier one
    disputes.c.account_id == arrears.c.account_id,
    disputes.c.currency == arrears.c.currency,
    disputes.c.outcome.is_(None),
)
