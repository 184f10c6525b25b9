"""The arrears (逾期金额) of each ledger, as case-service tells them, as of the day of which the bank last said them."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from arrears_events.catalogue.case import CASE, ArrearsChanged, CaseClosed, CaseOpened
from arrears_events.envelope import StreamEvent
from arrears_runtime.database import Database, among
from arrears_runtime.projection import view
from sqlalchemy import Column, Date, Numeric, Table, Text, and_, func, select

from contact_service.views import metadata
from contact_service.views.words import words

arrears = Table(
    "arrears",
    metadata,
    Column("ledger", Text, primary_key=True),
    Column("account_id", Text, index=True),
    Column("currency", Text),
    Column("amount", Numeric(18, 3)),
    Column("as_of", Date),
)
_repeated = and_(
    words.c.ledger == arrears.c.ledger, words.c.amount == arrears.c.amount, words.c.as_of > arrears.c.as_of
)
told = arrears.outerjoin(words, _repeated)
told_as_of = func.coalesce(words.c.as_of, arrears.c.as_of)
"""The newer day where the bank's latest word repeats the amount: of that alone case-service tells nothing.

A newer word of another amount it will tell; until then the one before it stands whole, with its day.
"""
LedgerWord = CaseOpened | ArrearsChanged | CaseClosed


class ArrearsRow(NamedTuple):
    """`ledger` is <account>/<currency>."""

    ledger: str
    account_id: str
    currency: str
    amount: Decimal
    as_of: date


def _ledger(fact: StreamEvent[LedgerWord]) -> str:
    return f"{fact.data.account_id}/{fact.data.balance.currency}"


@view(arrears, ArrearsRow, of=CASE, key=_ledger, takes=(CaseOpened, ArrearsChanged, CaseClosed))
def fold(_: ArrearsRow | None, fact: StreamEvent[LedgerWord]) -> ArrearsRow:
    match fact.data:
        case CaseClosed() as event:
            overdue, as_of = event.balance.zero(), event.closed_on
        case event:
            overdue, as_of = event.arrears, event.as_of
    return ArrearsRow(_ledger(fact), event.account_id, overdue.currency, overdue.amount, as_of)


async def arrears_of(db: Database, accounts: Collection[str]) -> list[ArrearsRow]:
    query = select(arrears.c.ledger, arrears.c.account_id, arrears.c.currency, arrears.c.amount, told_as_of)
    found = query.select_from(told).where(among(arrears.c.account_id, accounts))
    return await db.rows(ArrearsRow, found.order_by(arrears.c.ledger))
