"""A compacted topic about persons: the last word counts, a null value erases, and nothing of it gets anywhere else."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple

import pytest
from aiokafka import AIOKafkaProducer
from arrears_events.catalogue.base import CustomerEvent
from arrears_events.codec import Topic, encode
from arrears_events.envelope import SourceEvent
from arrears_events.log.partitioning import partition_of
from arrears_events.sealed import Sealed
from arrears_runtime import replay_check
from arrears_runtime.dead_letters import open_letters
from arrears_runtime.decider import Decider
from arrears_runtime.latest import Latest
from arrears_runtime.settings import RuntimeSettings
from arrears_runtime.testing.api import settings_of
from sqlalchemy import Column, MetaData, Table, Text

from .tally import SERVICE, TALLY, Erased
from .watched import PARTITIONS, all_records, eventually


class Named(CustomerEvent):
    wire: ClassVar[str] = "Named"
    name: str


class PersonRow(NamedTuple):
    customer_id: str
    name: str
    found_by: str


@dataclass(frozen=True)
class Erase:
    customer_id: str


@dataclass(frozen=True)
class Gone:
    customer_id: str


PEOPLE = Topic.of("bank.customers", SourceEvent, (Named,))
metadata = MetaData()
for view in SERVICE.views:
    view.table.to_metadata(metadata)
people = Table(
    "people", metadata, Column("customer_id", Text, primary_key=True), Column("name", Text), Column("found_by", Text)
)


def keep(word: Named, key: Any, blind: Any) -> PersonRow:
    return PersonRow(word.customer_id, key.seal(word.name).model_dump_json(), blind(word.name))


def decide(gone: Gone | None, command: Erase) -> list[Erased]:
    return [] if gone else [Erased(customer_id=command.customer_id)]


GONE = Decider("gone", Gone, decide, lambda _, event: Gone(event.customer_id), heeds_stops=False)
KNOWING = replace(
    SERVICE,
    metadata=metadata,
    deciders=(*SERVICE.deciders, GONE),
    keys_topic="case.keys",
    shreds_on=(Erased,),
    latest=Latest(people, PEOPLE, keep, GONE.stream_of, Erase),
)


@dataclass
class Registry:
    """The bank's word on persons."""

    writer: Any
    prefix: str

    async def name(self, customer: str, name: str) -> None:
        envelope = SourceEvent[Any](
            source="bank/core",
            id=f"{customer}/named",
            type=PEOPLE.type_of(Named),
            time=datetime(2026, 4, 1, tzinfo=UTC),
            data=Named(customer_id=customer, name=name),
        )
        await self.raw(encode(envelope), customer)

    async def erase(self, customer: str) -> None:
        await self.raw(None, customer)

    async def raw(self, value: bytes | None, key: str, partition: int | None = None) -> None:
        await (await self.writer.send(f"{self.prefix}bank.customers", key.encode(), value, partition))


@pytest.fixture
def registry(bank: Any) -> Registry:
    return Registry(bank.writer, bank.prefix)


async def names(service: Any) -> dict[str, str]:
    """Opened."""
    rows = {row[0]: Sealed.model_validate_json(row[1]) for row in await service.rows("people")}
    return await service.instance.keys.open_each(rows)


async def erasures(service: Any) -> list[str]:
    facts = [TALLY.decode(record.value) for record in await all_records(service.kafka, "plan.events")]
    return [fact.data.customer_id for fact in facts if isinstance(fact.data, Erased)]


async def no_difference(service: Any, url: str) -> bool:
    settings = settings_of(
        RuntimeSettings, url, kafka_bootstrap=service.kafka.bootstrap, topic_prefix=service.kafka.prefix
    )
    compared = await replay_check.check(KNOWING, settings)
    assert compared.differences == []
    return compared.rows > 0


async def test_the_last_word_on_each_customer_is_kept_sealed(running, database, registry):
    async with running(url := database(), KNOWING) as service:
        for customer, name in (("C-1", "Lin"), ("C-2", "Wang"), ("C-1", "Lin Na")):
            await registry.name(customer, name)
        await service.settled()
        assert await names(service) == {"C-1": "Lin Na", "C-2": "Wang"}
        assert "Lin" not in str(await service.rows("people"))
        assert (await service.instance.condition()).lag["bank.customers"] == 0
        assert await no_difference(service, url)


async def test_a_null_value_erases_for_ever(running, database, registry):
    async with running(url := database(), KNOWING) as service:
        await registry.name("C-1", "Lin")
        await registry.name("C-2", "Wang")
        await service.settled()
        await registry.erase("C-1")
        await service.settled()
        assert [await names(service), await erasures(service)] == [{"C-2": "Wang"}, ["C-1"]]
        assert [(r.key, r.is_null) for r in await all_records(service.kafka, "case.keys") if r.key == b"C-1"] == [
            (b"C-1", False),
            (b"C-1", True),
        ]
        await registry.name("C-1", "Lin again")
        await registry.erase("C-1")
        await service.settled()
        assert [await names(service), await erasures(service)] == [{"C-2": "Wang"}, ["C-1"]]
        assert await no_difference(service, url)


async def test_an_erasure_between_two_words_is_one(running, database, registry):
    """All three come in one batch."""
    for name in ("Lin", None, "Lin again"):
        await (registry.name("C-1", name) if name else registry.erase("C-1"))
    async with running(url := database(), KNOWING) as service:
        await service.settled()
        assert [await names(service), await erasures(service)] == [{}, ["C-1"]]
        assert await no_difference(service, url)


async def test_who_is_erased_was_perhaps_never_known(running, database, registry):
    async with running(database(), KNOWING) as service:
        await registry.erase("C-1")
        await service.settled()
        assert await erasures(service) == ["C-1"]


async def test_a_stopped_customer_is_erased_all_the_same(running, database, registry, bank):
    async with running(database(), KNOWING) as service:
        await bank.open("C-1")
        await bank.pay("C-1", 1, 666)
        await registry.name("C-1", "Lin")
        await service.settled()
        assert [letter.customer_id for letter in await open_letters(service.db)] == ["C-1"]
        await registry.erase("C-1")
        await service.settled()
        assert [await names(service), await erasures(service)] == [{}, ["C-1"]]


BAD = [
    (b'{"name":"Lin Na"', "not-json"),
    (b"", "not-json"),
    (b'{"type":"arrears.bank.Named","data":{"customer_id":"C-1","name":"Lin Na"}}', "bad-data"),
    (b"x" * 1_000_000 + b"Lin Na", "not-json"),
]


@pytest.mark.parametrize(("value", "reason"), BAD, ids=["no JSON", "empty", "no event", "large"])
async def test_a_record_that_cannot_be_read_is_a_dead_letter_without_its_words(
    running, database, registry, value, reason
):
    async with running(url := database(), KNOWING) as service:
        await registry.name("C-1", "Lin")
        await registry.raw(value, "C-1")
        await registry.name("C-2", "Wang")
        await service.settled()
        [letter] = await open_letters(service.db)
        assert (letter.topic, letter.reason, letter.customer_id) == ("bank.customers", reason, "")
        assert (letter.key, letter.value) == (b"C-1", b"")
        [parked] = await all_records(service.kafka, "plan.dead-letters")
        assert b"Na" not in parked.value + b"".join(value for _, value in parked.headers)
        assert await names(service) == {"C-1": "Lin", "C-2": "Wang"}
        assert await no_difference(service, url)


@pytest.mark.parametrize(("key", "kept"), [("Lin Na", None), ("C-1", b"C-1")])
async def test_a_null_value_in_the_wrong_place_erases_nobody(running, database, registry, key, kept):
    wrong = (partition_of(key.encode(), PARTITIONS) + 1) % PARTITIONS
    async with running(database(), KNOWING) as service:
        await registry.raw(None, key, wrong)
        await service.settled()
        [letter] = await open_letters(service.db)
        assert letter.key == kept
        assert await erasures(service) == []


async def test_a_dropped_database_comes_back_row_for_row_and_erases_nobody_again(running, database, registry):
    async with running(database(), KNOWING) as service:
        for number in range(20):
            await registry.name(f"C-{number}", f"name {number}")
        for number in range(0, 20, 3):
            await registry.erase(f"C-{number}")
        await service.settled()
        await service.safe_to_lose()
        tables = ("people", "keys", "erased")
        before = [await service.db.pool.fetch(f"SELECT * FROM {table} ORDER BY 1") for table in tables]
        gone = await erasures(service)
    async with running(url := database(), KNOWING) as service:
        await service.settled()
        assert [await service.db.pool.fetch(f"SELECT * FROM {table} ORDER BY 1") for table in tables] == before
        assert await erasures(service) == gone
        assert await no_difference(service, url)


async def test_what_is_no_record_is_read_too(running, database, registry, kafka):
    """Compaction may take the last records of a partition away, as a transaction's mark is none from the first."""
    make: Any = AIOKafkaProducer
    producer = make(bootstrap_servers=kafka.bootstrap, transactional_id=f"{kafka.prefix}marks")
    await producer.start()
    try:
        async with running(url := database(), KNOWING) as service:
            await registry.name("C-1", "Lin")
            async with producer.transaction():
                await producer.send_and_wait(f"{kafka.prefix}bank.customers", None, b"C-1")
            await eventually(lambda: erased(service))
            await service.settled()
            assert (await service.instance.condition()).lag["bank.customers"] == 0
            assert await no_difference(service, url)
    finally:
        await producer.stop()
    async with running(url, KNOWING) as service:
        await service.settled()


async def erased(service: Any) -> bool:
    return await erasures(service) == ["C-1"]


async def test_words_that_are_not_read_are_a_lag_and_nothing_calls_out_before(running, database, registry, monkeypatch):
    async def never(*_: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("arrears_runtime.latest.LatestFollower.take", never)
    await registry.name("C-1", "Li")
    async with running(database(), KNOWING) as service:

        async def lags() -> bool:
            return service.instance.lag_seconds("C-1") > 0

        await eventually(lags)
        assert not service.instance.latest.kept_up.is_set()
