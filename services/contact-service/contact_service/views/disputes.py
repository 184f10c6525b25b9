"""What open disputes (异议) hold of an account's arrears: that part is not demanded (SYS-02)."""

from collections.abc import Collection
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from arrears_events.catalogue.case import CASE, DisputeRaised, DisputeResolved
from arrears_events.envelope import StreamEvent
from arrears_runtime.database import Database, among
from arrears_runtime.projection import view
from sqlalchemy import Column, Numeric, Table, Text, Uuid, func, select

from contact_service.views import metadata

disputes = Table(
    "disputes",
    metadata,
    Column("dispute_id", Uuid, primary_key=True),
    Column("account_id", Text, index=True),
    Column("currency", Text),
    Column("amount", Numeric(18, 3)),
)


class DisputeRow(NamedTuple):
    """One that holds; resolved, its row is gone."""

    dispute_id: UUID
    account_id: str
    currency: str
    amount: Decimal


class HeldRow(NamedTuple):
    account_id: str
    currency: str
    held: Decimal


@view(disputes, DisputeRow, of=CASE, key="dispute_id", takes=(DisputeRaised, DisputeResolved))
def fold(_: DisputeRow | None, fact: StreamEvent[DisputeRaised | DisputeResolved]) -> DisputeRow | None:
    match fact.data:
        case DisputeRaised() as event:
            amount = event.disputed_amount
            return DisputeRow(event.dispute_id, event.account_id, amount.currency, amount.amount)
        case DisputeResolved():
            return None


async def held_of(db: Database, accounts: Collection[str]) -> list[HeldRow]:
    """By ledger, where anything is held; it may be more than the arrears that are left."""
    query = select(disputes.c.account_id, disputes.c.currency, func.sum(disputes.c.amount))
    return await db.rows(
        HeldRow,
        query.where(among(disputes.c.account_id, accounts)).group_by(disputes.c.account_id, disputes.c.currency),
    )
