"""The checker: what clients were told against the log, the log against itself, and every table against the log."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from time import monotonic

from arrears_events.audit.findings import Finding
from arrears_events.audit.reading import verify
from arrears_events.audit.topics import AUDITED
from arrears_events.log.reader import Reader
from arrears_events.log.topics import specs
from arrears_local import stack as whole
from arrears_local.databases import drop_database
from arrears_local.services import SERVICES
from arrears_policy.second_look.findings import Between
from arrears_policy.second_look.findings import Finding as Breach
from arrears_policy.second_look.reading import look_again
from arrears_runtime import replay_check
from arrears_runtime.database import Database

from tests.chaos.client import Client
from tests.chaos.contacts import Contacts, came_out, wrong_contacts
from tests.chaos.history import History
from tests.chaos.judgement import Log, wrong_answers, wrong_commands, wrong_rows
from tests.chaos.rounds import Rounds
from tests.chaos.stack import NAMES, Stack

COMMITTED_SECONDS_MAX = 60
LOOK_SECONDS = 0.2
SHOWN = 10
"""Findings of one kind that are told in full."""

Ends = dict[tuple[str, int], int]


@dataclass
class Checker:
    """`findings`: what should not be; `figures`: what was looked at."""

    stack: Stack
    history: History
    clients: list[Client]
    rounds: Rounds
    findings: list[str] = field(default_factory=list[str])
    figures: list[str] = field(default_factory=list[str])
    _noted: float = field(default_factory=monotonic)

    async def check(self, dropped: Iterable[str]) -> None:
        """`dropped`: services whose databases are dropped, one after the other."""
        await self.stack.settled()
        await self.rounds.last()
        await self.stack.settled()
        self._note("settled")
        log, contacts = await self._log()
        self._tell("command", wrong_commands(self.history, log))
        self._check_contacts(contacts)
        await self._verify()
        await self._look_again()
        for name in NAMES:
            await self._replay(name)
        for name in dropped:
            await self._drop(name)
        await self._ask_again()
        self._tell("answer", wrong_answers(self.history.requests))

    def _note(self, figure: str) -> None:
        """With the seconds since the figure before."""
        before, self._noted = self._noted, monotonic()
        self.figures.append(f"{figure} ({self._noted - before:.1f} s)")

    def _tell(self, kind: str, found: Iterable[str]) -> None:
        found = list(found)
        self.findings += [f"{kind}: {each}" for each in found[:SHOWN]]
        if len(found) > SHOWN:
            self.findings.append(f"{kind}: and {len(found) - SHOWN} more")

    async def _log(self) -> tuple[Log, Contacts]:
        log, contacts = Log(), Contacts()
        topics = {topic.name: topic for topic in AUDITED if topic.name != "bank.events"}
        async with Reader(self.stack.addresses.kafka) as reader:
            at = [(name, partition) for name in topics for partition in await reader.partitions(name)]
            async for records in reader.until(await reader.starts(at), await reader.ends(at)):
                for event in (topics[record.topic].decode(record.value) for record in records):
                    log.take(event)
                    contacts.take(event)
        self._note(f"log: {log.records} events of services, {log.again} of them again")
        return log, contacts

    def _check_contacts(self, contacts: Contacts) -> None:
        """Against what came to customers."""
        out = came_out(self.stack.home)
        ends = ", ".join(f"{end} {count}" for end, count in contacts.ends().most_common())
        against = ", ".join(f"{what} {count}" for what, count in contacts.against.most_common())
        self._note(f"contacts: {len(contacts.trails)}: {ends}; {out.total()} came out; against the others: {against}")
        self._tell("contact", wrong_contacts(contacts, out))

    async def _look_again(self) -> None:
        """As `arrears audit contacts`."""
        told: list[Breach | Between] = []
        async with Reader(self.stack.addresses.kafka) as reader:
            tally = await look_again(reader, told.append)
        self._note(f"second look: {tally.contacts.total()} contacts, {tally.in_between} before something was heard")
        breaches = (each for each in told if isinstance(each, Breach))
        self._tell("breach", (f"{each.code} {each.rule} of {each.contact}: {each.sentence}" for each in breaches))

    async def _verify(self) -> None:
        told: list[Finding] = []
        async with Reader(self.stack.addresses.kafka) as reader:
            summary = await verify(reader, AUDITED, told.append)
        noted = Counter(each.code.value for each in told if each.level == "note")
        self._note(f"audit: {summary.records.total()} records, noted {dict(noted)}")
        for each in told:
            if each.level == "error":
                self._tell("audit", [f"{each.code} {each.topic}/{each.partition}/{each.offset}: {each.sentence}"])
        parked = {at: end for at, end in (await self._ends()).items() if at[0].endswith(".dead-letters") and end}
        self._tell("dead letters", (f"{topic}/{partition}: {end}" for (topic, partition), end in parked.items()))

    async def _replay(self, name: str) -> None:
        found = await replay_check.check(replay_check.installed()[name], self.stack.settings(name))
        self._note(f"replay: {name}, {found.tables} tables, {found.rows} rows")
        self._tell(f"replay of {name}", found.differences)

    async def _drop(self, name: str) -> None:
        """The same rows come back from the log, and nothing new lies on it."""
        await self._committed(name)
        before, ends = await self._rows(name), await self._ends()
        await asyncio.to_thread(self._start_without_database, name)
        await self.stack.settled()
        after = await self._rows(name)
        self._note(f"dropped: {name}, {sum(rows.total() for rows in after.values())} rows came back")
        self._tell(f"{name} without its database", wrong_rows(before, after))
        new = {at: end for at, end in (await self._ends()).items() if end != ends[at]}
        self._tell(f"{name} without its database", (f"{at} grew from {ends[at]} to {end}" for at, end in new.items()))

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
                await asyncio.sleep(LOOK_SECONDS)

    async def _ends(self) -> Ends:
        async with Reader(self.stack.addresses.kafka) as reader:
            return await reader.ends([(spec.name, p) for spec in specs() for p in range(spec.partitions)])

    async def _rows(self, name: str) -> dict[str, Counter[str]]:
        metadatas = replay_check.installed()[name].metadatas
        names = {table.name for metadata in metadatas for table in metadata.sorted_tables}
        db = await Database.open(self.stack.settings(name).database_url.get_secret_value(), size=1)
        try:
            return {
                table: Counter(row[0] for row in await db.pool.fetch(f"SELECT t::text FROM {table} t"))
                for table in sorted(names - replay_check.NOT_COMPARED)
            }
        finally:
            await db.close()

    async def _ask_again(self) -> None:
        """Acknowledged keys once more: the answer is the same, whatever was lost since."""
        keys = sum(await asyncio.gather(*(client.ask_again() for client in self.clients)))
        self._note(f"asked again: {keys} keys")
