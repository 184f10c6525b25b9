"""What customers wrote back (回复), sealed as it is on the log; what no machine could read waits for a person."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from arrears_events.catalogue.contact import CONTACT, Channel, MessageReceived, ReplySetAside
from arrears_events.envelope import StreamEvent
from arrears_runtime.database import Database
from arrears_runtime.projection import view
from sqlalchemy import Column, ColumnElement, Date, DateTime, Index, Integer, Table, Text, Uuid, select, tuple_

from contact_service.domain.replies import ReadAs
from contact_service.views import metadata

replies = Table(
    "replies",
    metadata,
    Column("reply_id", Uuid, primary_key=True),
    Column("streamid", Text),
    Column("streamversion", Integer),
    Column("customer_id", Text, index=True),
    Column("party_id", Text),
    Column("channel", Text),
    Column("read_as", Text),
    Column("received_on", Date),
    Column("at", DateTime(timezone=True)),
    Column("text", Text),
    Column("set_aside_by", Text),
    Column("set_aside_at", DateTime(timezone=True)),
)
OLDEST_FIRST = replies.c.at, replies.c.streamversion, replies.c.reply_id
"""Of one customer in the order in which they wrote, also where a day has one moment, as by the business calendar."""
Index("replies_waiting", *OLDEST_FIRST, postgresql_where=replies.c.set_aside_by.is_(None))


class ReplyRow(NamedTuple):
    """`reply_id` is the event's. `party_id`: who wrote, where that is known. `text` is a Sealed as JSON."""

    reply_id: UUID
    streamid: str
    streamversion: int
    customer_id: str
    party_id: str | None
    channel: Channel
    read_as: ReadAs
    received_on: date
    at: datetime
    text: str
    set_aside_by: str | None
    set_aside_at: datetime | None


def _reply(fact: StreamEvent[MessageReceived | ReplySetAside]) -> UUID:
    return fact.data.reply_id if isinstance(fact.data, ReplySetAside) else fact.id


@view(replies, ReplyRow, of=CONTACT, key=_reply, takes=(MessageReceived, ReplySetAside))
def fold(row: ReplyRow | None, fact: StreamEvent[MessageReceived | ReplySetAside]) -> ReplyRow:
    match fact.data:
        case MessageReceived() as event:
            return ReplyRow(
                *(fact.id, fact.streamid, fact.streamversion, event.customer_id, event.party_id, event.channel),
                *(event.read_as, event.received_on, fact.time, event.text.model_dump_json()),
                set_aside_by=None,
                set_aside_at=None,
            )
        case ReplySetAside():
            assert row, "nobody sets aside what was not written"
            return row._replace(set_aside_by=fact.actor, set_aside_at=fact.time)


@dataclass(frozen=True)
class ReplyFilter:
    """What is None is not asked. `set_aside`: whether somebody has done with it."""

    customer_id: str | None = None
    read_as: ReadAs | None = None
    set_aside: bool = False

    def conditions(self) -> list[ColumnElement[bool]]:
        waits = replies.c.set_aside_by.is_(None)
        asked = (replies.c.customer_id, self.customer_id), (replies.c.read_as, self.read_as)
        return [~waits if self.set_aside else waits, *(column == value for column, value in asked if value is not None)]


async def reply_of_id(db: Database, reply_id: UUID) -> ReplyRow | None:
    return await db.of_key(ReplyRow, replies, reply_id)


async def replies_where(
    db: Database, asked: ReplyFilter, after: tuple[datetime, int, UUID] | None, limit: int
) -> list[ReplyRow]:
    """Oldest first."""
    query = select(replies).where(*asked.conditions())
    if after:
        query = query.where(tuple_(*OLDEST_FIRST) > after)
    return await db.rows(ReplyRow, query.order_by(*OLDEST_FIRST).limit(limit))
