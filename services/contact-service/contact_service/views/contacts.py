"""Contacts (联系), as the customer's page and the sending show them: how far each has come, and by which rules."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from arrears_events.catalogue.contact import (
    CONTACT,
    AuthorisationExpired,
    Channel,
    ContactAttempted,
    ContactAuthorised,
    ContactFailed,
    ContactMade,
    ContactRefused,
    ContactRequested,
    MessageDelivered,
    MessageOutcomeUnknown,
    MessageSent,
    Purpose,
    RuleApplied,
)
from arrears_events.codec import canonical
from arrears_events.envelope import StreamEvent
from arrears_runtime.database import Database, among
from arrears_runtime.dead_letters import stops
from arrears_runtime.projection import view
from pydantic import TypeAdapter
from sqlalchemy import ARRAY, Column, Date, DateTime, Index, Integer, Table, Text, Uuid, func, select, text, tuple_
from sqlalchemy.dialects.postgresql import JSONB

from contact_service.views import metadata

Status = Literal[
    "requested", "waiting", "authorised", "attempted", "sent", "refused", "expired", "made", "failed", "delivered",
    "unknown",
]  # fmt: skip
"""`waiting`: refused until `allowed_from`, or allowed and not done in time: it is decided again."""
TO_DECIDE: tuple[Status, ...] = ("requested", "waiting")
TO_SEND: tuple[Status, ...] = ("authorised",)
DUE = (*TO_DECIDE, *TO_SEND)
AT_THE_PROVIDER = ("attempted", "sent")

contacts = Table(
    "contacts",
    metadata,
    Column("contact_id", Uuid, primary_key=True),
    Column("streamid", Text),
    Column("customer_id", Text),
    Column("version", Integer),
    Column("status", Text),
    Column("purpose", Text),
    Column("channel", Text),
    Column("party_id", Text),
    Column("contact_point_id", Text),
    Column("accounts", ARRAY(Text)),
    Column("requested_on", Date),
    Column("requested_at", DateTime(timezone=True)),
    Column("requested_by", Text),
    Column("lapses_on", Date),
    Column("try_at", DateTime(timezone=True)),
    Column("allowed_from", DateTime(timezone=True)),
    Column("rules", JSONB),
    Column("reference", Text),
    Column("reason", Text),
    Column("attempt", Uuid),
    Column("asked_point_id", Text),
)
Index("contacts_of_customer", contacts.c.customer_id, contacts.c.requested_at, contacts.c.contact_id)
Index("contacts_newest", contacts.c.requested_at, contacts.c.contact_id)
Index("contacts_due", contacts.c.try_at, postgresql_where=text("try_at IS NOT NULL"))
Index("contacts_reference", contacts.c.reference)
NEWEST_FIRST = contacts.c.requested_at, contacts.c.contact_id

Told = (
    ContactAuthorised | ContactRefused | AuthorisationExpired | ContactAttempted | MessageSent | MessageDelivered
    | MessageOutcomeUnknown | ContactFailed | ContactMade
)  # fmt: skip
RULES = TypeAdapter(tuple[RuleApplied, ...])
"""As a row has them."""


class ContactRow(NamedTuple):
    """`version`: of the stream at the contact's last event. `reason`: of a failure or an expiry.

    `attempt`: the command by which it was attempted; whoever sent that, and nobody else, hands the contact over.

    `try_at`: when it is to be taken up next; None while nothing is to be done. `rules`: those that decided, as JSON.
    `contact_point_id`: the one that was decided on; `asked_point_id`: the one asked for, which every decision keeps to.
    """

    contact_id: UUID
    streamid: str
    customer_id: str
    version: int
    status: Status
    purpose: Purpose
    channel: Channel
    party_id: str
    contact_point_id: str | None
    accounts: list[str]
    requested_on: date
    requested_at: datetime
    requested_by: str
    lapses_on: date
    try_at: datetime | None
    allowed_from: datetime | None = None
    rules: str = "[]"
    reference: str | None = None
    reason: str | None = None
    attempt: UUID | None = None
    asked_point_id: str | None = None

    @property
    def is_a_call_that_was_placed(self) -> bool:
        """It may have its end by now."""
        return self.channel == "call" and self.status not in (*DUE, "refused", "expired")


@view(contacts, ContactRow, of=CONTACT, key="contact_id", takes=(ContactRequested, *Told.__args__))
def fold(row: ContactRow | None, fact: StreamEvent[ContactRequested | Told]) -> ContactRow:
    if isinstance(fact.data, ContactRequested):
        return _requested(fact, fact.data)
    assert row, f"{type(fact.data).__name__} of a contact that was not requested"
    return _changed(row, fact, fact.data)._replace(version=fact.streamversion)


def _requested(fact: StreamEvent[Any], request: ContactRequested) -> ContactRow:
    return ContactRow(
        contact_id=request.contact_id,
        streamid=fact.streamid,
        customer_id=request.customer_id,
        version=fact.streamversion,
        status="requested",
        purpose=request.purpose,
        channel=request.channel,
        party_id=request.party_id,
        contact_point_id=None,
        accounts=sorted(request.accounts),
        requested_on=request.requested_on,
        requested_at=fact.time,
        requested_by=fact.actor,
        lapses_on=request.lapses_on,
        try_at=fact.time,
        asked_point_id=request.contact_point_id,
    )


def _changed(row: ContactRow, fact: StreamEvent[Any], event: Told) -> ContactRow:
    """A word that comes late takes the place of the one before."""
    row = row._replace(reason=None)
    match event:
        case ContactAuthorised():
            decided = row._replace(contact_point_id=event.contact_point_id, rules=_rules(event.rules))
            return decided._replace(
                status="authorised", try_at=fact.time, accounts=sorted(event.accounts), allowed_from=None
            )
        case ContactRefused():
            refused = row._replace(rules=_rules(event.rules), allowed_from=event.allowed_from)
            return refused._replace(status="refused" if event.final else "waiting", try_at=event.again_at)
        case AuthorisationExpired():
            status, try_at = ("expired", None) if event.final else ("waiting", fact.time)
            return row._replace(status=status, try_at=try_at, reason=event.reason)
        case ContactAttempted():
            return row._replace(status="attempted", try_at=None, attempt=fact.commandid)
        case MessageSent():
            return row._replace(status="sent", reference=event.reference)
        case MessageDelivered():
            return row._replace(status="delivered")
        case MessageOutcomeUnknown():
            return row._replace(status="unknown")
        case ContactFailed():
            return row._replace(status="failed", reason=event.reason)
        case ContactMade():
            return row._replace(status="made")


def _rules(rules: tuple[RuleApplied, ...]) -> str:
    return canonical(RULES.dump_python(rules, mode="json")).decode()


async def contact_of_id(db: Database, contact_id: UUID) -> ContactRow | None:
    return await db.of_key(ContactRow, contacts, contact_id)


async def contacts_of_ids(db: Database, ids: Collection[UUID]) -> list[ContactRow]:
    return await db.rows(ContactRow, select(contacts).where(among(contacts.c.contact_id, ids)))


async def contacts_of(
    db: Database, customer_id: str, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[ContactRow]:
    """Newest first."""
    query = select(contacts).where(contacts.c.customer_id == customer_id)
    if after:
        query = query.where(tuple_(*NEWEST_FIRST) < after)
    return await db.rows(ContactRow, query.order_by(*(column.desc() for column in NEWEST_FIRST)).limit(limit))


async def contacts_where(
    db: Database,
    *,
    status: Status | None,
    channel: Channel | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[ContactRow]:
    """Newest first; what is None is not asked."""
    query = select(contacts)
    if status is not None:
        query = query.where(contacts.c.status == status)
    if channel is not None:
        query = query.where(contacts.c.channel == channel)
    if after:
        query = query.where(tuple_(*NEWEST_FIRST) < after)
    return await db.rows(ContactRow, query.order_by(*(column.desc() for column in NEWEST_FIRST)).limit(limit))


async def due(db: Database, statuses: Collection[Status], limit: int, but: Collection[UUID] = ()) -> list[ContactRow]:
    """To be taken up, the longest due first; whose moment it is, the clock of each customer says.

    What concerns a customer who is stopped waits: nothing can be decided about it.
    """
    stopped = select(stops.c.customer_id).where(stops.c.outcome.is_(None))
    query = select(contacts).where(contacts.c.try_at.is_not(None), among(contacts.c.status, statuses))
    query = query.where(contacts.c.customer_id.not_in(stopped), contacts.c.contact_id.not_in(but))
    return await db.rows(ContactRow, query.order_by(contacts.c.try_at, contacts.c.contact_id).limit(limit))


async def at_the_provider(db: Database, statuses: tuple[Status, ...] = AT_THE_PROVIDER) -> list[ContactRow]:
    """Handed over, and without an outcome; a mail that was sent has none to come."""
    query = select(contacts).where(among(contacts.c.status, statuses))
    return await db.rows(ContactRow, query.where((contacts.c.status != "sent") | (contacts.c.channel != "email")))


async def count_at_the_provider(db: Database, but: Collection[UUID]) -> int:
    query = select(func.count()).select_from(contacts).where(among(contacts.c.status, AT_THE_PROVIDER))
    query = query.where((contacts.c.status != "sent") | (contacts.c.channel != "email"))
    return await db.row(int, query.where(contacts.c.contact_id.not_in(but))) or 0
