"""A business day of a source in one partition: what it said, what of that is on the log already, and the totals."""

from dataclasses import dataclass, field

from arrears_events.catalogue.base import ControlTotal, Event
from arrears_events.errors import PublishedOtherwise
from arrears_events.totals import Tally, control_entry


@dataclass
class Found:
    """What a run before this one wrote after the last day that it closed everywhere.

    `hashes`: id to SHA-256 of the record, in order; so many of them are `closes`, of the open day and later.
    """

    hashes: dict[str, str] = field(default_factory=dict[str, str])
    closes: int = 0


class PartitionDay:
    """The open day; after a close it is the next one."""

    def __init__(self, found: Found) -> None:
        self._found = found
        self._said: dict[str, str] = {}
        self._tally = Tally()

    @property
    def totals(self) -> tuple[ControlTotal, ...]:
        """Of all that was said today, whether or not it was on the log already."""
        return self._tally.totals()

    def takes(self, id_: str) -> bool:
        """Whether the event can be of the open day: one that is new cannot where its partition closed it already."""
        return id_ in self._said or id_ in self._found.hashes or not self._found.closes

    def say(self, id_: str, hash_: str, event: Event) -> bool:
        """Whether the event is to be written: not when it was said before. Raises PublishedOtherwise."""
        if id_ in self._said:
            _same(id_, self._said[id_], hash_)
            return False
        if not self.takes(id_):
            raise PublishedOtherwise(f"{id_} is new, but its day is closed already in its partition.")
        self._said[id_] = hash_
        self._tally.add(*control_entry(event))
        return not self._is_found(id_, hash_)

    def close(self, id_: str, hash_: str) -> bool:
        """Whether the close is to be written; the next day begins. Raises PublishedOtherwise."""
        left = next(iter(self._found.hashes), id_)
        if left != id_:
            raise PublishedOtherwise(
                f"{left} is on the log and was not published again. Publish the day anew from its first event."
            )
        self._said, self._tally = {}, Tally()
        self._found.closes = max(0, self._found.closes - 1)
        return not self._is_found(id_, hash_)

    def _is_found(self, id_: str, hash_: str) -> bool:
        found = self._found.hashes.pop(id_, None)
        if found:
            _same(id_, found, hash_)
        return found is not None


def _same(id_: str, before: str, now: str) -> None:
    if before != now:
        raise PublishedOtherwise(f"{id_} was published before with other content. A correction has an id of its own.")
