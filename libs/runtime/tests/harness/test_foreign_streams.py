"""Another service's streams are taken in version by version, each after the one whose hash it names."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple

import pytest
from arrears_events.catalogue.base import CustomerEvent
from arrears_events.codec import Topic, digest, encode
from arrears_events.envelope import StreamEvent
from arrears_events.ids import command_id, event_id
from arrears_events.log.writer import Writer
from arrears_runtime.dead_letters import open_letters
from arrears_runtime.projection import view
from sqlalchemy import Column, MetaData, Table, Text

from .tally import SERVICE


class Noted(CustomerEvent):
    wire: ClassVar[str] = "Noted"
    words: str


class NoteRow(NamedTuple):
    id: str
    words: str


CASE = Topic.of("case.events", StreamEvent, (Noted,))
metadata = MetaData()
notes = Table("notes", metadata, Column("id", Text, primary_key=True), Column("words", Text, nullable=False))
for each in SERVICE.views:
    each.table.to_metadata(metadata)


@view(notes, NoteRow, of=CASE, key=lambda fact: str(fact.id), grows=True)
def note_view(_: None, fact: Any) -> NoteRow:
    return NoteRow(str(fact.id), fact.data.words)


LISTENING = replace(
    SERVICE, reads=(*SERVICE.reads, CASE), metadata=metadata, views=(*SERVICE.views, note_view), reactions=()
)


@dataclass(frozen=True)
class CaseService:
    """Writes to its own topic, as it must and as it must not."""

    writer: Writer
    prefix: str

    async def say(self, words: str, version: int, after: bytes | None = None, customer: str = "C-1") -> bytes:
        """The bytes of version `version`; `after` are those of the record that it names as the one before."""
        streamid = f"case/{customer}"
        event = StreamEvent[Any](
            source="case-service",
            type=CASE.type_of(Noted),
            time=datetime(2026, 4, 1, tzinfo=UTC),
            data=Noted(customer_id=customer, words=words),
            id=event_id(streamid, version),
            streamid=streamid,
            streamversion=version,
            prevhash=digest(after) if after else None,
            actor="tester",
            actorrole="collector",
            causationid="request/1",
            commandid=command_id("tester", words),
            correlationid="1",
        )
        return await self.raw(encode(event), customer)

    async def raw(self, value: bytes, customer: str) -> bytes:
        await (await self.writer.send(f"{self.prefix}case.events", customer.encode(), value))
        return value


@pytest.fixture
async def case(kafka: Any) -> AsyncIterator[CaseService]:
    async with Writer(kafka.bootstrap) as writer:
        yield CaseService(writer, kafka.prefix)


@pytest.fixture
def taken(running: Callable[..., Any], database: Callable[[], str]) -> Callable[[], Any]:
    """What a service that listens has noted, and its dead letters."""

    async def ask() -> tuple[list[str], list[tuple[str, str]]]:
        async with running(database(), LISTENING) as service:
            await service.settled()
            words = sorted(row[1] for row in await service.db.pool.fetch("SELECT * FROM notes"))
            return words, [(letter.reason, letter.customer_id) for letter in await open_letters(service.db)]

    return ask


async def test_each_version_is_taken_once_however_often_it_comes(case, taken):
    first = await case.say("first", 1)
    second = await case.say("second", 2, first)
    await case.raw(first, "C-1")
    await case.raw(second, "C-1")
    await case.say("third", 3, second)
    assert await taken() == (["first", "second", "third"], [])


async def test_a_version_that_is_missing_stops_the_customer_alone(case, taken):
    first = await case.say("first", 1)
    await case.say("third", 3, first)
    await case.say("of another customer", 1, customer="C-2")
    assert await taken() == (["first", "of another customer"], [("gap", "C-1")])


async def test_a_stream_whose_first_version_is_missing_stops_the_customer(case, taken):
    await case.say("second", 2, b"what nobody has")
    assert await taken() == ([], [("gap", "C-1")])


async def test_a_version_after_another_record_than_ours_is_a_fork_and_stops_the_customer(case, taken):
    await case.say("first", 1)
    await case.say("second", 2, b"another first")
    await case.say("of another customer", 1, customer="C-2")
    assert await taken() == (["first", "of another customer"], [("fork", "C-1")])


async def test_the_last_version_with_other_bytes_is_a_fork_and_stops_the_customer(case, taken):
    first = await case.say("first", 1)
    await case.say("another first", 1)
    await case.say("second", 2, first)
    assert await taken() == (["first"], [("fork", "C-1")])


async def test_an_older_version_with_other_bytes_is_dropped_and_left_to_the_audit(case, taken):
    first = await case.say("first", 1)
    await case.say("second", 2, first)
    await case.say("another first", 1)
    assert await taken() == (["first", "second"], [])
