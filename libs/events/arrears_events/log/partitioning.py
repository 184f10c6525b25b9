"""Which partition a key lies in: murmur2, as Kafka's Java client has it, so that any bank's producer agrees."""

from functools import lru_cache

from aiokafka.partitioner import murmur2


@lru_cache(maxsize=200_000)
def partition_of(key: bytes, partitions: int) -> int:
    return (murmur2(key) & 0x7FFFFFFF) % partitions
