"""Another service's streams are taken in version by version, each after the one whose hash it names."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar, NamedTuple

import pytest
from arrears_events.catalogue.base import CustomerEvent
from arrears_events.codec import Topic, digest, encode
from arrears_events.envelope import SourceEvent, StreamEvent
from arrears_events.ids import command_id, event_id
from arrears_events.log.reader import Record
from arrears_events.log.writer import Writer
from arrears_runtime.admission import Fact, Heard
from arrears_runtime.batch import Batch, Sorted
from arrears_runtime.dead_letters import open_letters
from arrears_runtime.projection import BadRecord, view
from arrears_runtime.reaction import on
from sqlalchemy import Column, MetaData, Table, Text

from .tally import SERVICE, TALLY, Count, Counted, Opened, stream_of
from .watched import DAY, all_records, eventually


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


@on(Noted, stream=stream_of)
def count_the_note(fact: Any) -> Count:
    return Count(fact.data.customer_id, str(fact.id), 100, DAY)


LISTENING = replace(
    SERVICE, reads=(*SERVICE.reads, CASE), metadata=metadata, views=(*SERVICE.views, note_view), reactions=()
)
COUNTING = replace(LISTENING, reactions=(*SERVICE.reactions, count_the_note))


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


UNREADABLE = b'{"streamid": "case/C-1", "streamversion": 2, "type": "of another release"}'


@pytest.mark.parametrize("bad", [UNREADABLE, None])
async def test_what_comes_after_a_version_that_was_skipped_is_taken_in(case, running, database, bad: bytes | None):
    """One that cannot be read, or that lies after a gap; then, and when all is read anew."""
    await case.say("first", 1)
    skipped = await case.raw(bad, "C-1") if bad else await case.say("after a gap", 3, b"what nobody has")
    await case.say("next", 3 if bad else 4, skipped)
    async with running(database(), LISTENING) as service:
        await service.settled()
        [letter] = await open_letters(service.db)
        await service.resume(letter, "skipped")
        await eventually(lambda: _noted(service, ["first", "next"]))
        await service.safe_to_lose()
        assert await open_letters(service.db) == []
    async with running(database(), LISTENING) as service:
        await eventually(lambda: _noted(service, ["first", "next"]))
        assert await open_letters(service.db) == []


async def _noted(service: Any, words: list[str]) -> bool:
    return sorted(row[1] for row in await service.db.pool.fetch("SELECT * FROM notes")) == words


@pytest.mark.parametrize("first", ["bank.events", "case.events"])
def test_a_stop_holds_back_nothing_that_was_taken_in_before_it(first: str):
    """So a service that takes all in anew has the same rows."""
    second = "case.events" if first == "bank.events" else "bank.events"
    sorted_ = Sorted(Heard(), {}, {(first, 3): 7, (second, 3): 2})
    opened = Record(first, 3, 9, b"C-1", b"", 0)
    event = SourceEvent[Any](
        source="bank/core",
        id="1",
        type="arrears.bank.Opened",
        time=datetime(2026, 4, 1, tzinfo=UTC),
        data=Opened(customer_id="C-1", account_id="A-1"),
    )
    batch = Batch([opened], {}, {})
    sorted_.take(opened, Fact(opened, event, "h", None), batch)
    sorted_.take(Record(second, 3, 4, b"C-1", b"", 0), BadRecord("unknown-type"), batch)
    assert sorted_.stops["C-1"].waits_from == {first: 10, second: 4}


async def counted(service: Any) -> list[int]:
    said = [TALLY.decode(record.value).data for record in await all_records(service.kafka, "plan.events")]
    return [event.units for event in said if isinstance(event, Counted)]


@pytest.mark.parametrize("note_first", [True, False])
async def test_what_lay_there_is_taken_in_as_it_came_whatever_topic_it_lies_on(
    case, bank, running, database, note_first: bool
):
    await bank.open("C-1")
    deeds = [partial(case.say, "a hundred", 1), partial(bank.pay, "C-1", 1, 5)]
    for deed in deeds if note_first else reversed(deeds):
        await deed()
        await asyncio.sleep(0.005)  # the broker tells times by the millisecond
    await bank.close()
    async with running(database(), COUNTING) as service:
        await service.settled()
        assert await counted(service) == ([100, 5] if note_first else [5, 100])


async def test_what_was_missed_is_taken_in_as_it_came_whatever_topic_it_lies_on(case, bank, running, database):
    async with running(database(), COUNTING) as service:
        await bank.open("C-1")
        await bank.raw(b"{}", "C-1")
        await service.settled()
        await case.say("a hundred", 1)
        await bank.pay("C-1", 1, 5)
        await bank.close()
        await service.settled()
        [letter] = await open_letters(service.db)
        await service.resume(letter, "skipped")
        await service.settled()
        assert await counted(service) == [100, 5]
