"""The bank's facts about accounts and customers (bank.events), and its days' closes. Dates are business dates."""

from typing import Annotated, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from arrears_events.catalogue.base import Code, CustomerEvent, DayClosed, Id
from arrears_events.catalogue.ledger import BusinessDate, Days, LedgerEvent, Parts
from arrears_events.codec import Topic
from arrears_events.envelope import SourceEvent
from arrears_events.money import Amount, Currency, Money

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""HMAC-SHA-256 in hex, under a key of the bank: the same for the same number, and tells nothing of it."""
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
"""BCP 47, as zh-Hans-CN."""
TimeZone = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_+-]{0,31}(/[A-Za-z0-9_+-]{1,31}){0,2}$")]
"""A name of the IANA time zone database, as Asia/Shanghai."""

ContactPointKind = Literal["mobile", "home", "work", "email", "post"]
PartyRole = Literal[
    "guarantor", "supplementary_cardholder", "co_debtor", "spouse", "heir", "representative", "third_person"
]
SpecialStatus = Literal["deceased", "insolvent", "breathing_space", "represented", "vulnerable", "fraud", "disaster"]
Employment = Literal["employed", "self_employed", "unemployed", "retired", "student", "other"]


class ContactPoint(BaseModel):
    """A way to reach a party, without its value.

    `party_id` is the customer's own id for the customer in person. `reserved` (预留): where notices arrive by contract.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    contact_point_id: Id
    party_id: Id
    kind: ContactPointKind
    reserved: bool
    digest: Digest


class AccountOpened(LedgerEvent):
    """`billing_day` is the day of the month of the statement (31: the month's last), `due_day` that of its due date."""

    wire: ClassVar[str] = "AccountOpened"
    product: Code
    currencies: Annotated[tuple[Currency, ...], Field(min_length=1)]
    opened_on: BusinessDate
    billing_day: Annotated[int, Field(ge=1, le=31)]
    due_day: Annotated[int, Field(ge=1, le=31)]


class CustomerProfileChanged(CustomerEvent):
    """How and under whose law the customer is reached: the whole profile, in place of the one before.

    `jurisdiction` names the rule pack of the place, as `cn`; `time_zone` is where the customer is.
    """

    wire: ClassVar[str] = "CustomerProfileChanged"
    language: Language
    jurisdiction: Code
    time_zone: TimeZone
    contact_points: tuple[ContactPoint, ...]


class PartyLinked(CustomerEvent):
    """A person is tied to the customer in a role; to one account, or to all when `account_id` is absent."""

    wire: ClassVar[str] = "PartyLinked"
    party_id: Id
    role: PartyRole
    account_id: Id | None = None


class PartyUnlinked(CustomerEvent):
    """The tie of PartyLinked with the same party, role and account has ended."""

    wire: ClassVar[str] = "PartyUnlinked"
    party_id: Id
    role: PartyRole
    account_id: Id | None = None


class StatementIssued(LedgerEvent):
    """A ledger's bill for `period_start` to `period_end`, both days included.

    A right bill satisfies opening_balance + purchases + cash_advances + fees + interest + penalties + adjustments
    - payments - refunds = closing_balance. `minimum_due` is to be paid by `due_date`; `past_due` of it was due before;
    `over_limit` is the closing balance beyond the credit limit. `corrects`: the statement that this one replaces.
    """

    wire: ClassVar[str] = "StatementIssued"
    control: ClassVar[str | None] = "closing_balance"
    statement_id: Id
    currency: Currency
    statement_date: BusinessDate
    due_date: BusinessDate
    period_start: BusinessDate
    period_end: BusinessDate
    opening_balance: Money
    purchases: Amount
    cash_advances: Amount
    refunds: Amount
    fees: Amount
    interest: Amount
    penalties: Amount
    payments: Amount
    adjustments: Money
    closing_balance: Money
    minimum_due: Amount
    past_due: Amount
    over_limit: Amount
    parts: Parts | None = None
    corrects: Id | None = None


class PaymentReceived(LedgerEvent):
    """Money came in. It counts from `value_date`; it stands in the books from `booked_on`, which may be later."""

    wire: ClassVar[str] = "PaymentReceived"
    control: ClassVar[str | None] = "amount"
    payment_id: Id
    amount: Amount
    value_date: BusinessDate
    booked_on: BusinessDate
    channel: Code


class PaymentApplied(LedgerEvent):
    """What a payment was set off against; `days_past_due` of its value date decides the order of the parts."""

    wire: ClassVar[str] = "PaymentApplied"
    payment_id: Id
    parts: Parts
    days_past_due: Days


class PaymentReversed(LedgerEvent):
    """A payment, or `amount` of it, was taken back. Opens no case: the bank's next word of arrears does."""

    wire: ClassVar[str] = "PaymentReversed"
    control: ClassVar[str | None] = "amount"
    reversal_id: Id
    payment_id: Id
    amount: Amount
    reason: Literal["returned", "chargeback", "error"]
    booked_on: BusinessDate


class PaymentMissed(LedgerEvent):
    """The minimum due of a statement was not paid by its due date.

    `arrears` is all that was due and is unpaid at the end of `as_of`, older statements included; `balance` the whole
    debt; `days_past_due` counts calendar days since the oldest unpaid due date.
    """

    wire: ClassVar[str] = "PaymentMissed"
    control: ClassVar[str | None] = "arrears"
    statement_id: Id
    due_date: BusinessDate
    as_of: BusinessDate
    minimum_due: Amount
    arrears: Amount
    balance: Money
    days_past_due: Annotated[int, Field(ge=1, le=36_525)]
    parts: Parts | None = None


class ArrearsUpdated(LedgerEvent):
    """The bank's word of the arrears between two due dates; the fields are those of PaymentMissed."""

    wire: ClassVar[str] = "ArrearsUpdated"
    control: ClassVar[str | None] = "arrears"
    as_of: BusinessDate
    arrears: Amount
    balance: Money
    days_past_due: Days
    parts: Parts | None = None


class ArrearsCleared(LedgerEvent):
    """Nothing is overdue any more in this ledger. `balance` is what is still owed, though not yet due."""

    wire: ClassVar[str] = "ArrearsCleared"
    control: ClassVar[str | None] = "balance"
    cleared_on: BusinessDate
    reason: Literal["paid", "restructured", "adjusted"]
    balance: Money


class PayoffQuoted(LedgerEvent):
    """What ends the arrears (`to_cure`) and the whole debt (`to_close`) when it is paid by `good_until`."""

    wire: ClassVar[str] = "PayoffQuoted"
    control: ClassVar[str | None] = "to_close"
    quote_id: Id
    good_until: BusinessDate
    to_cure: Amount
    to_close: Amount


class AccountAdjusted(LedgerEvent):
    """The bank corrected a balance: above zero the customer owes more. `refers_to` names what it corrects."""

    wire: ClassVar[str] = "AccountAdjusted"
    control: ClassVar[str | None] = "amount"
    adjustment_id: Id
    amount: Money
    reason: Code
    booked_on: BusinessDate
    refers_to: Id | None = None


class CreditProfileUpdated(LedgerEvent):
    """What the bank knows of the borrower, in bands and never in exact income; None where it has no word.

    `late_months_12`: months of the last twelve with a missed payment.
    """

    wire: ClassVar[str] = "CreditProfileUpdated"
    control: ClassVar[str | None] = "credit_limit"
    as_of: BusinessDate
    credit_limit: Amount
    score_band: Code | None = None
    employment: Employment | None = None
    income_band: Code | None = None
    obligations_band: Code | None = None
    months_on_book: Annotated[int, Field(ge=0)] | None = None
    late_months_12: Annotated[int, Field(ge=0, le=12)] | None = None


class SpecialStatusNotified(CustomerEvent):
    """A state of the customer that rules heed, from `from_date` to `until` (both included; None: until it is ended).

    `party_id`: who represents the customer, or told of it.
    """

    wire: ClassVar[str] = "SpecialStatusNotified"
    status_id: Id
    kind: SpecialStatus
    from_date: BusinessDate
    until: BusinessDate | None = None
    party_id: Id | None = None


class SpecialStatusEnded(CustomerEvent):
    """The status with this id holds no longer; `until` was its last day."""

    wire: ClassVar[str] = "SpecialStatusEnded"
    status_id: Id
    kind: SpecialStatus
    until: BusinessDate


class AccountWrittenOff(LedgerEvent):
    """The bank took the balance off its books (账销案存). The claim stays and is collected."""

    wire: ClassVar[str] = "AccountWrittenOff"
    control: ClassVar[str | None] = "balance"
    written_off_on: BusinessDate
    balance: Amount
    parts: Parts | None = None


class AccountSold(LedgerEvent):
    """The claim belongs to `buyer_id` from `sold_on`; the bank collects it no more."""

    wire: ClassVar[str] = "AccountSold"
    control: ClassVar[str | None] = "balance"
    sold_on: BusinessDate
    buyer_id: Id
    balance: Amount


class BankInstructionAnswered(CustomerEvent):
    """What the bank did about a BankInstructionIssued; `reference` is its own record of it, `reason` says why not."""

    wire: ClassVar[str] = "BankInstructionAnswered"
    instruction_id: Id
    outcome: Literal["done", "refused"]
    account_id: Id | None = None
    reference: Id | None = None
    reason: Code | None = None


class BusinessDayClosed(DayClosed):
    """The bank's DayClosed: written to every partition, without a key, after all of the day's events there."""

    wire: ClassVar[str] = "BusinessDayClosed"


BankEvent = (
    AccountOpened | CustomerProfileChanged | PartyLinked | PartyUnlinked | StatementIssued | PaymentReceived
    | PaymentApplied | PaymentReversed | PaymentMissed | ArrearsUpdated | ArrearsCleared | PayoffQuoted
    | AccountAdjusted | CreditProfileUpdated | SpecialStatusNotified | SpecialStatusEnded | AccountWrittenOff
    | AccountSold | BankInstructionAnswered | BusinessDayClosed
)  # fmt: skip
BANK = Topic.of("bank.events", SourceEvent, get_args(BankEvent))
