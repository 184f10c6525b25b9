"""The whole history of the demo, read from Kafka alone, as an auditor reads it."""

from collections.abc import Sequence
from typing import Any, Protocol

from arrears_events.catalogue.bank import BANK
from arrears_events.catalogue.base import Event
from arrears_events.catalogue.case import CASE
from arrears_events.catalogue.contact import CONTACT
from arrears_events.catalogue.plan import PLAN
from arrears_events.codec import Topic
from arrears_events.log.reader import Reader

TOPICS: tuple[Topic[Any], ...] = (BANK, CASE, CONTACT, PLAN)
"""The bank's first: what came of a payment is told after the payment."""


class Told(Protocol):
    def take(self, event: Event) -> None:
        """The next event of a topic; of one customer in order."""
        ...


async def read(reader: Reader, told: Sequence[Told]) -> None:
    """Tell each of `told` all there is. Raises Undecodable."""
    for topic in TOPICS:
        at = [(topic.name, partition) for partition in await reader.partitions(topic.name)]
        async for records in reader.until(await reader.starts(at), await reader.ends(at)):
            for record in records:
                event = topic.decode(record.value).data
                for each in told:
                    each.take(event)
    reader.read_from({})  # else its long poll stands before every question that follows
