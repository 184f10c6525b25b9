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
    ReplySetAside,
)
from arrears_events.catalogue.heard import CallNoted, ComplaintHeard, DisputeHeard, HardshipReported
from arrears_events.catalogue.wishes import CeaseRequested, ConsentGiven, ConsentWithdrawn

from contact_service.domain.decision import Allowed
from contact_service.domain.facts import Outcome, PastContact

REMEMBERED = timedelta(days=32)
"""No rule of law counts over a longer time than a month."""
Step = Literal["requested", "authorised", "attempted", "sent"]


@dataclass(frozen=True)
class Open:
    """A contact that has no outcome yet. Of its decision no more is kept than is needed: each command reads it."""

    request: ContactRequested
    step: Step = "requested"
    allowed: Allowed | None = None


@dataclass(frozen=True)
class Contacts:
    """`places`: contacts allowed or made in the last 32 days, in the order of their moments.

    `invalid`: digests at which the customer's people are not reached: another's, or not in service. `agreed_points`:
    digests to whose use their person agreed. `set_aside`: replies that wait for nobody any more.
    """

    customer_id: str
    open: dict[UUID, Open] = field(default_factory=dict[UUID, Open])
    places: dict[UUID, PastContact] = field(default_factory=dict[UUID, PastContact])
    opted_out: Channels = frozenset()
    silent_until: date | None = None
    barred: Ids = frozenset()
    night_agreed: bool = False
    ceased: bool = False
    invalid: Ids = frozenset()
    agreed_points: Ids = frozenset()
    set_aside: Ids = frozenset()

    @property
    def past(self) -> tuple[PastContact, ...]:
        return tuple(self.places.values())

    def past_without(self, contact_id: UUID) -> tuple[PastContact, ...]:
        return tuple(_without(self.places, contact_id).values())

    @property
    def failures_in_a_row(self) -> int:
        """Calls to the customer in person that were placed in vain since one was answered (CN-07)."""
        failures = 0
        for each in reversed(self.places.values()):
            if each.medium == "call" and each.party == "customer":
                if each.outcome == "conversation":
                    break
                failures += each.outcome in ("unanswered", "failed")
        return failures

    def waits_for(self, purpose: Purpose, channel: Channel, party_id: str, not_before: date | None) -> bool:
        """Whether a contact of that kind, for that day, was asked for and is not yet decided."""
        kind = (purpose, channel, party_id, not_before)
        waiting = (each.request for each in self.open.values() if each.step == "requested")
        return any((each.purpose, each.channel, each.party_id, each.not_before) == kind for each in waiting)


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
        case OptedOut() | NightConsent() | CeaseRequested() | ConsentGiven() | ConsentWithdrawn():
            return _wished(contacts, event)
        case PaymentClaimed():
            return replace(contacts, silent_until=event.silent_until)
        case ContactPointBarred():
            return _barred(contacts, event)
        case ReplySetAside():
            return replace(contacts, set_aside=contacts.set_aside | {str(event.reply_id)})
        case MessageReceived() | PromiseHeard() | DisputeHeard() | ComplaintHeard() | HardshipReported():
            return contacts
        case CallBackRequested() | CallNoted():
            return contacts


def _wished(
    contacts: Contacts, event: OptedOut | NightConsent | CeaseRequested | ConsentGiven | ConsentWithdrawn
) -> Contacts:
    match event:
        case OptedOut():
            return replace(contacts, opted_out=contacts.opted_out | {event.channel})
        case NightConsent():
            return replace(contacts, night_agreed=event.given)
        case CeaseRequested():
            return replace(contacts, ceased=True)
        case ConsentGiven():
            return replace(contacts, agreed_points=contacts.agreed_points | {event.digest})
        case ConsentWithdrawn():
            return replace(contacts, agreed_points=contacts.agreed_points - {event.digest})


def _barred(contacts: Contacts, event: ContactPointBarred) -> Contacts:
    """A number whose person refused is one at which they are reached."""
    barred = replace(contacts, barred=contacts.barred | {event.digest})
    return barred if event.reason == "refused" else replace(barred, invalid=contacts.invalid | {event.digest})


def _on_its_way(contacts: Contacts, event: ContactAuthorised | ContactAttempted | MessageSent) -> Contacts:
    """A contact allowed has a place from that moment, and from that of its hand-over once it is handed over."""
    id_ = event.contact_id
    if isinstance(event, MessageSent) and id_ not in contacts.open:  # a word that came late, of a mail
        return _came_about(contacts, id_)
    open_ = contacts.open[id_]
    match event:
        case ContactAuthorised():
            places = _recent(contacts, event.decided_at) | {id_: _place(open_.request, event)}
            moved = replace(open_, step="authorised", allowed=Allowed(event.digest, event.valid_until))
        case ContactAttempted():
            places = _without(contacts.places, id_) | {id_: replace(contacts.places[id_], at=event.attempted_at)}
            moved = replace(open_, step="attempted")
        case MessageSent():
            places = _came_about(contacts, id_).places
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
        case AuthorisationExpired(final=False):
            waits = Open(contacts.open[id_].request)
            return replace(contacts, open=contacts.open | {id_: waits}, places=_without(places, id_))
        case ContactRefused() | MessageOutcomeUnknown():
            pass
        case MessageDelivered():
            return _closed(_reached(_came_about(contacts, id_), id_), id_)
        case AuthorisationExpired():
            places = _without(places, id_)
        case ContactFailed():
            contacts = _not_in_service(contacts, id_) if event.reason == "not_in_service" else contacts
            places = places | {id_: replace(places[id_], outcome=_UNREACHED[event.reason])}
        case ContactMade():
            contacts, ours = _reached(contacts, id_), event.initiated_by == "us"
            places = places | {id_: replace(places[id_], outcome="conversation", ours=ours, party=event.party)}
    return _closed(replace(contacts, places=places), id_)


def _without(places: dict[UUID, PastContact], contact_id: UUID) -> dict[UUID, PastContact]:
    """Of thousands it takes one out in a tenth of the time in which it would look at all."""
    others = dict(places)
    others.pop(contact_id, None)
    return others


def _came_about(contacts: Contacts, contact_id: UUID) -> Contacts:
    """A message went out, and keeps its place."""
    place = replace(contacts.places[contact_id], outcome="delivered")
    return replace(contacts, places=contacts.places | {contact_id: place})


def _not_in_service(contacts: Contacts, contact_id: UUID) -> Contacts:
    return replace(contacts, invalid=contacts.invalid | {contacts.places[contact_id].digest})


def _reached(contacts: Contacts, contact_id: UUID) -> Contacts:
    """The number is in service after all; one that was barred stays what it is."""
    return replace(contacts, invalid=contacts.invalid - ({contacts.places[contact_id].digest} - contacts.barred))


def _closed(contacts: Contacts, contact_id: UUID) -> Contacts:
    return replace(contacts, open={id_: open_ for id_, open_ in contacts.open.items() if id_ != contact_id})


_UNREACHED: dict[FailureReason, Outcome] = {
    "no_answer": "unanswered",
    "busy": "unanswered",
    "voicemail": "unanswered",
    "not_in_service": "failed",
    "rejected": "failed",
    "undelivered": "undelivered",
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
