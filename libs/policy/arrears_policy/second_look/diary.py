"""What passed between the customer and us, in the order of the log: the contacts as the law counts them, and wishes.

A contact that is allowed has its place at once, and gives it back only when it is known that nobody was reached for.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from arrears_events.catalogue.base import CustomerResumed, CustomerStopped, Event
from arrears_events.catalogue.contact import (
    AuthorisationExpired,
    Channel,
    ContactFailed,
    ContactMade,
    ContactPointBarred,
    MessageDelivered,
    MessageSent,
    NightConsent,
    OptedOut,
    Party,
    PaymentClaimed,
    Purpose,
)
from arrears_events.catalogue.wishes import CeaseRequested, ConsentGiven, ConsentWithdrawn

State = Literal["open", "talked", "unanswered", "arrived", "nothing", "never"]
"""`open`: nobody knows yet, or ever; it counts as whatever it may have been.

`nothing` was reached, or it was `never` made: no cap counts it; of calls in vain the second is none.
"""
KEPT = timedelta(days=32)
"""No rule counts over a longer time than a month."""
_NOTHING: dict[str, State] = {"not_in_service": "nothing", "rejected": "nothing", "undelivered": "never"}


@dataclass(frozen=True, slots=True)
class Place:
    """A contact that was allowed or made. `ours`: we began it."""

    contact_id: UUID
    at: datetime
    purpose: Purpose
    channel: Channel
    party: Party
    party_id: str
    digest: str
    accounts: frozenset[str]
    state: State = "open"
    ours: bool = True


class Diary:
    """Folds one customer's contact.events; `places` are in the order in which they were taken."""

    def __init__(self) -> None:
        self.places: list[Place] = []
        self.opted_out: set[Channel] = set()
        self.silent_until: date | None = None
        self.barred: set[str] = set()
        self.invalid: set[str] = set()
        self.agreed_points: set[str] = set()
        self.ceased = False
        self.night_agreed = False
        self.stopped = False

    def others(self, contact_id: UUID) -> list[Place]:
        """Places that the contact did not take itself."""
        return [each for each in self.places if each.contact_id != contact_id]

    def failures_in_a_row(self, contact_id: UUID) -> int:
        """Calls to the customer in person that were placed since one was taken, beside this contact."""
        failures = 0
        for each in self.others(contact_id):
            if each.channel == "call" and each.party == "customer":
                failures = 0 if each.state == "talked" else failures + (each.state in ("unanswered", "nothing"))
        return failures

    def hear(self, event: Event) -> None:
        match event:
            case OptedOut() | NightConsent() | CeaseRequested() | ConsentGiven() | ConsentWithdrawn():
                self._wish(event)
            case PaymentClaimed(silent_until=silent_until):
                self.silent_until = silent_until
            case ContactPointBarred(digest=digest, reason=reason):
                self.barred.add(digest)
                self.invalid.update({digest} if reason != "refused" else ())
            case CustomerStopped() | CustomerResumed():
                self.stopped = isinstance(event, CustomerStopped)
            case AuthorisationExpired(contact_id=contact_id):
                self.places = self.others(contact_id)
            case MessageDelivered(contact_id=contact_id):
                self._is_in_service(contact_id, True)
            case ContactMade() | ContactFailed() | MessageSent():
                self._end(event)
            case _:
                pass

    def _wish(self, event: OptedOut | NightConsent | CeaseRequested | ConsentGiven | ConsentWithdrawn) -> None:
        match event:
            case OptedOut(channel=channel):
                self.opted_out.add(channel)
            case NightConsent(given=given):
                self.night_agreed = given
            case CeaseRequested():
                self.ceased = True
            case ConsentGiven(digest=digest):
                self.agreed_points.add(digest)
            case ConsentWithdrawn(digest=digest):
                self.agreed_points.discard(digest)

    def allow(self, place: Place) -> None:
        recent = [each for each in self.places if each.at > place.at - KEPT or each.state == "open"]
        self.places = [*recent, place]

    def attempt(self, place: Place, *, again: bool) -> None:
        """What was attempted again takes a place of its own."""
        self.places = [*(self.places if again else self.others(place.contact_id)), place]

    def _is_in_service(self, contact_id: UUID, reached: bool) -> None:
        """The number of that contact; what was barred is not reached again."""
        digests = {each.digest for each in self.places if each.contact_id == contact_id}
        self.invalid = self.invalid - (digests - self.barred) if reached else self.invalid | digests

    def _end(self, event: ContactMade | ContactFailed | MessageSent) -> None:
        """Of several attempts of one contact it is the last."""
        match event:
            case ContactMade(contact_id=contact_id):
                self._is_in_service(contact_id, True)
            case ContactFailed(contact_id=contact_id, reason="not_in_service"):
                self._is_in_service(contact_id, False)
            case _:
                pass
        for index in reversed(range(len(self.places))):
            if self.places[index].contact_id == event.contact_id:
                self.places[index] = _ended(self.places[index], event)
                return


def _ended(place: Place, event: ContactMade | ContactFailed | MessageSent) -> Place:
    match event:
        case ContactMade():
            return replace(place, state="talked", party=event.party, ours=event.initiated_by == "us")
        case ContactFailed():
            return replace(place, state=_NOTHING.get(event.reason, "unanswered"))
        case MessageSent():
            return replace(place, state="arrived")
