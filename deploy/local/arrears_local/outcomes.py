"""What came of contacts, promises, plans, instructions and complaints, by the events of the log."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from arrears_events.catalogue.bank import BankInstructionAnswered
from arrears_events.catalogue.base import Event
from arrears_events.catalogue.complaints import ComplaintFact, ComplaintOverdue, ComplaintRaised, ComplaintResolved
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
from arrears_events.catalogue.plan import (
    BankInstructionIssued,
    InstalmentDue,
    InstalmentMissed,
    InstalmentPaid,
    InstalmentPartlyPaid,
    InstalmentReopened,
    PlanAgreed,
    PlanBroken,
    PlanCancelled,
    PlanCompleted,
    PlanExpired,
    PlanFact,
    PlanProposed,
    PlanReinstated,
    PromiseBroken,
    PromiseCancelled,
    PromiseFact,
    PromiseKept,
    PromiseMade,
    PromiseNotAccepted,
    PromiseReopened,
)

Rule = tuple[str, str]
"""Its id and clause."""

_CONTACT: Mapping[type[Event], str] = {
    ContactRequested: "asked for",
    ContactAuthorised: "allowed",
    ContactAttempted: "attempted",
    MessageSent: "sent",
    MessageDelivered: "delivered",
    MessageOutcomeUnknown: "unknown",
    ContactFailed: "failed",
    ContactMade: "made",
}
_PROMISE: Mapping[type[Event], str] = {
    PromiseMade: "open",
    PromiseNotAccepted: "not accepted",
    PromiseCancelled: "cancelled",
    PromiseKept: "kept",
    PromiseReopened: "open",
    PromiseBroken: "broken",
}
_PLAN: Mapping[type[Event], str] = {
    PlanProposed: "proposed",
    PlanAgreed: "running",
    PlanReinstated: "running",
    PlanExpired: "expired",
    PlanCancelled: "cancelled",
    PlanBroken: "broken",
    PlanCompleted: "completed",
}
_INSTALMENT: Mapping[type[Event], str] = {
    InstalmentDue: "due",
    InstalmentReopened: "due",
    InstalmentPaid: "paid",
    InstalmentPartlyPaid: "partly paid",
    InstalmentMissed: "missed",
}


@dataclass
class Outcomes:
    """By id: the last that was said. `against`: how often a rule refused a contact for good; `put_off`: for a while."""

    channels: dict[UUID, str] = field(default_factory=dict[UUID, str])
    contacts: dict[UUID, str] = field(default_factory=dict[UUID, str])
    against: Counter[Rule] = field(default_factory=Counter[Rule])
    put_off: Counter[Rule] = field(default_factory=Counter[Rule])
    promises: dict[UUID, str] = field(default_factory=dict[UUID, str])
    plans: dict[UUID, str] = field(default_factory=dict[UUID, str])
    instalments: dict[tuple[UUID, int], str] = field(default_factory=dict[tuple[UUID, int], str])
    asked: dict[str, str] = field(default_factory=dict[str, str])
    answered: dict[str, str] = field(default_factory=dict[str, str])
    complaints: dict[UUID, str] = field(default_factory=dict[UUID, str])

    @property
    def agreed(self) -> int:
        return len(self.asked)

    @property
    def instructions(self) -> Counter[tuple[str, str]]:
        """By kind and the bank's answer."""
        return Counter((kind, self.answered.get(id_, "not answered yet")) for id_, kind in self.asked.items())

    def take(self, event: Event) -> None:
        match event:
            case ContactFact():
                self._contact(event)
            case PromiseFact() if type(event) in _PROMISE:
                self.promises[event.promise_id] = _PROMISE[type(event)]
            case BankInstructionIssued():
                self.asked[event.instruction_id] = event.kind
            case BankInstructionAnswered():
                self.answered[event.instruction_id] = event.outcome
            case PlanFact():
                self._plan(event)
            case ComplaintFact():
                self._complaint(event)
            case _:
                pass

    def _contact(self, event: ContactFact) -> None:
        if isinstance(event, ContactRequested):
            self.channels[event.contact_id] = event.channel
        if isinstance(event, ContactRefused):
            self.contacts[event.contact_id] = "refused" if event.final else "put off"
            rules = self.against if event.final else self.put_off
            rules.update((rule.rule, rule.clause) for rule in event.rules if not rule.passed)
        elif isinstance(event, AuthorisationExpired):
            self.contacts[event.contact_id] = "lapsed" if event.final else "put off"
        elif type(event) in _CONTACT:
            self.contacts[event.contact_id] = _CONTACT[type(event)]

    def _plan(self, event: PlanFact) -> None:
        if type(event) in _PLAN:
            self.plans[event.plan_id] = _PLAN[type(event)]
        if isinstance(
            event, InstalmentDue | InstalmentReopened | InstalmentPaid | InstalmentPartlyPaid | InstalmentMissed
        ):
            self.instalments[event.plan_id, event.number] = _INSTALMENT[type(event)]

    def _complaint(self, event: ComplaintFact) -> None:
        match event:
            case ComplaintRaised():
                self.complaints[event.complaint_id] = "open"
            case ComplaintOverdue():
                self.complaints[event.complaint_id] = "overdue"
            case ComplaintResolved():
                late = self.complaints[event.complaint_id] == "overdue"
                self.complaints[event.complaint_id] = "answered late" if late else "answered in time"
            case _:
                pass
