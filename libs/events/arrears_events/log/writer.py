"""Writing to the log: acknowledged by all replicas, each record once, in order, in the partition of its key."""

import asyncio
from collections.abc import Sequence
from types import TracebackType

from aiokafka import AIOKafkaProducer
from aiokafka.structs import RecordMetadata

from arrears_events.log.closing import give_up
from arrears_events.log.partitioning import partition_of
from arrears_events.settings import KafkaAccess

RECORD_BYTES = 1024 * 1024
"""Of an event at most, as topics.toml has it."""

Acknowledged = asyncio.Future[RecordMetadata]


class Writer:
    """An idempotent producer. After an error of `send` or of what it returned, make a new one and read the tail.

    `record_bytes`: of one record at most, before it is compressed; the topic's own bound is on what comes of that.
    """

    def __init__(self, bootstrap: str, *, linger_ms: int = 0, record_bytes: int = RECORD_BYTES) -> None:
        self._producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            **KafkaAccess().of_a_client(),
            acks="all",
            enable_idempotence=True,
            linger_ms=linger_ms,
            max_batch_size=256 * 1024,
            max_request_size=record_bytes,
            request_timeout_ms=10_000,
            metadata_max_age_ms=300_000,
            compression_type="lz4",
        )
        self._partitions: dict[str, int] = {}

    async def __aenter__(self) -> "Writer":
        try:
            await self._producer.start()
        except BaseException:
            await give_up(self._producer.stop)
            raise
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await give_up(self._producer.stop)

    async def partitions(self, topic: str) -> int:
        """How many partitions the topic has; asked once, since the number is fixed for life."""
        if topic not in self._partitions:
            self._partitions[topic] = len(await self._producer.partitions_for(topic))
        return self._partitions[topic]

    async def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None = None,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> Acknowledged:
        """Hand a record over; the future tells where it lies. Without a key the partition must be named.

        On a compacted topic no value at all takes the key away.
        """
        if partition is None:
            assert key is not None, "a record without a key names its partition"
            partition = partition_of(key, await self.partitions(topic))
        return await self._producer.send(topic, value=value, key=key, partition=partition, headers=list(headers))
