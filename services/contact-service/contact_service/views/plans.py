"""Agreed instalment plans (分期), as far as they silence collection (CN-17), as plan-service tells of them."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from arrears_events.catalogue.plan import (
    PLAN,
    InstalmentMissed,
    InstalmentPaid,
    InstalmentPartlyPaid,
    PlanAgreed,
    PlanBroken,
    PlanCancelled,
    PlanCompleted,
    PlanReinstated,
)
from arrears_events.envelope import StreamEvent
from arrears_runtime.database import Database
from arrears_runtime.projection import view
from sqlalchemy import ARRAY, Boolean, Column, Integer, Table, Text, Uuid, func, or_, select

from contact_service.views import metadata

plans = Table(
    "plans",
    metadata,
    Column("plan_id", Uuid, primary_key=True),
    Column("customer_id", Text, index=True),
    Column("kind", Text),
    Column("accounts", ARRAY(Text)),
    Column("runs", Boolean),
    Column("missed", ARRAY(Integer)),
)
PlanWord = (
    PlanAgreed | InstalmentMissed | InstalmentPaid | InstalmentPartlyPaid | PlanBroken | PlanCancelled | PlanCompleted
    | PlanReinstated
)  # fmt: skip


class PlanRow(NamedTuple):
    """`missed`: the numbers of instalments that were missed and are not paid."""

    plan_id: UUID
    customer_id: str
    kind: str
    accounts: list[str]
    runs: bool
    missed: list[int]


class InPlanRow(NamedTuple):
    customer_id: str
    account_id: str


@view(plans, PlanRow, of=PLAN, key="plan_id", takes=PlanWord.__args__)
def fold(row: PlanRow | None, fact: StreamEvent[PlanWord]) -> PlanRow | None:
    """A proposal that was cancelled was never agreed, and has no row."""
    event = fact.data
    if isinstance(event, PlanAgreed):
        return PlanRow(event.plan_id, event.customer_id, event.kind, sorted(event.accounts), runs=True, missed=[])
    if row is None:
        return None
    match event:
        case InstalmentMissed():
            return row._replace(missed=sorted({*row.missed, event.number}))
        case InstalmentPaid() | InstalmentPartlyPaid():
            return row._replace(missed=[number for number in row.missed if number != event.number])
        case PlanBroken() | PlanCancelled() | PlanCompleted():
            return row._replace(runs=False)
        case PlanReinstated():
            return row._replace(runs=True)


async def in_plan(db: Database, customers: Collection[str]) -> list[InPlanRow]:
    """Accounts that are not collected. A missed instalment opens those of an ordinary plan, a break those of any."""
    silent = plans.c.runs, or_(plans.c.kind == "personalised", func.cardinality(plans.c.missed) == 0)
    query = select(plans.c.customer_id, func.unnest(plans.c.accounts))
    return await db.rows(InPlanRow, query.where(plans.c.customer_id.in_(customers), *silent))
