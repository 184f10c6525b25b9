"""The keys of sealed texts: on the log before their texts, back after any loss, and gone for ever once shredded."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from arrears_events.log.writer import Writer
from arrears_events.refused import Refused
from arrears_runtime import replay_check
from arrears_runtime.database import Database
from arrears_runtime.dead_letters import open_letters
from arrears_runtime.instance import Instance
from arrears_runtime.keys import MasterKeyUnfit
from arrears_runtime.relay import Relay
from arrears_runtime.settings import RuntimeSettings
from arrears_runtime.testing.api import settings_of

from .tally import SERVICE, Forgotten
from .watched import all_records, eventually

TOPIC = "case.keys"
NOT_ASKED: Any = None
SEALING = replace(SERVICE, keys_topic=TOPIC, shreds_on=(Forgotten,))


def sealing(service: Any) -> Any:
    assert service.instance.keys
    return service.instance.keys


async def forget(bank: Any, customer: str) -> None:
    await bank.say(Forgotten(customer_id=customer), f"{customer}/forgotten")


async def records_of_keys(service: Any) -> list[tuple[str, bool]]:
    """Customer, and whether the record shreds, in the order of their partition."""
    return [((record.key or b"").decode(), record.is_null) for record in await all_records(service.kafka, TOPIC)]


async def no_difference(service: Any, url: str) -> bool:
    settings = settings_of(
        RuntimeSettings, url, kafka_bootstrap=service.kafka.bootstrap, topic_prefix=service.kafka.prefix
    )
    compared = await replay_check.check(SEALING, settings)
    assert compared.differences == []
    return compared.rows > 0


async def test_many_at_once_make_one_key_a_customer(running, database):
    url = database()
    async with running(url, SEALING) as first, running(url, SEALING) as second:
        texts = [f"text {n}" for n in range(20)]
        asked = [sealing(each).seal("C-1", text) for text in texts for each in (first, second)]
        sealed = await asyncio.gather(*asked)
        assert len({each.key_id for each in sealed}) == 1
        assert await sealing(second).open("C-1", sealed[::2]) == texts
        await first.settled()
        assert await records_of_keys(first) == [("C-1", False)]


async def test_keys_are_acknowledged_before_anything_else_is_sent(kafka, running, database):
    class Watching(Writer):
        """Says what had been acknowledged when a record was handed over."""

        def __init__(self) -> None:
            super().__init__(kafka.bootstrap)
            self.sent: list[tuple[str, bool]] = []
            self.keys: list[Any] = []

        async def send(self, topic: str, *rest: Any, **more: Any) -> Any:
            self.sent.append((topic.removeprefix(kafka.prefix), all(key.done() for key in self.keys)))
            acknowledged = await super().send(topic, *rest, **more)
            self.keys += [acknowledged] if topic.endswith(TOPIC) else []
            return acknowledged

    url = database()
    async with running(url, SEALING) as service:
        service.leading.cancel()
        await asyncio.gather(service.leading, return_exceptions=True)
        for n in range(3):
            await sealing(service).seal(f"C-{n}", "text")
            await service.count(f"C-{n}", key=f"k{n}")
        writer = Watching()
        async with writer:
            await Relay(service.db, kafka.prefix, TOPIC).drain(writer)
    assert [topic for topic, _ in writer.sent] == [TOPIC] * 3 + ["plan.events"] * 3
    assert all(acknowledged for topic, acknowledged in writer.sent if topic == "plan.events")


async def test_a_dropped_database_has_its_keys_again(running, database):
    async with running(database(), SEALING) as service:
        sealed = [await sealing(service).seal(f"C-{n}", f"text {n}") for n in range(9)]
        await service.settled()
        before = await service.rows("keys")
    async with running(url := database(), SEALING) as service:
        assert await service.rows("keys") == before
        assert [await sealing(service).open(f"C-{n}", [each]) for n, each in enumerate(sealed)] == [
            [f"text {n}"] for n in range(9)
        ]
        assert await no_difference(service, url)


@pytest.mark.parametrize("garbage", [b"no key", b"[]", b"{}", b'{"key_id":"1","wrapped":"zz"}', b""])
async def test_a_record_that_is_no_key_is_set_aside_and_the_key_it_displaced_is_written_again(
    running, database, kafka, garbage
):
    async with running(url := database(), SEALING) as service:
        sealed = await sealing(service).seal("C-1", "text")
        await service.settled()
    [key] = await all_records(kafka, TOPIC)
    async with Writer(kafka.bootstrap) as writer:
        for by in b"C-1", b"\xff":
            await (await writer.send(kafka.prefix + TOPIC, by, garbage, key.partition))
    for each in url, database():
        async with running(each, SEALING) as service:
            letters = await eventually(lambda: open_letters(service.db))
            assert [(letter.reason, letter.customer_id) for letter in letters] == [("not-a-key", "")] * 2
            assert await sealing(service).open("C-1", [sealed]) == ["text"]
            await service.settled()
            last = [record for record in await all_records(kafka, TOPIC) if record.key == b"C-1"][-1]
            assert last.value == key.value
            await service.safe_to_lose()


async def test_who_is_forgotten_has_no_text_and_no_new_key(running, database, bank):
    async with running(url := database(), SEALING) as service:
        sealed, other = [await sealing(service).seal(customer, "text") for customer in ("C-1", "C-2")]
        await service.settled()
        assert await no_difference(service, url)
        await forget(bank, "C-1")
        await service.settled()
        assert await sealing(service).open("C-1", [sealed]) == [None]
        assert await sealing(service).open("C-2", [other]) == ["text"]
        with pytest.raises(Refused, match="person-erased"):
            await sealing(service).seal("C-1", "text")
        assert sorted(await records_of_keys(service)) == [("C-1", False), ("C-1", True), ("C-2", False)]
        assert await no_difference(service, url)


async def test_a_bad_record_that_stops_a_customer_keeps_nobody_from_being_forgotten(running, database, bank):
    """In the batch of the bad record, or when they wait already."""
    async with running(database(), SEALING) as service:
        sealed = {customer: await sealing(service).seal(customer, "text") for customer in ("C-1", "C-2")}
        await bank.raw(b"{}", "C-2")
        await service.settled()
        await bank.raw(b"{}", "C-1")
        for customer in sealed:
            await forget(bank, customer)
        await service.settled()
        assert [await sealing(service).open(customer, [text]) for customer, text in sealed.items()] == [[None], [None]]
        assert {letter.customer_id for letter in await open_letters(service.db)} == {"C-1", "C-2"}


async def test_who_was_forgotten_before_anything_was_sealed_gets_no_key(running, database, bank):
    async with running(database(), SEALING) as service:
        await forget(bank, "C-1")
        await service.settled()
        with pytest.raises(Refused, match="person-erased"):
            await sealing(service).seal("C-1", "text")
        assert await records_of_keys(service) == []


async def test_that_somebody_is_forgotten_rests_on_the_event_and_a_replay_shreds_nothing_again(running, database, bank):
    async with running(database(), SEALING) as service:
        await sealing(service).seal("C-1", "text")
        await forget(bank, "C-1")
        await service.settled()
        await service.safe_to_lose()
    async with running(url := database(), SEALING) as service:
        await service.settled()
        with pytest.raises(Refused, match="person-erased"):
            await sealing(service).seal("C-1", "text")
        assert await records_of_keys(service) == [("C-1", False), ("C-1", True)]
        assert await no_difference(service, url)


async def test_a_key_is_not_made_while_its_customer_is_being_forgotten(running, database, bank):
    async with running(database(), SEALING) as service:
        wanted = [f"C-{n}" for n in range(40)]
        await asyncio.gather(
            *(forget(bank, customer) for customer in wanted),
            *(sealing(service).seal(customer, "text") for customer in wanted),
            return_exceptions=True,
        )
        await service.settled()
        assert await service.rows("keys") == []
        made = [customer for customer, shreds in await records_of_keys(service) if not shreds]
        assert sorted(made) == sorted(customer for customer, shreds in await records_of_keys(service) if shreds)


async def test_what_the_outbox_shreds_stays_shredded_at_a_start(running, database, bank):
    """The process died before the relay had sent the null value, and after the key was on the topic."""
    url = database()
    async with running(url, SEALING) as service:
        await sealing(service).seal("C-1", "text")
        await service.settled()
        service.leading.cancel()
        await asyncio.gather(service.leading, return_exceptions=True)
        async with service.db.transaction() as connection:
            await sealing(service).shred(connection, ["C-1"])
            await connection.execute("UPDATE confirmed SET next = 0 WHERE topic = $1", TOPIC)
    async with running(url, SEALING) as service:
        assert await service.rows("keys") == []
        await service.settled()
        assert await records_of_keys(service) == [("C-1", False), ("C-1", True)]


async def test_a_key_that_a_frozen_process_sends_once_more_is_shredded_again(running, database, bank):
    url = database()
    async with running(url, SEALING) as service:
        await sealing(service).seal("C-1", "text")
        await forget(bank, "C-1")
        await service.settled()
    [key, _] = await all_records(service.kafka, TOPIC)
    await (await bank.writer.send(service.kafka.prefix + TOPIC, key.key, key.value))
    async with running(url, SEALING) as service:
        await eventually(lambda: ends_shredded(service))
        assert await service.rows("keys") == []


async def test_another_master_key_is_a_refusal_to_start_that_says_so(running, database):
    url = database()
    async with running(url, SEALING) as service:
        await sealing(service).seal("C-1", "text")
        await service.settled()
    db = await Database.open(url)
    await db.pool.execute("UPDATE keys SET wrapped = decode(repeat('00', 40), 'hex')")
    await db.close()
    async with running(url, SEALING, ready=False) as service:
        await eventually(lambda: says(service, "ARREARS_MASTER_KEY"))


@pytest.mark.parametrize("master", [None, "", "5a" * 31, "5a" * 33, "zz" * 32])
async def test_a_master_key_is_32_bytes(database, master):
    settings = settings_of(RuntimeSettings, database(), master_key=master)
    with pytest.raises(MasterKeyUnfit, match="64 hex digits"):
        Instance(SEALING, NOT_ASKED, settings)


async def test_a_service_that_seals_nothing_needs_none(database):
    settings = settings_of(RuntimeSettings, database(), master_key=None)
    assert Instance(SERVICE, NOT_ASKED, settings).keys is None


async def ends_shredded(service: Any) -> bool:
    return [shreds for _, shreds in await records_of_keys(service)] == [False, True, False, True]


async def says(service: Any, words: str) -> bool:
    return words in service.instance.problem
