"""What the bank says of an account, as commands to its stream."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from arrears_events.catalogue.ledger import Parts
from arrears_events.money import Money

from case_service.domain.treatment import Treatment


@dataclass(frozen=True)
class NoteArrears:
    """The bank's word of a ledger at the end of `as_of`; `word_id` is the id of its event.

    `treatment`: what a rise of stage asks for; without one it asks for nothing.
    """

    word_id: str
    customer_id: str
    account_id: str
    as_of: date
    arrears: Money
    balance: Money
    days_past_due: int
    parts: Parts | None = None
    treatment: Treatment | None = None


@dataclass(frozen=True)
class ClearArrears:
    customer_id: str
    account_id: str
    cleared_on: date
    reason: Literal["paid", "restructured", "adjusted"]
    balance: Money


@dataclass(frozen=True)
class NoteReversal:
    customer_id: str
    account_id: str
    reversal_id: str
    payment_id: str
    amount: Money
    booked_on: date


@dataclass(frozen=True)
class WriteOff:
    customer_id: str
    account_id: str
    written_off_on: date
    balance: Money
    treatment: Treatment | None = None


@dataclass(frozen=True)
class Sell:
    """The claim is another's from `sold_on`, who collects it."""

    customer_id: str
    account_id: str
    sold_on: date
    balance: Money


BankWord = NoteArrears | ClearArrears | NoteReversal | WriteOff | Sell
