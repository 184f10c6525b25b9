"""A plan with boring defaults: 3,000 TWD of A-1 in three months without interest, from 1 July 2026.

Proposed on 1 June, to be agreed by the 15th; three days of grace; 90 % is enough; two missed in a row break it. The
customer is reminded three days before each instalment.
"""

from typing import Any
from uuid import UUID

from arrears_events.catalogue.instalments import PlanRule, PlanTerms, Share
from arrears_events.catalogue.plan import (
    BankInstructionIssued,
    InstalmentDue,
    InstalmentMissed,
    InstalmentPaid,
    InstalmentPartlyPaid,
    InstalmentReopened,
    PaymentAllocated,
    PaymentUnallocated,
    PlanAgreed,
    PlanBooked,
    PlanBookingRefused,
    PlanBroken,
    PlanCancelled,
    PlanCompleted,
    PlanExpired,
    PlanProposed,
    PlanReinstated,
    PlanReminderDue,
)
from plan_service.domain.payments import CountPayment, UncountPayment
from plan_service.domain.plan import AgreePlan, AnswerInstruction, CancelPlan
from plan_service.domain.proposal import ProposePlan, proposed

from .builders import CUSTOMER, day, money
from .numbers import ref

PLAN, OTHER = UUID(int=11), UUID(int=12)
DUE = {1: "2026-07-01", 2: "2026-08-01", 3: "2026-09-01"}
BOOK = f"{PLAN}/book"


def terms(**other: Any) -> PlanTerms:
    usual: dict[str, Any] = {
        "method": "equal_instalments",
        "frequency": "monthly",
        "count": 3,
        "rate_ppm": 0,
        "day_count": "30/360",
        "starts_on": day("2026-06-01"),
        "first_due": day("2026-07-01"),
    }
    return PlanTerms(**(usual | other))


def rule(**other: Any) -> PlanRule:
    usual: dict[str, Any] = {
        "terms_max": 60,
        "first_due_latest": day("2026-07-16"),
        "last_due_latest": day("2031-06-01"),
        "rate_ppm_max": 182_500,
        "grace_days": 3,
        "missed_to_break": 2,
        "least_share_percent": 90,
        "reminder_days": 3,
    }
    return PlanRule(**(usual | other))


def propose(id_: UUID = PLAN, *, accounts: dict[str, str] | None = None, **other: Any) -> ProposePlan:
    """`accounts`: what of the debt is each one's."""
    return ProposePlan(
        customer_id=CUSTOMER,
        plan_id=id_,
        kind="personalised",
        shares=shares_of(accounts or {"A-1": "3000"}),
        terms=other.pop("terms", terms()),
        reminders=True,
        agree_by=other.pop("agree_by", day("2026-06-15")),
        rule=rule(**other),
        policy=ref("instalments"),
    )


def shares_of(accounts: dict[str, str]) -> tuple[Share, ...]:
    return tuple(Share(account_id=account, principal=money(amount)) for account, amount in accounts.items())


def agree(id_: UUID = PLAN, *, on: str = "2026-06-03", by: Any = "signed", recording: str | None = None) -> AgreePlan:
    return AgreePlan(plan_id=id_, agreed_on=day(on), agreed_by=by, recording_id=recording)


def cancel(id_: UUID = PLAN) -> CancelPlan:
    return CancelPlan(plan_id=id_, reason="withdrawn")


def answer(outcome: Any, *, reference: str | None = None, reason: str | None = None) -> AnswerInstruction:
    return AnswerInstruction(BOOK, outcome, reference, reason)


def pay(payment_id: str, amount: str, *, on: str, account: str = "A-1") -> CountPayment:
    return CountPayment(CUSTOMER, payment_id, account, money(amount), day(on))


def take_back(payment_id: str, amount: str, *, reversal: str = "r1") -> UncountPayment:
    return UncountPayment(CUSTOMER, reversal, payment_id, "A-1", money(amount))


def plan_proposed(id_: UUID = PLAN, **other: Any) -> PlanProposed:
    return proposed(propose(id_, **other))


def plan_agreed(id_: UUID = PLAN, *, on: str = "2026-06-03", accounts: tuple[str, ...] = ("A-1",)) -> PlanAgreed:
    return PlanAgreed(
        customer_id=CUSTOMER,
        plan_id=id_,
        kind="personalised",
        accounts=frozenset(accounts),
        reminders=True,
        agreed_on=day(on),
        agreed_by="signed",
    )


def instruction_issued() -> BankInstructionIssued:
    shares = shares_of({"A-1": "3000"})
    return BankInstructionIssued(
        customer_id=CUSTOMER, plan_id=PLAN, instruction_id=BOOK, kind="book_plan", shares=shares
    )


def running() -> list[Any]:
    """The plan, agreed on 3 June."""
    return [plan_proposed(), plan_agreed(), instruction_issued()]


def allocated(number: int, payment_id: str, amount: str, *, on: str, account: str = "A-1") -> PaymentAllocated:
    return PaymentAllocated(
        **_which(account),
        number=number,
        payment_id=payment_id,
        amount=money(amount),
        value_date=day(on),
    )


def unallocated(number: int, payment_id: str, amount: str) -> PaymentUnallocated:
    return PaymentUnallocated(**_which("A-1"), number=number, payment_id=payment_id, amount=money(amount))


def reminder(number: int, *, at: str, paid: str = "0") -> PlanReminderDue:
    return PlanReminderDue(**_instalment(number, paid), accounts=frozenset({"A-1"}), day=day(at))


def due(number: int, *, paid: str = "0") -> InstalmentDue:
    return InstalmentDue(**_instalment(number, paid))


def paid(number: int, *, on: str) -> InstalmentPaid:
    return InstalmentPaid(**_instalment(number, "1000"), paid_on=day(on))


def partly_paid(number: int, *, paid: str) -> InstalmentPartlyPaid:
    return InstalmentPartlyPaid(**_instalment(number, paid))


def missed(number: int, *, paid: str = "0") -> InstalmentMissed:
    return InstalmentMissed(**_instalment(number, paid))


def reopened(number: int, *, paid: str = "0") -> InstalmentReopened:
    return InstalmentReopened(**_instalment(number, paid))


def plan_expired(on: str, id_: UUID = PLAN) -> PlanExpired:
    return PlanExpired(customer_id=CUSTOMER, plan_id=id_, day=day(on))


def plan_cancelled(*, reason: Any = "withdrawn") -> PlanCancelled:
    return PlanCancelled(customer_id=CUSTOMER, plan_id=PLAN, reason=reason)


def plan_broken(number: int, *, unpaid: str, at: str) -> PlanBroken:
    return PlanBroken(customer_id=CUSTOMER, plan_id=PLAN, number=number, unpaid=money(unpaid), day=day(at))


def plan_completed() -> PlanCompleted:
    return PlanCompleted(customer_id=CUSTOMER, plan_id=PLAN)


def plan_reinstated(unpaid: str) -> PlanReinstated:
    return PlanReinstated(customer_id=CUSTOMER, plan_id=PLAN, unpaid=money(unpaid))


def plan_booked(reference: str | None = None) -> PlanBooked:
    return PlanBooked(customer_id=CUSTOMER, plan_id=PLAN, instruction_id=BOOK, reference=reference)


def booking_refused(reason: str | None = None) -> PlanBookingRefused:
    return PlanBookingRefused(customer_id=CUSTOMER, plan_id=PLAN, instruction_id=BOOK, reason=reason)


def _which(account: str) -> dict[str, Any]:
    return {"customer_id": CUSTOMER, "plan_id": PLAN, "account_id": account}


def _instalment(number: int, paid: str) -> dict[str, Any]:
    amount = {"amount": money("1000"), "paid": money(paid)}
    return {"customer_id": CUSTOMER, "plan_id": PLAN, "number": number, "due": day(DUE[number]), **amount}
