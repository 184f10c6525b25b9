"""Cases (案件), as the worklist and the case page show them; what is overdue in each is in `arrears`."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple
from uuid import UUID

from arrears_events.catalogue.case import CASE, CaseClosed, CaseOpened, Stage, StageChanged
from arrears_events.envelope import StreamEvent
from arrears_events.money import Money
from arrears_runtime.database import Database
from arrears_runtime.projection import view
from arrears_runtime.stream import streams
from sqlalchemy import Column, ColumnElement, Date, Index, Table, Text, Uuid, select, tuple_

from case_service.views import metadata
from case_service.views.arrears import has_at_least
from case_service.views.disputes import has_held_part

cases = Table(
    "cases",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("streamid", Text),
    Column("customer_id", Text, index=True),
    Column("account_id", Text, index=True),
    Column("reason", Text),
    Column("entered_at_stage", Text),
    Column("stage", Text),
    Column("opened_on", Date),
    Column("recovery_since", Date),
    Column("closed_on", Date),
    Column("outcome", Text),
)
Index("cases_opened", cases.c.opened_on, cases.c.case_id)
OLDEST_FIRST = cases.c.opened_on, cases.c.case_id
Status = Literal["open", "closed"]


class CaseRow(NamedTuple):
    """Its dates are the bank's: of the opening word, the write-off, the clearing. `outcome`: None while it is open."""

    case_id: UUID
    streamid: str
    customer_id: str
    account_id: str
    reason: str
    entered_at_stage: Stage
    stage: Stage
    opened_on: date
    recovery_since: date | None
    closed_on: date | None
    outcome: str | None


@view(cases, CaseRow, of=CASE, key="case_id", takes=(CaseOpened, StageChanged, CaseClosed))
def fold(row: CaseRow | None, fact: StreamEvent[CaseOpened | StageChanged | CaseClosed]) -> CaseRow:
    event = fact.data
    if isinstance(event, CaseOpened):
        return _opened(fact.streamid, event)
    assert row, f"{event} of a case that was not opened"
    match event:
        case StageChanged(to_stage="recovery"):
            return row._replace(stage="recovery", recovery_since=event.on)
        case StageChanged():
            return row._replace(stage=event.to_stage)
        case CaseClosed():
            return row._replace(closed_on=event.closed_on, outcome=event.outcome)


def _opened(streamid: str, event: CaseOpened) -> CaseRow:
    return CaseRow(
        case_id=event.case_id,
        streamid=streamid,
        customer_id=event.customer_id,
        account_id=event.account_id,
        reason=event.reason,
        entered_at_stage=event.entered_at_stage,
        stage=event.entered_at_stage,
        opened_on=event.as_of,
        recovery_since=event.as_of if event.entered_at_stage == "recovery" else None,
        closed_on=None,
        outcome=None,
    )


@dataclass(frozen=True)
class CaseFilter:
    """What is None is not asked. `held`: whether a part of the arrears is held by a dispute."""

    customer_id: str | None = None
    account_id: str | None = None
    status: Status | None = None
    stage: Stage | None = None
    held: bool | None = None
    least_arrears: Money | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        found = [column == value for column, value in self._equal() if value is not None]
        if self.status:
            found.append(cases.c.outcome.is_(None) if self.status == "open" else cases.c.outcome.is_not(None))
        if self.held is not None:
            holds = has_held_part(cases.c.case_id)
            found.append(holds if self.held else ~holds)
        if self.least_arrears:
            found.append(has_at_least(cases.c.case_id, self.least_arrears))
        return found

    def _equal(self) -> list[tuple[Column[str], str | None]]:
        return [
            (cases.c.customer_id, self.customer_id),
            (cases.c.account_id, self.account_id),
            (cases.c.stage, self.stage),
        ]


async def case_of_id(db: Database, case_id: UUID) -> CaseRow | None:
    return await db.of_key(CaseRow, cases, case_id)


async def version_of_case(db: Database, case_id: UUID) -> int | None:
    """Of the account's stream, which may have gone on without touching the case. To be asked before the case is."""
    query = select(streams.c.version).join_from(streams, cases, streams.c.streamid == cases.c.streamid)
    return await db.row(int, query.where(cases.c.case_id == case_id))


async def cases_where(db: Database, asked: CaseFilter, after: tuple[date, UUID] | None, limit: int) -> list[CaseRow]:
    """Longest open first."""
    query = select(cases).where(*asked.conditions())
    if after:
        query = query.where(tuple_(*OLDEST_FIRST) > after)
    return await db.rows(CaseRow, query.order_by(*OLDEST_FIRST).limit(limit))
