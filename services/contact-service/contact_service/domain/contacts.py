"""All contacts (联系) of one customer: asked for, decided by the rules of law in force, made, and what came of them.

They are one stream, since the law counts them together. A contact that is allowed takes its place at once, and gives it
back only when it is known that nobody was reached for: so however many are asked for at once, no cap is passed.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal
from uuid import UUID

from arrears_events.catalogue.contact import (
    AuthorisationExpired,
    Channel,
    ContactAttempted,
    ContactAuthorised,
    ContactEvent,
    ContactFailed,
    ContactRefused,
    ContactRequested,
    FailureReason,
    Message,
    MessageDelivered,
    MessageOutcomeUnknown,
    MessageSent,
    Purpose,
)

from contact_service.domain import decision, hearing, late
from contact_service.domain.decision import Grounds, OfStream, WhyUnsaid
from contact_service.domain.errors import CALL_BACK_OPTED_OUT, CALL_NOT_MADE, NUMBER_WAS_ANSWERED, Refused
from contact_service.domain.facts import PastContact
from contact_service.domain.hearing import Conversation, Heard
from contact_service.domain.history import Contacts, Open, Step
from contact_service.domain.queue import SetReplyAside, set_aside


@dataclass(frozen=True)
class RequestContact:
    """Asked for; decided when it is taken up. `joins`: one of its kind that waits already does for it too.

    `call_back_of`: the contact in which the customer asked for this one, not before a day.
    """

    contact_id: UUID
    customer_id: str
    purpose: Purpose
    channel: Channel
    party_id: str
    accounts: frozenset[str]
    requested_on: date
    lapses_on: date
    contact_point_id: str | None = None
    joins: bool = False
    not_before: date | None = None
    call_back_of: UUID | None = None


@dataclass(frozen=True)
class DecideContact:
    contact_id: UUID
    grounds: Grounds


@dataclass(frozen=True)
class AttemptContact:
    """It is handed to the provider now, if all that is known still allows it. `unsaid`: why it has no words."""

    contact_id: UUID
    grounds: Grounds
    message: Message | None = None
    unsaid: WhyUnsaid | None = None


@dataclass(frozen=True)
class NoteSent:
    """The provider took it, and gave it `reference`."""

    contact_id: UUID
    reference: str


@dataclass(frozen=True)
class NoteOutcome:
    """What is heard of a contact that was attempted; late too, after nobody knew."""

    contact_id: UUID
    outcome: Literal["delivered", "unknown"] | FailureReason


TELLING = (NoteSent, NoteOutcome, Heard)
"""What they tell has happened, whatever is wrong with what is known of the customer: none of it may be lost."""
ContactCommand = RequestContact | DecideContact | AttemptContact | NoteSent | NoteOutcome | Heard | SetReplyAside


def decide(contacts: Contacts | None, command: ContactCommand) -> list[ContactEvent]:
    match contacts, command:
        case Contacts() | None, RequestContact():
            return [] if contacts and command.joins and _waits(contacts, command) else [_requested(command)]
        case Contacts(open=known), DecideContact(id_, grounds) if id_ in known and known[id_].step == "requested":
            return [_decide(contacts, known[id_].request, grounds)]
        case Contacts(open=known), AttemptContact(id_) if id_ in known and known[id_].step == "authorised":
            return [_attempt(contacts, known[id_], command)]
        case Contacts(), NoteSent(id_) if _has_come_to(contacts, id_, "attempted") or late.was_sent(contacts, id_):
            return [MessageSent(customer_id=contacts.customer_id, contact_id=id_, reference=command.reference)]
        case Contacts(), NoteOutcome() if _is_news(contacts, command):
            return [_outcome(contacts.customer_id, command)]
        case _, Heard():
            return _heard(contacts, command)
        case Contacts(), SetReplyAside():
            return [*set_aside(command, contacts.set_aside)]
        case _:
            return []


def stream_of(customer_id: str) -> str:
    return f"contacts/{customer_id}"


def _heard(contacts: Contacts | None, heard: Heard) -> list[ContactEvent]:
    """In a call that has no end yet, in one of which this is a late word, or in neither."""
    place = contacts.places.get(heard.contact_id) if contacts and heard.contact_id else None
    if place:
        heard = _as_called(place, heard)
    if contacts and heard.call_back and "call" in contacts.opted_out:
        raise Refused(CALL_BACK_OPTED_OUT)
    open_ = contacts.open.get(heard.contact_id) if contacts and heard.contact_id else None
    if open_ and not _is_placed_call(open_):
        raise Refused(CALL_NOT_MADE)
    said = [*hearing.events(heard, open_.request if open_ else None)]
    is_late = contacts is not None and open_ is None and late.has_its_end(contacts, heard)
    return [late.end_of(heard), *said] if is_late else said


def _as_called(place: PastContact, heard: Heard) -> Heard:
    """Who answered the dialler does not know: it is taken for whom the call was to, or who is known to have.

    A number that is barred is the one that was called, whatever the bank tells of it by now. Raises Refused for a
    reason that is denied by a conversation which was heard of before.
    """
    if heard.barred:
        digests, reason = heard.barred
        talked = place.outcome == "conversation" and not isinstance(heard.call, Conversation)
        if talked and reason in hearing.NOT_TO_BAR[place.party]:
            raise Refused(NUMBER_WAS_ANSWERED, party=place.party)
        heard = replace(heard, barred=(digests | {place.digest}, reason))
    if isinstance(heard.call, Conversation) and heard.call.surmised:
        heard = replace(heard, call=replace(heard.call, party=place.party))
    return heard


def _has_come_to(contacts: Contacts, contact_id: UUID, *steps: Step) -> bool:
    return contact_id in contacts.open and contacts.open[contact_id].step in steps


def _is_news(contacts: Contacts, command: NoteOutcome) -> bool:
    if command.contact_id in contacts.open:
        return _has_come_to(contacts, command.contact_id, "attempted", "sent")
    return command.outcome != "unknown" and late.has_an_outcome(contacts, command.contact_id)


def _is_placed_call(open_: Open) -> bool:
    return open_.request.channel == "call" and open_.step == "attempted"


def _waits(contacts: Contacts, command: RequestContact) -> bool:
    return contacts.waits_for(command.purpose, command.channel, command.party_id, command.not_before)


def _requested(command: RequestContact) -> ContactRequested:
    return ContactRequested(
        customer_id=command.customer_id,
        contact_id=command.contact_id,
        purpose=command.purpose,
        channel=command.channel,
        party_id=command.party_id,
        accounts=command.accounts,
        requested_on=command.requested_on,
        lapses_on=command.lapses_on,
        contact_point_id=command.contact_point_id,
        not_before=command.not_before,
        call_back_of=command.call_back_of,
    )


def _decide(
    contacts: Contacts, request: ContactRequested, grounds: Grounds
) -> ContactAuthorised | ContactRefused | AuthorisationExpired:
    if grounds.today > request.lapses_on:
        return decision.expired(request, "lapsed")
    return decision.decided(request, grounds, known_of(contacts))


def _attempt(contacts: Contacts, open_: Open, command: AttemptContact) -> ContactAttempted | AuthorisationExpired:
    assert open_.allowed
    request, grounds = open_.request, command.grounds
    known = known_of(contacts, but=request.contact_id)
    accounts = contacts.places[request.contact_id].accounts
    if reason := decision.reason_against(open_.allowed, accounts, request, grounds, known) or command.unsaid:
        return decision.expired(request, reason)
    return ContactAttempted(
        customer_id=request.customer_id,
        contact_id=request.contact_id,
        attempted_at=grounds.now,
        message=command.message,
    )


def known_of(contacts: Contacts, but: UUID | None = None) -> OfStream:
    """What the stream knows, without the place of the contact `but`."""
    return OfStream(
        opted_out=contacts.opted_out,
        silent_until=contacts.silent_until,
        barred=contacts.barred,
        night_agreed=contacts.night_agreed,
        failures_in_a_row=contacts.failures_in_a_row,
        ceased=contacts.ceased,
        invalid=contacts.invalid,
        agreed_points=contacts.agreed_points,
        past=contacts.past_without(but) if but else contacts.past,
    )


def _outcome(customer_id: str, command: NoteOutcome) -> MessageDelivered | MessageOutcomeUnknown | ContactFailed:
    which: dict[str, Any] = {"customer_id": customer_id, "contact_id": command.contact_id}
    match command.outcome:
        case "delivered":
            return MessageDelivered(**which)
        case "unknown":
            return MessageOutcomeUnknown(**which)
        case reason:
            return ContactFailed(**which, reason=reason)
