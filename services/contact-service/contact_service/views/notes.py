"""What collectors wrote down (备注) of calls, sealed as it is on the log."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from arrears_events.catalogue.contact import CONTACT
from arrears_events.catalogue.heard import CallNoted
from arrears_events.envelope import StreamEvent
from arrears_runtime.database import Database
from arrears_runtime.projection import view
from sqlalchemy import Column, DateTime, Index, Integer, Table, Text, Uuid, select

from contact_service.views import metadata

notes = Table(
    "notes",
    metadata,
    Column("note_id", Uuid, primary_key=True),
    Column("streamid", Text),
    Column("streamversion", Integer),
    Column("customer_id", Text),
    Column("contact_id", Uuid),
    Column("text", Text),
    Column("at", DateTime(timezone=True)),
    Column("actor", Text),
    Column("actorrole", Text),
    Column("onbehalfof", Text),
)
Index("notes_customer", notes.c.customer_id, notes.c.streamversion)


class NoteRow(NamedTuple):
    """`note_id` is the event's. `text` is a Sealed as JSON."""

    note_id: UUID
    streamid: str
    streamversion: int
    customer_id: str
    contact_id: UUID
    text: str
    at: datetime
    actor: str
    actorrole: str
    onbehalfof: str | None


@view(notes, NoteRow, of=CONTACT, key=lambda fact: fact.id, takes=(CallNoted,), grows=True)
def fold(_: None, fact: StreamEvent[CallNoted]) -> NoteRow:
    return NoteRow(
        note_id=fact.id,
        streamid=fact.streamid,
        streamversion=fact.streamversion,
        customer_id=fact.data.customer_id,
        contact_id=fact.data.contact_id,
        text=fact.data.text.model_dump_json(),
        at=fact.time,
        actor=fact.actor,
        actorrole=fact.actorrole,
        onbehalfof=fact.onbehalfof,
    )


async def notes_of(db: Database, customer_id: str, after: tuple[int] | None, limit: int) -> list[NoteRow]:
    """Newest first."""
    query = select(notes).where(notes.c.customer_id == customer_id)
    if after:
        query = query.where(notes.c.streamversion < after[0])
    return await db.rows(NoteRow, query.order_by(notes.c.streamversion.desc()).limit(limit))
