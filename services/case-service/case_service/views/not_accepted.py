"""What customers contested (异议) in a contact and is no dispute: for a person to tell them why."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from arrears_events.catalogue.case import CASE, DisputeNotAccepted
from arrears_events.catalogue.heard import DisputeKind
from arrears_events.envelope import StreamEvent
from arrears_runtime.database import Database
from arrears_runtime.projection import view
from sqlalchemy import Column, Date, Index, Numeric, Table, Text, Uuid, select, tuple_

from case_service.views import metadata

not_accepted = Table(
    "disputes_not_accepted",
    metadata,
    Column("dispute_id", Uuid, primary_key=True),
    Column("streamid", Text),
    Column("customer_id", Text, index=True),
    Column("account_id", Text),
    Column("case_id", Uuid),
    Column("kind", Text),
    Column("currency", Text),
    Column("disputed_amount", Numeric(18, 3)),
    Column("heard_on", Date),
    Column("reason", Text),
)
NEWEST_FIRST = not_accepted.c.heard_on, not_accepted.c.dispute_id
Index("disputes_not_accepted_newest", *NEWEST_FIRST)


class NotAcceptedRow(NamedTuple):
    """`case_id`: of the case that was open then, if any. `reason`: the code of the refusal."""

    dispute_id: UUID
    streamid: str
    customer_id: str
    account_id: str
    case_id: UUID | None
    kind: DisputeKind
    currency: str
    disputed_amount: Decimal
    heard_on: date
    reason: str


@view(not_accepted, NotAcceptedRow, of=CASE, key="dispute_id", takes=(DisputeNotAccepted,), grows=True)
def fold(_: None, fact: StreamEvent[DisputeNotAccepted]) -> NotAcceptedRow:
    event = fact.data
    return NotAcceptedRow(
        dispute_id=event.dispute_id,
        streamid=fact.streamid,
        customer_id=event.customer_id,
        account_id=event.account_id,
        case_id=event.case_id,
        kind=event.kind,
        currency=event.disputed_amount.currency,
        disputed_amount=event.disputed_amount.amount,
        heard_on=event.heard_on,
        reason=event.reason,
    )


async def not_accepted_where(
    db: Database, customer_id: str | None, after: tuple[date, UUID] | None, limit: int
) -> list[NotAcceptedRow]:
    """Newest first; of everybody where no customer is named."""
    query = select(not_accepted)
    if customer_id is not None:
        query = query.where(not_accepted.c.customer_id == customer_id)
    if after:
        query = query.where(tuple_(*NEWEST_FIRST) < after)
    return await db.rows(NotAcceptedRow, query.order_by(*(column.desc() for column in NEWEST_FIRST)).limit(limit))
