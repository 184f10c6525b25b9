"""Customers who said that the debt is more than they can pay (经济困难), by their last word of it."""

from datetime import date
from typing import NamedTuple

from arrears_events.catalogue.contact import CONTACT
from arrears_events.catalogue.heard import HardshipReported
from arrears_events.envelope import StreamEvent
from arrears_runtime.database import Database
from arrears_runtime.projection import view
from sqlalchemy import Boolean, Column, Date, Table, Text

from contact_service.views import metadata

hardships = Table(
    "hardships",
    metadata,
    Column("customer_id", Text, primary_key=True),
    Column("streamid", Text),
    Column("willing_to_pay", Boolean),
    Column("reported_on", Date),
)


class HardshipRow(NamedTuple):
    customer_id: str
    streamid: str
    willing_to_pay: bool
    reported_on: date


@view(hardships, HardshipRow, of=CONTACT, key="customer_id", takes=(HardshipReported,))
def fold(_: HardshipRow | None, fact: StreamEvent[HardshipReported]) -> HardshipRow:
    said = fact.data
    return HardshipRow(said.customer_id, fact.streamid, said.willing_to_pay, said.reported_on)


async def hardship_of(db: Database, customer_id: str) -> HardshipRow | None:
    return await db.of_key(HardshipRow, hardships, customer_id)
