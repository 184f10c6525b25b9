"""The whole debt of each ledger, by the bank's latest word: a plan offers no more."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from arrears_events.catalogue.bank import BANK, ArrearsCleared, ArrearsUpdated, PaymentMissed, StatementIssued
from arrears_events.envelope import SourceEvent
from arrears_events.money import Money
from arrears_runtime.database import Database, among
from arrears_runtime.projection import view
from sqlalchemy import Column, Date, Numeric, Table, Text, select

from plan_service.views import metadata

balances = Table(
    "balances",
    metadata,
    Column("ledger", Text, primary_key=True),
    Column("amount", Numeric(18, 3)),
    Column("as_of", Date),
)
Said = PaymentMissed | ArrearsUpdated | ArrearsCleared | StatementIssued


class BalanceRow(NamedTuple):
    """`ledger` is <account>/<currency>."""

    ledger: str
    amount: Decimal
    as_of: date


def ledger_of(account_id: str, currency: str) -> str:
    return f"{account_id}/{currency}"


def _said(event: Said) -> tuple[Money, date]:
    match event:
        case StatementIssued():
            return event.closing_balance, event.statement_date
        case ArrearsCleared():
            return event.balance, event.cleared_on
        case PaymentMissed() | ArrearsUpdated():
            return event.balance, event.as_of


def _ledger(fact: SourceEvent[Said]) -> str:
    return ledger_of(fact.data.account_id, _said(fact.data)[0].currency)


@view(balances, BalanceRow, of=BANK, key=_ledger, takes=Said.__args__)
def fold(row: BalanceRow | None, fact: SourceEvent[Said]) -> BalanceRow:
    """A word of an older day, which came late, changes nothing."""
    balance, as_of = _said(fact.data)
    return row if row and as_of < row.as_of else BalanceRow(_ledger(fact), balance.amount, as_of)


async def balances_of(db: Database, ledgers: Collection[str]) -> list[BalanceRow]:
    return await db.rows(BalanceRow, select(balances).where(among(balances.c.ledger, ledgers)))
