"""From which day on a case had which arrears at which stage, in each currency: the figures of any day, past days too.

A row holds from its `since` to that of the next row of its case and currency, by the bank's dates, whichever word came
first. A case counts from the day it opened to the day before it closed.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from arrears_events.catalogue.case import CASE, ArrearsChanged, CaseOpened, Stage
from arrears_events.envelope import StreamEvent
from arrears_runtime.database import Database
from arrears_runtime.projection import view
from sqlalchemy import CTE, Column, Date, Index, Integer, Numeric, Table, Text, Uuid, case, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from case_service.domain.ledger import stage_of
from case_service.views import metadata
from case_service.views.cases import cases

intervals = Table(
    "intervals",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("streamid", Text),
    Column("streamversion", Integer),
    Column("customer_id", Text, index=True),
    Column("case_id", Uuid),
    Column("currency", Text),
    Column("since", Date),
    Column("stage", Text),
    Column("arrears", Numeric(18, 3)),
)
Index(
    "intervals_case",
    intervals.c.case_id,
    intervals.c.currency,
    intervals.c.since.desc(),
    intervals.c.streamversion.desc(),
)


class IntervalRow(NamedTuple):
    """`stage` is that of this currency's days past due; the case stands at the worst of them, or in recovery."""

    event_id: UUID
    streamid: str
    streamversion: int
    customer_id: str
    case_id: UUID
    currency: str
    since: date
    stage: Stage
    arrears: Decimal


class StageCount(NamedTuple):
    stage: Stage
    cases: int


class StageArrears(NamedTuple):
    stage: Stage
    currency: str
    amount: Decimal


@view(intervals, IntervalRow, of=CASE, key=lambda fact: fact.id, takes=(CaseOpened, ArrearsChanged), grows=True)
def fold(_: None, fact: StreamEvent[CaseOpened | ArrearsChanged]) -> IntervalRow:
    return IntervalRow(
        event_id=fact.id,
        streamid=fact.streamid,
        streamversion=fact.streamversion,
        customer_id=fact.data.customer_id,
        case_id=fact.data.case_id,
        currency=fact.data.arrears.currency,
        since=fact.data.as_of,
        stage=stage_of(fact.data.days_past_due),
        arrears=fact.data.arrears.amount,
    )


async def counts_on(db: Database, day: date) -> list[StageCount]:
    """How many cases were open at the end of `day`, at each stage."""
    ledgers = _ledgers_on(day)
    query = select(ledgers.c.stage, func.count(ledgers.c.case_id.distinct()))
    return await db.rows(StageCount, query.group_by(ledgers.c.stage).order_by(ledgers.c.stage))


async def arrears_on(db: Database, day: date) -> list[StageArrears]:
    """What was overdue in them, at each stage and in each currency."""
    ledgers = _ledgers_on(day)
    group = ledgers.c.stage, ledgers.c.currency
    query = select(*group, func.sum(ledgers.c.arrears))
    return await db.rows(StageArrears, query.group_by(*group).order_by(*group))


def _ledgers_on(day: date) -> CTE:
    """The last row of each currency of each case that was open, at the stage of its case. M0 < … < M7 as texts too."""
    last = _last_by(day)
    worst = func.max(last.c.stage).over(partition_by=last.c.case_id)
    stage = case((cases.c.recovery_since <= day, "recovery"), else_=worst).label("stage")
    still_open = or_(cases.c.closed_on.is_(None), cases.c.closed_on > day)
    query = select(last.c.case_id, last.c.currency, last.c.arrears, stage)
    query = query.join(cases, cases.c.case_id == last.c.case_id).where(cases.c.opened_on <= day, still_open)
    return query.cte("ledgers")


def _last_by(day: date) -> CTE:
    ledger = intervals.c.case_id, intervals.c.currency
    newest_first = intervals.c.since.desc(), intervals.c.streamversion.desc()
    query = select(intervals).ext(distinct_on(*ledger)).where(intervals.c.since <= day)
    return query.order_by(*ledger, *newest_first).cte("last")
