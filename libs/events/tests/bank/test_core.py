"""The simulated core: what the bank is asked to do is answered once, on the next day, whatever was killed before."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

import pytest
from arrears_events.bank.play import ANSWERS_AT, play
from arrears_events.bank.portfolio import Portfolio
from arrears_events.bank.publisher import BankPublisher
from arrears_events.catalogue.bank import BANK, BankInstructionAnswered, BusinessDayClosed
from arrears_events.catalogue.base import Event
from arrears_events.catalogue.instalments import Share
from arrears_events.catalogue.plan import PLAN, BankInstructionIssued
from arrears_events.codec import encode
from arrears_events.envelope import StreamEvent
from arrears_events.ids import event_id
from arrears_events.log import topics
from arrears_events.log.partitioning import partition_of
from arrears_events.log.reader import Reader
from arrears_events.log.writer import Writer
from arrears_events.money import Money

FIRST, SECOND, PAY_DAY, AFTER_PAY_DAY = date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 15), date(2026, 4, 16)
FACTS_AND_PERSONS = 42 * 5
"""Records of the first day before the answers: four facts an account, and who its customer is."""


class Killed(Exception):
    pass


class Enough(Exception):
    """These days do for a test."""


class Killable(BankPublisher):
    """As if its process were killed when so many records were on the log."""

    def __init__(self, kafka: Any, portfolio: Portfolio, *, after: int = 1_000_000) -> None:
        super().__init__(kafka.bootstrap, source=portfolio.source, topic_prefix=kafka.prefix)
        self._left = after

    async def _send(self, *record: Any, **settings: Any) -> None:
        if not self._left:
            await self.acknowledged()
            raise Killed
        self._left -= 1
        await super()._send(*record, **settings)


def asked(customer: str) -> BankInstructionIssued:
    plan_id = uuid5(UUID(int=5), customer)
    return BankInstructionIssued(
        customer_id=customer,
        plan_id=plan_id,
        instruction_id=f"{plan_id}/book",
        kind="book_plan",
        shares=(Share(account_id=f"A-{customer}", principal=Money.of(900, "TWD")),),
    )


async def ask(kafka: Any, customers: Iterable[str]) -> None:
    """As plan-service does when a plan is agreed."""
    async with Writer(kafka.bootstrap) as writer:
        for customer in customers:
            streamid = f"commitments/{customer}"
            fact = StreamEvent[Event](
                source="plan-service",
                type=PLAN.type_of(BankInstructionIssued),
                time=datetime(2026, 4, 1, tzinfo=UTC),
                data=asked(customer),
                id=event_id(streamid, 1),
                streamid=streamid,
                streamversion=1,
                actor="collector-1",
                actorrole="collector",
                causationid="request/1",
                commandid=UUID(int=1),
                correlationid="1",
            )
            await (await writer.send(kafka.prefix + PLAN.name, customer.encode(), encode(fact)))


async def log_of(kafka: Any) -> list[list[Any]]:
    """Key and envelope of each record of the bank's topic, by partition."""
    found: dict[int, list[Any]] = {}
    async with Reader(kafka.bootstrap, kafka.prefix) as reader:
        at = [(BANK.name, partition) for partition in await reader.partitions(BANK.name)]
        async for records in reader.until(await reader.starts(at), await reader.ends(at)):
            found.setdefault(records[0].partition, []).extend((each.key, BANK.decode(each.value)) for each in records)
    return [found[partition] for _, partition in at]


async def answers(kafka: Any) -> list[Any]:
    found = [fact for records in await log_of(kafka) for _, fact in records]
    return [fact for fact in found if isinstance(fact.data, BankInstructionAnswered)]


async def played(kafka: Any, portfolio: Portfolio, after_day: Any = None, **settings: Any) -> None:
    """Until three weeks are closed."""

    async def work(day: date) -> None:
        if after_day:
            await after_day(day)
        if day > AFTER_PAY_DAY:
            raise Enough

    async with Killable(kafka, portfolio, **settings) as bank:
        with suppress(Enough):
            await play(portfolio, bank, {}, work)


def customers(portfolio: Portfolio) -> list[str]:
    return sorted({row.customer_id for row in portfolio.rows()})


async def test_what_is_asked_is_done_the_next_day_with_its_customers_key_and_counted_that_night(kafka, few: Portfolio):
    async def after_day(day: date) -> None:
        if day == PAY_DAY:
            await ask(kafka, ["C-GEN1-1", "C-GEN1-2"])

    await played(kafka, few, after_day)
    assert {fact.data.instruction_id: (fact.id, fact.data.outcome, fact.time) for fact in await answers(kafka)} == {
        each.instruction_id: (
            f"{each.instruction_id}/answered",
            "done",
            datetime.combine(AFTER_PAY_DAY, ANSWERS_AT),
        )
        for each in map(asked, ["C-GEN1-1", "C-GEN1-2"])
    }
    for partition, records in enumerate(await log_of(kafka)):
        said = [(key, fact) for key, fact in records if isinstance(fact.data, BankInstructionAnswered)]
        assert all(key == fact.data.customer_id.encode() for key, fact in said)
        assert all(partition_of(key, 8) == partition for key, _ in said)
        counted = {close.date: close.totals for _, fact in records if (close := _close(fact.data))}
        answered = {
            day: sum(t.count for t in totals if t.type == "BankInstructionAnswered") for day, totals in counted.items()
        }
        assert Counter(answered) == Counter({AFTER_PAY_DAY: len(said)}) | Counter(dict.fromkeys(answered, 0))


def _close(event: Any) -> BusinessDayClosed | None:
    return event if isinstance(event, BusinessDayClosed) else None


@pytest.mark.parametrize("after", [FACTS_AND_PERSONS + number for number in (0, 1, 20, 41, 44, 49, 60)])
async def test_killed_among_its_answers_or_at_the_close_it_answers_each_once(kafka, few: Portfolio, after: int):
    await ask(kafka, customers(few))
    with pytest.raises(Killed):
        await played(kafka, few, after=after)
    await played(kafka, few)
    assert Counter(fact.id for fact in await answers(kafka)) == Counter(id_of_customer(each) for each in customers(few))
    assert {fact.time for fact in await answers(kafka)} == {datetime.combine(FIRST, ANSWERS_AT)}


def id_of_customer(customer: str) -> str:
    return f"{asked(customer).instruction_id}/answered"


async def test_played_twice_the_same_bytes_are_written(kafka, few: Portfolio):
    await ask(kafka, customers(few))
    await played(kafka, few)
    first = await log_of(kafka)
    again = type(kafka)(**{**vars(kafka), "prefix": f"{kafka.prefix}again."})
    await topics.apply(kafka.bootstrap, again.prefix)
    await ask(again, reversed(customers(few)))
    with pytest.raises(Killed):
        await played(again, few, after=FACTS_AND_PERSONS + 10)
    await played(again, few)
    assert await log_of(again) == first


async def test_what_was_asked_when_the_day_had_closed_in_its_partition_is_answered_the_next(kafka, few: Portfolio):
    with pytest.raises(Killed):
        await played(kafka, few, after=FACTS_AND_PERSONS + 4)
    await ask(kafka, customers(few))
    await played(kafka, few)
    found = await answers(kafka)
    assert len(found) == len(customers(few))
    closed_before = {partition_of(fact.data.customer_id.encode(), 8) for fact in found if fact.time.date() > FIRST}
    assert closed_before == {0, 1, 2, 3}
    assert {fact.time.date() for fact in found} == {FIRST, SECOND}
