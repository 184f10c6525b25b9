"""Reading Kafka for an auditor: whole partitions, from their first record to the ends that were there at the start."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from arrears_events.audit.entries import Entry, customer_of, entries_of
from arrears_events.audit.evidence import Evidence
from arrears_events.audit.findings import Report
from arrears_events.audit.verification import Summary, Verification
from arrears_events.codec import Topic
from arrears_events.log.partitioning import partition_of
from arrears_events.log.reader import Reader, Record

Progress = Callable[[int, int], None]
"""Told of records read since the last time, and of all that there are to be read."""


def no_progress(read: int, of: int) -> None:
    """For who does not look."""


async def verify(
    reader: Reader, topics: Sequence[Topic[Any]], report: Report, progress: Progress = no_progress
) -> Summary:
    """Judge the history as it stands now. Raises LookupError when a topic does not exist.

    Ends are asked for twice: whatever caused a record below the first was on the log before the second.
    """
    partitions = {topic: await reader.partitions(topic.name) for topic in topics}
    at = [(topic.name, partition) for topic, numbers in partitions.items() for partition in numbers]
    starts, ends, later = await reader.starts(at), await reader.ends(at), await reader.ends(at)
    total = sum(ends[each] - starts[each] for each in at)
    with Evidence() as evidence:
        verification = Verification({topic: len(numbers) for topic, numbers in partitions.items()}, evidence, report)
        for topic, partition in ((topic, number) for topic, numbers in partitions.items() for number in numbers):
            lane = (topic.name, partition)
            verification.begin(topic, partition, starts[lane])
            async for records in reader.until({lane: starts[lane]}, {lane: ends[lane]}):
                for record in records:
                    verification.take(record)
                progress(len(records), total)
            verification.end(ends[lane])
            async for records in reader.until({lane: ends[lane]}, {lane: later[lane]}):
                for record in records:
                    verification.take_later(record)
        return verification.settle()


async def find_customer(reader: Reader, topic: Topic[Any], name: str, wanted: str) -> str:
    """Whose record on this topic first has `wanted` in the field `name`. Raises LookupError when none has."""
    at = [(topic.name, partition) for partition in await reader.partitions(topic.name)]
    async for records in _all_of(reader, at):
        found = filter(None, (customer_of(record, topic, name, wanted) for record in records))
        if customer_id := next(found, None):
            reader.read_from({})  # else its long poll stands before every question that follows
            return customer_id
    raise LookupError(f"no record of {topic.name} has {name} {wanted}")


async def entries_of_customer(reader: Reader, topics: Sequence[Topic[Any]], customer_id: str) -> list[Entry]:
    """All that the log holds of the customer, and the closes of days beside it: one partition of each topic is read."""
    partitions = {topic.name: len(await reader.partitions(topic.name)) for topic in topics}
    at = [(topic, partition_of(customer_id.encode(), number)) for topic, number in partitions.items()]
    by_name = {topic.name: topic for topic in topics}
    return [entry async for records in _all_of(reader, at) for entry in entries_of(customer_id, records, by_name)]


async def _all_of(reader: Reader, at: list[tuple[str, int]]) -> AsyncIterator[list[Record]]:
    """What lies in these partitions now, one after the other: waiting for all at once takes longer."""
    starts, ends = await reader.starts(at), await reader.ends(at)
    for each in at:
        async for records in reader.until({each: starts[each]}, {each: ends[each]}):
            yield records
