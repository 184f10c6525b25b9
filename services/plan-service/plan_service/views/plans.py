"""Instalment plans (分期还款) with their instalments, as the worklist and the customer's page show them.

An instalment is the same place in each of a row's lists: they are written together, and read with their plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from arrears_events.catalogue.instalments import AgreedBy, DayCount, PlanFrequency, PlanKind, PlanMethod
from arrears_events.catalogue.plan import (
    PLAN,
    BankInstructionIssued,
    InstalmentDue,
    InstalmentMissed,
    InstalmentPaid,
    InstalmentPartlyPaid,
    InstalmentReopened,
    PaymentAllocated,
    PaymentUnallocated,
    PlanAgreed,
    PlanBooked,
    PlanBookingRefused,
    PlanBroken,
    PlanCancelled,
    PlanCompleted,
    PlanExpired,
    PlanProposed,
    PlanReinstated,
    PlanReminderDue,
)
from arrears_events.envelope import StreamEvent
from arrears_runtime.database import Database, among
from arrears_runtime.projection import view
from arrears_runtime.stream import streams
from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    Uuid,
    select,
    tuple_,
)

from plan_service.domain.instalments import InstalmentState
from plan_service.domain.plan import Booking, InstalmentEvent, PlanEvent, PlanState
from plan_service.views import metadata

plans = Table(
    "plans",
    metadata,
    Column("plan_id", Uuid, primary_key=True),
    Column("streamid", Text),
    Column("customer_id", Text, index=True),
    Column("since", Integer),
    Column("state", Text),
    Column("kind", Text),
    Column("accounts", ARRAY(Text)),
    Column("shares", ARRAY(Numeric(18, 3))),
    Column("currency", Text),
    Column("amount", Numeric(18, 3)),
    Column("method", Text),
    Column("frequency", Text),
    Column("rate_ppm", Integer),
    Column("day_count", Text),
    Column("due", ARRAY(Date)),
    Column("principal", ARRAY(Numeric(18, 3))),
    Column("interest", ARRAY(Numeric(18, 3))),
    Column("balance", ARRAY(Numeric(18, 3))),
    Column("paid", ARRAY(Numeric(18, 3))),
    Column("states", ARRAY(Text)),
    Column("reminders", Boolean),
    Column("grace_days", Integer),
    Column("missed_to_break", Integer),
    Column("least_share_percent", Integer),
    Column("proposed_on", Date),
    Column("agree_by", Date),
    Column("agreed_on", Date),
    Column("agreed_by", Text),
    Column("recording_id", Text),
    Column("booking", Text),
    Column("booking_reason", Text),
    Column("proposed_by", Text),
    Column("proposed_at", DateTime(timezone=True)),
)
_NEWEST = plans.c.proposed_at, plans.c.since, plans.c.plan_id
Index("plans_newest", *_NEWEST)
Index("plans_state", plans.c.state, plans.c.proposed_at)
T = TypeVar("T")


class PlanRow(NamedTuple):
    """`since`: the version of its stream with which it was proposed. `shares` are of `accounts`.

    From `due` to `states` the lists are of instalments.
    """

    plan_id: UUID
    streamid: str
    customer_id: str
    since: int
    state: PlanState
    kind: PlanKind
    accounts: list[str]
    shares: list[Decimal]
    currency: str
    amount: Decimal
    method: PlanMethod
    frequency: PlanFrequency
    rate_ppm: int
    day_count: DayCount
    due: list[date]
    principal: list[Decimal]
    interest: list[Decimal]
    balance: list[Decimal]
    paid: list[Decimal]
    states: list[InstalmentState]
    reminders: bool
    grace_days: int
    missed_to_break: int
    least_share_percent: int
    proposed_on: date
    agree_by: date
    agreed_on: date | None
    agreed_by: AgreedBy | None
    recording_id: str | None
    booking: Booking | None
    booking_reason: str | None
    proposed_by: str
    proposed_at: datetime


@view(plans, PlanRow, of=PLAN, key="plan_id")
def fold(row: PlanRow | None, fact: StreamEvent[PlanEvent]) -> PlanRow:
    event = fact.data
    if isinstance(event, PlanProposed):
        return _proposed(fact, event)
    assert row, f"{event} of a plan that was not proposed"
    return _changed(row, event)


def _proposed(fact: StreamEvent[PlanEvent], plan: PlanProposed) -> PlanRow:
    return PlanRow(
        plan_id=plan.plan_id,
        streamid=fact.streamid,
        customer_id=plan.customer_id,
        since=fact.streamversion,
        state="proposed",
        kind=plan.kind,
        accounts=[share.account_id for share in plan.shares],
        shares=[share.principal.amount for share in plan.shares],
        currency=plan.amount.currency,
        amount=plan.amount.amount,
        method=plan.terms.method,
        frequency=plan.terms.frequency,
        rate_ppm=plan.terms.rate_ppm,
        day_count=plan.terms.day_count,
        due=[each.due for each in plan.schedule],
        principal=[each.principal.amount for each in plan.schedule],
        interest=[each.interest.amount for each in plan.schedule],
        balance=[each.balance.amount for each in plan.schedule],
        paid=[plan.amount.zero().amount] * len(plan.schedule),
        states=["open"] * len(plan.schedule),
        reminders=plan.reminders,
        grace_days=plan.rule.grace_days,
        missed_to_break=plan.rule.missed_to_break,
        least_share_percent=plan.rule.least_share_percent,
        proposed_on=plan.proposed_on,
        agree_by=plan.agree_by,
        agreed_on=None,
        agreed_by=None,
        recording_id=None,
        booking=None,
        booking_reason=None,
        proposed_by=fact.actor,
        proposed_at=fact.time,
    )


def _changed(row: PlanRow, event: PlanEvent) -> PlanRow:
    match event:
        case PlanAgreed():
            said: dict[str, Any] = {"agreed_on": event.agreed_on, "agreed_by": event.agreed_by}
            return row._replace(state="agreed", recording_id=event.recording_id, **said)
        case PlanExpired() | PlanCancelled() | PlanBroken() | PlanCompleted() | PlanReinstated():
            return row._replace(state=_STATES[type(event)])
        case PaymentAllocated():
            return row._replace(paid=_set(row.paid, event.number, row.paid[event.number - 1] + event.amount.amount))
        case PaymentUnallocated():
            return row._replace(paid=_set(row.paid, event.number, row.paid[event.number - 1] - event.amount.amount))
        case BankInstructionIssued() | PlanBooked():
            return row._replace(booking="done" if isinstance(event, PlanBooked) else "asked", booking_reason=None)
        case PlanBookingRefused():
            return row._replace(booking="refused", booking_reason=event.reason)
        case PlanReminderDue():
            return row
        case PlanProposed():
            raise AssertionError(f"{event} was proposed twice")
        case _:
            return row._replace(states=_set(row.states, event.number, _INSTALMENT_STATES[type(event)]))


_STATES: dict[type, PlanState] = {
    PlanExpired: "expired",
    PlanCancelled: "cancelled",
    PlanBroken: "broken",
    PlanCompleted: "completed",
    PlanReinstated: "agreed",
}
_INSTALMENT_STATES: dict[type[InstalmentEvent], InstalmentState] = {
    InstalmentDue: "due",
    InstalmentPaid: "paid",
    InstalmentPartlyPaid: "partly_paid",
    InstalmentMissed: "missed",
    InstalmentReopened: "open",
}


def _set(values: Sequence[T], number: int, value: T) -> list[T]:
    return [*values[: number - 1], value, *values[number:]]


@dataclass(frozen=True)
class PlanFilter:
    state: PlanState | None = None
    customer_id: str | None = None
    booking: Booking | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        found += [plans.c.state == self.state] if self.state else []
        found += [plans.c.customer_id == self.customer_id] if self.customer_id else []
        found += [plans.c.booking == self.booking] if self.booking else []
        return found


async def plan_of_id(db: Database, plan_id: UUID) -> PlanRow | None:
    return await db.of_key(PlanRow, plans, plan_id)


async def version_of_plan(db: Database, plan_id: UUID) -> int | None:
    """Of the customer's stream, which may have gone on without touching it. To be asked before the plan is."""
    query = select(streams.c.version).join_from(streams, plans, streams.c.streamid == plans.c.streamid)
    return await db.row(int, query.where(plans.c.plan_id == plan_id))


async def open_plans_of(db: Database, customer_id: str) -> list[PlanRow]:
    """Proposed or agreed."""
    query = select(plans).where(plans.c.customer_id == customer_id, among(plans.c.state, ("proposed", "agreed")))
    return await db.rows(PlanRow, query)


async def plans_where(
    db: Database, asked: PlanFilter, *, after: tuple[datetime, int, UUID] | None, limit: int
) -> list[PlanRow]:
    """Newest first."""
    query = select(plans).where(*asked.conditions())
    if after:
        query = query.where(tuple_(*_NEWEST) < after)
    return await db.rows(PlanRow, query.order_by(*(column.desc() for column in _NEWEST)).limit(limit))
