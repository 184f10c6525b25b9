"""Whether a customer may be contacted now, over each channel; if not, when, and by which rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast, get_args
from uuid import uuid4

from arrears_events.catalogue.contact import Channel, ContactRequested, Purpose
from arrears_runtime.effect import Ground
from arrears_runtime.http.callers import CallerRequest, found
from arrears_runtime.http.card_numbers import OpaqueId
from arrears_runtime.http.routing import Router
from arrears_runtime.stream import state_of
from pydantic import TypeAdapter

from contact_service.api.contacts import RuleAnswer
from contact_service.domain.contacts import known_of, stream_of
from contact_service.domain.decision import Grounds, judged
from contact_service.domain.guard import RuleFinding, Verdict
from contact_service.domain.history import Contacts
from contact_service.effects.grounds import grounds_of
from contact_service.views.contacts import ContactRow
from contact_service.views.profiles import profile_of

router = Router(tag="contacts")
_STATE = TypeAdapter(Contacts)


@dataclass(frozen=True, slots=True)
class PermissionAnswer:
    """`allowed`: now. `allowed_from`: the first moment at which every rule lets it pass, where one can be named.

    `against`: the rules that do not let it pass now, with the facts that decide.
    """

    channel: Channel
    allowed: bool
    allowed_from: datetime | None
    against: Sequence[RuleAnswer]


@dataclass(frozen=True, slots=True)
class PermissionsAnswer:
    customer_id: str
    purpose: Purpose
    at: datetime
    channels: Sequence[PermissionAnswer]


@router.get("/customers/{customer_id}/permissions", permission="contact:read")
async def get_permissions(
    customer_id: OpaqueId, request: CallerRequest, purpose: Purpose = "collection"
) -> PermissionsAnswer:
    """For each channel: now, or when, and why. It is decided anew when a contact is asked for."""
    found(await profile_of(request.db, customer_id))
    ground = cast(Ground, request.service)
    state = await state_of(request.db, stream_of(customer_id))
    contacts = _STATE.validate_json(state) if state else Contacts(customer_id)
    rows = {channel: _asked(customer_id, purpose, channel, request) for channel in get_args(Channel)}
    grounds = await grounds_of(ground, list(rows.values()))
    answers = [_answer(row, grounds[row.contact_id], contacts) for row in rows.values()]
    return PermissionsAnswer(customer_id, purpose, ground.now(customer_id), answers)


def _asked(customer_id: str, purpose: Purpose, channel: Channel, request: CallerRequest) -> ContactRow:
    """A contact as if it were asked for now."""
    today, now = request.today(customer_id), request.service.now(customer_id)
    return ContactRow(
        contact_id=uuid4(),
        streamid=stream_of(customer_id),
        customer_id=customer_id,
        version=0,
        status="requested",
        purpose=purpose,
        channel=channel,
        party_id=customer_id,
        contact_point_id=None,
        accounts=[],
        requested_on=today,
        requested_at=now,
        requested_by=request.caller.subject,
        lapses_on=today,
        try_at=now,
    )


def _answer(row: ContactRow, grounds: Grounds, contacts: Contacts) -> PermissionAnswer:
    verdict = _verdict(row, grounds, contacts)
    against = [_rule(each) for each in verdict.rules if not each.passed]
    return PermissionAnswer(row.channel, verdict.allowed, verdict.allowed_from, against)


def _verdict(row: ContactRow, grounds: Grounds, contacts: Contacts) -> Verdict:
    request = ContactRequested(
        customer_id=row.customer_id,
        contact_id=row.contact_id,
        purpose=row.purpose,
        channel=row.channel,
        party_id=row.party_id,
        accounts=frozenset({owed.account_id for owed in grounds.facts.owed} or {"none"}),
        requested_on=row.requested_on,
        lapses_on=row.lapses_on,
    )
    _, verdict = judged(request, grounds, known_of(contacts))
    return verdict


def _rule(finding: RuleFinding) -> RuleAnswer:
    return RuleAnswer(finding.rule, finding.clause, finding.passed, dict(finding.facts), finding.allowed_from)
