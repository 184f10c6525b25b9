"""A log made by hand: the bank and our services write as they must, unless a test tells them otherwise."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from arrears_events.catalogue.bank import BANK, BusinessDayClosed
from arrears_events.catalogue.base import Event, PolicyPublished, PolicyRef
from arrears_events.catalogue.case import CASE
from arrears_events.catalogue.contact import CONTACT, CONTACT_SETTINGS
from arrears_events.catalogue.plan import PLAN
from arrears_events.codec import Topic, digest, encode
from arrears_events.envelope import SourceEvent, StreamEvent
from arrears_events.ids import event_id
from arrears_events.log.chain import Head
from arrears_events.log.reader import Record
from arrears_events.money import Money
from arrears_policy.policy import load
from arrears_policy.rule_pack import RulePack
from arrears_policy.second_look.findings import Between, Finding
from arrears_policy.second_look.second_look import SecondLook
from arrears_policy.second_look.tally import Tally

from .law_of_a_test import BASE, CN

SHANGHAI = ZoneInfo("Asia/Shanghai")
TOPICS: tuple[Topic[Any], ...] = (CONTACT, BANK, CASE, PLAN)
PARTITIONS = 8
HOME, AWAY = 3, 4
"""Partitions: where customers lie, if nothing else is said, and another."""
AT_ONCE = 3
"""Records that the reader gives at a time: so few, that what belongs together comes apart."""


def cny(amount: str | int) -> Money:
    return Money.of(amount, "CNY")


def day(written: str) -> date:
    """`04-02` of 2026."""
    return date.fromisoformat(f"2026-{written}")


class Log:
    """What lies on it, and the moment at which the next is written; `packs` are those in force.

    `ahead`: how far the broker's clock is ahead of the business calendar.
    """

    base: PolicyRef
    cn: PolicyRef

    def __init__(self, now: datetime, ahead: timedelta = timedelta(0)) -> None:
        self.lanes: dict[tuple[str, int], list[Record]] = defaultdict(list)
        self.packs: dict[PolicyRef, RulePack] = {}
        self.heads: dict[tuple[str, str], Head] = {}
        self.now, self.ahead = now, ahead

    def at(self, local: str, zone: str = "Asia/Shanghai") -> None:
        """It is `04-02 10:00` of 2026 there, or some seconds after it with `10:00:05`."""
        self.now = datetime.fromisoformat(f"2026-{local}").replace(tzinfo=ZoneInfo(zone))

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def closes(self, written: str, partition: int = HOME, /, **other: Any) -> None:
        """`other`: fields of the event that differ from what is right there."""
        closed: dict[str, Any] = {
            "source": "core",
            "date": day(written),
            "next_business_date": day(written) + timedelta(days=1),
            "partition": partition,
        }
        self._put(
            BANK,
            partition,
            None,
            self._fact(BusinessDayClosed(**closed | other), f"core/close/{written}/{partition}"),
        )

    def publishes(self, text: str, since: str = "03-31", *, hash_: str = "", version: int = 1) -> PolicyRef:
        """From that business date on the service decides by the text."""
        policy = load(text)
        ref = PolicyRef(name=policy.name, version=version, sha256=hash_ or sha256(text.encode()).hexdigest())
        said = {"policy": ref, "body": text, "effective_from": day(since), "proposed_by": "a", "approved_by": "b"}
        self._ours(CONTACT_SETTINGS, 0, f"policy/contact/{ref.name}", None, PolicyPublished(**said))
        if isinstance(policy.content, RulePack) and day(since) <= self.now.date():
            self.packs = {each: pack for each, pack in self.packs.items() if each.name != ref.name}
            self.packs[ref] = policy.content
        return ref

    def bank(self, event: Event, id_: str, partition: int = HOME, key: bytes | None = None) -> Record:
        """Under its customer's key, unless another is given."""
        return self._put(BANK, partition, key or _key(event), self._fact(event, id_))

    def ours(self, topic: Topic[Any], streamid: str, event: Event, partition: int = HOME) -> Record:
        return self._ours(topic, partition, streamid, _key(event), event)

    def again(self, record: Record) -> None:
        lane = self.lanes[record.topic, record.partition]
        lane.append(replace(record, offset=len(lane), timestamp=self._logged))

    def logged_only_now(self, topic: str, partition: int = HOME) -> None:
        """The broker had the topic's last record only now."""
        self.lanes[topic, partition][-1] = replace(self.lanes[topic, partition][-1], timestamp=self._logged)

    def positions(self, partition: int = HOME) -> dict[str, int]:
        """The next offset of each topic that contact-service reads."""
        return {topic.name: len(self.lanes[topic.name, partition]) for topic in (BANK, CASE, PLAN)}

    @property
    def records(self) -> Iterable[Record]:
        return (record for lane in self.lanes.values() for record in lane)

    @property
    def _logged(self) -> int:
        return int((self.now + self.ahead).timestamp() * 1000)

    def _fact(self, event: Event, id_: str) -> bytes:
        envelope = SourceEvent[Any](source="core", id=id_, type=BANK.type_of(type(event)), time=self.now, data=event)
        return encode(envelope)

    def _ours(self, topic: Topic[Any], partition: int, streamid: str, key: bytes | None, event: Event) -> Record:
        head = self.heads.get((topic.name, streamid), Head(0, ""))
        version = head.version + 1
        command = uuid5(UUID(int=0), f"{streamid} {version}")
        envelope = StreamEvent[Any](
            id=event_id(streamid, version),
            source=f"{topic.owner}-service",
            type=topic.type_of(type(event)),
            time=self.now,
            data=event,
            streamid=streamid,
            streamversion=version,
            prevhash=head.hash or None,
            actor="lin",
            actorrole="collector",
            causationid=f"request/{command}",
            commandid=command,
            correlationid="c",
        )
        value = encode(envelope)
        self.heads[topic.name, streamid] = Head(version, digest(value))
        return self._put(topic, partition, key, value)

    def _put(self, topic: Topic[Any], partition: int, key: bytes | None, value: bytes) -> Record:
        """A record takes its writer and the broker a tenth of a second."""
        self.later(seconds=0.1)
        lane = self.lanes[topic.name, partition]
        lane.append(Record(topic.name, partition, len(lane), key, value, self._logged))
        return lane[-1]


class Past(Log):
    """Begins at 10:00 of 2 April 2026 in Shanghai, with two rule packs in force and 1 April closed."""

    def __init__(self) -> None:
        super().__init__(datetime(2026, 3, 31, 9, tzinfo=SHANGHAI))
        self.base, self.cn = self.publishes(BASE), self.publishes(CN)
        self.at("04-02 09:59")
        for partition in (HOME, AWAY):
            self.closes("04-01", partition)
        self.at("04-02 10:00")

    def looked_at(self) -> tuple[list[Finding | Between], Tally]:
        found: list[Finding | Between] = []
        look = SecondLook(found.append)
        look.settings(self.lanes[CONTACT_SETTINGS.name, 0])
        partitions = sorted({partition for _, partition in self.lanes})
        for partition in partitions:
            look.bars(self.lanes[CONTACT.name, partition])
        for partition in partitions:
            for topic in TOPICS:
                lane = self.lanes[topic.name, partition]
                for first in range(0, len(lane), AT_ONCE):
                    look.put(lane[first : first + AT_ONCE])
            look.judge()
        return found, look.tally

    def breaches(self) -> list[tuple[str, str | None]]:
        """Code and rule of each finding."""
        return [(each.code, each.rule) for each in self.findings()]

    def findings(self) -> list[Finding]:
        return [each for each in self.looked_at()[0] if isinstance(each, Finding)]

    def between(self) -> list[Between]:
        return [each for each in self.looked_at()[0] if isinstance(each, Between)]


def _key(event: Event) -> bytes:
    customer: str = event.customer_id  # type: ignore[attr-defined]
    return customer.encode()
