"""What is the same for many customers: the rule packs that were published, the closes of days, and barred numbers."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from arrears_events.catalogue.bank import BusinessDayClosed
from arrears_events.catalogue.base import EARLIEST, FARTHEST, Event, PolicyPublished, PolicyRef
from arrears_events.catalogue.contact import ContactPointBarred

from arrears_policy.errors import PolicyWrong
from arrears_policy.policy import load
from arrears_policy.rule_pack import RulePack
from arrears_policy.second_look.findings import Code, Finding, Report
from arrears_policy.second_look.told import Told

HEARD_WITHIN = timedelta(seconds=5)
"""An instance may decide so long by the policies that were in force before: it looks for new ones every second."""


class Version(NamedTuple):
    """A published text; `pack` is None where it is no rule pack."""

    ref: PolicyRef
    effective_from: date
    published_at: datetime
    pack: RulePack | None


@dataclass(frozen=True)
class InForce:
    """The texts in force at one moment."""

    versions: Mapping[PolicyRef, Version]

    def packs_of(self, places: Collection[str]) -> dict[PolicyRef, RulePack]:
        return {
            ref: version.pack
            for ref, version in self.versions.items()
            if version.pack and version.pack.jurisdiction in places
        }


class Policies:
    """All texts that contact-service published, in the order of the log."""

    def __init__(self, records: Iterable[Told[Event]], report: Report) -> None:
        self._versions: list[Version] = []
        self.published: set[PolicyRef] = set()
        for record in records:
            if isinstance(record.event, PolicyPublished):
                self._take(record, record.event, report)

    def candidates(self, on: date, at: datetime) -> tuple[InForce, ...]:
        """By which a decision of `at` for the business date `on` may have been made; more than one at a change."""
        return tuple(self._in_force(on, moment) for moment in (at, at - HEARD_WITHIN))

    def _in_force(self, on: date, at: datetime) -> InForce:
        newest: dict[str, Version] = {}
        for each in self._versions:
            if each.effective_from <= on and each.published_at <= at:
                before = newest.get(each.ref.name, each)
                newest[each.ref.name] = max(before, each, key=lambda one: (one.effective_from, one.ref.version))
        return InForce({each.ref: each for each in newest.values()})

    def _take(self, record: Told[Event], event: PolicyPublished, report: Report) -> None:
        ref = event.policy
        try:
            content = load(event.body).content
            wrong = "" if sha256(event.body.encode()).hexdigest() == ref.sha256 else "its hash is not that of its text"
        except PolicyWrong as fault:
            content, wrong = None, f"its text cannot be read: {fault}"
        if wrong:
            sentence = f"The policy {ref.name} version {ref.version} decides nothing: {wrong}."
            report(Finding(Code.POLICY_WRONG, record.topic, record.partition, record.offset, None, None, sentence))
            return
        pack = content if isinstance(content, RulePack) else None
        self._versions.append(Version(ref, event.effective_from, record.time, pack))
        self.published.add(ref)


class Close(NamedTuple):
    """`logged`: when the broker had it, in seconds since 1970."""

    offset: int
    day: date
    next_business_date: date
    logged: float


def closes_of(records: Iterable[Told[Event]]) -> list[Close]:
    """The closes of one partition that a service takes in: no date of theirs lies a year past the close before."""
    found: list[Close] = []
    for record in records:
        if isinstance(close := record.event, BusinessDayClosed):
            last = found[-1].day if found else date.max
            if all(day >= EARLIEST and day - last <= FARTHEST for day in (close.date, close.next_business_date)):
                found.append(Close(record.offset, close.date, close.next_business_date, record.logged))
    return found


def close_below(closes: Sequence[Close], position: int) -> Close | None:
    """The bank's last close of a partition (in the order of offsets) of which somebody at `position` had read."""
    read = closes[: bisect_left(closes, position, key=lambda close: close.offset)]
    return max(read, key=lambda close: close.day, default=None)


def closes_from(closes: Sequence[Close], position: int, logged: float) -> Sequence[Close]:
    """Those at the position or after it that the broker had before `logged`."""
    first = bisect_left(closes, position, key=lambda close: close.offset)
    return closes[first : bisect_left(closes, logged, lo=first, key=lambda close: close.logged)]


@dataclass
class Bars:
    """Every number or address that was barred, by digest: for whomever it stands, it is not used again."""

    by_digest: dict[str, list[Told[Event]]] = field(default_factory=lambda: defaultdict[str, list[Told[Event]]](list))

    def take(self, record: Told[Event]) -> None:
        if isinstance(record.event, ContactPointBarred):
            self.by_digest[record.event.digest].append(record)

    def invalid(self, digest: str, before: datetime) -> bool:
        """Whether anybody had found by then that the number is another's, or not in service."""
        found = (each for each in self.by_digest.get(digest, ()) if each.time < before)
        return any(getattr(each.event, "reason", "refused") != "refused" for each in found)

    def of_others(self, digest: str, customer_id: str) -> list[Told[Event]]:
        return [each for each in self.by_digest.get(digest, ()) if _customer_of(each) != customer_id]


def _customer_of(record: Told[Event]) -> str:
    return getattr(record.event, "customer_id", "")


@dataclass(frozen=True)
class Law:
    """What a customer's contacts are judged by. `closes`: of the partition in which all of theirs lies."""

    policies: Policies
    closes: Sequence[Close]
    bars: Bars
