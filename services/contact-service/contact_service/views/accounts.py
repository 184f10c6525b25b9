"""The bank's accounts, as far as contacts ask; and the gate: what cannot be true of an account goes no further."""

from datetime import date
from typing import Any, NamedTuple

from arrears_events import account_gate
from arrears_events.catalogue.bank import BANK, AccountOpened, AccountSold
from arrears_events.envelope import SourceEvent
from arrears_runtime.database import Database
from arrears_runtime.projection import BadRecord, view
from sqlalchemy import ARRAY, Boolean, Column, Date, Table, Text, select

from contact_service.views import metadata

accounts = Table(
    "accounts",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("customer_id", Text, index=True),
    Column("currencies", ARRAY(Text)),
    Column("opened_on", Date),
    Column("sold", Boolean),
)


class AccountRow(NamedTuple):
    account_id: str
    customer_id: str
    currencies: list[str]
    opened_on: date
    sold: bool = False


@view(accounts, AccountRow, of=BANK, key="account_id")
def fold(row: AccountRow | None, fact: SourceEvent[Any]) -> AccountRow | None:
    """Changes only when an account is opened or sold; every other event passes through, or is a BadRecord."""
    event = fact.data
    if reason := account_gate.wrong(row, event):
        raise BadRecord(reason, stops=reason != account_gate.UNKNOWN_ACCOUNT)
    if isinstance(event, AccountOpened):
        return AccountRow(event.account_id, event.customer_id, list(event.currencies), event.opened_on)
    if row and isinstance(event, AccountSold):
        return row._replace(sold=True)
    return row


async def accounts_of(db: Database, customer_id: str) -> list[AccountRow]:
    return await db.rows(AccountRow, select(accounts).where(accounts.c.customer_id == customer_id))
