"""A process that brings case-service's tables up to the log as the service itself does, and says how long it took.

`live`: for the first time, so with reactions, until all that came of them is on the log and noted in Kafka. `sampled`:
with a look at where the time goes. Timed from before the first connection until the last record has been taken in.
"""

import asyncio
import gc
import json
import sys
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import uvloop
from arrears_events.codec import Topic
from arrears_events.log.reader import Reader
from arrears_runtime.database import Database
from arrears_runtime.instance import Instance
from arrears_runtime.testing.publishing import publish
from case_service.main import SERVICE
from case_service.settings import CaseSettings

from tests.bench.sampling import Samples
from tests.bench.stage import cpu_seconds
from tests.flows.in_force import text_of

Ends = dict[tuple[str, int], int]
NOT_OF_THE_LOG = {"positions", "confirmed", "outbox"}
"""Tables that say how far a process is, not what the log says."""


async def bring_up(home: Path, how: set[str]) -> dict[str, Any]:
    gc.set_threshold(50_000, 20, 100)  # as run.py has it
    settings = CaseSettings()  # pyright: ignore[reportCallIssue]
    db = await Database.open(settings.database_url.get_secret_value(), size=settings.database_connections)
    instance = Instance(SERVICE, db, settings)
    ends = await _ends(settings, SERVICE.reads)
    samples = Samples()
    before, started, cpu = cpu_seconds(home), perf_counter(), process_time()
    with samples if "sampled" in how else nullcontext():
        leading = asyncio.create_task(instance.run())
        await _opened(instance, leading)
        own_seconds = perf_counter() - started
        await _decide_by_what_is_shipped(instance)
        await _taken_in(instance, ends, leading)
        seconds, cpu = perf_counter() - started, process_time() - cpu
    used = {part: after - before[part] for part, after in cpu_seconds(home).items()}
    if "live" in how:
        await _published_and_noted(instance, settings, ends)
    own_records = sum((await _ends(settings, (SERVICE.settings_topic, SERVICE.topic))).values())
    found = {
        "seconds": seconds,
        "own_seconds": own_seconds,
        "own_records": own_records,
        "records": own_records + sum(ends.values()),
        "cpu_seconds": {"this process": cpu, **used},
        "where": samples.shares(cpu),
        "tables": await _tables(db),
    }
    leading.cancel()
    await asyncio.gather(leading, return_exceptions=True)
    await db.close()
    return found


async def _opened(instance: Instance, leading: asyncio.Task[None]) -> None:
    """Its own log has been read, so it follows the others'."""
    opened = asyncio.create_task(instance.open.wait())
    await asyncio.wait({leading, opened}, timeout=120, return_when=asyncio.FIRST_COMPLETED)
    assert opened.done(), f"it does not come up: {instance.problem}"


async def _decide_by_what_is_shipped(instance: Instance) -> None:
    """The first time; afterwards the policies lie on the log."""
    for name in await instance.policies.missing(instance.database.pool):
        await publish(instance, text_of(instance.name, name))


async def _taken_in(instance: Instance, ends: Ends, leading: asyncio.Task[None]) -> None:
    async with asyncio.timeout(240):
        while any(instance.follower.positions[at].folded < end for at, end in ends.items()):
            assert not leading.done(), "it has ended"
            await asyncio.sleep(0.01)


async def _published_and_noted(instance: Instance, settings: CaseSettings, ends: Ends) -> None:
    """A rebuild's reactions go on from what is noted in Kafka."""
    group = settings.topic_prefix + instance.name
    async with Reader(settings.kafka_bootstrap, settings.topic_prefix, group=group) as reader, asyncio.timeout(60):
        while (await instance.condition()).outbox != 0 or await reader.committed(list(ends)) != ends:
            await asyncio.sleep(0.2)


async def _ends(settings: CaseSettings, topics: Iterable[Topic[Any]]) -> Ends:
    async with Reader(settings.kafka_bootstrap, settings.topic_prefix) as reader:
        return await reader.ends(
            [(topic.name, each) for topic in topics for each in await reader.partitions(topic.name)]
        )


async def _tables(db: Database) -> dict[str, list[str]]:
    """Rows of each table, and a sum of their hashes, which no order changes."""
    names = [table.name for metadata in SERVICE.metadatas for table in metadata.sorted_tables]
    found: dict[str, list[str]] = {}
    for name in names:
        if name not in NOT_OF_THE_LOG:
            [row] = await db.pool.fetch(f"SELECT count(*)::text, sum(hashtextextended(t::text, 0))::text FROM {name} t")
            found[name] = list(row)
    return found


if __name__ == "__main__":
    print(json.dumps(uvloop.run(bring_up(Path(sys.argv[1]), set(sys.argv[2:])))))
