"""From facts to commands: what each asks of a stream of ours, and what falls due at a close. Never on a replay."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from arrears_events.catalogue.base import DayClosed
from arrears_events.ids import event_id, reaction_command_id

from arrears_runtime import closes
from arrears_runtime.admission import Fact
from arrears_runtime.batch import Batch, Sorted, TryAgain, Waiting, at_of
from arrears_runtime.clock import Clock
from arrears_runtime.database import Connection
from arrears_runtime.dead_letters import DeadLetter, StopRow
from arrears_runtime.decider import Command, Decider, Refusal
from arrears_runtime.policies import InForce, Policies
from arrears_runtime.projection import BadRecord
from arrears_runtime.reaction import Reaction
from arrears_runtime.stops import At, NoteCaughtUp, StopCommand, StopCustomer, stream_of_stop
from arrears_runtime.store import CommandFailed, Store
from arrears_runtime.unit_of_work import Work

ROLE = "system"

Asked = tuple[Fact, Command]
"""A command and the fact that led to it."""


class Reactor:
    """The reactions of one service, on its streams."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        service: str,
        reactions: Sequence[Reaction],
        deciders: Sequence[Decider[Any]],
        policies: Policies,
        today: Callable[[int], date],
    ) -> None:
        """`today`: the business date of a partition."""
        self._store, self._clock, self._service = store, clock, service
        self._policies, self._today = policies, today
        self._reactions = _by_event(reactions)
        self._at_close = {decider.category: decider.at_close for decider in deciders if decider.at_close}

    async def react(self, work: Work, batch: Batch, sorted_: Sorted) -> None:
        """Send what the facts ask for. Raises TryAgain when one of them is found bad by it."""
        fired = [
            (fact, reaction)
            for fact in sorted_.facts
            if batch.reacts_to(fact.record)
            for reaction in self._reactions.get(type(fact.event), ())
        ]
        decided_by = {(reaction.policy, self._today_of(fact)) for fact, reaction in fired if reaction.policy}
        in_force = {(name, on): await self._policies.in_force(work.connection, name, on) for name, on in decided_by}
        asked = [
            (fact, self._command(reaction.stream(fact.envelope), reaction.name, body, fact, fact.customer_id))
            for fact, reaction in fired
            if (body := self._ask(reaction, fact, batch, in_force)) is not None
        ]
        await self._send(work, asked, batch)

    async def close(self, work: Work, batch: Batch, sorted_: Sorted, waiting: Waiting) -> None:
        """Send, for each close, what falls due by it."""
        for fact in sorted_.facts:
            if batch.reacts_to(fact.record) and isinstance(fact.event, DayClosed):
                await work.send()
                await self._send(work, await self._due(work.connection, fact, batch, sorted_, waiting), batch)

    def closed(self) -> None:
        """The bank closed a day: what was published for the next one counts from its first record on."""
        self._policies.changed()

    async def stop(self, work: Work, stops: Iterable[StopCustomer], attempt: int = 0, *, lock: bool = False) -> None:
        """Stop customers; `attempt` is the version of their last stop, when it is their missed records that fail."""
        commands = [self._of_stop(stop.customer_id, stop.at, f"stop/{attempt}", stop) for stop in stops]
        if commands:
            await work.send()
            await self._store.append(commands, work, lock=lock)

    async def caught_up(self, stop: StopRow) -> None:
        """What a resumed customer missed has been read."""
        cause = str(event_id(stop.streamid, stop.version))
        name = f"caught-up/{stop.version}"
        await self._store.append([self._of_stop(stop.customer_id, stop.at, name, NoteCaughtUp(), cause)])

    def _today_of(self, fact: Fact) -> date:
        return self._today(fact.record.partition)

    def _ask(self, reaction: Reaction, fact: Fact, batch: Batch, in_force: Mapping[tuple[str, date], InForce]) -> Any:
        policy = (in_force[reaction.policy, self._today_of(fact)],) if reaction.policy else ()
        try:
            return reaction.ask(fact.envelope, *policy)
        except Exception as error:
            batch.bad[at_of(fact.record)] = BadRecord("reaction-failed")
            raise TryAgain from error

    async def _due(
        self, connection: Connection, fact: Fact, batch: Batch, sorted_: Sorted, waiting: Waiting
    ) -> list[Asked]:
        """The close's command for each stream with something due, but for customers who wait or cannot take it."""
        day, at = fact.envelope.data.date, at_of(fact.record)
        held = {*sorted_.stops, *(waiting.stops if batch.only is None else ())}
        asked: list[Asked] = []
        partition, categories = fact.record.partition, list(self._at_close)
        for streamid, customer in await closes.due(connection, partition, day, categories, batch.only):
            if customer in held or (at, customer) in waiting.skipped:
                continue
            if bad := batch.failed_at_close.get(customer):
                sorted_.letters.append(DeadLetter(*at, bad.reason, streamid, customer, None, fact.record.value))
                sorted_.stop(customer, at, bad.reason)
                held.add(customer)
                continue
            body = self._at_close[streamid.partition("/")[0]](day)
            asked.append((fact, self._command(streamid, "close", body, fact, customer)))
        return asked

    async def _send(self, work: Work, asked: Sequence[Asked], batch: Batch) -> None:
        if not asked:
            return
        try:
            commands = [command for _, command in asked]
            outcomes = await self._store.append(commands, work, lock=batch.locks)
        except CommandFailed as error:
            culprit = next(fact for fact, command in asked if command is error.command)
            _blame(culprit, error.command, BadRecord("handler-failed"), batch)
            raise TryAgain from error
        for (fact, command), outcome in zip(asked, outcomes, strict=True):
            if isinstance(outcome, Refusal):
                _blame(fact, command, BadRecord(f"refused-{outcome.code}"), batch)
                raise TryAgain

    def _command(self, streamid: str, reaction: str, body: Any, fact: Fact, customer_id: str | None) -> Command:
        assert customer_id, "a command is for a customer"
        named = fact.id if fact.streamid else f"{fact.envelope.source}\n{fact.id}"  # two sources may use one id
        return Command(
            id=reaction_command_id(named, reaction, streamid),
            streamid=streamid,
            customer_id=customer_id,
            body=body,
            time=self._clock.now(fact.record.partition),
            actor=self._service,
            actorrole=ROLE,
            causationid=fact.id,
            correlationid=fact.envelope.correlationid or fact.id,
            traceparent=fact.envelope.traceparent,
        )

    def _of_stop(self, customer_id: str, at: At, name: str, body: StopCommand, cause: str = "") -> Command:
        """`cause`: what led to it, if not the record itself."""
        streamid, place = stream_of_stop(self._service, customer_id), "/".join(map(str, at))
        return Command(
            id=reaction_command_id(place, name, streamid),
            streamid=streamid,
            customer_id=customer_id,
            body=body,
            time=self._clock.now(at[1]),
            actor=self._service,
            actorrole=ROLE,
            causationid=cause or f"record/{place}",
            correlationid=place,
        )


def _blame(fact: Fact, command: Command, bad: BadRecord, batch: Batch) -> None:
    """A close that one customer's stream cannot take must not hold up the others."""
    if fact.customer_id is None:
        batch.failed_at_close[command.customer_id] = bad
    else:
        batch.bad[at_of(fact.record)] = bad


def _by_event(reactions: Iterable[Reaction]) -> dict[type, list[Reaction]]:
    found: dict[type, list[Reaction]] = {}
    for reaction in reactions:
        found.setdefault(reaction.event, []).append(reaction)
    return found
