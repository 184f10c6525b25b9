"""What the harness's tests ask of a running service of the small trade, and of its bank."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from arrears_events.catalogue.base import Event
from arrears_events.codec import encode
from arrears_events.envelope import SourceEvent
from arrears_events.ids import command_id
from arrears_events.log.partitioning import partition_of
from arrears_events.log.reader import Reader, Record
from arrears_events.log.writer import Writer
from arrears_events.money import Money
from arrears_events.totals import control_entry, totals_of
from arrears_runtime.database import Database
from arrears_runtime.dead_letters import DeadLetter
from arrears_runtime.decider import Command, Done
from arrears_runtime.instance import Instance
from arrears_runtime.stops import ResumeCustomer, SkipDeadLetter, stream_of_letter, stream_of_stop

from .tally import BANK, Closed, Count, Opened, Paid

PARTITIONS = 8
DAY = date(2026, 4, 1)
TABLES = (
    "tallies",
    "entries",
    "accounts",
    "streams",
    "handled",
    "stops",
    "skips",
    "heard_facts",
    "heard_streams",
    "closes",
    "policies",
)


async def eventually(true: Callable[[], Awaitable[Any]], seconds: float = 15) -> Any:
    """The first true answer, or a failure that says what was asked."""
    async with asyncio.timeout(seconds):
        while not (answer := await true()):
            await asyncio.sleep(0.02)
        return answer


@dataclass
class Bank:
    """Writes facts of the small trade, good and bad."""

    writer: Writer
    prefix: str
    source: str = "bank/core"
    written: dict[int, list[Any]] = field(default_factory=lambda: {p: [] for p in range(PARTITIONS)})

    async def say(self, event: Event, id_: str, *, key: str | None = None, partition: int | None = None) -> None:
        envelope = SourceEvent[Any](
            source=self.source,
            id=id_,
            type=BANK.type_of(type(event)),
            time=datetime(2026, 4, 1, tzinfo=UTC),
            data=event,
        )
        key = key or getattr(event, "customer_id", None)
        lies = await self.raw(encode(envelope), key, partition)
        self.written[lies].append(control_entry(event))

    async def raw(self, value: bytes, key: str | None, partition: int | None = None) -> int:
        sent = await self.writer.send(f"{self.prefix}bank.events", key.encode() if key else None, value, partition)
        return (await sent).partition

    async def open(self, *customers: str) -> None:
        for customer in customers:
            await self.say(Opened(customer_id=customer, account_id=f"A-{customer}"), f"A-{customer}/opened")

    async def pay(self, customer: str, number: int, amount: int = 10, account: str | None = None) -> None:
        paid = Paid(customer_id=customer, account_id=account or f"A-{customer}", amount=Money.of(amount, "CNY"), on=DAY)
        await self.say(paid, f"A-{customer}/payment/{number}")

    async def close(self, day: date = DAY) -> None:
        for partition, entries in self.written.items():
            closed = Closed(
                source=self.source,
                date=day,
                next_business_date=day + timedelta(days=1),
                partition=partition,
                totals=totals_of(entries),
            )
            await self.say(closed, f"{self.source}/close/{day}/{partition}", partition=partition)
            self.written[partition] = []


@dataclass
class Running:
    """An instance that leads, and what a test asks of it."""

    instance: Instance
    db: Database
    kafka: Any
    leading: asyncio.Task[None]

    async def rows(self, table: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.db.pool.fetch(f"SELECT * FROM {table} ORDER BY 1, 2, 3")]

    async def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        return {table: await self.rows(table) for table in TABLES}

    async def totals(self) -> dict[str, int]:
        return {row[0]: row[2] for row in await self.rows("tallies")}

    async def settled(self) -> None:
        """All that is on the log has been taken in, and all that came of it is on the log."""

        async def done() -> bool:
            condition = await self.instance.condition()
            caught_up = condition.checks["resumed customers"].ok if condition.lag else False
            return condition.outbox == 0 and caught_up and not any(condition.lag.values())

        await eventually(done)

    async def safe_to_lose(self) -> None:
        """Settled, and Kafka knows how far the reactions are: a new database goes on from there."""
        await self.settled()
        group = f"{self.kafka.prefix}{self.instance.name}"

        async def noted() -> bool:
            positions = self.instance.follower.positions
            async with Reader(self.kafka.bootstrap, self.kafka.prefix, group=group) as reader:
                committed = await reader.committed(list(positions))
            return all(committed[at] == position.reacted for at, position in positions.items())

        await eventually(noted)

    async def resume(self, letter: DeadLetter, outcome: Any) -> None:
        """What an operator does with a dead letter that stops somebody."""
        at = letter.topic, letter.partition, letter.offset
        stop = [row for row in await self.rows("stops") if row[0] == letter.customer_id]
        ask = _ask(
            stream_of_stop(self.instance.name, letter.customer_id),
            letter.customer_id,
            ResumeCustomer(at, "op", outcome),
            f"{at}/{stop[0][-1]}",
        )
        [done] = await self.instance.append([ask])
        assert isinstance(done, Done)

    async def set_aside(self, letter: DeadLetter) -> None:
        """What an operator does with one that stops nobody."""
        at = letter.topic, letter.partition, letter.offset
        [done] = await self.instance.append(
            [_ask(stream_of_letter(self.instance.name, at), "dead-letters", SkipDeadLetter(at, "op"), str(at))]
        )
        assert isinstance(done, Done)

    async def count(self, customer: str, units: int = 1, *, key: str, hash_: str = "h") -> Any:
        [outcome] = await self.instance.append([command(customer, units, key=key, hash_=hash_)])
        return outcome


def command(customer: str, units: int = 1, *, key: str, hash_: str = "h", expected: int | None = None) -> Command:
    return _ask(f"tally/{customer}", customer, Count(customer, key, units, DAY), key, hash_, expected)


def _ask(
    streamid: str, customer: str, body: Any, key: str, hash_: str | None = None, expected: int | None = None
) -> Command:
    id_ = command_id("tester", key)
    return Command(
        id=id_,
        streamid=streamid,
        customer_id=customer,
        body=body,
        time=datetime(2026, 4, 1, 2, tzinfo=UTC),
        actor="tester",
        actorrole="collector",
        causationid=f"request/{id_}",
        correlationid=key,
        requesthash=hash_,
        expected_version=expected,
    )


async def all_records(kafka: Any, topic: str) -> list[Record]:
    """Every record of a topic, in the order of partitions and offsets."""
    async with Reader(kafka.bootstrap, kafka.prefix) as reader:
        at = [(topic, partition) for partition in await reader.partitions(topic)]
        starts, ends = await reader.starts(at), await reader.ends(at)
        found = [record async for records in reader.until(starts, ends) for record in records]
    return sorted(found, key=lambda record: (record.partition, record.offset))


def partition(customer: str) -> int:
    return partition_of(customer.encode(), PARTITIONS)
