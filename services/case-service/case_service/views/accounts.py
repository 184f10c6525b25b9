"""The bank's accounts, as far as cases ask; and the gate: what cannot be true of an account goes no further."""

from datetime import date
from typing import Any, NamedTuple

from arrears_events import account_gate
from arrears_events.catalogue.bank import BANK, AccountOpened
from arrears_events.envelope import SourceEvent
from arrears_runtime.database import Database
from arrears_runtime.projection import BadRecord, view
from sqlalchemy import ARRAY, Column, Date, Table, Text, select

from case_service.views import metadata

accounts = Table(
    "accounts",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("customer_id", Text, index=True),
    Column("currencies", ARRAY(Text)),
    Column("opened_on", Date),
)


class AccountRow(NamedTuple):
    account_id: str
    customer_id: str
    currencies: list[str]
    opened_on: date


@view(accounts, AccountRow, of=BANK, key="account_id")
def fold(row: AccountRow | None, fact: SourceEvent[Any]) -> AccountRow | None:
    """Changes only when an account is opened; every other event passes through, or is a BadRecord."""
    event = fact.data
    if reason := account_gate.wrong(row, event):
        raise BadRecord(reason, stops=reason != account_gate.UNKNOWN_ACCOUNT)
    if isinstance(event, AccountOpened):
        return AccountRow(event.account_id, event.customer_id, list(event.currencies), event.opened_on)
    return row


async def account_of_id(db: Database, account_id: str) -> AccountRow | None:
    return await db.of_key(AccountRow, accounts, account_id)


async def an_account_of(db: Database, customer_id: str) -> AccountRow | None:
    """Any; None where the bank has opened none for such a customer."""
    return await db.row(AccountRow, select(accounts).where(accounts.c.customer_id == customer_id).limit(1))
