"""A small trade for the harness's own tests: accounts are opened, amounts are paid in, a day's close sums them up."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar, NamedTuple

from arrears_events.catalogue.base import (
    STOP_EVENTS,
    CustomerEvent,
    DayClosed,
    DeadLetterSkipped,
    Id,
    PolicyProposed,
    PolicyPublished,
)
from arrears_events.codec import Topic
from arrears_events.envelope import SourceEvent, StreamEvent
from arrears_events.money import Amount
from arrears_events.refused import Refused
from arrears_runtime.decider import Decider
from arrears_runtime.projection import BadRecord, view
from arrears_runtime.reaction import on
from arrears_runtime.service import Service
from sqlalchemy import Column, Date, Integer, MetaData, Numeric, Table, Text


class Opened(CustomerEvent):
    wire: ClassVar[str] = "Opened"
    account_id: Id


class Paid(CustomerEvent):
    wire: ClassVar[str] = "Paid"
    control: ClassVar[str | None] = "amount"
    account_id: Id
    amount: Amount
    on: date


class Forgotten(CustomerEvent):
    wire: ClassVar[str] = "Forgotten"


class Closed(DayClosed):
    wire: ClassVar[str] = "BusinessDayClosed"


class Counted(CustomerEvent):
    wire: ClassVar[str] = "Counted"
    units: int
    on: date


class Summed(CustomerEvent):
    wire: ClassVar[str] = "Summed"
    day: date
    total: int


class Erased(CustomerEvent):
    wire: ClassVar[str] = "Erased"


BANK = Topic.of("bank.events", SourceEvent, (Opened, Paid, Forgotten, Closed))
TALLY = Topic.of("plan.events", StreamEvent, (Counted, Summed, Erased, *STOP_EVENTS))
SETTINGS = Topic.of("plan.settings", StreamEvent, (DeadLetterSkipped, PolicyProposed, PolicyPublished))


@dataclass(frozen=True)
class Count:
    customer_id: str
    payment: str
    units: int
    on: date


@dataclass(frozen=True)
class CloseDay:
    day: date


@dataclass(frozen=True)
class Tally:
    customer_id: str
    total: int = 0
    payments: tuple[str, ...] = ()
    open_since: date | None = None


def decide(tally: Tally | None, command: Count | CloseDay) -> list[Any]:
    match command:
        case Count(units=units) if units > 1_000_000:
            raise Refused("too-much", most=1_000_000)
        case Count(units=13):
            raise AssertionError("thirteen is a bug")
        case Count():
            return [Counted(customer_id=command.customer_id, units=command.units, on=command.on)]
        case CloseDay(day) if tally and tally.open_since and tally.open_since <= day:
            return [Summed(customer_id=tally.customer_id, day=day, total=tally.total)]
        case CloseDay():
            return []


def evolve(tally: Tally | None, event: Counted | Summed) -> Tally:
    before = tally or Tally(event.customer_id)
    match event:
        case Counted():
            return replace(before, total=before.total + event.units, open_since=before.open_since or event.on)
        case Summed():
            return replace(before, open_since=None)


metadata = MetaData()
tallies = Table(
    "tallies",
    metadata,
    Column("customer_id", Text, primary_key=True),
    Column("streamid", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("summed_on", Date),
)
entries = Table(
    "entries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("streamid", Text, nullable=False),
    Column("what", Text, nullable=False),
)
accounts = Table(
    "accounts",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("customer_id", Text, nullable=False),
    Column("paid", Numeric(18, 3), nullable=False),
)


class TallyRow(NamedTuple):
    customer_id: str
    streamid: str
    total: int
    summed_on: date | None


class EntryRow(NamedTuple):
    id: str
    streamid: str
    what: str


class AccountRow(NamedTuple):
    account_id: str
    customer_id: str
    paid: Any


@view(tallies, TallyRow, of=TALLY, key="customer_id", takes=(Counted, Summed))
def tally_view(row: TallyRow | None, fact: Any) -> TallyRow:
    event: Counted | Summed = fact.data
    before = row or TallyRow(event.customer_id, fact.streamid, 0, None)
    match event:
        case Counted() as counted:
            return before._replace(total=before.total + counted.units)
        case Summed() as summed:
            return before._replace(summed_on=summed.day)


@view(entries, EntryRow, of=TALLY, key=lambda fact: str(fact.id), grows=True)
def entry_view(_: None, fact: Any) -> EntryRow:
    return EntryRow(str(fact.id), fact.streamid, fact.data.wire)


@view(accounts, AccountRow, of=BANK, key="account_id")
def account_view(row: AccountRow | None, fact: Any) -> AccountRow:
    match row, fact.data:
        case None, Opened() as opened:
            return AccountRow(opened.account_id, opened.customer_id, 0)
        case None, _:
            raise BadRecord("unknown-account", stops=False)
        case AccountRow(), Paid() as paid:
            if paid.amount.amount == 666:
                raise ValueError("a bug of ours")
            return row._replace(paid=row.paid + paid.amount.amount)
        case _:
            return row


def stream_of(fact: Any) -> str:
    return f"tally/{fact.data.customer_id}"


@on(Paid, stream=stream_of)
def count_the_payment(fact: Any) -> Count:
    return Count(fact.data.customer_id, fact.id, int(fact.data.amount.amount), fact.data.on)


SERVICE = Service(
    name="plan",
    topic=TALLY,
    settings_topic=SETTINGS,
    reads=(BANK,),
    metadata=metadata,
    deciders=(Decider("tally", Tally, decide, evolve, due=lambda tally: tally.open_since, at_close=CloseDay),),
    views=(tally_view, entry_view, account_view),
    reactions=(count_the_payment,),
)
