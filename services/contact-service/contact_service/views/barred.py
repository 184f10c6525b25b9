"""Numbers and addresses at which nobody is reached any more (停止联系), by digest, whoever they stand for."""

from collections.abc import Collection
from typing import NamedTuple

from arrears_events.catalogue.contact import CONTACT, ContactPointBarred
from arrears_events.envelope import StreamEvent
from arrears_runtime.database import Database, among
from arrears_runtime.projection import view
from sqlalchemy import Column, Table, Text, select

from contact_service.views import metadata

barred = Table("barred", metadata, Column("digest", Text, primary_key=True), Column("reason", Text))


class BarredRow(NamedTuple):
    digest: str
    reason: str


@view(barred, BarredRow, of=CONTACT, key="digest", takes=(ContactPointBarred,))
def fold(row: BarredRow | None, fact: StreamEvent[ContactPointBarred]) -> BarredRow:
    """The first reason stays."""
    return row or BarredRow(fact.data.digest, fact.data.reason)


async def barred_among(db: Database, digests: Collection[str]) -> list[BarredRow]:
    return await db.rows(BarredRow, select(barred).where(among(barred.c.digest, digests)))
