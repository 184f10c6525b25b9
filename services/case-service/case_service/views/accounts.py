"""The bank's accounts, as far as cases ask; and the gate: what cannot be true of an account goes no further."""

from datetime import date
from typing import Any, NamedTuple

from arrears_events.catalogue.bank import BANK, AccountOpened
from arrears_events.catalogue.ledger import LedgerEvent, Parts
from arrears_events.envelope import SourceEvent
from arrears_events.money import Money
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
    match row, event:
        case AccountRow(customer_id=owner), _ if owner != event.customer_id:
            raise BadRecord("wrong-customer")
        case _, AccountOpened():
            return AccountRow(event.account_id, event.customer_id, list(event.currencies), event.opened_on)
        case None, _ if event.account_id is None:
            return None
        case None, _:
            raise BadRecord("unknown-account", stops=False)
        case AccountRow(currencies=known), LedgerEvent() if not _currencies_in(event) <= set(known):
            raise BadRecord("unknown-currency")
        case _:
            return row


def _currencies_in(event: LedgerEvent) -> set[str]:
    return {value.currency for value in event.__dict__.values() if isinstance(value, Money | Parts)}


async def account_of_id(db: Database, account_id: str) -> AccountRow | None:
    return await db.row(AccountRow, select(accounts).where(accounts.c.account_id == account_id))
