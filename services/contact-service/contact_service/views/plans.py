"""Instalment plans (分期) as plan-service tells of them: as far as they silence collection, and what is due next.

An instalment is the same place in `due` and `left`, as in the schedule.
"""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from arrears_events.catalogue.plan import (
    PLAN,
    InstalmentMissed,
    InstalmentPaid,
    InstalmentPartlyPaid,
    PaymentAllocated,
    PaymentUnallocated,
    PlanAgreed,
    PlanBroken,
    PlanCancelled,
    PlanCompleted,
    PlanProposed,
    PlanReinstated,
    PlanReminderDue,
)
from arrears_events.envelope import StreamEvent
from arrears_events.money import Money
from arrears_runtime.database import Database, among
from arrears_runtime.projection import view
from sqlalchemy import ARRAY, Boolean, Column, Date, Integer, Numeric, Table, Text, Uuid, func, or_, select

from contact_service.domain.facts import Upcoming
from contact_service.views import metadata

plans = Table(
    "plans",
    metadata,
    Column("plan_id", Uuid, primary_key=True),
    Column("customer_id", Text, index=True),
    Column("kind", Text),
    Column("accounts", ARRAY(Text)),
    Column("reminders", Boolean),
    Column("runs", Boolean),
    Column("missed", ARRAY(Integer)),
    Column("currency", Text),
    Column("due", ARRAY(Date)),
    Column("left", ARRAY(Numeric(18, 3))),
    Column("as_of", Date),
)
PlanWord = (
    PlanProposed | PlanAgreed | PlanReminderDue | PaymentAllocated | PaymentUnallocated | InstalmentMissed
    | InstalmentPaid | InstalmentPartlyPaid | PlanBroken | PlanCancelled | PlanCompleted | PlanReinstated
)  # fmt: skip


class PlanRow(NamedTuple):
    """`runs`: agreed, and neither over nor broken. `missed`: numbers of instalments that were missed and are not paid.

    `left`: what of each instalment is to be paid, by the word of `as_of` and what was paid since.
    """

    plan_id: UUID
    customer_id: str
    kind: str
    accounts: list[str]
    reminders: bool
    runs: bool
    missed: list[int]
    currency: str
    due: list[date]
    left: list[Decimal]
    as_of: date

    def upcoming(self, on: date) -> Upcoming | None:
        """The next instalment, due that day or later, that is not paid in full."""
        for due, left in zip(self.due, self.left, strict=True):
            if due >= on and left:
                amount = Money.of(left, self.currency)
                return Upcoming(self.plan_id, frozenset(self.accounts), due, amount, self.as_of)
        return None


class InPlanRow(NamedTuple):
    customer_id: str
    account_id: str


@view(plans, PlanRow, of=PLAN, key="plan_id", takes=PlanWord.__args__)
def fold(row: PlanRow | None, fact: StreamEvent[PlanWord]) -> PlanRow:
    event = fact.data
    if isinstance(event, PlanProposed):
        return _proposed(event)
    assert row, f"{type(event).__name__} of a plan that was not proposed"
    match event:
        case PlanAgreed():
            return row._replace(runs=True, as_of=event.agreed_on)
        case PlanReminderDue():
            return row._replace(as_of=event.day)
        case PaymentAllocated():
            return _paid(row, event.number, event.amount)
        case PaymentUnallocated():
            return _paid(row, event.number, event.amount.zero() - event.amount)
        case InstalmentMissed():
            return row._replace(missed=sorted({*row.missed, event.number}))
        case InstalmentPaid() | InstalmentPartlyPaid():
            return row._replace(missed=[number for number in row.missed if number != event.number])
        case PlanBroken() | PlanCancelled() | PlanCompleted():
            return row._replace(runs=False)
        case PlanReinstated():
            return row._replace(runs=True)


def _proposed(plan: PlanProposed) -> PlanRow:
    return PlanRow(
        plan_id=plan.plan_id,
        customer_id=plan.customer_id,
        kind=plan.kind,
        accounts=sorted(share.account_id for share in plan.shares),
        reminders=plan.reminders,
        runs=False,
        missed=[],
        currency=plan.amount.currency,
        due=[each.due for each in plan.schedule],
        left=[(each.principal + each.interest).amount for each in plan.schedule],
        as_of=plan.proposed_on,
    )


def _paid(row: PlanRow, number: int, amount: Money) -> PlanRow:
    left = [each - amount.amount if at == number else each for at, each in enumerate(row.left, start=1)]
    return row._replace(left=left)


async def in_plan(db: Database, customers: Collection[str]) -> list[InPlanRow]:
    """Accounts that are not collected. A missed instalment opens those of an ordinary plan, a break those of any."""
    silent = plans.c.runs, or_(plans.c.kind == "personalised", func.cardinality(plans.c.missed) == 0)
    query = select(plans.c.customer_id, func.unnest(plans.c.accounts))
    return await db.rows(InPlanRow, query.where(among(plans.c.customer_id, customers), *silent))


async def reminded_plans_of(db: Database, customers: Collection[str]) -> list[PlanRow]:
    """Those that run and whose customer agreed to be reminded (CN-17), the oldest word first."""
    query = select(plans).where(among(plans.c.customer_id, customers), plans.c.runs, plans.c.reminders)
    return await db.rows(PlanRow, query.order_by(plans.c.as_of, plans.c.plan_id))
