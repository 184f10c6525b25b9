"""An account as it stands: its ledgers by the bank's last words, its open case, and its disputes."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from arrears_events.catalogue.base import Ids
from arrears_events.catalogue.case import (
    ArrearsChanged,
    CaseClosed,
    CaseEvent,
    CaseOpened,
    ClearingNoted,
    DisputeNotAccepted,
    DisputeRaised,
    NoteAdded,
    ReversalNoted,
    SaleNoted,
    Stage,
    StageChanged,
    TreatmentStepDue,
    WriteOffNoted,
)
from arrears_events.money import Money

from case_service.domain import dispute
from case_service.domain.dispute import Dispute
from case_service.domain.ledger import Ledger, stage_of


@dataclass(frozen=True)
class OpenCase:
    case_id: UUID
    stage: Stage
    treated: tuple[Stage, ...] = ()


@dataclass(frozen=True)
class Account:
    """By currency: `ledgers`, and `reversals` until the ledger's next word. `not_accepted`: disputes that are none.

    Once it is `sold` it is never again the bank's.
    """

    customer_id: str
    account_id: str
    case: OpenCase | None = None
    written_off: bool = False
    sold: bool = False
    ledgers: dict[str, Ledger] = field(default_factory=dict[str, Ledger])
    reversals: dict[str, ReversalNoted] = field(default_factory=dict[str, ReversalNoted])
    disputes: dict[UUID, Dispute] = field(default_factory=dict[UUID, Dispute])
    not_accepted: Ids = frozenset()
    last_note: UUID | None = None

    def ledger(self, currency: str) -> Ledger:
        return self.ledgers.get(currency) or Ledger.unknown(currency)

    def stage_with(self, ledger: Ledger) -> Stage:
        """Of the case when `ledger` is the bank's word."""
        ledgers = self.ledgers | {ledger.arrears.currency: ledger}
        return "recovery" if self.written_off else max(stage_of(each.days_past_due) for each in ledgers.values())

    def held(self, currency: str) -> Money:
        """What open disputes hold of a ledger's arrears: never more than all of them."""
        disputed = (each.terms.disputed_amount for each in self.disputes.values() if each.holds(currency))
        return min(sum(disputed, Money.of(0, currency)), self.ledger(currency).arrears)


def evolve(account: Account | None, event: CaseEvent) -> Account:
    account = account or Account(event.customer_id, event.account_id)
    match account.case, event:
        case None, CaseOpened():
            return replace(_with(account, Ledger.of(event)), case=OpenCase(event.case_id, event.entered_at_stage))
        case OpenCase(), ArrearsChanged():
            return _with(account, Ledger.of(event))
        case OpenCase() as case, StageChanged(to_stage=stage):
            return replace(account, case=replace(case, stage=stage), written_off=stage == "recovery")
        case OpenCase(treated=before) as case, TreatmentStepDue():
            return replace(account, case=replace(case, treated=(*before, event.stage)))
        case OpenCase(), CaseClosed(outcome=outcome):
            closed = _with(account, Ledger(event.closed_on, event.balance.zero()))
            return replace(closed, case=None, sold=outcome == "sold")
        case None, ClearingNoted():
            return _with(account, Ledger(event.cleared_on, event.balance.zero()))
        case None, WriteOffNoted():
            return replace(account, written_off=True)
        case None, SaleNoted():
            return replace(account, sold=True)
        case OpenCase(), DisputeRaised():
            return _with_dispute(account, Dispute(event))
        case _:
            return _beside_the_case(account, event)


def _beside_the_case(account: Account, event: CaseEvent) -> Account:
    """What is noted whether or not a case is open."""
    match event:
        case ReversalNoted():
            return replace(account, reversals=account.reversals | {event.amount.currency: event})
        case NoteAdded():
            return replace(account, last_note=event.note_id)
        case DisputeNotAccepted():
            return replace(account, not_accepted=account.not_accepted | {str(event.dispute_id)})
        case _ if isinstance(event, dispute.DisputeEvent):
            return _with_dispute(account, dispute.evolve(account.disputes[event.dispute_id], event))
        case _:
            raise AssertionError(f"{event} cannot follow {account}")


def _with(account: Account, ledger: Ledger) -> Account:
    """With this word as the ledger's last, which answers a reversal of its day or before."""
    currency, reversals = ledger.arrears.currency, dict(account.reversals)
    if currency in reversals and reversals[currency].booked_on <= ledger.as_of:
        del reversals[currency]
    return replace(account, ledgers=account.ledgers | {currency: ledger}, reversals=reversals)


def _with_dispute(account: Account, changed: Dispute) -> Account:
    return replace(account, disputes=account.disputes | {changed.terms.dispute_id: changed})
