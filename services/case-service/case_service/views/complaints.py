"""Complaints (投诉), as those see them who answer."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, get_args
from uuid import UUID

from arrears_events.catalogue.case import CASE
from arrears_events.catalogue.complaints import (
    ComplaintAcknowledged,
    ComplaintEvent,
    ComplaintExtended,
    ComplaintFrom,
    ComplaintKind,
    ComplaintOutcome,
    ComplaintOverdue,
    ComplaintRaised,
    ComplaintResolved,
    ExtensionReason,
    Redress,
)
from arrears_events.envelope import StreamEvent
from arrears_events.sealed import Sealed
from arrears_runtime.database import Database
from arrears_runtime.projection import view
from arrears_runtime.stream import streams
from sqlalchemy import ARRAY, Column, ColumnElement, Date, Index, Table, Text, Uuid, select, tuple_

from case_service.views import metadata

complaints = Table(
    "complaints",
    metadata,
    Column("complaint_id", Uuid, primary_key=True),
    Column("streamid", Text),
    Column("customer_id", Text, index=True),
    Column("kind", Text),
    Column("received_from", Text),
    Column("about", Text),
    Column("against", Text),
    Column("text", Text),
    Column("received_on", Date),
    Column("answer_due_on", Date),
    Column("acknowledged_on", Date),
    Column("extended_on", Date),
    Column("extension", Text),
    Column("told_on", Date),
    Column("overdue_on", Date),
    Column("resolved_on", Date),
    Column("outcome", Text),
    Column("redress", ARRAY(Text)),
    Column("answer", Text),
)
FIRST_DUE_FIRST = complaints.c.answer_due_on, complaints.c.complaint_id
Index("complaints_answer_due_on", *FIRST_DUE_FIRST)


class ComplaintRow(NamedTuple):
    """`outcome`: None while no answer was given. `extension`, with its days: the last one. `overdue_on`: the day of the
    close that found it without an answer. `text` and `answer` are a Sealed as JSON.
    """

    complaint_id: UUID
    streamid: str
    customer_id: str
    kind: ComplaintKind
    received_from: ComplaintFrom
    about: str | None
    against: str | None
    text: str | None
    received_on: date
    answer_due_on: date
    acknowledged_on: date | None = None
    extended_on: date | None = None
    extension: ExtensionReason | None = None
    told_on: date | None = None
    overdue_on: date | None = None
    resolved_on: date | None = None
    outcome: ComplaintOutcome | None = None
    redress: list[Redress] | None = None
    answer: str | None = None


@view(complaints, ComplaintRow, of=CASE, key="complaint_id", takes=get_args(ComplaintEvent))
def fold(row: ComplaintRow | None, fact: StreamEvent[ComplaintEvent]) -> ComplaintRow:
    event = fact.data
    if isinstance(event, ComplaintRaised):
        return _raised(fact.streamid, event)
    assert row, f"{event} of a complaint that was not raised"
    match event:
        case ComplaintAcknowledged():
            return row._replace(acknowledged_on=event.acknowledged_on)
        case ComplaintExtended():
            moved = row._replace(answer_due_on=event.answer_due_on, extended_on=event.extended_on)
            return moved._replace(extension=event.reason, told_on=event.told_on)
        case ComplaintOverdue():
            return row._replace(overdue_on=event.on)
        case ComplaintResolved():
            answered = row._replace(resolved_on=event.resolved_on, outcome=event.outcome)
            return answered._replace(redress=sorted(event.redress), answer=_json(event.text))


def _raised(streamid: str, event: ComplaintRaised) -> ComplaintRow:
    return ComplaintRow(
        complaint_id=event.complaint_id,
        streamid=streamid,
        customer_id=event.customer_id,
        kind=event.kind,
        received_from=event.received_from,
        about=event.about,
        against=event.against,
        text=_json(event.text),
        received_on=event.received_on,
        answer_due_on=event.answer_due_on,
    )


def _json(text: Sealed | None) -> str | None:
    return text.model_dump_json() if text else None


@dataclass(frozen=True)
class ComplaintFilter:
    """What is None is not asked. `open`: not answered; `overdue`: its day passed without an answer."""

    customer_id: str | None = None
    open: bool | None = None
    overdue: bool | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.customer_id is not None:
            found.append(complaints.c.customer_id == self.customer_id)
        if self.open is not None:
            found.append(complaints.c.outcome.is_(None) == self.open)
        if self.overdue is not None:
            found.append(complaints.c.overdue_on.is_not(None) == self.overdue)
        return found


async def complaint_of_id(db: Database, complaint_id: UUID) -> ComplaintRow | None:
    return await db.of_key(ComplaintRow, complaints, complaint_id)


async def version_of_complaint(db: Database, complaint_id: UUID) -> int | None:
    """Of its stream. To be asked before the complaint is."""
    query = select(streams.c.version).join_from(streams, complaints, streams.c.streamid == complaints.c.streamid)
    return await db.row(int, query.where(complaints.c.complaint_id == complaint_id))


async def complaints_where(
    db: Database, asked: ComplaintFilter, after: tuple[date, UUID] | None, limit: int
) -> list[ComplaintRow]:
    """Those first whose answer is due first."""
    query = select(complaints).where(*asked.conditions())
    if after:
        query = query.where(tuple_(*FIRST_DUE_FIRST) > after)
    return await db.rows(ComplaintRow, query.order_by(*FIRST_DUE_FIRST).limit(limit))
