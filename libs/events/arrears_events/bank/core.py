"""The core system of a portfolio's bank, simulated: what it is asked to do is done, and it says so once.

It does nothing else of its own: after a plan was booked a portfolio's next word of arrears is what the file says.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import Any

from arrears_events.bank.publisher import BankPublisher
from arrears_events.catalogue.bank import BANK, BankInstructionAnswered
from arrears_events.catalogue.case import CASE
from arrears_events.catalogue.plan import PLAN, BankInstructionIssued
from arrears_events.codec import Topic, Undecodable
from arrears_events.log.reader import Reader

Lane = tuple[str, int]

INSTRUCTING: tuple[Topic[Any], ...] = tuple(topic for topic in (CASE, PLAN) if BankInstructionIssued in topic.events)
"""Topics on which the bank is asked to do something."""


class Core:
    """It answers through `bank`, on whose topic its answers are all that it remembers."""

    def __init__(self, bank: BankPublisher) -> None:
        self._bank = bank
        self._reader = Reader(bank.bootstrap, bank.topic_prefix)
        self._next: dict[Lane, int] = {}
        self._asked: dict[str, BankInstructionIssued] = {}
        self._answered: set[str] = set()

    async def __aenter__(self) -> "Core":
        await self._reader.__aenter__()
        self._next = await self._reader.starts(await self._lanes(INSTRUCTING))
        self._answered = {id_ async for id_ in self._answered_on_closed_days()}
        return self

    async def __aexit__(self, *error: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self._reader.__aexit__(*error)

    async def answer(self, at: datetime) -> int:
        """Say on the open day, at that time, that all that was asked is done; gives how many answers that were.

        A day that was begun before must be told the same again, so what is on its log is answered anew. What cannot be
        of the day any more, since a run before this one closed it in part, waits for the next.
        """
        await self._hear()
        answers = [answer_to(self._asked[id_]) for id_ in sorted(self._asked.keys() - self._answered)]
        given = [each for each in answers if self._bank.takes(each.customer_id, id_of(each))]
        for each in given:
            await self._bank.publish(each, id=id_of(each), time=at)
        self._answered |= {each.instruction_id for each in given}
        return len(given)

    async def _hear(self) -> None:
        """What was asked since the last time."""
        ends = await self._reader.ends(list(self._next))
        async for event in _events(self._reader, INSTRUCTING, BankInstructionIssued, self._next, ends):
            self._asked[event.instruction_id] = event
        self._next = ends

    async def _answered_on_closed_days(self) -> AsyncIterator[str]:
        if self._bank.last_closed is None:
            return
        lanes = await self._lanes([BANK])
        starts, ends = await self._reader.starts(lanes), await self._reader.ends(lanes)
        async for event in _events(self._reader, [BANK], BankInstructionAnswered, starts, ends):
            if id_of(event) not in self._bank.unclosed:
                yield event.instruction_id

    async def _lanes(self, topics: Iterable[Topic[Any]]) -> list[Lane]:
        """An installation may run a part of the system, without some of the topics."""
        found: list[Lane] = []
        for topic in topics:
            with suppress(LookupError):
                found += [(topic.name, partition) for partition in await self._reader.partitions(topic.name)]
        return found


def answer_to(asked: BankInstructionIssued) -> BankInstructionAnswered:
    return BankInstructionAnswered(
        customer_id=asked.customer_id,
        instruction_id=asked.instruction_id,
        outcome="done",
        reference=f"core/{asked.instruction_id}",
    )


def id_of(answer: BankInstructionAnswered) -> str:
    return f"{answer.instruction_id}/answered"


async def _events(
    reader: Reader, topics: Iterable[Topic[Any]], kind: type[Any], starts: Mapping[Lane, int], ends: Mapping[Lane, int]
) -> AsyncIterator[Any]:
    """Those of one kind. A record that cannot be read is among the dead letters of its readers."""
    by_name = {topic.name: topic for topic in topics}
    async for records in reader.until(starts, ends):
        for record in records:
            if kind.wire.encode() in record.value:
                with suppress(Undecodable):
                    event = by_name[record.topic].decode(record.value).data
                    if isinstance(event, kind):
                        yield event
    reader.read_from({})  # else its long poll stands before every question that follows
