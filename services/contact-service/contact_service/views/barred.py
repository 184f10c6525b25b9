"""Numbers and addresses at which nobody is reached any more (停止联系), by digest, whoever they stand for."""

from collections.abc import Collection
from typing import NamedTuple

from arrears_events.catalogue.contact import CONTACT, ContactPointBarred
from arrears_events.envelope import StreamEvent
from arrears_runtime.database import Database, among
from arrears_runtime.projection import view
from sqlalchemy import Column, Table, Text, select

from contact_service.views import metadata

barred = Table(
    "barred",
    metadata,
    Column("said", Text, primary_key=True),
    Column("digest", Text, index=True),
    Column("customer_id", Text),
    Column("reason", Text),
)


class BarredRow(NamedTuple):
    """What was said of a number in a contact with one customer: `said` is <digest> <customer>.

    A row takes the events of one stream alone, since those of several come in no order that would come again.
    """

    said: str
    digest: str
    customer_id: str
    reason: str


def _said(fact: StreamEvent[ContactPointBarred]) -> str:
    return f"{fact.data.digest} {fact.data.customer_id}"


@view(barred, BarredRow, of=CONTACT, key=_said, takes=(ContactPointBarred,))
def fold(row: BarredRow | None, fact: StreamEvent[ContactPointBarred]) -> BarredRow:
    """The first reason stays, but whose person refused may yet turn out to be nobody's."""
    if row is None or row.reason == "refused":
        return BarredRow(_said(fact), fact.data.digest, fact.data.customer_id, fact.data.reason)
    return row


async def barred_among(db: Database, digests: Collection[str]) -> list[BarredRow]:
    """All that was said of them, of whichever customer."""
    return await db.rows(BarredRow, select(barred).where(among(barred.c.digest, digests)))
