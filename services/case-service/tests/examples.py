"""Commands and events of one account with boring defaults: a test names only what it is about."""

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from arrears_events import ids
from arrears_events.catalogue.bank import AccountOpened
from arrears_events.catalogue.base import PolicyRef
from arrears_events.catalogue.case import (
    ArrearsChanged,
    CaseClosed,
    CaseOpened,
    ClearingNoted,
    DisputeAcknowledged,
    DisputeEscalated,
    DisputeNotAccepted,
    DisputeRaised,
    DisputeResolved,
    NoteAdded,
    ReversalNoted,
    SaleNoted,
    StageChanged,
    WriteOffNoted,
)
from arrears_events.catalogue.heard import DisputeHeard
from arrears_events.catalogue.ledger import Parts
from arrears_events.money import Money
from arrears_events.sealed import Sealed
from arrears_policy.policy import Policy, load
from case_service.domain.account import CloseDay
from case_service.domain.bank_words import ClearArrears, NoteArrears, NoteReversal, Sell, WriteOff
from case_service.domain.dispute import AcknowledgeDispute, HearDispute, RaiseDispute, ResolveDispute
from case_service.domain.note import AddNote

WHO: dict[str, Any] = {"customer_id": "C-1", "account_id": "A-1"}


@cache
def shipped(name: str) -> Policy:
    """A policy as the service ships it."""
    return load(files("case_service").joinpath(f"policies/{name}.yaml").read_text("utf-8"))


def case_id_of(on: str) -> UUID:
    """Of the case that the word of that day opened."""
    return ids.case_id("A-1", f"A-1/missed/2026-{on}")


CASE_ID = case_id_of("04-21")
DISPUTE_ID = UUID(int=1)
DISPUTES = PolicyRef(name="disputes", version=1, sha256="0" * 64)
TEXT = Sealed(key_id=UUID(int=7), nonce="A" * 16, ciphertext="c2VhbGVk", digest="d" * 64)
WHICH: dict[str, Any] = WHO | {"case_id": CASE_ID, "dispute_id": DISPUTE_ID}


def day(text: str) -> date:
    """Of 2026, as 04-21."""
    return date.fromisoformat(f"2026-{text}")


def money(amount: str, currency: str = "TWD") -> Money:
    return Money.of(amount, currency)


def account_opened(*currencies: str) -> AccountOpened:
    return AccountOpened(
        **WHO,
        product="card",
        currencies=currencies or ("TWD",),
        opened_on=day("01-01"),
        billing_day=31,
        due_day=20,
    )


def note_arrears(
    on: str = "04-21", arrears: str = "100", dpd: int = 1, currency: str = "TWD", parts: Parts | None = None
) -> NoteArrears:
    return NoteArrears(
        word_id=f"A-1/missed/2026-{on}",
        **WHO,
        as_of=day(on),
        arrears=money(arrears, currency),
        balance=money("1000", currency),
        days_past_due=dpd,
        parts=parts,
    )


def clear_arrears(on: str = "05-21", reason: Any = "paid", currency: str = "TWD") -> ClearArrears:
    return ClearArrears(**WHO, cleared_on=day(on), reason=reason, balance=money("900", currency))


def note_reversal(on: str = "05-25", id_: str = "R-1") -> NoteReversal:
    return NoteReversal(**WHO, reversal_id=id_, payment_id="P-1", amount=money("50"), booked_on=day(on))


def write_off(on: str = "10-21") -> WriteOff:
    return WriteOff(**WHO, written_off_on=day(on), balance=money("1000"))


def sell(on: str = "10-21") -> Sell:
    return Sell(**WHO, sold_on=day(on), balance=money("1000"))


def raise_dispute(
    amount: str = "40", currency: str = "TWD", id_: UUID = DISPUTE_ID, case_id: UUID | None = CASE_ID
) -> RaiseDispute:
    return RaiseDispute(
        dispute_id=id_,
        case_id=case_id,
        kind="wrong_amount",
        disputed_amount=money(amount, currency),
        raised_on=day("04-22"),
        acknowledge_by=day("04-24"),
        resolve_by=day("05-22"),
        policy=DISPUTES,
    )


def hear_dispute(amount: str = "40", currency: str = "TWD", id_: UUID = DISPUTE_ID) -> HearDispute:
    return HearDispute(**WHO, dispute=raise_dispute(amount, currency, id_, None))


def dispute_heard(amount: str = "40") -> DisputeHeard:
    return DisputeHeard(
        **WHO,
        contact_id=UUID(int=9),
        kind="wrong_amount",
        disputed_amount=money(amount),
        heard_on=day("04-22"),
        statement_id="S-1",
        line_id="L-1",
    )


def acknowledge_dispute(id_: UUID = DISPUTE_ID) -> AcknowledgeDispute:
    return AcknowledgeDispute(id_, day("04-23"))


def resolve_dispute(outcome: Any = "upheld", id_: UUID = DISPUTE_ID) -> ResolveDispute:
    return ResolveDispute(id_, outcome, day("04-30"))


def add_note(id_: int = 1, case_id: UUID = CASE_ID) -> AddNote:
    return AddNote(UUID(int=id_), case_id, TEXT)


def close_day(on: str) -> CloseDay:
    return CloseDay(day(on))


def case_opened(
    on: str = "04-21", arrears: str = "100", dpd: int = 1, stage: Any = "M1", currency: str = "TWD", **more: Any
) -> CaseOpened:
    return CaseOpened(
        **WHO,
        case_id=case_id_of(on),
        opened_by=f"A-1/missed/2026-{on}",
        reason=more.pop("reason", "missed"),
        entered_at_stage=stage,
        as_of=day(on),
        arrears=money(arrears, currency),
        balance=money("1000", currency),
        days_past_due=dpd,
        **more,
    )


def arrears_changed(on: str, arrears: str = "100", dpd: int = 1, currency: str = "TWD", **more: Any) -> ArrearsChanged:
    return ArrearsChanged(
        **WHO,
        case_id=CASE_ID,
        as_of=day(on),
        arrears=money(arrears, currency),
        balance=money(more.pop("balance", "1000"), currency),
        days_past_due=dpd,
        **more,
    )


def stage_changed(before: Any, after: Any, on: str) -> StageChanged:
    return StageChanged(**WHO, case_id=CASE_ID, from_stage=before, to_stage=after, on=day(on))


def case_closed(on: str = "05-21", currency: str = "TWD") -> CaseClosed:
    return CaseClosed(**WHO, case_id=CASE_ID, outcome="cured", closed_on=day(on), balance=money("900", currency))


def case_sold(on: str = "10-21") -> CaseClosed:
    return CaseClosed(**WHO, case_id=CASE_ID, outcome="sold", closed_on=day(on), balance=money("1000"))


def sale_noted(on: str = "10-21") -> SaleNoted:
    return SaleNoted(**WHO, sold_on=day(on), balance=money("1000"))


def reversal_noted(on: str = "05-25", id_: str = "R-1", case_id: UUID | None = None) -> ReversalNoted:
    return ReversalNoted(
        **WHO, case_id=case_id, reversal_id=id_, payment_id="P-1", amount=money("50"), booked_on=day(on)
    )


def clearing_noted(on: str) -> ClearingNoted:
    return ClearingNoted(**WHO, cleared_on=day(on), balance=money("900"))


def write_off_noted(on: str = "10-21") -> WriteOffNoted:
    return WriteOffNoted(**WHO, written_off_on=day(on), balance=money("1000"))


def dispute_raised(amount: str = "40", id_: UUID = DISPUTE_ID) -> DisputeRaised:
    return DisputeRaised(
        **WHO,
        case_id=CASE_ID,
        dispute_id=id_,
        kind="wrong_amount",
        disputed_amount=money(amount),
        raised_on=day("04-22"),
        acknowledge_by=day("04-24"),
        resolve_by=day("05-22"),
        policy=DISPUTES,
    )


def dispute_not_accepted(
    reason: str, amount: str = "40", *, case_id: UUID | None = CASE_ID, id_: UUID = DISPUTE_ID
) -> DisputeNotAccepted:
    return DisputeNotAccepted(
        **WHO,
        case_id=case_id,
        dispute_id=id_,
        kind="wrong_amount",
        disputed_amount=money(amount),
        heard_on=day("04-22"),
        reason=reason,
    )


def dispute_acknowledged() -> DisputeAcknowledged:
    return DisputeAcknowledged(**WHICH, acknowledged_on=day("04-23"))


def dispute_resolved(outcome: Any = "upheld") -> DisputeResolved:
    return DisputeResolved(**WHICH, outcome=outcome, resolved_on=day("04-30"))


def note_added(id_: int = 1, case_id: UUID = CASE_ID) -> NoteAdded:
    return NoteAdded(**WHO, case_id=case_id, note_id=UUID(int=id_), text=TEXT)


def dispute_escalated(step: Any, deadline: str, on: str) -> DisputeEscalated:
    return DisputeEscalated(**WHICH, step=step, deadline=day(deadline), on=day(on))
