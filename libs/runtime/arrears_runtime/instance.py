"""One running instance of a service.

One instance leads (an advisory lock): it reads the service's own topics to their heads, then relays, folds and reacts.
Every instance answers HTTP.
"""

import asyncio
import gc
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
from arrears_events.log import topics
from arrears_events.log.partitioning import partition_of
from arrears_events.log.reader import Reader

from arrears_runtime import positions, schema
from arrears_runtime.clock import BusinessClock, Clock, WallClock
from arrears_runtime.condition import Watch
from arrears_runtime.database import Database
from arrears_runtime.dead_letters import DeadLetter, first_on
from arrears_runtime.decider import Command, Outcome
from arrears_runtime.effect import NO_EFFECTS, Effect, Rounds
from arrears_runtime.follower import Follower
from arrears_runtime.group_commit import GroupCommit
from arrears_runtime.http.logs import log
from arrears_runtime.http.service import Check, Condition, NotReady
from arrears_runtime.keys import Keys
from arrears_runtime.latest import Latest, LatestFollower
from arrears_runtime.leading import PASSING, REFUSALS, LeadLost, not_cancelled
from arrears_runtime.own_log import OwnLog, check_whole
from arrears_runtime.policies import Policies
from arrears_runtime.reactor import Reactor
from arrears_runtime.relay import Relay, relay_writer
from arrears_runtime.service import Service
from arrears_runtime.settings import RuntimeSettings
from arrears_runtime.store import Store

RETRY_SECONDS = 1.0
"""Between two tries to lead, when the broker or the database is away."""
POLL_SECONDS = 2.0
"""In which the follower asks the broker for more, whether or not there is any."""


class Instance:
    """One process of a service, on its database and the log."""

    def __init__(
        self, service: Service, db: Database, settings: RuntimeSettings, effects: Sequence[Effect] = NO_EFFECTS
    ) -> None:
        self.service, self.database, self.settings, self._effects = service, db, settings, effects
        self.partitions = {spec.name: spec.partitions for spec in topics.specs()}
        self.by_customer = self.partitions[service.topic.name]
        self._clock: Clock = (
            WallClock() if settings.clock == "wall" else BusinessClock(ZoneInfo(settings.zone), settings.clock_opens)
        )
        self.store = Store(
            db,
            source=f"{service.name}-service",
            deciders=service.by_category,
            views=service.own_views,
            partitions=self.partitions,
        )
        self._commit = GroupCommit(self.store.append)
        self.keys = self._keys(service.keys_topic) if service.keys_topic else None
        self.relay = Relay(db, settings.topic_prefix, service.keys_topic)
        self.policies = Policies(self.name, service.policies, self._earliest)
        self.follower = Follower(
            db,
            self._reactor(),
            self._clock,
            reads=service.reads,
            views=service.following_views,
            partitions=self.by_customer,
            letters_topic=service.letters,
            keys=self.keys,
            shreds_on=service.shreds_on,
        )
        self.rounds = Rounds(asked_for=settings.clock == "business")
        self.open = asyncio.Event()
        self.latest = self._latest(service.latest) if service.latest else None
        self._watch = Watch(db, service.followed, self.by_customer)
        self.problem = "starting"

    @property
    def name(self) -> str:
        return f"{self.service.name}-service"

    @property
    def db(self) -> Database:
        if not self.open.is_set():
            raise NotReady(self.problem)
        return self.database

    @property
    def has_effects(self) -> bool:
        return bool(self._effects)

    @property
    def positions(self) -> dict[positions.Partition, positions.Position]:
        return self.follower.positions

    async def append(self, commands: list[Command]) -> list[Outcome]:
        if not self.open.is_set():
            raise NotReady(self.problem)
        return await self._commit.append(commands)

    def now(self, customer_id: str) -> datetime:
        return self._clock.now(partition_of(customer_id.encode(), self.by_customer))

    def today(self, customer_id: str) -> date:
        """The business date, in the bank's zone."""
        return self._today(partition_of(customer_id.encode(), self.by_customer))

    def lag_seconds(self, customer_id: str) -> int:
        """For how long there has been something unread of the customer's partition; a poll's own time is none."""
        partition = partition_of(customer_id.encode(), self.by_customer)
        readers = [self.follower, *([self.latest] if self.latest else [])]
        return max(0, int(max(each.lag_seconds(partition) for each in readers) - POLL_SECONDS))

    def _earliest(self) -> date:
        """Of the partitions' business dates: a policy in force then is followed by another, or stays."""
        return min(self._today(partition) for partition in range(self.by_customer))

    def _today(self, partition: int) -> date:
        return self._clock.now(partition).astimezone(ZoneInfo(self.settings.zone)).date()

    def _reactor(self) -> Reactor:
        return Reactor(
            self.store,
            self._clock,
            service=self.name,
            reactions=self.service.reactions,
            deciders=self.service.deciders,
            policies=self.policies,
            today=self._today,
        )

    def _keys(self, topic: str) -> Keys:
        master = self.settings.master_key
        return Keys(self.database, self.service.name, topic, self.partitions[topic], master)

    def _latest(self, latest: Latest) -> LatestFollower:
        assert self.keys, "what is kept of persons is sealed: it needs a keys topic"
        return LatestFollower(self.database, self.store, self.keys, self._clock, latest, self.service.name)

    async def run(self) -> None:
        """Lead whenever nobody else does, for ever; whatever ends a lead is logged and tried again."""
        while True:
            try:
                await not_cancelled(self._lead())
            except* PASSING as lost:
                self._say(lost)
            except* REFUSALS as refusal:
                self._say(refusal)
            await asyncio.sleep(RETRY_SECONDS)

    def _say(self, errors: BaseExceptionGroup[Exception]) -> None:
        first: BaseException = errors
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        told = "" if isinstance(first, asyncpg.PostgresError) else f": {first}"  # PostgreSQL quotes rows
        problem = type(first).__name__ + told
        if problem != self.problem:  # said once, not each second
            log.warning("not leading", problem=problem)
        self.problem = problem

    async def _lead(self) -> None:
        async with self._leadership() as lost:
            await self.prepare()
            settings = self.settings
            async with Reader(
                settings.kafka_bootstrap, settings.topic_prefix, group=settings.topic_prefix + self.name
            ) as reader:
                forks = await self.catch_up(reader)
                await self._begin(reader, forks)
                async with (
                    Reader(settings.kafka_bootstrap, settings.topic_prefix) as self._watch.reader,
                    relay_writer(settings.kafka_bootstrap) as writer,
                    asyncio.TaskGroup() as group,
                ):
                    self.problem = ""
                    self.open.set()
                    for work in (
                        self.relay.run(writer),
                        self._follow(reader),
                        *([self.latest.run(settings.kafka_bootstrap, settings.topic_prefix)] if self.latest else ()),
                        self._commit_reactions(reader),
                        self._mark_whole(),
                        self._watch.until_silent(),
                        *(self._call_out(effect) for effect in self._effects),
                        lost(),
                    ):
                        group.create_task(not_cancelled(work))

    @asynccontextmanager
    async def _leadership(self) -> AsyncGenerator[Callable[[], Any]]:
        """Hold the advisory lock on a connection of its own; gives what waits for its loss."""
        connection = await asyncpg.connect(self.settings.database_url.get_secret_value(), command_timeout=60)
        gone = asyncio.Event()
        connection.add_termination_listener(lambda _: gone.set())

        async def lost() -> None:
            await gone.wait()
            raise LeadLost("the connection that held the lead is gone")

        try:
            while not await connection.fetchval("SELECT pg_try_advisory_lock(4715)"):
                await self._stand_by()
            await connection.add_listener("outbox", self.relay.woken)
            await connection.add_listener("outbox", self.rounds.woken)
            yield lost
        finally:
            self._watch.reader = None
            await connection.close(timeout=2) if not gone.is_set() else connection.terminate()

    async def _stand_by(self) -> None:
        """Another instance leads; answer HTTP once it has caught up."""
        self.problem = ""
        if await schema.caught_up(self.database, self.service.fingerprint):
            self.open.set()
            await self.follower.load()
            if self.latest:
                await self.latest.load()
        else:
            self.open.clear()
        await asyncio.sleep(RETRY_SECONDS / 4)

    async def prepare(self) -> None:
        """Topics as they must be, and tables of this code; those of another are made anew, once their outbox is out."""
        service, settings = self.service, self.settings
        await topics.check(settings.kafka_bootstrap, service.topics, settings.topic_prefix)
        there = await schema.found(self.database)
        if there == service.fingerprint:
            return
        if there is not None:
            async with relay_writer(settings.kafka_bootstrap) as writer:
                await self.relay.drain(writer)
        await schema.create(self.database, service.metadatas, service.fingerprint)

    async def catch_up(self, reader: Reader) -> list[DeadLetter]:
        """Bring streams and own rows up to the heads of the service's own topics."""
        events = self.service.own_topics
        own = OwnLog(self.database, self.store, events, self.service.letters, self.partitions, self.keys)
        gc.freeze()
        return await own.catch_up(reader)

    async def _begin(self, reader: Reader, forks: list[DeadLetter]) -> None:
        read = [
            (topic.name, partition) for topic in self.service.reads for partition in range(self.partitions[topic.name])
        ]
        own_events = bool(await self.database.pool.fetchval("SELECT EXISTS (SELECT 1 FROM streams)"))
        await positions.begin(self.database, reader, read, self.name, own_events=own_events)
        await self.follower.load()
        await check_whole(reader, {at: self.positions[at].folded for at in read}, await reader.ends(read))
        if self.latest:
            await self.latest.begin()
        own = [topic.name for topic in self.service.own_topics]
        earlier = await first_on(self.database, own)  # found by a process that died before it stopped anybody
        if forks or earlier:
            await self.follower.stop_for([*earlier, *forks])

    async def _kept_up(self) -> None:
        """All is read that lay there when this lead began."""
        await self.follower.kept_up.wait()
        if self.latest:
            await self.latest.kept_up.wait()

    async def _mark_whole(self) -> None:
        """Tables that were made anew tell of others' topics too by now: whoever asks may be answered from them."""
        await self._kept_up()
        await schema.mark(self.database, caught_up=True)

    async def _call_out(self, effect: Effect) -> None:
        """On what was known before this lead began, and all that came until then."""
        await self._kept_up()
        await effect.run(self)

    async def _follow(self, reader: Reader) -> None:
        """Nothing is reacted to without the policies that it needs."""
        await self.policies.all_in_force(self.database.pool)
        await self.follower.run(reader)

    async def _commit_reactions(self, reader: Reader) -> None:
        await self.follower.reading.wait()
        await positions.keep_committed(self.database, reader)

    async def condition(self) -> Condition:
        """How it is, now. Positions are taken before all else: what came of their records is in the outbox by then."""
        read = {**self.follower.positions, **(self.latest.as_positions if self.latest else {})}
        found = await self._watch.condition(read, self.problem, is_open=self.open.is_set())
        if not found.checks.get("database", Check(False)).ok:
            return found
        tables = await schema.check(self.database, self.service.fingerprint)
        checks = {**found.checks, "policies": await self.policies.check(self.database.pool), "tables": tables}
        return replace(found, checks=checks, waiting=sum([await each.waiting(self.db) for each in self._effects]))
