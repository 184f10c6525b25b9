"""What append answers, and what it writes."""

import asyncio
from dataclasses import replace

import pytest
from arrears_runtime.dead_letters import open_letters
from arrears_runtime.decider import Done, KeyReused, Refusal, Stale
from arrears_runtime.store import CommandFailed

from .watched import all_records, command, eventually


async def test_a_command_is_written_once_and_answered_alike_however_often_it_comes(running, database):
    async with running(database()) as service:
        first = await service.count("C-1", 5, key="k1")
        again = await service.count("C-1", 5, key="k1")
        assert first == again == Done("tally/C-1", 1)
        assert await service.totals() == {"C-1": 5}
        await service.settled()
        assert len(await all_records(service.kafka, "plan.events")) == 1


async def test_the_same_id_with_other_content_is_refused(running, database):
    async with running(database()) as service:
        await service.count("C-1", key="k1")
        assert await service.count("C-1", key="k1", hash_="other") == KeyReused()
        assert await service.count("C-2", key="k1") == KeyReused()


async def test_a_refusal_leaves_no_trace(running, database):
    async with running(database()) as service:
        assert await service.count("C-1", 2_000_000, key="k1") == Refusal("too-much", {"most": 1_000_000})
        assert await service.rows("streams") == await service.rows("handled") == []


async def test_a_stale_version_is_told_where_the_stream_is(running, database):
    async with running(database()) as service:
        await service.count("C-1", key="k1")
        [outcome] = await service.instance.append([command("C-1", key="k2", expected=0)])
        assert outcome == Stale(1)


async def test_a_crowd_on_one_stream_loses_nothing(running, database):
    async with running(database()) as service:
        outcomes = await asyncio.gather(*(service.count("C-1", key=f"k{n}") for n in range(200)))
        assert sorted(outcome.version for outcome in outcomes) == list(range(1, 201))
        assert await service.totals() == {"C-1": 200}


async def test_what_comes_at_once_is_written_together(running, database):
    async with running(database()) as service:
        outcomes = await asyncio.gather(*(service.count(f"C-{n}", key=f"k{n}") for n in range(200)))
        assert outcomes == [Done(f"tally/C-{n}", 1) for n in range(200)]
        assert await service.db.pool.fetchval("SELECT count(DISTINCT xmin::text) FROM streams") < 10


async def test_a_command_that_fails_harms_none_that_came_with_it(running, database):
    async with running(database()) as service:
        await service.count("C-1", key="k0")
        another_s = replace(command("C-1", key="k1"), customer_id="C-2")
        outcomes = await asyncio.gather(
            service.count("C-3", key="k3"),
            service.instance.append([another_s]),
            service.count("C-4", key="k4"),
            return_exceptions=True,
        )
        assert isinstance(outcomes[1], CommandFailed)
        assert (outcomes[0], outcomes[2]) == (Done("tally/C-3", 1), Done("tally/C-4", 1))


async def test_a_stream_that_another_holds_keeps_nobody_waiting_who_comes_later(running, database):
    async with running(database()) as service:
        await service.count("C-1", key="k1")
        async with service.db.transaction() as other:
            await other.execute("SELECT 1 FROM streams WHERE streamid = 'tally/C-1' FOR UPDATE")
            waiting = asyncio.create_task(service.count("C-1", key="k2"))
            await asyncio.sleep(0.1)
            assert await service.count("C-2", key="k3") == Done("tally/C-2", 1)
            assert not waiting.done()
        assert await waiting == Done("tally/C-1", 2)


async def test_thousands_are_decided_in_order_and_written_together(running, database):
    async with running(database()) as service:
        commands = [command(f"C-{n % 1000}", 1, key=f"k{n}") for n in range(3000)]
        outcomes = await service.instance.append(commands)
        assert [outcome.version for outcome in outcomes] == [n // 1000 + 1 for n in range(3000)]
        await service.settled()
        assert len(await all_records(service.kafka, "plan.events")) == 3000


async def test_a_stream_whose_state_cannot_be_read_harms_nobody_else(running, database, bank):
    async with running(database()) as service:
        for customer in "C-1", "C-2":
            await bank.open(customer)
            await service.count(customer, key=customer)
        await service.db.pool.execute("""UPDATE streams SET state = '{"no": "state"}' WHERE streamid = 'tally/C-1'""")
        with pytest.raises(CommandFailed):
            await service.count("C-1", key="k2")
        for customer in "C-1", "C-2":
            await bank.pay(customer, 1)
        [letter] = await eventually(lambda: open_letters(service.db))
        assert (letter.reason, letter.customer_id) == ("handler-failed", "C-1")
        assert (await service.count("C-2", key="k3")).version > 1


async def test_nobody_writes_to_the_stream_of_another_customer(running, database):
    async with running(database()) as service:
        await service.count("C-1", key="k1")
        with pytest.raises(CommandFailed):
            await service.instance.append([replace(command("C-1", key="k2"), customer_id="C-2")])
        await service.settled()
        assert [record.key for record in await all_records(service.kafka, "plan.events")] == [b"C-1"]
