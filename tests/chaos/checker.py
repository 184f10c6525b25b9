"""The checker: what clients were told against the log, the log against itself, and every table against the log."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from uuid import UUID

from arrears_events.audit.findings import Finding
from arrears_events.audit.reading import verify
from arrears_events.audit.topics import AUDITED
from arrears_events.envelope import StreamEvent
from arrears_events.log.reader import Reader
from arrears_events.log.topics import specs
from arrears_local import stack as whole
from arrears_local.databases import drop_database
from arrears_local.services import SERVICES
from arrears_runtime import replay_check
from arrears_runtime.database import Database

from tests.chaos.client import Client
from tests.chaos.history import Answer, History, Request
from tests.chaos.stack import NAMES, Stack

EXPECTED_REFUSALS = frozenset(
    {
        "promise-open",
        "promise-not-open",
        "promise-date-out-of-range",
        "unknown-account",
        "version-stale",
        "case-not-open",
        "disputed-amount-above-arrears",
    }
)
"""What the trade refuses these clients; any other refusal is a fault of ours."""
COMMITTED_SECONDS_MAX = 60
SHOWN = 10
"""Findings of one kind that are told in full."""

Ends = dict[tuple[str, int], int]


@dataclass(frozen=True)
class Lies:
    """Where an event of a command lies."""

    streamid: str
    version: int


@dataclass
class Log:
    """Events by the command that they came of, each as often as it lies there."""

    records: int = 0
    twice: int = 0
    of: dict[UUID, list[Lies]] = field(default_factory=lambda: defaultdict[UUID, list[Lies]](list))
    requests: set[UUID] = field(default_factory=set[UUID])


@dataclass
class Checker:
    """`findings`: what should not be; `figures`: what was looked at."""

    stack: Stack
    history: History
    clients: list[Client]
    findings: list[str] = field(default_factory=list[str])
    figures: list[str] = field(default_factory=list[str])
    _noted: float = field(default_factory=monotonic)

    async def check(self, dropped: Iterable[str]) -> None:
        """`dropped`: services whose databases are dropped, one after the other."""
        await self.stack.settled()
        self._note("settled")
        self._tell("answers", _wrong_answers(self.history))
        log = await self._read()
        self._tell("commands", _wrong_commands(self.history, log))
        await self._verify()
        for name in NAMES:
            await self._replay(name)
        for name in dropped:
            await self._drop(name)
        await self._ask_again()

    def _note(self, figure: str) -> None:
        """With the seconds since the figure before."""
        before, self._noted = self._noted, monotonic()
        self.figures.append(f"{figure} ({self._noted - before:.1f} s)")

    def _tell(self, kind: str, found: Iterable[str]) -> None:
        found = list(found)
        self.findings += [f"{kind}: {each}" for each in found[:SHOWN]]
        if len(found) > SHOWN:
            self.findings.append(f"{kind}: and {len(found) - SHOWN} more")

    async def _read(self) -> Log:
        log, topics = Log(), {topic.name: topic for topic in AUDITED if topic.name != "bank.events"}
        async with Reader(self.stack.addresses.kafka) as reader:
            at = [(name, partition) for name in topics for partition in await reader.partitions(name)]
            async for records in reader.until(await reader.starts(at), await reader.ends(at)):
                for record in records:
                    _note(log, topics[record.topic].decode(record.value))
        self._note(f"log: {log.records} events of services, {log.twice} written again")
        return log

    async def _verify(self) -> None:
        told: list[Finding] = []
        async with Reader(self.stack.addresses.kafka) as reader:
            summary = await verify(reader, AUDITED, told.append)
            letters = [(spec.name, p) for spec in specs() if "dead" in spec.name for p in range(spec.partitions)]
            parked = {f"{topic}/{p}": end for (topic, p), end in (await reader.ends(letters)).items() if end}
        noted = Counter(each.code.value for each in told if each.level == "note")
        self._note(f"audit: {summary.records.total()} records, noted {dict(noted)}")
        wrong = (each for each in told if each.level == "error")
        self._tell("audit", (f"{each.code} {each.topic}/{each.partition}/{each.offset}: {each.sentence}" for each in wrong))
        self._tell("dead letters", (f"{at}: {count}" for at, count in parked.items()))

    async def _replay(self, name: str) -> None:
        found = await replay_check.check(replay_check.installed()[name], self.stack.settings(name))
        self._note(f"replay: {name} {found.tables} tables, {found.rows} rows")
        self._tell(f"replay of {name}", found.differences)

    async def _drop(self, name: str) -> None:
        """The same rows come back from the log, and nothing new lies on it."""
        await self._committed(name)
        before, ends = await self._rows(name), await self._ends()
        await asyncio.to_thread(self._start_without_database, name)
        await self.stack.settled()
        after = await self._rows(name)
        self._tell(f"{name} without its database", _differences(before, after))
        new = {at: end for at, end in (await self._ends()).items() if end != ends[at]}
        self._tell(f"{name} without its database", (f"{at} grew from {ends[at]} to {end}" for at, end in new.items()))
        self._note(f"dropped: {name}, {sum(map(len, after.values()))} rows came back")

    def _start_without_database(self, name: str) -> None:
        service = next(service for service in SERVICES if service.name == name)
        whole.kill(self.stack.home, service.part)
        drop_database(self.stack.addresses, service.database)
        whole.up(self.stack.home)

    async def _committed(self, name: str) -> None:
        """A service that loses its database goes on reacting from what it has told Kafka."""
        reads = [topic.name for topic in replay_check.installed()[name].reads]
        async with Reader(self.stack.addresses.kafka, group=name) as reader, asyncio.timeout(COMMITTED_SECONDS_MAX):
            ends = await reader.ends([(topic, p) for topic in reads for p in await reader.partitions(topic)])
            while {at: offset or 0 for at, offset in (await reader.committed(list(ends))).items()} != ends:
                await asyncio.sleep(0.2)

    async def _ends(self) -> Ends:
        async with Reader(self.stack.addresses.kafka) as reader:
            return await reader.ends([(spec.name, p) for spec in specs() for p in range(spec.partitions)])

    async def _rows(self, name: str) -> dict[str, Counter[str]]:
        metadatas = replay_check.installed()[name].metadatas
        names = {table.name for metadata in metadatas for table in metadata.sorted_tables}
        db = await Database.open(self.stack.settings(name).database_url.get_secret_value(), size=1)
        try:
            return {
                table: Counter(row[0] for row in await db.pool.fetch(f"SELECT t::text FROM {table} t"))  # noqa: S608
                for table in sorted(names - replay_check.NOT_COMPARED)
            }
        finally:
            await db.close()

    async def _ask_again(self) -> None:
        """Every acknowledged key once more: the answer is the same, whatever was lost since."""
        lists = await asyncio.gather(*(client.ask_again() for client in self.clients))
        self._tell("asked again", _wrong_repeats(request for requests in lists for request in requests))
        self._note(f"asked again: {sum(map(len, lists))} keys")


def _note(log: Log, event: StreamEvent[Any]) -> None:
    lies = Lies(event.streamid, event.streamversion)
    log.records += 1
    log.twice += lies in log.of[event.commandid]
    log.of[event.commandid].append(lies)
    if event.causationid.startswith("request/"):
        log.requests.add(event.commandid)


def _wrong_answers(history: History) -> Iterator[str]:
    """A request that was never answered, a bug, a refusal that nobody can explain, an answer that changed."""
    for request in history.requests:
        if not request.answers:
            yield f"{request} was never answered: {Counter(request.unknown)}"
        if bugs := request.unknown.count("500"):
            yield f"{request} was answered 500, {bugs} times"
        for answer in request.answers:
            if not answer.done and answer.code not in EXPECTED_REFUSALS:
                yield f"{request} was refused: {answer.status} {answer.code}"
    yield from _wrong_repeats(history.done)


def _wrong_repeats(requests: Iterable[Request]) -> Iterator[str]:
    for request in requests:
        if len(told := {answer for answer in request.answers if answer.done}) > 1:
            yield f"{request} was answered in {len(told)} ways: {told}"


def _wrong_commands(history: History, log: Log) -> Iterator[str]:
    """Of a command acknowledged: its events once, in one stream, up to the version answered. Of any other: none."""
    for request in history.requests:
        lies = log.of.get(request.command_id, [])
        if request.done:
            yield from _wrong_events(request, request.done, lies)
        elif request.answers and lies:
            yield f"{request} was refused, yet {lies} lie on the log"
    asked = {request.command_id for request in history.requests}
    yield from (f"command {each} was never asked" for each in log.requests - asked)


def _wrong_events(request: Request, answer: Answer, lies: list[Lies]) -> Iterator[str]:
    if not lies:
        yield f"{request} was acknowledged and has no event on the log"
        return
    if len({each.streamid for each in lies}) > 1 or (request.streamid and lies[0].streamid != request.streamid):
        yield f"{request} lies in {lies}, not in {request.streamid}"
    if max(each.version for each in lies) != answer.version:
        yield f"{request} was answered version {answer.version}, and lies at {lies}"
    if len(set(lies)) < len(lies):
        yield f"{request} lies on the log more than once: {lies}"


def _differences(before: dict[str, Counter[str]], after: dict[str, Counter[str]]) -> Iterator[str]:
    for table in before:
        gone, new = before[table] - after[table], after[table] - before[table]
        if gone or new:
            yield f"{table}: {gone.total()} rows gone, {new.total()} new, such as {[*gone, *new][:2]}"
