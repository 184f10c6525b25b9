"""A stream: its rows in the database, and itself in memory while commands are decided on it."""

from typing import Any, NamedTuple
from uuid import UUID

from arrears_events.codec import Topic
from arrears_events.envelope import StreamEvent
from arrears_events.log.chain import Head
from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    select,
    text,
)

from arrears_runtime.database import Database
from arrears_runtime.decider import Decider

metadata = MetaData()
streams = Table(
    "streams",
    metadata,
    Column("streamid", Text, primary_key=True),
    Column("customer_id", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("hash", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("due", Date),
    Index("streams_due", "partition", "due", postgresql_where=text("due IS NOT NULL")),
)
handled = Table(
    "handled",
    metadata,
    Column("commandid", Uuid, primary_key=True),
    Column("streamid", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("requesthash", Text),
)
outbox = Table(
    "outbox",
    metadata,
    Column("position", BigInteger, Identity(), primary_key=True),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("key", LargeBinary),
    Column("value", LargeBinary),
    Column("headers", Text),
    Column("streamid", Text, nullable=False),
    Column("streamversion", Integer, nullable=False),
    Column("written_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    Index("outbox_stream", "streamid", "streamversion"),
)


class StreamRow(NamedTuple):
    streamid: str
    customer_id: str
    partition: int
    version: int
    hash: str
    state: str
    due: Any


class HandledRow(NamedTuple):
    commandid: UUID
    streamid: str
    version: int
    requesthash: str | None


class OutboxRow(NamedTuple):
    position: None
    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: str | None
    streamid: str
    streamversion: int
    written_at: None = None


class Stream:
    """A stream in memory while commands are decided on it; `facts`: its new events."""

    def __init__(self, id_: str, customer_id: str, decider: Decider[Any], topic: Topic[Any], found: Any) -> None:
        self.id, self.customer_id, self.decider, self.topic = id_, customer_id, decider, topic
        self.read_at = self.version = found["version"] or 0
        self.hash: str | None = found["hash"]
        self.state = decider.adapter.validate_json(found["state"]) if self.version else None
        self.stopped_by: str | None = found["stopped_by"]
        self.facts: list[StreamEvent[Any]] = []
        self.outbox: list[OutboxRow] = []
        self.handled: list[HandledRow] = []

    def takes(self, command: Any) -> bool:
        """Whether a dead letter that stops the customer lets it pass. One of the own topic may be this very stream."""
        if self.stopped_by is None or not self.decider.heeds_stops:
            return True
        return self.stopped_by != self.topic.name and isinstance(command, self.decider.past_stops)

    @property
    def head(self) -> Head | None:
        return Head(self.version, self.hash) if self.hash else None

    def take(self, fact: StreamEvent[Any], hash_: str) -> None:
        """Fold the stream's next event into its state."""
        self.state = self.decider.evolve(self.state, fact.data)
        self.version, self.hash = fact.streamversion, hash_
        self.facts.append(fact)

    def fold(self, fact: StreamEvent[Any], hash_: str) -> None:
        """Take an event that lies on the log already; its command is handled by it, as of its last event."""
        self.take(fact, hash_)
        if self.handled and self.handled[-1].commandid == fact.commandid:
            self.handled.pop()
        self.handled.append(HandledRow(fact.commandid, fact.streamid, fact.streamversion, fact.requesthash))

    def row(self, partition: int) -> StreamRow:
        assert self.hash is not None
        state = self.decider.adapter.dump_json(self.state).decode()
        due = self.decider.due(self.state)
        return StreamRow(self.id, self.customer_id, partition, self.version, self.hash, state, due)


async def state_of(db: Database, streamid: str) -> str | None:
    """A stream's state as JSON, for a page that shows what its next command would be decided on."""
    return await db.row(str, select(streams.c.state).where(streams.c.streamid == streamid))
