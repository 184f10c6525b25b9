"""Notes (备注) on cases, sealed as they are on the log."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from arrears_events.catalogue.case import CASE, NoteAdded
from arrears_events.envelope import StreamEvent
from arrears_runtime.database import Database
from arrears_runtime.projection import view
from sqlalchemy import Column, DateTime, Index, Integer, Table, Text, Uuid, select

from case_service.views import metadata

notes = Table(
    "notes",
    metadata,
    Column("note_id", Uuid, primary_key=True),
    Column("streamid", Text),
    Column("streamversion", Integer),
    Column("case_id", Uuid),
    Column("text", Text),
    Column("at", DateTime(timezone=True)),
    Column("actor", Text),
    Column("actorrole", Text),
    Column("onbehalfof", Text),
)
Index("notes_case", notes.c.case_id, notes.c.streamversion)


class NoteRow(NamedTuple):
    """`text` is a Sealed as JSON."""

    note_id: UUID
    streamid: str
    streamversion: int
    case_id: UUID
    text: str
    at: datetime
    actor: str
    actorrole: str
    onbehalfof: str | None


@view(notes, NoteRow, of=CASE, key="note_id", takes=(NoteAdded,), grows=True)
def fold(_: None, fact: StreamEvent[NoteAdded]) -> NoteRow:
    return NoteRow(
        note_id=fact.data.note_id,
        streamid=fact.streamid,
        streamversion=fact.streamversion,
        case_id=fact.data.case_id,
        text=fact.data.text.model_dump_json(),
        at=fact.time,
        actor=fact.actor,
        actorrole=fact.actorrole,
        onbehalfof=fact.onbehalfof,
    )


async def notes_of(db: Database, case_id: UUID, after: tuple[int] | None, limit: int) -> list[NoteRow]:
    """In the order in which they were written."""
    query = select(notes).where(notes.c.case_id == case_id)
    if after:
        query = query.where(notes.c.streamversion > after[0])
    return await db.rows(NoteRow, query.order_by(notes.c.streamversion).limit(limit))
