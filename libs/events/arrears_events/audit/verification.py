"""Whether the history proves itself: every record is read once, and judged by the log alone.

Memory: a head for each stream of the partition being read, a small Day for each close, and the evidence's cache. It
does not grow with the number of events; the evidence's file does.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from arrears_events.audit.evidence import Evidence
from arrears_events.audit.findings import Finding, Report
from arrears_events.audit.lane import Lane
from arrears_events.audit.settlement import settle
from arrears_events.codec import Topic
from arrears_events.log.reader import Record


@dataclass
class Summary:
    """How much was read of each topic, and how many findings there are of each level."""

    records: Counter[str] = field(default_factory=Counter[str])
    streams: Counter[str] = field(default_factory=Counter[str])
    findings: Counter[str] = field(default_factory=Counter[str])

    def as_json(self) -> dict[str, Any]:
        topics = {name: {"records": n, "streams": self.streams[name]} for name, n in self.records.items()}
        return {"topics": topics, "errors": self.findings["error"], "notes": self.findings["note"]}


class Verification:
    """Partitions one after the other (`begin`, `take`, `end`), then `settle`. `report` hears each finding at once."""

    def __init__(self, partitions: Mapping[Topic[Any], int], evidence: Evidence, report: Report) -> None:
        self.summary = Summary(records=Counter({topic.name: 0 for topic in partitions}))
        self._partitions, self._evidence, self._report = partitions, evidence, report
        self._lanes: list[Lane] = []

    def begin(self, topic: Topic[Any], partition: int, offset: int) -> None:
        self._lanes.append(Lane(len(self._lanes), topic, partition, self._partitions[topic], self._evidence))
        self._tell(self._lanes[-1].start(offset))

    def take(self, record: Record) -> None:
        self.summary.records[record.topic] += 1
        self._tell(self._lanes[-1].take(record))

    def end(self, offset: int) -> None:
        """The partition was read up to (without) this offset. Its heads are let go."""
        lane = self._lanes[-1]
        self._tell(lane.end(offset))
        self.summary.streams[lane.topic.name] += lane.streams.count

    def take_later(self, record: Record) -> None:
        """A record that came while the ends were being asked for: not judged, but what is judged may rest on it."""
        self._lanes[-1].take_later(record)

    def settle(self) -> Summary:
        self._tell(settle(self._lanes, self._evidence))
        return self.summary

    def _tell(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self.summary.findings[finding.level] += 1
            self._report(finding)
