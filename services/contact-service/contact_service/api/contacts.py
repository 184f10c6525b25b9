"""Contacts (联系): asked for, and looked up with the rules that decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from arrears_events.catalogue.contact import Channel, Purpose
from arrears_runtime.http.callers import CallerRequest, found
from arrears_runtime.http.card_numbers import OpaqueId
from arrears_runtime.http.commands import Answer, CommandRequest
from arrears_runtime.http.paging import ListRequest, Page
from arrears_runtime.http.problems import Problem
from arrears_runtime.http.routing import Router
from arrears_runtime.http.strict_json import Body
from pydantic import Field

from contact_service.api.requests import check_accounts
from contact_service.domain.contacts import RequestContact, stream_of
from contact_service.domain.decision import LAPSES_AFTER
from contact_service.effects.messages import TEMPLATES
from contact_service.views.contacts import RULES, ContactRow, Status, contact_of_id, contacts_of, contacts_where
from contact_service.views.plans import reminded_plans_of
from contact_service.views.profiles import profile_of

router = Router(tag="contacts")


class ContactRequest(Body):
    """Somebody wants the customer contacted. Without a party it is the customer in person.

    Written by us go only reminders, of what is overdue (purpose `collection`) and of an instalment (`plan_reminder`, by
    SMS); for any other purpose there is the call. Of an instalment are reminded who agreed to it with the plan.
    """

    customer_id: OpaqueId
    purpose: Purpose
    channel: Channel
    accounts: Annotated[list[OpaqueId], Field(min_length=1, max_length=20)]
    party_id: OpaqueId | None = None
    contact_point_id: OpaqueId | None = None


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
async def request_contact(ask: ContactRequest, request: CommandRequest) -> Answer:
    """Ask for a contact. It is decided when its turn comes, which is at once by day: GET tells what became of it.

    409 `account-sold` but for an answer to the customer: another collects it. 422 `unknown-account` for one that is not
    the customer's, `no-template` for what is not written, `nothing-to-remind-of` where the accounts are in no plan with
    reminders.
    """
    contact_id = request.command_id
    return await request.make_and_send(
        partial(_contact, ask, request),
        streamid=stream_of(ask.customer_id),
        customer_id=ask.customer_id,
        id=contact_id,
        location=f"/contacts/{contact_id}",
    )


async def _contact(ask: ContactRequest, request: CommandRequest) -> RequestContact:
    found(await profile_of(request.db, ask.customer_id))
    is_answer = ask.purpose == "service_answer"
    await check_accounts(request.db, ask.customer_id, ask.accounts, may_be_sold=is_answer)
    await _check_that_it_can_be_said(ask, request)
    today = request.today(ask.customer_id)
    return RequestContact(
        contact_id=request.command_id,
        customer_id=ask.customer_id,
        purpose=ask.purpose,
        channel=ask.channel,
        party_id=ask.party_id or ask.customer_id,
        accounts=frozenset(ask.accounts),
        requested_on=today,
        lapses_on=today + LAPSES_AFTER,
        contact_point_id=ask.contact_point_id,
    )


async def _check_that_it_can_be_said(ask: ContactRequest, request: CommandRequest) -> None:
    if ask.channel != "call" and (ask.purpose, ask.channel) not in TEMPLATES:
        raise Problem("no-template", facts={"purpose": ask.purpose, "channel": ask.channel})
    if ask.purpose == "plan_reminder":
        today, plans = request.today(ask.customer_id), await reminded_plans_of(request.db, [ask.customer_id])
        in_plan = {account for plan in plans if plan.upcoming(today) for account in plan.accounts}
        if not in_plan.issuperset(ask.accounts):
            raise Problem("nothing-to-remind-of")


@router.get("/contacts/{contact_id}", permission="contact:read")
async def get_contact(contact_id: UUID, request: CallerRequest) -> ContactPage:
    row = found(await contact_of_id(request.db, contact_id))
    request.tag(row.version)
    rules = [RuleAnswer(**rule.model_dump()) for rule in RULES.validate_json(row.rules)]
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


def _told(row: ContactRow) -> dict[str, Any]:
    against = [rule.rule for rule in RULES.validate_json(row.rules) if not rule.passed]
    told = {name: getattr(row, name) for name in ContactAnswer.__dataclass_fields__ if name != "against"}
    return {**told, "against": against}
