"""What the log and the database are to each other: whichever is behind catches up, and nothing is lost in silence."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import asyncpg
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from arrears_events.codec import digest
from arrears_events.log import topics
from arrears_events.log.reader import Reader
from arrears_events.log.writer import Writer
from arrears_events.settings import Settings
from arrears_runtime import dead_letters
from arrears_runtime.command import set_position
from arrears_runtime.database import Database
from arrears_runtime.instance import Instance

from .tally import SERVICE, TALLY
from .watched import all_records, eventually


async def test_a_dropped_database_comes_back_row_for_row(running, database):
    async with running(database()) as service:
        for n in range(50):
            await service.count(f"C-{n % 7}", n % 11, key=f"k{n}")
        await service.settled()
        before = await service.tables()
        await service.safe_to_lose()
    async with running(database()) as service:
        assert await service.tables() == before
        assert (await service.count("C-1", 1, key="k1")).version == 1, "what was handled is known"


async def test_an_insert_held_open_is_not_skipped(running, database):
    """Sequence order is not commit order: the lower position becomes visible after higher ones were published."""
    url = database()
    async with running(url) as service:
        await service.count("C-1", key="k0")
        await service.settled()
        connection = await asyncpg.connect(url)
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("SELECT nextval(pg_get_serial_sequence('outbox', 'position'))")
        held = await connection.fetchval("SELECT last_value FROM outbox_position_seq")
        await service.count("C-2", key="k1")
        await service.settled()
        await connection.execute(
            "INSERT INTO outbox OVERRIDING SYSTEM VALUE "
            "VALUES ($1, 'plan.dead-letters', 0, NULL, 'held', NULL, 'letter/x/0/0/', 1, now())",
            held,
        )
        await transaction.commit()
        await connection.close()
        await eventually(lambda: lies_on(service, "plan.dead-letters", b"held"))


async def test_a_forgotten_transaction_holds_up_nobody_else(running, database):
    url = database()
    async with running(url) as service:
        await service.count("C-1", key="k0")
        connection = await asyncpg.connect(url)
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("UPDATE streams SET due = NULL WHERE streamid = 'tally/C-1'")
        await service.count("C-2", key="k1")
        await service.settled()
        assert await service.totals() == {"C-1": 1, "C-2": 1}
        assert await connection.fetchval("SHOW idle_in_transaction_session_timeout") == "30s"
        await connection.close()


async def test_a_database_restored_from_a_backup_catches_up(running, database):
    url, backup = database(), {}
    async with running(url) as service:
        await service.count("C-1", 5, key="k1")
        await service.settled()
        for table in ("streams", "handled", "tallies", "entries", "confirmed", "outbox"):
            backup[table] = await service.db.pool.fetch(f"SELECT * FROM {table}")
        await service.count("C-1", 6, key="k2")
        await service.count("C-2", 7, key="k3")
        await service.settled()
        live = await service.tables()
    await restore(url, backup)
    async with running(url) as service:
        assert await service.tables() == live
        assert len(await all_records(service.kafka, "plan.events")) == 3


async def test_an_outbox_that_was_published_before_the_crash_is_struck_out(running, database):
    """The process died between Kafka's acknowledgement and the deletion: nothing is published twice."""
    url, backup = database(), {}
    async with running(url) as service:
        await service.count("C-1", 5, key="k1")
        await service.settled()
        [record] = await all_records(service.kafka, "plan.events")
        backup["outbox"] = [
            (1_000, "plan.events", record.partition, record.key, record.value, None, "tally/C-1", 1, NOW)
        ]
        backup["confirmed"] = []
    await restore(url, backup)
    async with running(url) as service:
        await service.settled()
        assert len(await all_records(service.kafka, "plan.events")) == 1


async def test_a_fork_is_an_alarm_that_stops_the_customer(running, database):
    url = database()
    async with running(url) as service:
        await service.count("C-1", 5, key="k1")
        await service.count("C-2", 5, key="k2")
        await service.settled()
    await write_a_fork(service)
    async with running(url) as service:
        await eventually(lambda: dead_letters.open_letters(service.db))
        [letter] = await dead_letters.open_letters(service.db)
        assert (letter.reason, letter.customer_id) == ("fork", "C-1")
        assert type(await service.count("C-1", key="k3")).__name__ == "Stopped"
        assert (await service.count("C-2", key="k4")).version == 2


async def test_a_fork_that_was_found_by_a_process_that_died_over_it_stops_the_customer(running, database, kafka):
    url = database()
    async with running(url) as service:
        await service.count("C-1", 5, key="k1")
        await service.settled()
    await write_a_fork(service)
    db = await Database.open(url)
    dying = Instance(SERVICE, db, service.instance.settings)
    async with Reader(kafka.bootstrap, kafka.prefix) as reader:
        assert [each.reason for each in await dying.catch_up(reader)] == ["fork"]
        assert await dying.catch_up(reader) == []
    await db.close()
    async with running(url) as service:
        await eventually(lambda: dead_letters.open_letters(service.db))
        assert type(await service.count("C-1", key="k3")).__name__ == "Stopped"


async def test_no_position_on_a_log_that_has_own_events_is_a_refusal_to_start_that_says_what_to_do(running, database):
    async with running(database()) as service:
        await service.count("C-1", key="k1")
        await eventually(lambda: lies_in_number(service, 1))
    async with running(database(), ready=False) as service:
        await eventually(lambda: says(service, "arrears topics position --service plan-service"))
        settings = Settings(kafka_bootstrap=service.kafka.bootstrap, topic_prefix=service.kafka.prefix)
        assert await set_position(settings, "plan-service", "first") == 16  # of the two topics that it reads
        await eventually(lambda: opened(service))
        assert await service.totals() == {"C-1": 1}


async def test_a_log_that_lost_records_is_a_refusal_to_start(running, database):
    url = database()
    async with running(url) as service:
        await service.count("C-1", key="k1")
        await service.settled()
    db = await Database.open(url)
    await db.pool.execute("UPDATE confirmed SET next = next + 5")
    await db.close()
    async with running(url, ready=False) as service:
        await eventually(lambda: says(service, "the broker lost them"))


async def test_topics_that_differ_are_a_refusal_to_start_that_says_how(running, database, kafka):
    await change(kafka, "plan.events", {"retention.ms": "1000"})
    async with running(database(), ready=False) as service:
        await eventually(lambda: says(service, "retention.ms=1000, not -1"))
        assert "arrears topics apply" in service.instance.problem


async def test_a_replay_fires_no_effect(running, database, bank, exploding):
    """A full rebuild with reactions that raise: none is asked."""
    async with running(database()) as service:
        await bank.open("C-1")
        await bank.pay("C-1", 1, 10)
        await service.settled()
        await service.safe_to_lose()
        live = await service.tables()
    async with running(database(), exploding) as fresh:
        await fresh.settled()
        assert await fresh.tables() == live
        assert not await dead_letters.open_letters(fresh.db)


async def test_a_second_instance_answers_and_takes_over(running, database):
    url = database()
    async with running(url) as first, running(url) as second:
        await second.count("C-1", 3, key="k1")
        await first.settled()
        assert len(await all_records(first.kafka, "plan.events")) == 1
        first.leading.cancel()
        await asyncio.gather(first.leading, return_exceptions=True)
        await second.count("C-1", 4, key="k2")
        await eventually(lambda: lies_in_number(second, 2))


async def lies_in_number(service, number):
    return len(await all_records(service.kafka, "plan.events")) == number


async def lies_on(service, topic, value):
    return any(record.value == value for record in await all_records(service.kafka, topic))


async def opened(service):
    return service.instance.open.is_set()


async def says(service, words):
    return words in service.instance.problem


async def write_a_fork(service):
    """Another record of a version that the log has already."""
    record = next(r for r in await all_records(service.kafka, "plan.events") if r.key == b"C-1")
    other = record.value.replace(b'"units":5', b'"units":6')
    assert digest(other) != digest(record.value)
    assert TALLY.decode(other)
    async with Writer(service.kafka.bootstrap) as writer:
        await (await writer.send(f"{service.kafka.prefix}plan.events", b"C-1", other))


async def change(kafka, topic, settings):
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, f"{kafka.prefix}{topic}", settings)])
    await admin.close()
    await eventually(lambda: differ(kafka, topic))  # the broker takes a moment to say it too


async def differ(kafka, topic):
    try:
        await topics.check(kafka.bootstrap, [topic], kafka.prefix)
    except topics.TopicsDiffer:
        return True
    return False


async def restore(url, backup):
    db = await Database.open(url)
    for table, rows in backup.items():
        await db.pool.execute(f"DELETE FROM {table}")
        for row in rows:
            values = ", ".join(f"${n}" for n in range(1, len(row) + 1))
            await db.pool.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE VALUES ({values})", *row)
    await db.close()


NOW = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def exploding():
    def explode(_):
        raise AssertionError("a replay fired an effect")

    return replace(SERVICE, reactions=tuple(replace(each, ask=explode) for each in SERVICE.reactions))
