"""A customer's contacts as they stand: which are open, and which have taken a place that the law counts.

A contact that is allowed takes its place at once, and gives it back only when it is known that it was not made.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from arrears_events.catalogue.base import Ids
from arrears_events.catalogue.contact import (
    AuthorisationExpired,
    CallBackRequested,
    Channel,
    Channels,
    ContactAttempted,
    ContactAuthorised,
    ContactEvent,
    ContactFailed,
    ContactMade,
    ContactPointBarred,
    ContactRefused,
    ContactRequested,
    FailureReason,
    MessageDelivered,
    MessageOutcomeUnknown,
    MessageReceived,
    MessageSent,
    NightConsent,
    OptedOut,
    PaymentClaimed,
    PromiseHeard,
    Purpose,
)

from contact_service.domain.facts import Outcome, PastContact

REMEMBERED = timedelta(days=32)
"""No rule of law counts over a longer time than a month."""
Step = Literal["requested", "authorised", "attempted", "sent"]


@dataclass(frozen=True)
class Open:
    """A contact that has no outcome yet."""

    request: ContactRequested
    step: Step = "requested"
    authorised: ContactAuthorised | None = None


@dataclass(frozen=True)
class Contacts:
    """`places`: contacts allowed or made in the last 32 days, in the order of their moments."""

    customer_id: str
    open: dict[UUID, Open] = field(default_factory=dict[UUID, Open])
    places: dict[UUID, PastContact] = field(default_factory=dict[UUID, PastContact])
    opted_out: Channels = frozenset()
    silent_until: date | None = None
    barred: Ids = frozenset()
    night_agreed: bool = False

    @property
    def past(self) -> tuple[PastContact, ...]:
        return tuple(self.places.values())

    @property
    def failures_in_a_row(self) -> int:
        """Calls to the customer in person since one was answered."""
        failures = 0
        for each in reversed(self.past):
            if each.medium == "call" and each.party == "customer":
                if each.outcome == "conversation":
                    break
                failures += each.outcome in ("unanswered", "failed")
        return failures

    def waits_for(self, purpose: Purpose, channel: Channel, party_id: str) -> bool:
        """Whether a contact of that kind was asked for and is not yet decided."""
        kind = (purpose, channel, party_id)
        waiting = (each.request for each in self.open.values() if each.step == "requested")
        return any((each.purpose, each.channel, each.party_id) == kind for each in waiting)


def evolve(contacts: Contacts | None, event: ContactEvent) -> Contacts:
    contacts = contacts or Contacts(event.customer_id)
    match event:
        case ContactRequested():
            return replace(contacts, open=contacts.open | {event.contact_id: Open(event)})
        case ContactAuthorised() | ContactAttempted() | MessageSent():
            return _on_its_way(contacts, event)
        case (
            ContactRefused()
            | AuthorisationExpired()
            | MessageDelivered()
            | MessageOutcomeUnknown()
            | ContactFailed()
            | ContactMade()
        ):
            return _ended(contacts, event)
        case OptedOut():
            return replace(contacts, opted_out=contacts.opted_out | {event.channel})
        case NightConsent():
            return replace(contacts, night_agreed=event.given)
        case PaymentClaimed():
            return replace(contacts, silent_until=event.silent_until)
        case ContactPointBarred():
            return replace(contacts, barred=contacts.barred | {event.digest})
        case MessageReceived() | PromiseHeard() | CallBackRequested():
            return contacts


def _on_its_way(contacts: Contacts, event: ContactAuthorised | ContactAttempted | MessageSent) -> Contacts:
    """A contact allowed has a place from that moment, and from that of its hand-over once it is handed over."""
    id_ = event.contact_id
    open_ = contacts.open[id_]
    match event:
        case ContactAuthorised():
            places = _recent(contacts, event.decided_at) | {id_: _place(open_.request, event)}
            moved = replace(open_, step="authorised", authorised=event)
        case ContactAttempted():
            others = {each: place for each, place in contacts.places.items() if each != id_}
            places = others | {id_: replace(contacts.places[id_], at=event.attempted_at)}
            moved = replace(open_, step="attempted")
        case MessageSent():
            places = contacts.places | {id_: replace(contacts.places[id_], outcome="delivered")}
            moved = replace(open_, step="sent")
            if open_.request.channel == "email":  # no mail server tells that a mail arrived
                return _closed(replace(contacts, places=places), id_)
    return replace(contacts, open=contacts.open | {id_: moved}, places=places)


def _ended(
    contacts: Contacts,
    event: ContactRefused
    | AuthorisationExpired
    | MessageDelivered
    | MessageOutcomeUnknown
    | ContactFailed
    | ContactMade,
) -> Contacts:
    id_, places = event.contact_id, contacts.places
    match event:
        case ContactRefused(final=False):
            return contacts
        case ContactRefused() | MessageDelivered() | MessageOutcomeUnknown():
            pass
        case AuthorisationExpired():
            places = {each: place for each, place in places.items() if each != id_}
        case ContactFailed():
            places = places | {id_: replace(places[id_], outcome=_UNREACHED[event.reason])}
        case ContactMade():
            ours = event.initiated_by == "us"
            places = places | {id_: replace(places[id_], outcome="conversation", ours=ours, party=event.party)}
    return _closed(replace(contacts, places=places), id_)


def _closed(contacts: Contacts, contact_id: UUID) -> Contacts:
    return replace(contacts, open={id_: open_ for id_, open_ in contacts.open.items() if id_ != contact_id})


_UNREACHED: dict[FailureReason, Outcome] = {
    "no_answer": "unanswered",
    "busy": "unanswered",
    "voicemail": "unanswered",
    "not_in_service": "failed",
    "rejected": "failed",
    "undelivered": "failed",
}


def _place(request: ContactRequested, authorised: ContactAuthorised) -> PastContact:
    return PastContact(
        at=authorised.decided_at,
        purpose=request.purpose,
        medium=request.channel,
        party=authorised.party,
        party_id=request.party_id,
        digest=authorised.digest,
        accounts=authorised.accounts,
        outcome="open",
    )


def _recent(contacts: Contacts, now: datetime) -> dict[UUID, PastContact]:
    """What is still open is never forgotten."""
    return {id_: each for id_, each in contacts.places.items() if each.at > now - REMEMBERED or id_ in contacts.open}
