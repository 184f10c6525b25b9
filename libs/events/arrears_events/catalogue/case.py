"""What happened to customers' cases (topic case.events). A case is one episode of arrears (逾期) of one account."""

from typing import Annotated, ClassVar, Literal, get_args
from uuid import UUID

from pydantic import Field

from arrears_events.catalogue.base import (
    STOP_EVENTS,
    Code,
    CustomerEvent,
    DeadLetterSkipped,
    Id,
    PolicyProposed,
    PolicyPublished,
    PolicyRef,
)
from arrears_events.catalogue.complaints import ComplaintEvent
from arrears_events.catalogue.contact import Channel, Purpose
from arrears_events.catalogue.heard import DisputeKind
from arrears_events.catalogue.ledger import BusinessDate, Days, LedgerEvent, Parts
from arrears_events.codec import Topic
from arrears_events.envelope import StreamEvent
from arrears_events.money import Amount, Money
from arrears_events.sealed import Sealed

Stage = Literal["M0", "M1", "M2", "M3", "M4", "M5", "M6", "M7", "recovery"]
"""账龄 by the bank's days past due: M1 1-30, M2 31-60 … M6 151-180, M7 over 180; `recovery` after a write-off.

M0 is an open case of which nothing is overdue just now, as after a restructuring, which is no cure.
"""
DisputeStep = Literal["acknowledge", "resolve"]
DisputeOutcome = Literal["upheld", "partly_upheld", "rejected"]


class CaseOpened(LedgerEvent):
    """An account without an open case is in arrears, by the bank's word of `as_of`.

    `opened_by` is the id of that word, from which and the account `case_id` is made. `arrears` is all that was due and
    is unpaid at the end of `as_of` in its currency, `balance` the whole debt; `days_past_due` counts calendar days.
    `payment_reversed`: a payment had been taken back before that word.
    """

    wire: ClassVar[str] = "CaseOpened"
    case_id: UUID
    reason: Literal["missed", "payment_reversed"]
    opened_by: str
    entered_at_stage: Stage
    as_of: BusinessDate
    arrears: Amount
    balance: Money
    days_past_due: Days
    parts: Parts | None = None


class ArrearsChanged(LedgerEvent):
    """The arrears of an open case in one currency are now these; the fields are those of CaseOpened.

    `restructured`: nothing is overdue because the debt was arranged anew; no cure, so the case goes on.
    """

    wire: ClassVar[str] = "ArrearsChanged"
    case_id: UUID
    as_of: BusinessDate
    arrears: Amount
    balance: Money
    days_past_due: Days
    parts: Parts | None = None
    restructured: bool = False


class StageChanged(CustomerEvent):
    """An open case went from one stage to another, stages between them left out; the worst of its ledgers decides.

    `on` is the as_of of the bank's word, or the day of the write-off.
    """

    wire: ClassVar[str] = "StageChanged"
    account_id: Id
    case_id: UUID
    from_stage: Stage
    to_stage: Stage
    on: BusinessDate


class CaseClosed(LedgerEvent):
    """The case ended: `cured` (结清逾期), nothing is overdue any more; `sold`, the claim is another's, who collects it.

    `balance` is what is still owed: of a sold claim, to its buyer.
    """

    wire: ClassVar[str] = "CaseClosed"
    case_id: UUID
    outcome: Literal["cured", "sold"]
    closed_on: BusinessDate
    balance: Money


class ReversalNoted(LedgerEvent):
    """The bank took a payment back on `booked_on`: its next word of arrears opens a case for that reason.

    `case_id` is the case that was open then, if any.
    """

    wire: ClassVar[str] = "ReversalNoted"
    case_id: UUID | None = None
    reversal_id: Id
    payment_id: Id
    amount: Amount
    booked_on: BusinessDate


class ClearingNoted(LedgerEvent):
    """The bank cleared a ledger of an account that has no open case: an older word of arrears opens none."""

    wire: ClassVar[str] = "ClearingNoted"
    cleared_on: BusinessDate
    balance: Money


class WriteOffNoted(LedgerEvent):
    """The bank wrote off an account that has no open case: its next word of arrears opens one in recovery."""

    wire: ClassVar[str] = "WriteOffNoted"
    written_off_on: BusinessDate
    balance: Amount


class SaleNoted(LedgerEvent):
    """The bank sold the claim of an account that has no open case: no word of its arrears opens one any more."""

    wire: ClassVar[str] = "SaleNoted"
    sold_on: BusinessDate
    balance: Amount


class DisputeRaised(LedgerEvent):
    """The customer contests (异议) a part of the arrears, which is held: nobody demands it until this is resolved.

    `statement_id` and `line_id` say what is contested, where it is known. `acknowledge_by` and `resolve_by` are the
    last days for it, by the policy: at the bank's close of such a day the dispute is escalated.
    """

    wire: ClassVar[str] = "DisputeRaised"
    case_id: UUID
    dispute_id: UUID
    kind: DisputeKind
    disputed_amount: Amount
    raised_on: BusinessDate
    acknowledge_by: BusinessDate
    resolve_by: BusinessDate
    policy: PolicyRef
    statement_id: Id | None = None
    line_id: Id | None = None


class DisputeNotAccepted(LedgerEvent):
    """What the customer contested in a contact is no dispute, for the `reason` that POST …/disputes would have given.

    It holds nothing; what they are to be told, a person sees to. `case_id` is the case that was open then, if any.
    """

    wire: ClassVar[str] = "DisputeNotAccepted"
    case_id: UUID | None
    dispute_id: UUID
    kind: DisputeKind
    disputed_amount: Amount
    heard_on: BusinessDate
    reason: Code
    statement_id: Id | None = None
    line_id: Id | None = None


class _OfDispute(CustomerEvent):
    """A fact about one dispute, which keeps the case in which it was raised."""

    account_id: Id
    case_id: UUID
    dispute_id: UUID


class DisputeAcknowledged(_OfDispute):
    """The customer was told that the dispute is being looked at."""

    wire: ClassVar[str] = "DisputeAcknowledged"
    acknowledged_on: BusinessDate


class DisputeResolved(_OfDispute):
    """The dispute was decided and its part is held no longer. What it changes in the books is for the bank to say."""

    wire: ClassVar[str] = "DisputeResolved"
    outcome: DisputeOutcome
    resolved_on: BusinessDate


class DisputeEscalated(_OfDispute):
    """Business day `on` closed and `step` had not been done by its `deadline`. Once for each step."""

    wire: ClassVar[str] = "DisputeEscalated"
    step: DisputeStep
    deadline: BusinessDate
    on: BusinessDate


class NoteAdded(CustomerEvent):
    """Somebody wrote a note (备注) on a case, open or closed. When and who, the envelope says."""

    wire: ClassVar[str] = "NoteAdded"
    account_id: Id
    case_id: UUID
    note_id: UUID
    text: Sealed


class TreatmentStepDue(LedgerEvent):
    """A case rose to `stage` for the first time, and row `row` of the treatment table asks for this contact.

    `due_on` is the as_of of the word that raised it, or the day of the write-off. `amount`: what was to be demanded of
    the ledger whose word raised it. The law may still say no.
    """

    wire: ClassVar[str] = "TreatmentStepDue"
    case_id: UUID
    stage: Stage
    due_on: BusinessDate
    channel: Channel
    purpose: Purpose
    amount: Amount
    policy: PolicyRef
    row: Annotated[int, Field(ge=0)]


CaseEvent = (
    CaseOpened | ArrearsChanged | StageChanged | CaseClosed | ReversalNoted | ClearingNoted | WriteOffNoted
    | DisputeRaised | DisputeNotAccepted | DisputeAcknowledged | DisputeResolved | DisputeEscalated | NoteAdded
    | TreatmentStepDue | SaleNoted
)  # fmt: skip
CASE = Topic.of(
    "case.events",
    StreamEvent,
    (*get_args(CaseEvent), *get_args(ComplaintEvent), *STOP_EVENTS),
)
CASE_KEYS = "case.keys"
"""Where the keys of the sealed texts are kept, wrapped; a null value shreds."""
CASE_SETTINGS = Topic.of("case.settings", StreamEvent, (DeadLetterSkipped, PolicyProposed, PolicyPublished))
