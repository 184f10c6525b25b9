"""Customers whom another service has stopped: what we know of them may be behind, so nothing goes out (SYS-01)."""

from collections.abc import Collection
from typing import Any, NamedTuple

from arrears_events.catalogue.base import CustomerResumed, CustomerStopped
from arrears_events.catalogue.case import CASE
from arrears_events.catalogue.plan import PLAN
from arrears_events.codec import Topic
from arrears_events.envelope import StreamEvent
from arrears_runtime.database import Database, among
from arrears_runtime.projection import View, view
from sqlalchemy import Column, Table, Text, select, union_all

from contact_service.views import metadata


class StoppedRow(NamedTuple):
    customer_id: str
    reason: str


def _view_of(topic: Topic[Any]) -> View:
    table = Table(
        f"stopped_by_{topic.owner}", metadata, Column("customer_id", Text, primary_key=True), Column("reason", Text)
    )

    @view(table, StoppedRow, of=topic, key="customer_id", takes=(CustomerStopped, CustomerResumed))
    def fold(_: StoppedRow | None, fact: StreamEvent[CustomerStopped | CustomerResumed]) -> StoppedRow | None:
        match fact.data:
            case CustomerStopped() as event:
                return StoppedRow(event.customer_id, event.reason)
            case CustomerResumed():
                return None

    return fold


by_case, by_plan = _view_of(CASE), _view_of(PLAN)


async def stopped_elsewhere(db: Database, customers: Collection[str]) -> list[StoppedRow]:
    found = [select(each.table).where(among(each.table.c.customer_id, customers)) for each in (by_case, by_plan)]
    return await db.rows(StoppedRow, union_all(*found))
