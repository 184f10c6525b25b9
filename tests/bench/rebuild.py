"""Rebuild of all case tables from Kafka in one process, beside the usual way and beside reading alone.

case-service takes a portfolio in once, so that case.events is there; then its database is dropped, and made again and
again, in turn with the peers. The usual way is given a sample: whole histories of some customers, from both topics.
"""

from collections.abc import AsyncIterator
from datetime import date
from statistics import median
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from arrears_events.bank.play import publish, publisher_of
from arrears_events.bank.portfolio import generated
from arrears_events.catalogue.bank import BANK
from arrears_events.catalogue.case import CASE
from arrears_events.log import topics
from arrears_events.log.reader import Reader, Record
from arrears_events.log.writer import Writer

from tests.bench.results import Measured, per_second
from tests.bench.stage import Stage

PREFIX = "rebuild."
SAMPLE = f"{PREFIX}sample"
USUAL_TARGET, READING_TARGET = 20.0, 0.15


async def measure(stage: Stage, *, accounts: int, sample: int, repetitions: int) -> list[Measured]:
    """`sample`: records for the usual way."""
    await topics.apply(stage.addresses.kafka, PREFIX)
    portfolio = generated(accounts, 1, date(2026, 4, 1))
    async with publisher_of(portfolio, stage.addresses.kafka, PREFIX) as bank:
        await publish(portfolio, bank)
    live = await _bring_up(stage, "live")
    records = await _publish_sample(stage, sample)
    reading, rebuilds, usual = list[float](), list[Any](), list[float]()
    for _ in range(repetitions):
        reading.append(await _read(stage))
        rebuilds.append(await _bring_up(stage))
        assert rebuilds[-1]["tables"] == live["tables"], "a rebuild gave other rows than live running"
        usual.append(records / await _usual_way(stage, records))
    sampled = await _bring_up(stage, "sampled")
    print(_where(sampled))
    ours = median(each["records"] / each["seconds"] for each in rebuilds)
    figures = _figures(live, rebuilds, sampled)
    return [
        _beside("rebuild / one transaction an event", ours, median(usual), USUAL_TARGET, {"peer": usual, **figures}),
        _beside("rebuild / read and decode", ours, median(reading), READING_TARGET, {"peer": reading}),
    ]


def _beside(name: str, ours: float, peer: float, target: float, figures: dict[str, Any]) -> Measured:
    return Measured(name, per_second(ours, "records"), per_second(peer, "records"), ours / peer, target, figures)


async def _bring_up(stage: Stage, *how: str) -> dict[str, Any]:
    settings = stage.settings(PREFIX, stage.new_database("rebuild_case"))
    return await stage.run("tests.bench.rebuilding", settings, str(stage.addresses.home), *how)


async def _read(stage: Stage) -> float:
    """Records a second."""
    settings = {"BENCH_KAFKA": stage.addresses.kafka, "BENCH_PREFIX": PREFIX}
    found = await stage.run("tests.bench.peers.read_and_decode", settings)
    return found["records"] / found["seconds"]


async def _usual_way(stage: Stage, records: int) -> float:
    settings = {
        "BENCH_KAFKA": stage.addresses.kafka,
        "BENCH_TOPIC": SAMPLE,
        "BENCH_DATABASE_URL": stage.new_database("rebuild_usual"),
        "BENCH_RECORDS": str(records),
    }
    return (await stage.run("tests.bench.peers.one_transaction_an_event", settings))["seconds"]


async def _publish_sample(stage: Stage, most: int) -> int:
    """So many customers as have that many records; their number."""
    admin = AIOKafkaAdminClient(bootstrap_servers=stage.addresses.kafka)
    await admin.start()
    await admin.create_topics([NewTopic(SAMPLE, 8, 1)])
    await admin.close()
    histories: dict[bytes, list[Record]] = {}
    async for record in _records(stage):
        histories.setdefault(record.key or b"", []).append(record)
    del histories[b""]  # the closes of days
    chosen = list[Record]()
    while len(chosen) < most:
        chosen += histories.pop(next(iter(histories)))
    async with Writer(stage.addresses.kafka) as writer:
        sent = [await writer.send(SAMPLE, record.key, record.value) for record in chosen]
        await sent[-1]
    return len(chosen)


async def _records(stage: Stage) -> AsyncIterator[Record]:
    async with Reader(stage.addresses.kafka, PREFIX) as reader:
        for topic in (BANK, CASE):
            partitions = [(topic.name, each) for each in await reader.partitions(topic.name)]
            async for records in reader.until(await reader.starts(partitions), await reader.ends(partitions)):
                for record in records:
                    yield record


def _figures(live: Any, rebuilds: list[Any], sampled: Any) -> dict[str, Any]:
    """Records a second, of the whole and of its two parts; and seconds of the sampled one."""
    return {
        "records": live["records"],
        "ours": [each["records"] / each["seconds"] for each in rebuilds],
        "own log": [each["own_records"] / each["own_seconds"] for each in rebuilds],
        "others' log": [(e["records"] - e["own_records"]) / (e["seconds"] - e["own_seconds"]) for e in rebuilds],
        "live, with reactions": live["records"] / live["seconds"],
        "seconds of the sampled one": sampled["seconds"],
        "cpu seconds": sampled["cpu_seconds"],
        "where": sampled["where"],
    }


def _where(sampled: Any) -> str:
    """Of one more rebuild, in shares of its time."""
    seconds, cpu = sampled["seconds"], sampled["cpu_seconds"]
    shares = {**sampled["where"], "waiting": seconds - cpu["this process"]}
    parts = ", ".join(f"{place} {100 * spent / seconds:.0f} %" for place, spent in shares.items())
    beside = ", ".join(f"{part} {spent:.1f} s" for part, spent in cpu.items())
    return f"Where a rebuild of {seconds:.1f} s goes: {parts}.\nCPU in that time: {beside}."
