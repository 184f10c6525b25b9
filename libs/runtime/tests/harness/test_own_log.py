"""A service's start: what it cannot take of its own topics stops a customer, records that are gone stop the service."""

from typing import Any

import orjson
import pytest
from aiokafka import TopicPartition, admin
from arrears_events.codec import canonical, digest
from arrears_events.log.writer import Writer
from arrears_runtime.database import Database
from arrears_runtime.dead_letters import open_letters
from arrears_runtime.decider import Stopped

from .watched import all_records, eventually, partition


async def test_an_own_record_that_cannot_be_read_stops_its_customer_and_its_version_is_not_taken_again(
    running, database, kafka
):
    """As when a newer program wrote it, and an older one is started."""
    url = database()
    await one_counted(running, url)
    await after_the_last(kafka, type="arrears.plan.Newer")
    await after_the_last(kafka, streamversion=3)
    async with running(url) as service:
        await eventually(lambda: open_letters(service.db))
        [letter] = await open_letters(service.db)
        assert (letter.reason, letter.customer_id) == ("unknown-type", "C-1")
        assert isinstance(await service.count("C-1", key="k2"), Stopped)
        assert (await service.count("C-2", key="k3")).version == 1
        await service.settled()
        assert await versions(kafka) == [("tally/C-1", 1), ("tally/C-1", 2), ("tally/C-1", 3), ("tally/C-2", 1)]


async def test_an_own_record_with_a_wrong_field_has_its_place_in_the_letter(running, database, kafka):
    url = database()
    await one_counted(running, url)
    await after_the_last(kafka, actor=5)
    async with running(url) as service:
        await eventually(lambda: open_letters(service.db))
        [letter] = await open_letters(service.db)
        assert (letter.reason, letter.detail, letter.customer_id) == ("bad-data", "actor", "C-1")


@pytest.mark.parametrize(("key", "waits"), [("C-1", "C-1"), ("C 1", ""), ("C-9", "")])
async def test_own_bytes_that_are_no_event_stop_whom_their_key_names_in_its_place(running, database, kafka, key, waits):
    url = database()
    await one_counted(running, url)
    await write(kafka, key, b"{no json")
    async with running(url) as service:
        await eventually(lambda: letters_of(service))
        assert await letters_of(service) == [("not-json", waits)]
        assert isinstance(await service.count("C-1", key="k2"), Stopped) == bool(waits)


async def test_bytes_that_are_no_event_on_the_topic_of_settings_stop_nobody(running, database, kafka):
    url = database()
    await one_counted(running, url)
    async with Writer(kafka.bootstrap) as writer:
        await (await writer.send(f"{kafka.prefix}plan.settings", b"C-1", b"{no json", 0))
    async with running(url) as service:
        await eventually(lambda: letters_of(service))
        assert await letters_of(service) == [("not-json", "")]


async def test_a_version_that_is_missing_on_the_own_topic_is_a_gap_that_stops_the_customer(running, database, kafka):
    url = database()
    await one_counted(running, url)
    await after_the_last(kafka, streamversion=5)
    async with running(url) as service:
        await eventually(lambda: letters_of(service))
        assert await letters_of(service) == [("gap", "C-1")]
        assert isinstance(await service.count("C-1", key="k2"), Stopped)


@pytest.mark.parametrize("topic", ["plan.events", "bank.events"])
@pytest.mark.parametrize("new", [False, True], ids=["the old database", "a new database"])
async def test_a_topic_whose_first_records_are_gone_is_a_refusal_to_start(running, database, bank, kafka, topic, new):
    url = database()
    gone = await first_records_gone(running, url, bank, kafka, topic)
    async with running(database() if new else url, ready=False) as service:
        await eventually(lambda: says(service, f"HistoryIncomplete: {gone}"))
        assert not service.instance.open.is_set()


async def test_a_topic_of_the_banks_that_ends_before_what_was_read_is_a_refusal_to_start(running, database, bank):
    url = database()
    async with running(url) as service:
        await bank.open("C-1")
        await service.settled()
    db = await Database.open(url)
    await db.pool.execute("UPDATE positions SET folded = folded + 5")
    await db.close()
    async with running(url, ready=False) as service:
        await eventually(lambda: says(service, "the broker lost them"))


async def one_counted(running: Any, url: str) -> None:
    async with running(url) as service:
        await service.count("C-1", 5, key="k1")
        await service.settled()


async def after_the_last(kafka: Any, **changes: Any) -> None:
    """One more record on the stream of C-1, as its next but for the changes."""
    last = next(record for record in await all_records(kafka, "plan.events") if record.key == b"C-1")
    event = orjson.loads(last.value)
    event |= {"streamversion": event["streamversion"] + 1, "prevhash": digest(last.value), **changes}
    await write(kafka, "C-1", canonical(event))


async def write(kafka: Any, key: str, value: bytes) -> None:
    """Always in the partition of C-1."""
    async with Writer(kafka.bootstrap) as writer:
        await (await writer.send(f"{kafka.prefix}plan.events", key.encode(), value, partition("C-1")))


async def first_records_gone(running: Any, url: str, bank: Any, kafka: Any, topic: str) -> str:
    """A payment was counted, then the topic lost its first record; gives what is said of that."""
    async with running(url) as service:
        await bank.open("C-1")
        await bank.pay("C-1", 1)
        await service.safe_to_lose()
    await delete_first(kafka, topic, partition("C-1"))
    return f"{topic}/{partition('C-1')} begins at offset 1: its first records are gone"


async def delete_first(kafka: Any, topic: str, lies_in: int) -> None:
    kafkas: Any = admin
    client = kafkas.AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await client.start()
    at = TopicPartition(f"{kafka.prefix}{topic}", lies_in)
    await client.delete_records({at: kafkas.RecordsToDelete(before_offset=1)})
    await client.close()


async def versions(kafka: Any) -> list[tuple[str, int]]:
    """Of the tallies, as they lie on the log."""
    events = [orjson.loads(record.value) for record in await all_records(kafka, "plan.events")]
    found = [(event["streamid"], event["streamversion"]) for event in events]
    return sorted(each for each in found if each[0].startswith("tally/"))


async def letters_of(service: Any) -> list[tuple[str, str]]:
    return [(letter.reason, letter.customer_id) for letter in await open_letters(service.db)]


async def says(service: Any, words: str) -> bool:
    return words in service.instance.problem
