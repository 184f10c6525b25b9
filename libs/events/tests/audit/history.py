"""A history made by hand: a bank and a service that write as they must, unless a test tells them otherwise."""

import asyncio
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID, uuid5

from arrears_events.audit.entries import Entry, entries_of
from arrears_events.audit.evidence import Evidence
from arrears_events.audit.findings import Finding
from arrears_events.audit.topics import AUDITED
from arrears_events.audit.verification import Verification
from arrears_events.catalogue.bank import BANK, BusinessDayClosed, PaymentMissed, PaymentReceived
from arrears_events.catalogue.base import Event
from arrears_events.catalogue.case import CASE, CaseOpened, StageChanged
from arrears_events.codec import Topic, digest, encode
from arrears_events.envelope import SourceEvent, StreamEvent
from arrears_events.ids import case_id, event_id
from arrears_events.log.partitioning import partition_of
from arrears_events.log.reader import Record
from arrears_events.log.writer import Writer
from arrears_events.money import Money
from arrears_events.totals import control_entry, totals_of

PARTITIONS = 8
SOURCE = "core"
TOPICS = {topic.name: topic for topic in AUDITED}
START = datetime(2026, 4, 21, 10, tzinfo=UTC)


def twd(amount: int) -> Money:
    return Money.of(amount, "TWD")


class History:
    """Records by topic and partition, in order. A fault is planted by telling a writer to do what it must not."""

    def __init__(self) -> None:
        self.partitions: dict[tuple[str, int], list[Record]] = defaultdict(list)
        self._heads: dict[str, list[tuple[int, str | None]]] = defaultdict(lambda: [(0, None)])
        self._day: dict[int, list[Any]] = defaultdict(list)
        self._clock = START

    @property
    def records(self) -> list[Record]:
        return sorted((r for lane in self.partitions.values() for r in lane), key=lambda record: record.timestamp)

    def put(self, topic: str, partition: int, key: bytes | None, value: bytes) -> Record:
        lane = self.partitions[topic, partition]
        offset = lane[-1].offset + 1 if lane else 0
        self._clock += timedelta(seconds=1)
        lane.append(Record(topic, partition, offset, key, value, int(self._clock.timestamp() * 1000)))
        return lane[-1]

    def put_again(self, record: Record) -> Record:
        return self.put(record.topic, record.partition, record.key, record.value)

    def put_as(self, record: Record, partition: int, key: bytes | None) -> Record:
        """The record lies there in place of where it is."""
        self.partitions[record.topic, record.partition].remove(record)
        return self.put(record.topic, partition, key, record.value)

    def fact(self, event: Event, id_: str, *, counted: bool = True, source: str = SOURCE) -> Record:
        customer: str = event.customer_id  # type: ignore[attr-defined]
        if counted:
            self._day[self.home_of(customer)].append(control_entry(event))
        return self.put(BANK.name, self.home_of(customer), customer.encode(), self._fact_bytes(event, id_, source))

    def close(self, day: str, partition: int, **other: Any) -> Record:
        """The close of a day states what the bank wrote since the last, and names the next day."""
        on = date.fromisoformat(day)
        event = BusinessDayClosed(
            **{
                "source": SOURCE,
                "date": on,
                "next_business_date": on + timedelta(days=1),
                "partition": partition,
                "totals": totals_of(self._day.pop(partition, [])),
            }
            | other
        )
        return self.put(BANK.name, partition, None, self._fact_bytes(event, f"{SOURCE}/close/{on}/{partition}", SOURCE))

    def payment(self, account: str, month: str, amount: int = 100, **how: Any) -> Record:
        day = date.fromisoformat(f"{month}-15")
        event = PaymentReceived(
            customer_id=customer_of(account),
            account_id=account,
            payment_id=f"{account}/payment/{month}",
            amount=twd(amount),
            value_date=day,
            booked_on=day,
            channel="transfer",
        )
        return self.fact(event, event.payment_id, **how)

    def missed(self, account: str, day: str) -> Record:
        as_of = date.fromisoformat(day)
        event = PaymentMissed(
            customer_id=customer_of(account),
            account_id=account,
            statement_id=f"{account}/statement/1",
            due_date=as_of - timedelta(days=1),
            as_of=as_of,
            minimum_due=twd(100),
            arrears=twd(100),
            balance=twd(1000),
            days_past_due=1,
        )
        return self.fact(event, f"{account}/missed/{day}")

    def ours(
        self, topic: Topic[Any], streamid: str, event: Event, cause: str | None = None, command: str = "", **other: Any
    ) -> Record:
        """The next event of the stream. Without a cause it came of a request; `other` are attributes that differ."""
        version, hash_ = self._heads[streamid][-1]
        commandid = uuid5(UUID(int=0), command or f"{streamid} {version}")
        self._clock += timedelta(seconds=1)
        said: dict[str, Any] = {
            "source": f"{topic.owner}-service",
            "type": topic.type_of(type(event)),
            "time": self._clock,
            "data": event,
            "streamid": streamid,
            "streamversion": version + 1,
            "prevhash": hash_,
            "actor": "lin",
            "actorrole": "collector",
            "causationid": cause or f"request/{commandid}",
            "commandid": commandid,
            "correlationid": "c",
        } | other
        said = {"id": event_id(said["streamid"], said["streamversion"])} | said
        value = encode(StreamEvent[Any].model_construct(**said))
        self._heads[streamid].append((said["streamversion"], digest(value)))
        customer: str = event.customer_id  # type: ignore[attr-defined]
        return self.put(topic.name, self.home_of(customer), customer.encode(), value)

    def rewind(self, streamid: str) -> None:
        """The stream's writer forgets its last record, which stays on the log."""
        self._heads[streamid].pop()

    def lose(self, record: Record) -> None:
        """As if it had never been there: what follows moves up."""
        lane = self.partitions[record.topic, record.partition]
        lane.remove(record)
        lane[:] = [replace(each, offset=offset) for offset, each in enumerate(lane)]

    def opened(self, account: str, cause: Record | str, **other: Any) -> Record:
        word = cause if isinstance(cause, str) else self.id_of(cause)
        event = CaseOpened(
            customer_id=customer_of(account),
            account_id=account,
            case_id=case_id(account, word),
            reason="missed",
            opened_by=word,
            entered_at_stage="M1",
            as_of=date(2026, 4, 21),
            arrears=twd(100),
            balance=twd(1000),
            days_past_due=1,
        )
        return self.ours(CASE, f"account/{account}", event, word, actor="case-service", actorrole="service", **other)

    def staged(self, account: str, cause: Record | str | None = None, **other: Any) -> Record:
        event = StageChanged(
            customer_id=customer_of(account),
            account_id=account,
            case_id=case_id(account, f"{account}/missed/2026-04-21"),
            from_stage="M1",
            to_stage="M2",
            on=date(2026, 5, 21),
        )
        why = self.id_of(cause) if isinstance(cause, Record) else cause
        return self.ours(CASE, f"account/{account}", event, why, **other)

    def verified(self, starts: dict[tuple[str, int], int] | None = None) -> list[Finding]:
        """All findings. `starts`: the first offsets that the broker still has, where it is not 0."""
        findings: list[Finding] = []
        with Evidence() as evidence:
            verification = Verification(dict.fromkeys(AUDITED, PARTITIONS), evidence, findings.append)
            for topic, partition in product(AUDITED, range(PARTITIONS)):
                lane = self.partitions[topic.name, partition]
                first = (starts or {}).get((topic.name, partition), 0)
                verification.begin(topic, partition, first)
                for record in (record for record in lane if record.offset >= first):
                    verification.take(record)
                verification.end(lane[-1].offset + 1 if lane else first)
            verification.settle()
        return findings

    def entries(self, customer: str) -> list[Entry]:
        records = [record for record in self.records if record.partition == self.home_of(customer)]
        return list(entries_of(customer, records, TOPICS))

    async def publish(self, bootstrap: str, prefix: str) -> None:
        async with Writer(bootstrap, linger_ms=5) as writer:
            sent = [await writer.send(prefix + r.topic, r.key, r.value, r.partition) for r in self.records]
            await asyncio.gather(*sent)

    @staticmethod
    def home_of(customer: str) -> int:
        """The partition in which the customer's records lie."""
        return partition_of(customer.encode(), PARTITIONS)

    @staticmethod
    def id_of(record: Record) -> str:
        return str(TOPICS[record.topic].decode(record.value).id)

    def _fact_bytes(self, event: Event, id_: str, source: str) -> bytes:
        self._clock += timedelta(seconds=1)
        return encode(
            SourceEvent[Any](source=source, id=id_, type=BANK.type_of(type(event)), time=self._clock, data=event)
        )


def customer_of(account: str) -> str:
    """`C-1-b` is the second account of customer C-1."""
    return account.removesuffix("-b").replace("UCI", "C")
