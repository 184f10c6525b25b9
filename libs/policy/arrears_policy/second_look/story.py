"""One customer's contacts from the first to the last: what of them went out, and whether it was allowed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from arrears_events.catalogue.base import Event
from arrears_events.catalogue.contact import (
    CONTACT,
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

from arrears_policy.second_look.court import Court, place_of
from arrears_policy.second_look.decision import Decision, Flaw
from arrears_policy.second_look.diary import Diary, Place
from arrears_policy.second_look.findings import Code, Finding, Report
from arrears_policy.second_look.known import Hearing
from arrears_policy.second_look.law import Law
from arrears_policy.second_look.tally import Tally
from arrears_policy.second_look.told import HEARD, Told

_Outcome = MessageSent | MessageDelivered | MessageOutcomeUnknown | ContactMade | ContactFailed


@dataclass
class Trail:
    """One contact as far as the log has come."""

    request: ContactRequested | None = None
    decision: Decision | None = None
    over: AuthorisationExpired | None = None
    attempts: int = 0
    sent: int = 0
    outcome: str = ""
    in_breach: bool = False
    in_between: bool = False


class Story:
    """Told once; each finding is reported as it is come upon, and the contacts are tallied at the end."""

    def __init__(
        self, customer_id: str, lanes: Mapping[str, Sequence[Told[Event]]], law: Law, report: Report, tally: Tally
    ) -> None:
        self._records = lanes.get(CONTACT.name, ())
        self._diary, self._trails = Diary(), dict[UUID, Trail]()
        hearing = Hearing({topic.name: lanes.get(topic.name, ()) for topic in HEARD})
        self._court = Court(customer_id, hearing, law, self._diary)
        self._report, self._tally = report, tally

    def tell(self) -> None:
        for record in self._records:
            if isinstance(record.event, ContactFact):
                self._take(record, self._trails.setdefault(record.event.contact_id, Trail()))
            self._diary.hear(record.event)
        for trail in (trail for trail in self._trails.values() if trail.outcome):
            channel = trail.request.channel if trail.request else "unknown"
            self._tally.contact(channel, trail.outcome, trail.in_breach, trail.in_between)

    def _take(self, record: Told[Event], trail: Trail) -> None:
        match record.event:
            case ContactRequested() as request:
                trail.request = trail.request or request
            case ContactRefused() as refused:
                self._tally.refused(refused)
            case ContactAuthorised() as authorised if trail.request:
                trail.decision = self._court.decision(record, trail.request, authorised)
                trail.over = trail.over if trail.over and trail.over.final else None
                self._diary.allow(trail.decision.scene.asked)
            case AuthorisationExpired() as expired:
                trail.over = trail.over or expired
            case ContactAttempted() as attempted:
                self._attempted(record, attempted, trail)
            case MessageSent() | MessageDelivered() | MessageOutcomeUnknown() | ContactMade() | ContactFailed() as went:
                self._went_out(record, went, trail)
            case _:
                pass

    def _attempted(self, record: Told[Event], attempted: ContactAttempted, trail: Trail) -> None:
        self._tell(record, trail, self._not_allowed(trail))
        if trail.decision:
            if not trail.attempts:
                self._tell(trail.decision.record, trail, trail.decision.flaws)
            self._tell(record, trail, self._court.attempt(record, attempted, trail.decision))
            for between in self._court.between(record, attempted, trail.decision):
                trail.in_between = True
                self._report(between)
        if trail.request:
            self._diary.attempt(self._place(attempted, trail.request, trail.decision), again=trail.attempts > 0)
        trail.attempts, trail.outcome = trail.attempts + 1, "no word of it"

    def _not_allowed(self, trail: Trail) -> Iterator[Flaw]:
        if trail.request is None or trail.decision is None:
            missing = "asked for it" if trail.request is None else "allowed it"
            yield Flaw(Code.NOT_AUTHORISED, None, f"It was attempted, and nothing before it on the log {missing}.")
        if trail.over:
            yield Flaw(Code.AUTHORISATION_OVER, None, f"It was attempted after its end: {trail.over.reason}.")
        if trail.attempts:
            yield Flaw(Code.ATTEMPTED_AGAIN, None, "It was attempted before by the same authorisation.")

    def _went_out(self, record: Told[Event], went: _Outcome, trail: Trail) -> None:
        by_customer = isinstance(went, ContactMade) and went.initiated_by == "customer"
        if not trail.attempts and not by_customer and not trail.outcome:
            sentence = f"{went.wire} tells that it went out, and nothing before it that it was handed over."
            self._tell(record, trail, [Flaw(Code.NOT_ATTEMPTED, None, sentence)])
        if isinstance(went, MessageSent):
            if trail.sent >= max(1, trail.attempts):
                self._tell(record, trail, [Flaw(Code.SENT_AGAIN, None, "It was sent before by the same attempt.")])
            trail.sent += 1
        trail.outcome = went.reason if isinstance(went, ContactFailed) else _OUTCOMES[type(went)]

    def _place(self, attempted: ContactAttempted, request: ContactRequested, decision: Decision | None) -> Place:
        """What nobody had allowed counts too, as far as it is known what it was."""
        if decision:
            return place_of(request, decision.authorised, attempted.attempted_at)
        customer = request.party_id == request.customer_id
        return Place(
            request.contact_id,
            attempted.attempted_at,
            *(request.purpose, request.channel, "customer" if customer else "third_person", request.party_id),
            digest="",
            accounts=request.accounts,
        )

    def _tell(self, record: Told[Event], trail: Trail, flaws: Iterable[Flaw]) -> None:
        contact_id = getattr(record.event, "contact_id", None)
        for code, rule, sentence in flaws:
            trail.in_breach = True
            self._report(Finding(code, record.topic, record.partition, record.offset, contact_id, rule, sentence))


_OUTCOMES: dict[type[_Outcome], str] = {
    MessageSent: "sent",
    MessageDelivered: "delivered",
    MessageOutcomeUnknown: "unknown",
    ContactMade: "conversation",
}
