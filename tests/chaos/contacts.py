"""What the log says of every contact, against what came to customers. Pure but for reading what the receivers keep."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from arrears_events.catalogue.contact import (
    AuthorisationExpired,
    ContactAttempted,
    ContactAuthorised,
    ContactFact,
    ContactFailed,
    ContactMade,
    ContactRefused,
    ContactRequested,
    MessageDelivered,
    MessageOutcomeUnknown,
    MessageSent,
)
from arrears_events.envelope import StreamEvent
from arrears_local import received
from arrears_local.home import Home

STEPS: dict[type[ContactFact], str] = {
    ContactRequested: "requested",
    ContactAuthorised: "authorised",
    ContactAttempted: "attempted",
    MessageSent: "sent",
    MessageDelivered: "delivered",
    MessageOutcomeUnknown: "unknown",
    ContactFailed: "failed",
    ContactMade: "made",
}
"""Each of which a contact takes once at most; only what was unknown or failed may turn out otherwise later."""
ENDS = frozenset({"refused", "waiting", "expired", "sent", "delivered", "unknown", "failed", "made"})
CAME_OUT = frozenset({"sent", "delivered", "made"})


@dataclass
class Contacts:
    """The steps of each contact, in the order of the log; `seen` are the places of their events.

    `against`: what stood against those that were refused or expired: rules, and reasons.
    """

    trails: dict[UUID, list[str]] = field(default_factory=lambda: defaultdict[UUID, list[str]](list))
    seen: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    against: Counter[str] = field(default_factory=Counter[str])

    def take(self, event: StreamEvent[Any]) -> None:
        """What a relay sent twice is one event."""
        place = event.streamid, event.streamversion
        if isinstance(event.data, ContactFact) and place not in self.seen:
            self.seen.add(place)
            if step := _step(event.data):
                trail = self.trails[event.data.contact_id]
                if isinstance(event.data, AuthorisationExpired) and step == "waiting":
                    trail.remove("authorised")  # it is decided anew
                trail.append(step)
                self.against.update(_against(event.data))

    def ends(self) -> Counter[str]:
        return Counter(trail[-1] for trail in self.trails.values())


def _step(event: ContactFact) -> str | None:
    match event:
        case ContactRefused(final=False) | AuthorisationExpired(final=False):
            return "waiting"
        case ContactRefused():
            return "refused"
        case AuthorisationExpired():
            return "expired"
        case _:
            pass
    return STEPS.get(type(event))


def _against(event: ContactFact) -> list[str]:
    match event:
        case ContactRefused(rules=rules):
            return [each.rule for each in rules if not each.passed]
        case AuthorisationExpired(reason=reason):
            return [reason]
        case _:
            return []


def came_out(home: Home) -> Counter[UUID]:
    """By contact, what the mail server, the SMS centre and the dialler took for a customer."""
    mails = [UUID(mail.message_id.strip("<>").partition("@")[0]) for mail in received.mails(home)]
    messages = [UUID(message.reference) for message in received.messages(home)]
    return Counter([*mails, *messages, *(UUID(call.call_id) for call in received.calls(home))])


def wrong_contacts(contacts: Contacts, out: Counter[UUID]) -> Iterator[str]:
    """Asked for once, decided once, handed over once, ended in a way that is known; and out there at most once."""
    for contact, trail in contacts.trails.items():
        told = f"contact {contact} ({', '.join(trail)})"
        again = [step for step, count in Counter(trail).items() if count > 1 and step != "waiting"]
        if trail[0] != "requested" or again:
            yield f"{told} took a step twice, or began without a request"
        if len(_decisions(trail)) > 1:
            yield f"{told} was decided more than once"
        if trail[-1] not in ENDS:
            yield f"{told} came to no end"
        if "attempted" in trail and "authorised" not in trail:
            yield f"{told} was handed over, and nothing allowed it"
        if CAME_OUT.intersection(trail) and not out[contact]:
            yield f"{told} is said to be out, and nobody received it"
        if out[contact] > 1 or (out[contact] and "attempted" not in trail):
            yield f"{told} came out {out[contact]} times"
    yield from (f"{contact} came out, and nothing on the log tells of it" for contact in out.keys() - contacts.trails)


def _decisions(trail: list[str]) -> list[str]:
    """Those that are not to be made again at a later moment; what was never allowed expires instead of one."""
    final = {"authorised", "refused"} if "authorised" in trail else {"refused", "expired"}
    return [step for step in trail if step in final]
