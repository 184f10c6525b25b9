"""Special statuses (特殊状态) that the bank told of a customer: the rules of law name the purposes that they stop."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from arrears_events.catalogue.bank import BANK, SpecialStatusEnded, SpecialStatusNotified
from arrears_events.envelope import SourceEvent
from arrears_runtime.database import Database, among
from arrears_runtime.projection import view
from sqlalchemy import Column, Date, Table, Text, select

from contact_service.views import metadata

statuses = Table(
    "statuses",
    metadata,
    Column("id", Text, primary_key=True),
    Column("customer_id", Text, index=True),
    Column("kind", Text),
    Column("from_date", Date),
    Column("until", Date),
)


class StatusRow(NamedTuple):
    """It holds from `from_date` to `until`, both included; None: until it is ended. `id` is <customer> <status id>.

    The bank may name two customers' statuses alike: what is said of one holds and ends nothing of the other.
    """

    id: str
    customer_id: str
    kind: str
    from_date: date
    until: date | None

    def holds_on(self, day: date) -> bool:
        return self.from_date <= day and (self.until is None or day <= self.until)


def _id(fact: SourceEvent[SpecialStatusNotified | SpecialStatusEnded]) -> str:
    """In neither is a blank."""
    return f"{fact.data.customer_id} {fact.data.status_id}"


@view(statuses, StatusRow, of=BANK, key=_id, takes=(SpecialStatusNotified, SpecialStatusEnded), version=2)
def fold(row: StatusRow | None, fact: SourceEvent[SpecialStatusNotified | SpecialStatusEnded]) -> StatusRow | None:
    match fact.data:
        case SpecialStatusNotified() as event:
            return StatusRow(_id(fact), event.customer_id, event.kind, event.from_date, event.until)
        case SpecialStatusEnded() as event:
            return row._replace(until=event.until) if row else None


async def statuses_of(db: Database, customers: Collection[str]) -> list[StatusRow]:
    """All of theirs, past and to come."""
    return await db.rows(StatusRow, select(statuses).where(among(statuses.c.customer_id, customers)))
