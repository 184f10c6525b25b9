"""The keys of a service's customers: made when a text is first sealed, wrapped by the master key, shredded for ever.

A key lies on the service's keys topic before any text that is sealed with it: its record is committed first, and the
relay has it acknowledged first. The topic is compacted: value {key_id, wrapped}, or null once the key is shredded. That
a person is erased rests on an event, since the null value is gone after a while: so nobody erased gets a key again.
"""

import hmac
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import orjson
from arrears_events.codec import Topic, canonical
from arrears_events.errors import UserError
from arrears_events.log.partitioning import partition_of
from arrears_events.log.reader import Record
from arrears_events.refused import Refused
from arrears_events.sealed import Sealed
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from pydantic import SecretStr
from sqlalchemy import Column, LargeBinary, Table, Text, Uuid, select

from arrears_runtime.database import Connection, Database, among
from arrears_runtime.projection import View, view
from arrears_runtime.sealing import CustomerKey
from arrears_runtime.stream import metadata

keys = Table(
    "keys",
    metadata,
    Column("customer_id", Text, primary_key=True),
    Column("key_id", Uuid, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)
erased = Table(
    "erased",
    metadata,
    Column("customer_id", Text, primary_key=True),
    Column("streamid", Text, nullable=False),
)

KEY_BYTES = 32
PERSON_ERASED = "person-erased"
"""Refused: the bank erased the person, and nothing is sealed for them any more."""


class MasterKeyUnfit(UserError):
    """A service that seals texts has no master key, or none of 32 bytes."""

    def __init__(self, service: str) -> None:
        super().__init__(f"{service}-service seals texts: set ARREARS_MASTER_KEY to 64 hex digits, its own and kept")


class MasterKeyWrong(RuntimeError):
    """The keys that are there were wrapped by another master key: with this one no text opens."""

    def __init__(self) -> None:
        super().__init__("ARREARS_MASTER_KEY is not the one that this service's keys are wrapped with: set that one")


class KeyRow(NamedTuple):
    """`wrapped`: the customer's key under the master key (RFC 3394)."""

    customer_id: str
    key_id: UUID
    wrapped: bytes


class ErasedRow(NamedTuple):
    """`streamid`: of the event; "" where it came from outside."""

    customer_id: str
    streamid: str


class Keys:
    """Those of one service. `partitions` are of its keys topic."""

    def __init__(self, db: Database, service: str, topic: str, partitions: int, master: SecretStr | None) -> None:
        self._db, self._service, self.topic, self.partitions = db, service, topic, partitions
        try:
            self._master = bytes.fromhex(master.get_secret_value() if master else "")
        except ValueError:
            raise MasterKeyUnfit(service) from None
        if len(self._master) != KEY_BYTES:
            raise MasterKeyUnfit(service)

    async def seal(self, customer_id: str, text: str) -> Sealed:
        """Raises Refused when the person is erased. The key is durable when this returns."""
        return (await self._key_of(customer_id)).seal(text)

    async def hash(self, customer_id: str, content: bytes) -> str:
        """Of a request that holds a text in clear. Raises Refused when the person is erased."""
        return (await self._key_of(customer_id)).hash(content)

    async def open(self, customer_id: str, texts: Sequence[Sealed]) -> list[str | None]:
        """None for each that was shredded. Raises SealBroken."""
        key = (await self._found(self._db.pool, [customer_id])).get(customer_id)
        return [key.open(text) if key and key.key_id == text.key_id else None for text in texts]

    async def open_each(self, texts: Mapping[str, Sealed]) -> dict[str, str]:
        """One text a customer, without those that were shredded. Raises SealBroken."""
        found = await self._found(self._db.pool, list(texts))
        opened = {customer: key for customer, key in found.items() if key.key_id == texts[customer].key_id}
        return {customer: key.open(texts[customer]) for customer, key in opened.items()}

    def blind(self, value: str) -> str:
        """What a value can be found by without standing there: HMAC-SHA-256 in hex, the same for all customers."""
        return hmac.digest(hmac.digest(self._master, b"blind", "sha256"), value.encode(), "sha256").hex()

    async def of(self, connection: Connection, customers: Iterable[str]) -> dict[str, CustomerKey]:
        """The keys of customers, made where there is none; the erased have none."""
        wanted = sorted(set(customers))
        found = await self._found(connection, wanted)
        if missing := [customer for customer in wanted if customer not in found]:
            await self._make(connection, missing)
            found |= await self._found(connection, missing)
        return found

    async def shred(self, connection: Connection, customers: Sequence[str]) -> None:
        """Destroy their keys, and put it on the topic. Who has none is passed over, so a replay says nothing again."""
        rows = await connection.fetch(_SHRED, list(customers))
        await self._post(connection, [(row["customer_id"], None) for row in rows])

    async def begin(self) -> None:
        """Once topic and events are read. Raises MasterKeyWrong.

        Who is erased and has a key all the same is shredded again: in a database from a backup, or when a process that
        was frozen has sent the key once more.
        """
        async with self._db.transaction() as connection:
            rows = await connection.fetch("SELECT customer_id FROM keys JOIN erased USING (customer_id)")
            await self.shred(connection, [row["customer_id"] for row in rows])
            one = await connection.fetchrow("SELECT customer_id, key_id, wrapped FROM keys LIMIT 1")
        try:
            _ = one and self._unwrapped(KeyRow(*one))
        except InvalidUnwrap:
            raise MasterKeyWrong from None

    async def take(self, connection: Connection, records: Sequence[Record]) -> list[Record]:
        """Take in what lies on the topic, the last record of a customer counting, and strike it out of the outbox.

        What the outbox holds besides is newer: whom it shreds has no key. Gives the records that are no keys: somebody
        else wrote them. The keys that they took the places of are written again, before compaction leaves none.
        """
        read_as = [(record, None if record.is_null else _row(record)) for record in records]
        last = {_customer(record): row for record, row in read_as if record.is_null or row}
        strays = [record for record, row in read_as if not record.is_null and row is None]
        await connection.execute(_PUT, [row for row in last.values() if row])
        await connection.execute(_SHRED, [customer for customer, row in last.items() if row is None])
        sent = [(record.key, record.value, record.is_null) for record in records]
        await connection.execute(_STRIKE_OUT, self.topic, *map(list, zip(*sent, strict=True)))
        await connection.execute(_SHREDDED_HERE, self.topic)
        displaced = await connection.fetch(_ROWS, [_customer(record) for record in strays])
        await self._post(connection, [(row["customer_id"], _value(KeyRow(*row))) for row in displaced])
        return strays

    async def _key_of(self, customer_id: str) -> CustomerKey:
        if found := (await self._found(self._db.pool, [customer_id])).get(customer_id):
            return found
        async with self._db.transaction() as connection:
            made = (await self.of(connection, [customer_id])).get(customer_id)
        if made is None:
            raise Refused(PERSON_ERASED)
        return made

    async def _found(self, asked: Any, customers: Sequence[str]) -> dict[str, CustomerKey]:
        rows = await asked.fetch(_ROWS, customers)
        return {row["customer_id"]: self._unwrapped(KeyRow(*row)) for row in rows}

    async def _make(self, connection: Connection, customers: Sequence[str]) -> None:
        """Of two that make one at once the first wins. Nobody is erased in between: the lock holds off who notes it."""
        rows = [KeyRow(customer, uuid4(), self._new()) for customer in customers]
        await connection.execute("LOCK TABLE erased IN SHARE MODE")
        made = await connection.fetch(_MAKE, rows)
        await self._post(connection, [(row["customer_id"], _value(KeyRow(*row))) for row in made])

    async def _post(self, connection: Connection, records: Sequence[tuple[str, bytes | None]]) -> None:
        rows = [
            (None, self.topic, self._partition(customer), customer.encode(), value, None, f"key/{customer}", 1, None)
            for customer, value in records
        ]
        if rows:
            await connection.execute(_POST, rows)

    def _partition(self, customer_id: str) -> int:
        return partition_of(customer_id.encode(), self.partitions)

    def _new(self) -> bytes:
        return aes_key_wrap(self._master, os.urandom(KEY_BYTES))

    def _unwrapped(self, row: KeyRow) -> CustomerKey:
        bound_to = f"{self._service}\n{row.customer_id}".encode()
        return CustomerKey(row.key_id, aes_key_unwrap(self._master, row.wrapped), bound_to)


async def erased_among(db: Database, customers: Collection[str]) -> set[str]:
    """Whom an event erased, of whatever the bank tells since."""
    return set(await db.rows(str, select(erased.c.customer_id).where(among(erased.c.customer_id, customers))))


def views_of(topics: Iterable[Topic[Any]], events: Sequence[type]) -> tuple[View, ...]:
    """Who is erased, by `events`, which stand on one of the topics; none where a service heeds no such event."""
    if not events:
        return ()
    topic = next(topic for topic in topics if topic.events.issuperset(events))

    @view(erased, ErasedRow, of=topic, key="customer_id", takes=tuple(events))
    def fold(row: ErasedRow | None, fact: Any) -> ErasedRow:
        return row or ErasedRow(fact.data.customer_id, getattr(fact, "streamid", ""))

    return (fold,)


def _value(row: KeyRow) -> bytes:
    return canonical({"key_id": str(row.key_id), "wrapped": row.wrapped.hex()})


def _customer(record: Record) -> str:
    return (record.key or b"").decode(errors="replace").replace("\0", "")


def _row(record: Record) -> KeyRow | None:
    """None for what is no key."""
    try:
        found = orjson.loads(record.value)
        return KeyRow(_customer(record), UUID(found["key_id"]), bytes.fromhex(found["wrapped"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


_ROWS = "SELECT customer_id, key_id, wrapped FROM keys WHERE customer_id = ANY($1)"
_MAKE = """INSERT INTO keys SELECT k.* FROM unnest($1::keys[]) k
    WHERE NOT EXISTS (SELECT 1 FROM erased e WHERE e.customer_id = k.customer_id)
    ON CONFLICT DO NOTHING RETURNING customer_id, key_id, wrapped"""
_PUT = """INSERT INTO keys SELECT k.* FROM unnest($1::keys[]) k
    ON CONFLICT (customer_id) DO UPDATE SET key_id = excluded.key_id, wrapped = excluded.wrapped"""
_SHRED = "DELETE FROM keys WHERE customer_id = ANY($1) RETURNING customer_id"
_POST = """INSERT INTO outbox (topic, partition, key, value, headers, streamid, streamversion)
    SELECT o.topic, o.partition, o.key, o.value, o.headers, o.streamid, o.streamversion
    FROM unnest($1::outbox[]) WITH ORDINALITY o ORDER BY o.ordinality"""
_STRIKE_OUT = """DELETE FROM outbox o USING unnest($2::bytea[], $3::bytea[], $4::bool[]) w(key, value, is_null)
    WHERE o.topic = $1 AND o.key = w.key AND (w.is_null OR o.value = w.value)"""
_SHREDDED_HERE = """DELETE FROM keys k USING outbox o
    WHERE o.topic = $1 AND o.value IS NULL AND o.streamid = 'key/' || k.customer_id"""
