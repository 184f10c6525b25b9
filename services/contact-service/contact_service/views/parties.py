"""Parties (关系人): who is tied to a customer in which role, by the bank's word."""

from collections.abc import Collection
from typing import NamedTuple

from arrears_events.catalogue.bank import BANK, PartyLinked, PartyRole, PartyUnlinked
from arrears_events.envelope import SourceEvent
from arrears_runtime.database import Database, among
from arrears_runtime.projection import view
from sqlalchemy import Column, Table, Text, select

from contact_service.domain.parties import Tie
from contact_service.views import metadata

parties = Table(
    "parties",
    metadata,
    Column("tie", Text, primary_key=True),
    Column("customer_id", Text, index=True),
    Column("party_id", Text),
    Column("role", Text),
    Column("account_id", Text),
)


class PartyRow(NamedTuple):
    """`tie` is <customer> <party> <role> <account>; without an account it is to all of the customer's."""

    tie: str
    customer_id: str
    party_id: str
    role: PartyRole
    account_id: str | None

    def as_tie(self) -> Tie:
        return Tie(self.party_id, self.role, self.account_id)


def _tie(fact: SourceEvent[PartyLinked | PartyUnlinked]) -> str:
    event = fact.data
    return f"{event.customer_id} {event.party_id} {event.role} {event.account_id or ''}"


@view(parties, PartyRow, of=BANK, key=_tie, takes=(PartyLinked, PartyUnlinked))
def fold(_: PartyRow | None, fact: SourceEvent[PartyLinked | PartyUnlinked]) -> PartyRow | None:
    match fact.data:
        case PartyLinked() as event:
            return PartyRow(_tie(fact), event.customer_id, event.party_id, event.role, event.account_id)
        case PartyUnlinked():
            return None


async def parties_of(db: Database, customers: Collection[str]) -> list[PartyRow]:
    return await db.rows(PartyRow, select(parties).where(among(parties.c.customer_id, customers)))
