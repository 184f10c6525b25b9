"""Reading Kafka for the second look: contact.events before the topics that its decisions had read."""

from collections.abc import AsyncIterator

from arrears_events.audit.reading import Progress, no_progress
from arrears_events.catalogue.contact import CONTACT, CONTACT_SETTINGS
from arrears_events.log.reader import Reader, Record

from arrears_policy.second_look.findings import Report
from arrears_policy.second_look.second_look import SecondLook
from arrears_policy.second_look.tally import Tally
from arrears_policy.second_look.told import HEARD, READ

Lane = tuple[str, int]


async def look_again(reader: Reader, report: Report, progress: Progress = no_progress) -> Tally:
    """Judge every contact on the log as it stands now. Raises LookupError when a topic does not exist.

    The ends of what decisions had read are asked for last: so all that a decision says was read is there.
    """
    numbers = await reader.partitions(CONTACT.name)
    for topic in HEARD:
        if await reader.partitions(topic.name) != numbers:
            raise LookupError(f"{topic.name} and {CONTACT.name} differ in partitions, and a customer's lie nowhere")
    first = [(CONTACT.name, each) for each in numbers] + [(CONTACT_SETTINGS.name, 0)]
    heard = [(topic.name, each) for topic in HEARD for each in numbers]
    ends = await reader.ends(first)
    ends |= await reader.ends(heard)
    log = _Log(reader, await reader.starts([*first, *heard]), ends, progress)
    look = SecondLook(report)
    look.settings([record async for records in log.of(CONTACT_SETTINGS.name, 0) for record in records])
    for number in numbers:
        async for records in log.of(CONTACT.name, number):
            look.bars(records)
    for number in numbers:
        for topic in READ:
            async for records in log.of(topic.name, number):
                look.put(records)
        look.judge()
    return look.tally


class _Log:
    """What lies between the first records and the ends; contact.events are read twice."""

    def __init__(self, reader: Reader, starts: dict[Lane, int], ends: dict[Lane, int], progress: Progress) -> None:
        self._reader, self._starts, self._ends, self._progress = reader, starts, ends, progress
        self._total = sum((ends[at] - starts[at]) * (1 + (at[0] == CONTACT.name)) for at in ends)

    async def of(self, topic: str, partition: int) -> AsyncIterator[list[Record]]:
        """A list of records at a time, in order."""
        at = (topic, partition)
        async for records in self._reader.until({at: self._starts[at]}, {at: self._ends[at]}):
            self._progress(len(records), self._total)
            yield records
