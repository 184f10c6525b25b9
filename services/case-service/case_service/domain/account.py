"""One account: at most one open case (案件), by the bank's words of its arrears, and the disputes of what is overdue.

A ledger is (account, currency), and each has its own arrears. The case is the account's: it opens with the first ledger
in arrears, stands at the stage of the worst one, and closes when none is left, or when the account is sold. Nothing is
added across ledgers. A fact is old when its date is not after that of the last word of its ledger that changed
something. On one day a clearing is newer than a word, unless a payment was taken back since.
"""

from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Any

from arrears_events import ids
from arrears_events.catalogue.case import (
    ArrearsChanged,
    CaseClosed,
    CaseEvent,
    CaseOpened,
    ClearingNoted,
    ReversalNoted,
    SaleNoted,
    Stage,
    StageChanged,
    WriteOffNoted,
)
from arrears_events.money import Money

from case_service.domain import dispute, note
from case_service.domain.bank_words import BankWord, ClearArrears, NoteArrears, NoteReversal, Sell, WriteOff
from case_service.domain.dispute import AcknowledgeDispute, HearDispute, RaiseDispute, ResolveDispute
from case_service.domain.errors import CASE_NOT_OPEN, DISPUTE_UNKNOWN, Refused
from case_service.domain.history import Account, OpenCase, evolve
from case_service.domain.ledger import Ledger
from case_service.domain.note import AddNote
from case_service.domain.treatment import Rise, steps


@dataclass(frozen=True)
class CloseDay:
    """The bank closed `day`."""

    day: date


AccountCommand = BankWord | RaiseDispute | HearDispute | AcknowledgeDispute | ResolveDispute | AddNote | CloseDay


def decide(account: Account | None, command: AccountCommand) -> list[CaseEvent]:
    match account, command:
        case None, NoteArrears() | ClearArrears() | NoteReversal() | WriteOff() | Sell() | HearDispute():
            return decide(Account(command.customer_id, command.account_id), command)
        case Account(), NoteArrears() | ClearArrears() | NoteReversal() | WriteOff() | Sell():
            return _take(account, command)
        case Account(), RaiseDispute() | HearDispute():
            return _contest(account, command)
        case Account(disputes=known), AcknowledgeDispute(id_) | ResolveDispute(id_) if id_ in known:
            return [*dispute.answer(known[id_], command)]
        case Account(customer_id, account_id), AddNote():
            return [*note.add(command, account.last_note, customer_id, account_id)]
        case _, CloseDay():
            return _close_day(account, command)
        case _:
            raise Refused(DISPUTE_UNKNOWN if account else CASE_NOT_OPEN)


def stream_of(account_id: str) -> str:
    return f"account/{account_id}"


def due(account: Account) -> date | None:
    """The first business day at whose close a dispute's deadline passes."""
    return min((by for each in account.disputes.values() for _, by in each.deadlines()), default=None)


def _take(account: Account, word: BankWord) -> list[CaseEvent]:
    """The bank's word. Of a sold account it says no more that is ours."""
    match word:
        case _ if account.sold:
            return []
        case NoteArrears():
            return _treated(account, word, _note_arrears(account, word), word.as_of)
        case ClearArrears():
            return _clear(account, word)
        case NoteReversal():
            return _note_reversal(account, word)
        case WriteOff():
            return _treated(account, word, _write_off(account, word), word.written_off_on)
        case Sell():
            return [_sell(account, word)]


def _treated(account: Account, word: NoteArrears | WriteOff, events: list[CaseEvent], on: date) -> list[CaseEvent]:
    """With the contact that the rise of stage asks for, if these events are one."""
    after = reduce(evolve, events, account)
    if word.treatment is None or after.case is None or not events:
        return events
    due = after.ledger(word.balance.currency).arrears - after.held(word.balance.currency)
    rise = Rise(after.case.case_id, account.case.stage if account.case else None, after.case.stage, on, due)
    return [*events, *steps(rise, word.treatment, after.case.treated, _which(account))]


def _note_arrears(account: Account, word: NoteArrears) -> list[CaseEvent]:
    if not _is_news(account, word):
        return []
    if account.case is None:
        return [_open(account, word)] if word.arrears else []
    still_restructured = account.ledger(word.arrears.currency).restructured and not word.arrears
    ledger = Ledger(word.as_of, word.arrears, word.days_past_due, word.parts, still_restructured)
    return _change(account, account.case, ledger, word.balance)


def _is_news(account: Account, word: NoteArrears) -> bool:
    known, reversal = account.ledger(word.arrears.currency), account.reversals.get(word.arrears.currency)
    reversed_since = reversal is not None and reversal.booked_on == known.as_of
    return word.as_of > known.as_of or (word.as_of == known.as_of and reversed_since)


def _open(account: Account, word: NoteArrears) -> CaseOpened:
    reversal = account.reversals.get(word.arrears.currency)
    return CaseOpened(
        **_which(account),
        case_id=ids.case_id(account.account_id, word.word_id),
        reason="payment_reversed" if reversal and reversal.booked_on <= word.as_of else "missed",
        opened_by=word.word_id,
        entered_at_stage=account.stage_with(Ledger(word.as_of, word.arrears, word.days_past_due)),
        as_of=word.as_of,
        arrears=word.arrears,
        balance=word.balance,
        days_past_due=word.days_past_due,
        parts=word.parts,
    )


def _change(account: Account, case: OpenCase, ledger: Ledger, balance: Money) -> list[CaseEvent]:
    if not ledger.differs(account.ledger(ledger.arrears.currency)):
        return []
    changed = ArrearsChanged(
        **_which(account),
        case_id=case.case_id,
        as_of=ledger.as_of,
        arrears=ledger.arrears,
        balance=balance,
        days_past_due=ledger.days_past_due,
        parts=ledger.parts,
        restructured=ledger.restructured,
    )
    return [changed, *_go_to(account.stage_with(ledger), account, case, ledger.as_of)]


def _go_to(stage: Stage, account: Account, case: OpenCase, on: date) -> list[CaseEvent]:
    if stage == case.stage:
        return []
    return [StageChanged(**_which(account), case_id=case.case_id, from_stage=case.stage, to_stage=stage, on=on)]


def _clear(account: Account, command: ClearArrears) -> list[CaseEvent]:
    """A cure when no ledger is in arrears any more, and none was restructured; else this one's arrears are nothing."""
    day, balance, currency = command.cleared_on, command.balance, command.balance.currency
    known_on, restructured = account.ledger(currency).as_of, command.reason == "restructured"
    if account.case is None:
        return [ClearingNoted(**_which(account), cleared_on=day, balance=balance)] if day > known_on else []
    if day < known_on:
        return []
    if restructured or any(each.keeps_open for code, each in account.ledgers.items() if code != currency):
        return _change(account, account.case, Ledger(day, balance.zero(), restructured=restructured), balance)
    case_id = account.case.case_id
    return [CaseClosed(**_which(account), case_id=case_id, outcome="cured", closed_on=day, balance=balance)]


def _note_reversal(account: Account, command: NoteReversal) -> list[CaseEvent]:
    known, ledger = account.reversals.get(command.amount.currency), account.ledger(command.amount.currency)
    if command.booked_on < ledger.as_of or (known and command.booked_on <= known.booked_on):
        return []
    noted = ReversalNoted(
        **_which(account),
        case_id=account.case.case_id if account.case else None,
        reversal_id=command.reversal_id,
        payment_id=command.payment_id,
        amount=command.amount,
        booked_on=command.booked_on,
    )
    return [noted]


def _write_off(account: Account, command: WriteOff) -> list[CaseEvent]:
    """Whatever its date: no later word of arrears takes a write-off back."""
    if account.written_off:
        return []
    if account.case:
        return _go_to("recovery", account, account.case, command.written_off_on)
    return [WriteOffNoted(**_which(account), written_off_on=command.written_off_on, balance=command.balance)]


def _sell(account: Account, command: Sell) -> CaseClosed | SaleNoted:
    """Whatever its date and the other ledgers: it is the account that is sold."""
    if account.case is None:
        return SaleNoted(**_which(account), sold_on=command.sold_on, balance=command.balance)
    return CaseClosed(
        **_which(account),
        case_id=account.case.case_id,
        outcome="sold",
        closed_on=command.sold_on,
        balance=command.balance,
    )


def _raise(account: Account, command: RaiseDispute) -> list[CaseEvent]:
    if command.dispute_id in account.disputes:
        return []
    if account.case is None or command.case_id not in (None, account.case.case_id):
        raise Refused(CASE_NOT_OPEN)
    currency = command.disputed_amount.currency
    dispute.check_amount(command.disputed_amount, account.ledger(currency).arrears, account.held(currency))
    return [dispute.raised(command, account.case.case_id, account.customer_id, account.account_id)]


def _contest(account: Account, command: RaiseDispute | HearDispute) -> list[CaseEvent]:
    """Nothing is said of what another than the account's customer contested: it would be among what is not theirs."""
    if isinstance(command, RaiseDispute):
        return _raise(account, command)
    if command.customer_id != account.customer_id or str(command.dispute.dispute_id) in account.not_accepted:
        return []
    try:
        return _raise(account, command.dispute)
    except Refused as no:
        return [dispute.not_accepted(command, account.case.case_id if account.case else None, no.code)]


def _close_day(account: Account | None, command: CloseDay) -> list[CaseEvent]:
    disputes = account.disputes.values() if account else ()
    return [event for each in disputes for event in dispute.escalate(each, command.day)]


def _which(account: Account) -> dict[str, Any]:
    return {"customer_id": account.customer_id, "account_id": account.account_id}
