"""What the harness promises beside its main road: fences, no-ops, deadlines that fail, folds of another version."""

import asyncio
from dataclasses import replace
from typing import NamedTuple

import pytest
from arrears_events.log.reader import Reader
from arrears_runtime import positions
from arrears_runtime.batch import Waiting
from arrears_runtime.dead_letters import open_letters
from arrears_runtime.projection import view
from arrears_runtime.reaction import on
from arrears_runtime.service import Service
from sqlalchemy import Column, Integer, MetaData, Table

from .tally import SERVICE, TALLY, CloseDay, Count, Counted, decide
from .watched import DAY, all_records, eventually


async def test_a_position_that_somebody_else_moved_takes_the_rows_back(running, database, bank):
    """Rows and position are one transaction: a process that lost its lead unseen writes neither."""
    async with running(database()) as service:
        await bank.open("C-1")
        await service.settled()
        follower, before = service.instance.follower, await service.tables()
        stolen = {at: position._replace(folded=position.folded + 1) for at, position in follower.positions.items()}
        await service.db.pool.executemany(
            "UPDATE positions SET folded = $3 WHERE topic = $1 AND partition = $2",
            [(*at, position.folded) for at, position in stolen.items()],
        )
        await bank.pay("C-1", 1)
        async with Reader(service.kafka.bootstrap, service.kafka.prefix) as reader:
            at = list(follower.positions)
            starts = {each: follower.positions[each].folded for each in at}
            [records] = [records async for records in reader.until(starts, await reader.ends(at))]
        with pytest.raises(ExceptionGroup) as fenced:
            await follower.take({(records[0].topic, records[0].partition): records})
        assert fenced.group_contains(positions.Fenced)
        after = await service.tables()
        assert (after["accounts"], after["heard_facts"]) == (before["accounts"], before["heard_facts"])


async def test_who_lost_the_lead_unseen_catches_nobody_up(running, database, bank):
    async with running(database()) as service:
        await bank.open("C-1")
        await bank.pay("C-1", 1, 13)  # the decider asserts
        await bank.pay("C-1", 2, 7)
        await service.settled()
        [letter] = await open_letters(service.db)
        service.leading.cancel()
        await asyncio.gather(service.leading, return_exceptions=True)
        await service.resume(letter, "skipped")
        await service.db.pool.execute("UPDATE positions SET folded = folded + 1")
        [stop] = (await Waiting.load(service.db)).resumed
        async with Reader(service.kafka.bootstrap, service.kafka.prefix) as reader:
            with pytest.raises(positions.Fenced):
                await service.instance.follower._catch_up(reader, stop)
        assert await service.totals() == {}


async def test_what_changed_nothing_leaves_no_trace_and_changes_nothing_later(running, database):
    """A no-op is not remembered, so it is decided again when it is delivered again: on a newer state, to nothing."""

    def once(tally, command):
        known = isinstance(command, Count) and tally and command.units <= tally.total
        return [] if known else decide(tally, command)

    service_ = replace(SERVICE, deciders=(replace(SERVICE.deciders[0], decide=once),))
    async with running(database(), service_) as service:
        await service.count("C-1", 5, key="five")
        await service.count("C-1", 3, key="three")
        await service.count("C-1", 9, key="nine")
        assert len(await service.rows("handled")) == 2
        assert (await service.count("C-1", 3, key="three")).version == 2
        assert await service.totals() == {"C-1": 14}


async def test_a_stream_that_cannot_take_a_close_stops_its_customer_alone(running, database, bank):
    def failing(tally, command):
        assert not (isinstance(command, CloseDay) and tally and tally.customer_id == "C-1"), "a bug at the close"
        return decide(tally, command)

    broken = replace(SERVICE, deciders=(replace(SERVICE.deciders[0], decide=failing),))
    url = database()
    async with running(url, broken) as service:
        await bank.open("C-1", "C-2")
        await bank.pay("C-1", 1, 4)
        await bank.pay("C-2", 1, 5)
        await bank.close()
        await service.settled()
        assert {row[0]: row[3] for row in await service.rows("tallies")} == {"C-1": None, "C-2": DAY}
        [letter] = await open_letters(service.db)
        assert (letter.reason, letter.customer_id) == ("handler-failed", "C-1")
    async with running(url) as service:
        await service.resume(letter, "replayed")
        await eventually(lambda: summed(service, {"C-1": DAY, "C-2": DAY}))


async def test_a_fold_of_another_version_is_a_rebuild_that_fires_nothing(running, database, bank):
    url = database()
    async with running(url) as service:
        await bank.open("C-1")
        await bank.pay("C-1", 1, 10)
        await service.settled()
        live, ends = await service.tables(), len(await all_records(service.kafka, "plan.events"))
        fingerprint = await service.db.pool.fetchval("SELECT fingerprint FROM schema_version")
    newer = replace(SERVICE, views=tuple(replace(view, version=view.version + 1) for view in SERVICE.views))
    async with running(url, newer) as service:
        await service.settled()
        assert await service.tables() == live
        assert await service.db.pool.fetchval("SELECT fingerprint FROM schema_version") != fingerprint
        assert len(await all_records(service.kafka, "plan.events")) == ends


async def test_a_view_and_a_reaction_may_follow_the_services_own_topic(running, database):
    """What spans streams goes by a reaction to the own topic; a table by another key follows behind it."""
    async with running(database(), follows_itself()) as service:
        await service.count("C-1", 5, key="k1")
        await service.count("C-2", 7, key="k2")
        await eventually(lambda: counted(service, [(5, 2), (7, 2)]))
        await service.settled()
        streams = {row[0] for row in await service.rows("streams")}
        assert streams == {"tally/C-1", "tally/C-2", "mirror/C-1", "mirror/C-2"}


class UnitsRow(NamedTuple):
    units: int
    n: int


def follows_itself() -> Service:
    """Counts amounts across customers, and mirrors each count on another stream of the same customer."""
    metadata = MetaData()
    table = Table("by_units", metadata, Column("units", Integer, primary_key=True), Column("n", Integer))

    @view(table, UnitsRow, of=TALLY, key="units")
    def fold(row, fact):
        return UnitsRow(fact.data.units, (row.n if row else 0) + 1)

    @on(Counted, stream=lambda fact: f"mirror/{fact.data.customer_id}")
    def mirror(fact):
        original = fact.streamid.startswith("tally/")
        return Count(fact.data.customer_id, str(fact.id), fact.data.units, fact.data.on) if original else None

    views = tuple(each for each in SERVICE.views if each.topic is not TALLY)
    for each in views:
        each.table.to_metadata(metadata)
    return replace(
        SERVICE,
        metadata=metadata,
        reads=(*SERVICE.reads, TALLY),
        deciders=(*SERVICE.deciders, replace(SERVICE.deciders[0], category="mirror")),
        views=(*views, fold),
        reactions=(*SERVICE.reactions, mirror),
    )


async def counted(service, rows):
    return sorted(tuple(row) for row in await service.db.pool.fetch("SELECT * FROM by_units")) == rows


async def summed(service, days):
    return {row[0]: row[3] for row in await service.rows("tallies")} == days
