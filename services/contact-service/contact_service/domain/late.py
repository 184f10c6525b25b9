"""A word that comes late: of a contact that nobody knew the outcome of, or that was held for not made.

For the 32 days that its place is kept such a word still counts, once, and only when it says more than was known: what
is unknown becomes what it was, and what was held for not made may turn out to have been made, never the other way.
Who talked in a call knows that, and with whom, as the dialler does not, which takes a person for a machine: their word
takes the place of the one before.
"""

from typing import Any
from uuid import UUID

from arrears_events.catalogue.contact import ContactFailed, ContactMade, FailureReason

from contact_service.domain.facts import Outcome, PastContact
from contact_service.domain.hearing import Conversation, Heard
from contact_service.domain.history import Contacts

_NOT_MADE: frozenset[FailureReason] = frozenset({"not_in_service", "rejected", "undelivered"})
_MAY_BE_MADE: frozenset[Outcome] = frozenset({"open", "failed", "undelivered"})


def was_sent(contacts: Contacts, contact_id: UUID) -> bool:
    """A mail, by the word of a process that was held for dead. A message's receipt says it, and more."""
    place = _over(contacts, contact_id)
    return place is not None and place.medium == "email" and place.outcome in _MAY_BE_MADE


def has_an_outcome(contacts: Contacts, contact_id: UUID) -> bool:
    place = _over(contacts, contact_id)
    return place is not None and place.outcome == "open"


def has_its_end(contacts: Contacts, heard: Heard) -> bool:
    """A call: the dialler's word, or a wrap-up."""
    place = _over(contacts, heard.contact_id) if heard.contact_id else None
    if place is None or heard.call is None or place.medium != "call":
        return False
    if isinstance(heard.call, Conversation) and place.outcome == "conversation":
        return heard.call.party != place.party
    if isinstance(heard.call, Conversation) and place.outcome == "unanswered":
        return not heard.call.surmised
    return place.outcome == "open" or (place.outcome in _MAY_BE_MADE and heard.call not in _NOT_MADE)


def end_of(heard: Heard) -> ContactMade | ContactFailed:
    which: dict[str, Any] = {"customer_id": heard.customer_id, "contact_id": heard.contact_id}
    match heard.call:
        case Conversation(initiated_by, party, seconds):
            return ContactMade(**which, initiated_by=initiated_by, party=party, seconds=seconds)
        case None:
            raise AssertionError("what has no end is no end")
        case reason:
            return ContactFailed(**which, reason=reason)


def _over(contacts: Contacts, contact_id: UUID) -> PastContact | None:
    """Its place, once it has had an outcome."""
    return None if contact_id in contacts.open else contacts.places.get(contact_id)
