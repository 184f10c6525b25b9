"""The bank's payments, as far as they came after the last word of arrears: they may cover it already (BANK-01)."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from arrears_events.catalogue.bank import BANK, PaymentReceived, PaymentReversed
from arrears_events.envelope import SourceEvent
from arrears_runtime.database import Database, among
from arrears_runtime.projection import view
from sqlalchemy import Column, Date, Numeric, Table, Text, and_, func, select

from contact_service.views import metadata
from contact_service.views.arrears import arrears, told, told_as_of

payments = Table(
    "payments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, index=True),
    Column("currency", Text),
    Column("amount", Numeric(18, 3)),
    Column("booked_on", Date),
)


class PaymentRow(NamedTuple):
    """`id` is of the bank's event. What was taken back counts below zero."""

    id: str
    account_id: str
    currency: str
    amount: Decimal
    booked_on: date


class PaidRow(NamedTuple):
    """What was booked after the as_of of the ledger's arrears; never below zero, whatever was taken back."""

    account_id: str
    currency: str
    paid: Decimal


def _name(fact: SourceEvent[PaymentReceived | PaymentReversed]) -> str:
    """Two sources may use one id; in neither is a blank."""
    return f"{fact.source} {fact.id}"


@view(payments, PaymentRow, of=BANK, key=_name, takes=(PaymentReceived, PaymentReversed), grows=True)
def fold(_: None, fact: SourceEvent[PaymentReceived | PaymentReversed]) -> PaymentRow:
    event = fact.data
    amount = event.amount.amount if isinstance(event, PaymentReceived) else -event.amount.amount
    return PaymentRow(_name(fact), event.account_id, event.amount.currency, amount, event.booked_on)


async def paid_since_the_word(db: Database, accounts: Collection[str]) -> list[PaidRow]:
    """Of each ledger in arrears for which anything was booked since."""
    same_ledger = and_(
        payments.c.account_id == arrears.c.account_id,
        payments.c.currency == arrears.c.currency,
        payments.c.booked_on > told_as_of,
    )
    paid = func.greatest(func.sum(payments.c.amount), 0)
    query = select(arrears.c.account_id, arrears.c.currency, paid)
    return await db.rows(
        PaidRow,
        query.select_from(told.join(payments, same_ledger))
        .where(among(arrears.c.account_id, accounts))
        .group_by(arrears.c.account_id, arrears.c.currency),
    )
