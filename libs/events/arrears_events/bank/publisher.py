"""Publishing a bank's events. Run it again after any failure: what is on the log already is not written twice."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from types import TracebackType
from typing import Any

from aiokafka.errors import KafkaConnectionError

from arrears_events.bank.day import PartitionDay
from arrears_events.bank.tail import read_tail
from arrears_events.catalogue.bank import BANK, BankEvent, BusinessDayClosed
from arrears_events.catalogue.base import Event
from arrears_events.catalogue.persons import BANK_CUSTOMERS, CustomerDetailsUpdated
from arrears_events.codec import Topic, digest, encode
from arrears_events.envelope import SourceEvent
from arrears_events.errors import LogUnreachable, PublishedOtherwise
from arrears_events.log.partitioning import partition_of
from arrears_events.log.reader import Reader
from arrears_events.log.writer import Acknowledged, Writer

IN_FLIGHT_MOST = 5_000
"""Records that may wait for Kafka's word at once."""

_Envelope = SourceEvent[Event]


class BankPublisher:
    """One source, its business days one after the other.

    After a start go on with the day after `last_closed`, from its first event: what is there of it is dropped and still
    counted. So ids, times and contents must come out the same when a day is published anew. `unclosed`: the ids of what
    a run before this one wrote after `last_closed`.
    """

    def __init__(self, bootstrap: str, *, source: str, topic_prefix: str = "") -> None:
        self.bootstrap, self.source, self.topic_prefix = bootstrap, source, topic_prefix
        self.last_closed: date | None = None
        self.other_sources: frozenset[str] = frozenset()
        self.unclosed: frozenset[str] = frozenset()
        self._days: list[PartitionDay] = []
        self._in_flight: list[Acknowledged] = []

    async def __aenter__(self) -> "BankPublisher":
        try:
            async with Reader(self.bootstrap, self.topic_prefix) as reader:
                tail = await read_tail(reader, self.source)
            self._writer = await Writer(self.bootstrap).__aenter__()
        except KafkaConnectionError:
            raise LogUnreachable(f"Kafka does not answer at {self.bootstrap}.") from None
        self.last_closed, self.other_sources = tail.last_closed, tail.other_sources
        self.unclosed = frozenset(id_ for found in tail.found for id_ in found.hashes)
        self._days = [PartitionDay(found) for found in tail.found]
        return self

    async def __aexit__(self, *error: type[BaseException] | BaseException | TracebackType | None) -> None:
        try:
            if error[0] is None:
                await self.acknowledged()
        finally:
            await self._writer.__aexit__(*error)

    async def publish(self, event: BankEvent, *, id: str, time: datetime) -> None:  # noqa: A002
        """Hand over an event of the open day; `id` is made from the business, and `time` is the bank's.

        It is on the log when `acknowledged` or `close_day` returns. Raises PublishedOtherwise.
        """
        assert not isinstance(event, BusinessDayClosed), "close_day writes it, with its totals"
        partition = self._partition_of(event.customer_id)
        value = self._encoded(BANK, event, id, time)
        if self._days[partition].say(id, digest(value), event):
            await self._send(BANK, event.customer_id.encode(), value, partition)

    def takes(self, customer_id: str, id: str) -> bool:  # noqa: A002
        """Whether an event of the customer can be of the open day, which a run before may have closed in part."""
        return self._days[self._partition_of(customer_id)].takes(id)

    async def tell(self, details: CustomerDetailsUpdated, *, id: str, time: datetime) -> None:  # noqa: A002
        """Hand over who a customer is. It belongs to no day, and told again changes nothing."""
        value = self._encoded(BANK_CUSTOMERS, details, id, time)
        await self._send(BANK_CUSTOMERS, details.customer_id.encode(), value)

    async def erase(self, customer_id: str) -> None:
        """Hand over that the person is to be forgotten, by all, for ever."""
        await self._send(BANK_CUSTOMERS, customer_id.encode(), None)

    async def close_day(self, day: date, next_business_date: date) -> None:
        """Write BusinessDayClosed with the day's totals to every partition, after all of the day is acknowledged."""
        await self.close_days([(day, next_business_date)])

    async def close_days(self, days: Iterable[tuple[date, date]]) -> None:
        """Close the open day and those that follow it without any event, each with its next business date."""
        await self.acknowledged()
        for day, next_business_date in days:
            if self.last_closed and day <= self.last_closed:
                raise PublishedOtherwise(f"{day} is closed already. Go on with the day after {self.last_closed}.")
            await self._close(day, next_business_date)
            self.last_closed = day
        await self.acknowledged()

    async def acknowledged(self) -> None:
        """All that was handed over is on the log. After an error make a new publisher."""
        in_flight, self._in_flight = self._in_flight, []
        await asyncio.gather(*in_flight)

    def _partition_of(self, customer_id: str) -> int:
        return partition_of(customer_id.encode(), len(self._days))

    async def _close(self, day: date, next_business_date: date) -> None:
        at = datetime.combine(day + timedelta(days=1), time(), UTC)
        for partition, said in enumerate(self._days):
            id_ = f"{self.source}/close/{day}/{partition}"
            closed = BusinessDayClosed(
                source=self.source,
                date=day,
                next_business_date=next_business_date,
                partition=partition,
                totals=said.totals,
            )
            value = self._encoded(BANK, closed, id_, at)
            if said.close(id_, digest(value)):
                await self._send(BANK, None, value, partition)

    def _encoded(self, topic: Topic[Any], event: Event, id_: str, at: datetime) -> bytes:
        type_ = topic.type_of(type(event))
        return encode(
            _Envelope(source=self.source, id=id_, type=type_, schemaversion=event.version, time=at, data=event)
        )

    async def _send(
        self, topic: Topic[Any], key: bytes | None, value: bytes | None, partition: int | None = None
    ) -> None:
        if len(self._in_flight) >= IN_FLIGHT_MOST:
            await self.acknowledged()
        name = f"{self.topic_prefix}{topic.name}"
        self._in_flight.append(await self._writer.send(name, key, value, partition))
