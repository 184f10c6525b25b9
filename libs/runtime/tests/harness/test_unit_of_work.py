"""A unit of work: all of it or nothing, in one statement, or in a transaction once something rests on what was sent."""

import asyncpg
import pytest
from arrears_runtime.database import Database
from arrears_runtime.unit_of_work import MAKE_MUST, LostRace, Part, work_on

PUT = Part((("put", "INSERT INTO kept SELECT unnest({0}::int[]) RETURNING 1"),))
PUT_THREE = PUT._replace(holds="(SELECT count(*) FROM put) = 3")
GROW = Part((("grown", "UPDATE kept SET n = n + {0}::int RETURNING 1"),), holds="EXISTS (SELECT FROM grown)")


class Missed(Exception):
    pass


@pytest.fixture
async def db(database):
    db = await Database.open(database())
    await db.pool.execute(f"CREATE TABLE kept (n int PRIMARY KEY); {MAKE_MUST}")
    yield db
    await db.close()


async def kept(db) -> list[int]:
    return [row["n"] for row in await db.pool.fetch("SELECT n FROM kept ORDER BY n")]


async def write(db, *parts) -> None:
    async with work_on(db) as work:
        for part, value in parts:
            work.write(part, value)


async def test_parts_are_written_together_each_with_its_values(db):
    await write(db, (PUT_THREE, [1, 2, 3]))
    await write(db, (PUT, [20]), (GROW, 10))
    assert await kept(db) == [11, 12, 13, 20]


async def test_a_part_that_does_not_hold_takes_the_others_with_it(db):
    with pytest.raises(Missed):
        await write(db, (PUT, [1]), (GROW._replace(otherwise=Missed), 1))
    assert await kept(db) == []


async def test_what_was_sent_is_there_to_be_read_and_goes_with_the_rest(db):
    read = []

    async def one_and_two_of_three() -> None:
        async with work_on(db) as work:
            work.write(PUT, [1])
            read.append(await work.connection.fetchval("SELECT count(*) FROM kept"))
            await work.send()
            read.append(await work.connection.fetchval("SELECT count(*) FROM kept"))
            work.write(PUT_THREE, [2])

    with pytest.raises(LostRace):
        await one_and_two_of_three()
    assert (read, await kept(db)) == ([0, 1], [])


async def test_an_error_on_the_way_writes_nothing(db):
    async def fail() -> None:
        async with work_on(db) as work:
            work.write(PUT, [1])
            await work.send()
            raise Missed

    with pytest.raises(Missed):
        await fail()
    assert await kept(db) == []


async def test_what_two_wrote_at_once_is_a_lost_race_and_what_no_table_holds_is_said_as_it_is(db):
    await write(db, (PUT, [1]))
    with pytest.raises(LostRace):
        await write(db, (PUT, [1]))
    with pytest.raises(asyncpg.NotNullViolationError):
        await write(db, (PUT, [None]))


async def test_nothing_to_write_is_nothing(db):
    async with work_on(db) as work:
        await work.send()
    assert await kept(db) == []
