"""The arrears (逾期金额) of each case in each of its currencies, by the bank's last word."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from arrears_events.catalogue.case import CASE, ArrearsChanged, CaseClosed, CaseOpened
from arrears_events.envelope import StreamEvent
from arrears_events.money import Money
from arrears_runtime.database import Database, among
from arrears_runtime.projection import view
from sqlalchemy import Column, ColumnElement, Date, Index, Integer, Numeric, Table, Text, Uuid, exists, select

from case_service.views import metadata

arrears = Table(
    "arrears",
    metadata,
    Column("ledger", Text, primary_key=True),
    Column("streamid", Text),
    Column("customer_id", Text, index=True),
    Column("account_id", Text),
    Column("case_id", Uuid),
    Column("currency", Text),
    Column("amount", Numeric(18, 3)),
    Column("balance", Numeric(18, 3)),
    Column("days_past_due", Integer),
    Column("as_of", Date),
)
Index("arrears_case", arrears.c.case_id, arrears.c.currency)

LedgerWord = CaseOpened | ArrearsChanged | CaseClosed


class ArrearsRow(NamedTuple):
    """`ledger` is <case>/<currency>."""

    ledger: str
    streamid: str
    customer_id: str
    account_id: str
    case_id: UUID
    currency: str
    amount: Decimal
    balance: Decimal
    days_past_due: int
    as_of: date


def _ledger(fact: StreamEvent[LedgerWord]) -> str:
    return f"{fact.data.case_id}/{fact.data.balance.currency}"


@view(arrears, ArrearsRow, of=CASE, key=_ledger, takes=(CaseOpened, ArrearsChanged, CaseClosed))
def fold(_: ArrearsRow | None, fact: StreamEvent[LedgerWord]) -> ArrearsRow:
    match fact.data:
        case CaseClosed() as event:
            return _row(fact, event.balance.zero(), 0, event.closed_on)
        case event:
            return _row(fact, event.arrears, event.days_past_due, event.as_of)


def _row(fact: StreamEvent[LedgerWord], amount: Money, days_past_due: int, as_of: date) -> ArrearsRow:
    return ArrearsRow(
        ledger=_ledger(fact),
        streamid=fact.streamid,
        customer_id=fact.data.customer_id,
        account_id=fact.data.account_id,
        case_id=fact.data.case_id,
        currency=amount.currency,
        amount=amount.amount,
        balance=fact.data.balance.amount,
        days_past_due=days_past_due,
        as_of=as_of,
    )


async def arrears_of(db: Database, cases: Collection[UUID]) -> list[ArrearsRow]:
    query = select(arrears).where(among(arrears.c.case_id, cases))
    return await db.rows(ArrearsRow, query.order_by(arrears.c.ledger))


def has_at_least(case_id: ColumnElement[UUID], least: Money) -> ColumnElement[bool]:
    """Of the case: it has arrears of so much in that currency."""
    in_currency = arrears.c.case_id == case_id, arrears.c.currency == least.currency
    return exists().where(*in_currency, arrears.c.amount >= least.amount)
