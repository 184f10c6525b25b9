"""What happened in a case, in order: who, what, when, and what caused it."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from arrears_events.catalogue.case import CASE
from arrears_events.codec import canonical
from arrears_events.envelope import StreamEvent
from arrears_runtime.database import Database
from arrears_runtime.projection import view
from sqlalchemy import Column, DateTime, Index, Integer, Table, Text, Uuid, select
from sqlalchemy.dialects.postgresql import JSONB

from case_service.views import metadata

timeline = Table(
    "timeline",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("streamid", Text),
    Column("streamversion", Integer),
    Column("customer_id", Text, index=True),
    Column("case_id", Uuid),
    Column("what", Text),
    Column("facts", JSONB),
    Column("at", DateTime(timezone=True)),
    Column("actor", Text),
    Column("actorrole", Text),
    Column("onbehalfof", Text),
    Column("causationid", Text),
)
Index("timeline_case", timeline.c.case_id, timeline.c.streamversion)
OF_A_CASE = tuple(event for event in CASE.events if "case_id" in event.model_fields)


class TimelineRow(NamedTuple):
    """`what` is the event's name on the log, `facts` its fields as JSON, without whose they are and sealed words."""

    event_id: UUID
    streamid: str
    streamversion: int
    customer_id: str
    case_id: UUID
    what: str
    facts: str
    at: datetime
    actor: str
    actorrole: str
    onbehalfof: str | None
    causationid: str


@view(timeline, TimelineRow, of=CASE, key=lambda fact: fact.id, takes=OF_A_CASE, grows=True)
def fold(_: None, fact: StreamEvent[Any]) -> TimelineRow | None:
    if fact.data.case_id is None:
        return None
    return TimelineRow(
        event_id=fact.id,
        streamid=fact.streamid,
        streamversion=fact.streamversion,
        customer_id=fact.data.customer_id,
        case_id=fact.data.case_id,
        what=fact.data.wire,
        facts=_facts(fact.data),
        at=fact.time,
        actor=fact.actor,
        actorrole=fact.actorrole,
        onbehalfof=fact.onbehalfof,
        causationid=fact.causationid,
    )


def _facts(event: Any) -> str:
    return canonical(event.model_dump(mode="json", exclude={"customer_id", "account_id", "case_id", "text"})).decode()


async def timeline_of(db: Database, case_id: UUID, after: tuple[int] | None, limit: int) -> list[TimelineRow]:
    """In the order in which it happened."""
    query = select(timeline).where(timeline.c.case_id == case_id)
    if after:
        query = query.where(timeline.c.streamversion > after[0])
    return await db.rows(TimelineRow, query.order_by(timeline.c.streamversion).limit(limit))
