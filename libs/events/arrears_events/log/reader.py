"""Reading the log: partitions assigned by hand, from offsets that the reader keeps itself."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from time import time
from types import TracebackType
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from arrears_events.log.closing import give_up
from arrears_events.settings import KafkaAccess


@dataclass(frozen=True, slots=True)
class Record:
    """A record where it lies. `topic` is without the prefix of an installation.

    `is_null`: it has no value, not even an empty one, and on a compacted topic takes its key away.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    timestamp: int
    headers: tuple[tuple[str, bytes], ...] = ()
    is_null: bool = False


MUCH = 1_000
"""Records of one batch, from which on the next are fetched while it is worked on."""
SILENT_SECONDS = 20.0
"""A broker that gives no answer for so long is given up, with the connections to it."""


class BrokerSilent(RuntimeError):
    """The broker has not answered for SILENT_SECONDS."""

    def __init__(self) -> None:
        super().__init__(f"the broker has not answered for {SILENT_SECONDS:.0f} s")


class LastWord(NamedTuple):
    """`end`: the offset that the next record will get, as of `at` (seconds since the epoch)."""

    end: int
    at: float


class TopicMissing(LookupError):
    """A topic that is to be read does not exist."""


class HistoryIncomplete(RuntimeError):
    """The first records of a partition are gone, or fewer are left than were read before."""


class Reader:
    """Records of whole topics, in each partition in order. It commits nothing: positions are the caller's."""

    def __init__(self, bootstrap: str, prefix: str = "", *, group: str | None = None) -> None:
        self._bootstrap, self._prefix = bootstrap, prefix
        self._reading_since = float("inf")
        self.consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap,
            **KafkaAccess().of_a_client(),
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="none",
            fetch_max_wait_ms=500,
            max_partition_fetch_bytes=4 * 1024 * 1024,
            fetch_max_bytes=64 * 1024 * 1024,
            request_timeout_ms=10_000,
            check_crcs=True,
        )

    async def __aenter__(self) -> "Reader":
        try:
            await self.consumer.start()
        except BaseException:
            await give_up(self.consumer.stop)
            raise
        await asyncio.sleep(0)  # a consumer that stops before its tasks ran once raises CancelledError out of stop()
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await give_up(self.consumer.stop)

    async def partitions(self, topic: str) -> list[int]:
        """The topic's partitions. Raises TopicMissing."""
        await self._know([topic])
        found = self.consumer.partitions_for_topic(self._prefix + topic)
        if not found:
            raise TopicMissing(f"there is no topic {self._prefix}{topic}; `arrears topics apply` makes it")
        return sorted(found)

    def read_from(self, positions: Mapping[tuple[str, int], int]) -> None:
        """Read exactly these partitions from now on, each from its next offset."""
        assigned = {self._at(topic, partition): offset for (topic, partition), offset in positions.items()}
        self._reading_since = time()
        self.consumer.assign(list(assigned))
        for partition, offset in assigned.items():
            self.consumer.seek(partition, offset)

    async def ends(self, partitions: list[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """The offset that the next record of each partition will get."""
        await self._know([topic for topic, _ in partitions])
        ends = await self.consumer.end_offsets([self._at(*each) for each in partitions])
        return {(at.topic[len(self._prefix) :], at.partition): offset for at, offset in ends.items()}

    async def starts(self, partitions: list[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """The offset of the first record that is left of each partition."""
        await self._know([topic for topic, _ in partitions])
        starts = await self.consumer.beginning_offsets([self._at(*each) for each in partitions])
        return {(at.topic[len(self._prefix) :], at.partition): offset for at, offset in starts.items()}

    async def committed(self, partitions: list[tuple[str, int]]) -> dict[tuple[str, int], int | None]:
        """What the reader's group last committed for each partition."""
        return {at: await self.consumer.committed(self._at(*at)) for at in partitions}

    async def commit(self, positions: Mapping[tuple[str, int], int]) -> None:
        """Note next offsets in the reader's group, for a day when the database is lost."""
        await self.consumer.commit({self._at(*at): offset for at, offset in positions.items()})

    async def newest(self, timeout_ms: int, max_records: int) -> dict[tuple[str, int], list[Record]]:
        """As `batch`, for who works on each: while few come at a time, the next holds all that lies there by then.

        The client itself fetches ahead, and gives what lay there when work on the batch before began.
        """
        self.consumer.resume(*self.consumer.paused())
        found = await self.batch(timeout_ms, max_records)
        if 0 < sum(map(len, found.values())) < MUCH:
            self.consumer.pause(*self.consumer.assignment())
        return found

    async def batch(self, timeout_ms: int, max_records: int) -> dict[tuple[str, int], list[Record]]:
        """What has come, by partition; empty when nothing did in time.

        Raises BrokerSilent. After a kill -9 of the broker a consumer was seen to wait for ever, and say nothing.
        """
        fetched = await self.consumer.getmany(timeout_ms=timeout_ms, max_records=max_records)
        if not fetched and time() > self._heard_at() + SILENT_SECONDS:
            raise BrokerSilent
        cut = len(self._prefix)
        return {
            (at.topic[cut:], at.partition): [_record(at.topic[cut:], each) for each in records]
            for at, records in fetched.items()
        }

    def last_word(self, at: tuple[str, int]) -> LastWord | None:
        """Of the broker on a partition that is read; None before the first."""
        partition = self._at(*at)
        end, at_ms = self.consumer.highwater(partition), self.consumer.last_poll_timestamp(partition)
        return None if end is None or at_ms is None else LastWord(end, at_ms / 1000)

    async def positions(self, partitions: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """The next offset of each, past all that is no record: what was compacted away, a transaction's marks."""
        return {at: await self.consumer.position(self._at(*at)) for at in partitions}

    async def aside(
        self, starts: Mapping[tuple[str, int], int], ends: Mapping[tuple[str, int], int]
    ) -> AsyncIterator[list[Record]]:
        """What `until` gives, without moving this reader."""
        if starts == ends:
            return
        async with Reader(self._bootstrap, self._prefix) as other:
            async for records in other.until(starts, ends):
                yield records

    async def until(
        self, starts: Mapping[tuple[str, int], int], ends: Mapping[tuple[str, int], int], max_records: int = 20_000
    ) -> AsyncIterator[list[Record]]:
        """Every record from `starts` up to (without) `ends`, a list from one partition at a time."""
        left = {at: end for at, end in ends.items() if starts[at] < end}
        self.read_from({at: starts[at] for at in left})
        while left:
            for at, records in (await self.batch(1_000, max_records)).items():
                wanted = [record for record in records if at in left and record.offset < left[at]]
                if wanted:
                    yield wanted
            for at, position in (await self.positions(left)).items():
                if position >= left[at]:
                    del left[at]
                    self.consumer.pause(self._at(*at))

    def _heard_at(self) -> float:
        """When the broker last answered a fetch, with records or without; it does so at least each half second."""
        words = (self.consumer.last_poll_timestamp(partition) for partition in self.consumer.assignment())
        return max([self._reading_since, *(at_ms / 1000 for at_ms in words if at_ms)])

    async def _know(self, topics: Iterable[str]) -> None:
        """Ask for the topics' metadata at once: the consumer's own way to it takes seconds."""
        for topic in {self._prefix + topic for topic in topics}:
            if not self.consumer.partitions_for_topic(topic):
                await self.consumer._client.add_topic(topic)  # type: ignore[reportPrivateUsage]

    def _at(self, topic: str, partition: int) -> TopicPartition:
        return TopicPartition(self._prefix + topic, partition)


def _record(topic: str, found: Any) -> Record:
    value, headers = found.value or b"", tuple(found.headers)
    return Record(topic, found.partition, found.offset, found.key, value, found.timestamp, headers, found.value is None)
