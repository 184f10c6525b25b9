"""Contacts (联系): asked for, looked up with the rules that decided, and wrapped up after a call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from arrears_events.catalogue.contact import Channel, FailureReason, Party, Purpose, RuleApplied
from arrears_events.catalogue.ledger import BusinessDate
from arrears_events.money import Money
from arrears_runtime.http.callers import CallerRequest, found
from arrears_runtime.http.card_numbers import OpaqueId
from arrears_runtime.http.commands import Answer, CommandRequest
from arrears_runtime.http.paging import ListRequest, Page
from arrears_runtime.http.problems import Problem
from arrears_runtime.http.routing import Router
from arrears_runtime.http.strict_json import Body
from pydantic import Field, TypeAdapter

from contact_service.domain.contacts import RequestContact, stream_of
from contact_service.domain.errors import CALL_NOT_MADE, Refused
from contact_service.domain.hearing import BarReason, Conversation, Heard, SaidPromise
from contact_service.settings import ContactSettings
from contact_service.views.contacts import ContactRow, Status, contact_of_id, contacts_of, contacts_where
from contact_service.views.profiles import profile_of

router = Router(tag="contacts")
_RULES = TypeAdapter(tuple[RuleApplied, ...])


class ContactCommand(CommandRequest):
    """Knows the settings of contact-service."""

    @property
    def settings(self) -> ContactSettings:
        settings = super().settings
        assert isinstance(settings, ContactSettings)
        return settings


class ContactRequest(Body):
    """Somebody wants the customer contacted. Without a party it is the customer in person.

    Written by us go only reminders of what is overdue (purpose `collection`); for any other purpose there is the call.
    """

    customer_id: OpaqueId
    purpose: Purpose
    channel: Channel
    accounts: Annotated[list[OpaqueId], Field(min_length=1, max_length=20)]
    party_id: OpaqueId | None = None
    contact_point_id: OpaqueId | None = None


class Talked(Body):
    """An effective conversation with `party`, of so many seconds."""

    party: Party
    seconds: Annotated[int, Field(ge=0, le=86_400)]


class PromiseSaid(Body):
    amount: Money
    due: BusinessDate


class WrapUpRequest(Body):
    """A call whole: how it ended, and all that was said in it. Either `talked`, or why nobody was reached.

    `call_back_on`: when the customer wants to be called. `wrong_number`: why nobody is to be reached there any more.
    `night_agreed`: whether the customer agrees to be contacted at night.
    """

    contact_id: UUID
    talked: Talked | None = None
    failed: FailureReason | None = None
    promise: PromiseSaid | None = None
    claims_paid: bool = False
    opts_out: Channel | None = None
    call_back_on: BusinessDate | None = None
    wrong_number: BarReason | None = None
    night_agreed: bool | None = None


@dataclass(frozen=True, slots=True)
class RuleAnswer:
    """One rule that was looked at. `allowed_from`: when it lets the contact pass, where that can be named."""

    rule: str
    clause: str
    passed: bool
    facts: dict[str, str | int]
    allowed_from: datetime | None


@dataclass(frozen=True, slots=True)
class ContactAnswer:
    """`status` waiting: refused until `allowed_from`, when it is decided again, until it lapses.

    `reference` is the provider's own id. `reason`: of a failure or an expiry. `against`: the rules that did not let it
    pass when it was last decided.
    """

    contact_id: UUID
    customer_id: str
    status: Status
    purpose: Purpose
    channel: Channel
    party_id: str
    accounts: list[str]
    requested_on: date
    requested_at: datetime
    requested_by: str
    lapses_on: date
    allowed_from: datetime | None
    reference: str | None
    reason: str | None
    against: list[str]


@dataclass(frozen=True, slots=True)
class ContactPage(ContactAnswer):
    """With every rule that was looked at. `stopped`: a bad record holds up all of the customer's."""

    rules: Sequence[RuleAnswer]
    stopped: bool


@router.post("/contacts", status_code=201, permission="contact:request")
async def request_contact(ask: ContactRequest, request: ContactCommand) -> Answer:
    """Ask for a contact. It is decided when its turn comes, which is at once by day: GET tells what became of it."""
    found(await profile_of(request.db, ask.customer_id))
    if ask.channel != "call" and ask.purpose != "collection":
        raise Problem("no-template", facts={"purpose": ask.purpose, "channel": ask.channel})
    today = request.today(ask.customer_id)
    body = RequestContact(
        contact_id=request.command_id,
        customer_id=ask.customer_id,
        purpose=ask.purpose,
        channel=ask.channel,
        party_id=ask.party_id or ask.customer_id,
        accounts=frozenset(ask.accounts),
        requested_on=today,
        lapses_on=today + request.settings.request_lapses,
        contact_point_id=ask.contact_point_id,
    )
    return await request.send(
        streamid=stream_of(ask.customer_id),
        customer_id=ask.customer_id,
        body=body,
        id=body.contact_id,
        location=f"/contacts/{body.contact_id}",
    )


@router.get("/contacts/{contact_id}", permission="contact:read")
async def get_contact(contact_id: UUID, request: CallerRequest) -> ContactPage:
    row = found(await contact_of_id(request.db, contact_id))
    request.tag(row.version)
    rules = [RuleAnswer(**rule.model_dump()) for rule in _RULES.validate_json(row.rules)]
    return ContactPage(**_told(row), rules=rules, stopped=await request.stopped(row.customer_id))


@router.get("/contacts", permission="contact:read")
async def list_contacts(
    request: ListRequest, status: Status | None = None, channel: Channel | None = None
) -> Page[ContactAnswer]:
    """Of all customers, newest first."""
    after = request.after(tuple[datetime, UUID])
    rows = await contacts_where(request.db, status=status, channel=channel, after=after, limit=request.fetch)
    return request.page([ContactAnswer(**_told(row)) for row in rows], lambda it: (it.requested_at, it.contact_id))


@router.get("/customers/{customer_id}/contacts", permission="contact:read")
async def list_contacts_of_customer(customer_id: OpaqueId, request: ListRequest) -> Page[ContactAnswer]:
    """Newest first."""
    found(await profile_of(request.db, customer_id))
    rows = await contacts_of(request.db, customer_id, after=request.after(tuple[datetime, UUID]), limit=request.fetch)
    return request.page([ContactAnswer(**_told(row)) for row in rows], lambda it: (it.requested_at, it.contact_id))


@router.post("/wrap-ups", status_code=201, permission="contact:wrap-up")
async def wrap_up(ask: WrapUpRequest, request: ContactCommand) -> Answer:
    """Record a call whole; of one whose end the dialler has told already, what was said. 409 when none was placed."""
    row = found(await contact_of_id(request.db, ask.contact_id))
    if not row.is_a_call_that_was_placed:
        raise Refused(CALL_NOT_MADE)
    if (ask.talked is None) == (ask.failed is None):
        raise Problem("call-end-unclear")
    today = request.today(row.customer_id)
    body = Heard(
        customer_id=row.customer_id,
        contact_id=row.contact_id,
        on=today,
        call=Conversation("us", ask.talked.party, ask.talked.seconds) if ask.talked else ask.failed,
        promise=_promise(ask.promise, row),
        opts_out=ask.opts_out,
        silent_until=today + request.settings.claim_silence if ask.claims_paid else None,
        call_back_on=ask.call_back_on,
        barred=await _barred(ask.wrong_number, row, request),
        night_agreed=ask.night_agreed,
    )
    return await request.send(streamid=row.streamid, customer_id=row.customer_id, body=body, id=row.contact_id)


def _promise(said: PromiseSaid | None, row: ContactRow) -> SaidPromise | None:
    return SaidPromise(frozenset(row.accounts), said.amount, said.due) if said else None


async def _barred(reason: BarReason | None, row: ContactRow, request: CommandRequest) -> tuple[str, BarReason] | None:
    profile = await profile_of(request.db, row.customer_id)
    if reason is None or profile is None:
        return None
    digests = [point.digest for point in profile.points if point.contact_point_id == row.contact_point_id]
    return (digests[0], reason) if digests else None


def _told(row: ContactRow) -> dict[str, Any]:
    against = [rule.rule for rule in _RULES.validate_json(row.rules) if not rule.passed]
    told = {name: getattr(row, name) for name in ContactAnswer.__dataclass_fields__ if name != "against"}
    return {**told, "against": against}
