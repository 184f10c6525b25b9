"""Cases (案件) as case-service tells of them: what a contact with the customer may be about."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from arrears_events.catalogue.case import CASE, CaseClosed, CaseOpened, StageChanged
from arrears_events.envelope import StreamEvent
from arrears_runtime.database import Database, among
from arrears_runtime.projection import view
from sqlalchemy import Column, Table, Text, Uuid, select

from contact_service.views import metadata

cases = Table(
    "cases",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("customer_id", Text, index=True),
    Column("account_id", Text),
    Column("stage", Text),
    Column("outcome", Text),
)


class CaseRow(NamedTuple):
    """`outcome` is None while the case is open."""

    case_id: UUID
    customer_id: str
    account_id: str
    stage: str
    outcome: str | None


@view(cases, CaseRow, of=CASE, key="case_id", takes=(CaseOpened, StageChanged, CaseClosed))
def fold(row: CaseRow | None, fact: StreamEvent[CaseOpened | StageChanged | CaseClosed]) -> CaseRow:
    event = fact.data
    if isinstance(event, CaseOpened):
        return CaseRow(event.case_id, event.customer_id, event.account_id, event.entered_at_stage, outcome=None)
    assert row, f"{type(event).__name__} of a case that was not opened"
    match event:
        case StageChanged():
            return row._replace(stage=event.to_stage)
        case CaseClosed():
            return row._replace(outcome=event.outcome)


async def open_cases_of(db: Database, customer_id: str) -> list[CaseRow]:
    query = select(cases).where(cases.c.customer_id == customer_id, cases.c.outcome.is_(None))
    return await db.rows(CaseRow, query.order_by(cases.c.account_id))


async def open_accounts_of(db: Database, customers: Collection[str]) -> list[CaseRow]:
    """The open cases of many customers: an account has one at most."""
    return await db.rows(CaseRow, select(cases).where(among(cases.c.customer_id, customers), cases.c.outcome.is_(None)))
