"""How a running instance is: what it has read, what is unpublished, and whether all it needs is there."""

import asyncio
from collections.abc import Sequence
from time import monotonic

from aiokafka.errors import KafkaError
from arrears_events.log.reader import SILENT_SECONDS, BrokerSilent, Reader

from arrears_runtime import dead_letters
from arrears_runtime.database import UNAVAILABLE, Database
from arrears_runtime.dead_letters import DeadLetter
from arrears_runtime.http.service import Check, Condition
from arrears_runtime.positions import Partition, Position

ASKING_SECONDS = 2.0
"""For database and broker each to say how they are: a probe waits no longer."""
STALLED_SECONDS = 15.0
"""Unread records and no progress for so long is not ready."""


class Watch:
    """Looks at one instance. `reader` is its own: on the follower's connection questions wait behind the long poll."""

    def __init__(self, db: Database, topics: Sequence[str], partitions: int) -> None:
        self._db, self._topics, self._partitions = db, topics, partitions
        self.reader: Reader | None = None
        self._seen: dict[Partition, Position] | None = None
        self._since = monotonic()

    async def until_silent(self) -> None:
        """Raises BrokerSilent.

        After a kill -9 of the broker all of a lead's clients were seen to wait for ever, and a new one had its answer.
        """
        answered = monotonic()
        while monotonic() < answered + SILENT_SECONDS:
            _, broker = await self._ends([(topic, 0) for topic in self._topics], "")
            if broker.ok:
                answered = monotonic()
            await asyncio.sleep(ASKING_SECONDS)
        raise BrokerSilent

    async def condition(self, found: dict[Partition, Position], problem: str, *, is_open: bool) -> Condition:
        """Database and broker are asked apart, so that either's absence has its name. `found`: how far it has read."""
        checks = {"leading": Check(is_open, problem)}
        if not is_open:
            return Condition(lag={}, outbox=None, positions={}, checks=checks)
        try:
            async with asyncio.timeout(ASKING_SECONDS):
                [(outbox, oldest, resumed)] = await self._db.pool.fetch(_AT_REST)
                letters = await dead_letters.open_letters(self._db)
        except UNAVAILABLE as error:
            checks["database"] = Check(False, type(error).__name__)
            return Condition(lag={}, outbox=None, positions={}, checks=checks)
        checks["database"] = Check(True)
        ends, checks["broker"] = await self._ends(list(found), problem)
        lag, folded = self._lag(found, ends)
        checks["progress"] = self._progress(found, sum(lag.values()))
        checks["resumed customers"] = Check(not resumed, f"{resumed} are reading what they missed" if resumed else "")
        checks["control totals"] = _totals(letters)
        return Condition(lag, outbox, folded, checks, oldest, len(letters))

    async def _ends(self, partitions: list[Partition], problem: str) -> tuple[dict[Partition, int], Check]:
        if self.reader is None:
            return {}, Check(not problem, problem or "standing by")
        try:
            async with asyncio.timeout(ASKING_SECONDS):
                return await self.reader.ends(partitions), Check(True)
        except (KafkaError, OSError, TimeoutError) as error:
            return {}, Check(False, type(error).__name__)

    def _lag(
        self, found: dict[Partition, Position], ends: dict[Partition, int]
    ) -> tuple[dict[str, int], dict[str, list[int]]]:
        """What is unread by topic, nothing where the ends are not known; and the next offset of each partition."""
        lag = dict.fromkeys(self._topics, 0)
        folded = {topic: [0] * self._partitions for topic in self._topics}
        for (topic, partition), position in found.items():
            folded[topic][partition] = position.folded
            lag[topic] += max(0, ends.get((topic, partition), 0) - position.folded)
        return lag if ends else {}, folded

    def _progress(self, found: dict[Partition, Position], unread: int) -> Check:
        """Progress, or proven idle."""
        if not unread or found != self._seen:
            self._seen, self._since = dict(found), monotonic()
        stalled = monotonic() - self._since > STALLED_SECONDS
        return Check(
            not stalled, f"{unread} records unread and none read for {STALLED_SECONDS:.0f} s" if stalled else ""
        )


def _totals(letters: Sequence[DeadLetter]) -> Check:
    wrong = [letter.detail for letter in letters if letter.reason == "totals-differ"]
    return Check(not wrong, " | ".join(wrong[:10]))


_AT_REST = """
    SELECT count(*)::int, coalesce(extract(epoch FROM clock_timestamp() - min(written_at)), 0)::float8,
           (SELECT count(*)::int FROM stops WHERE outcome IS NOT NULL AND NOT caught_up)
    FROM outbox"""
