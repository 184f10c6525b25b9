"""What is owed on each ledger: arrears, what was paid since, what disputes hold."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from arrears_events.catalogue.bank import PaymentReceived, PaymentReversed
from arrears_events.catalogue.case import ArrearsChanged, CaseClosed, CaseOpened, DisputeRaised, DisputeResolved
from arrears_events.money import Money
from contact_service.views import arrears, disputes, payments
from contact_service.views.arrears import ArrearsRow
from contact_service.views.disputes import DisputeRow
from contact_service.views.payments import PaymentRow

from .folding import POLICY, rows_of

DAY, LATER = date(2026, 4, 21), date(2026, 4, 28)
ACCOUNT: dict[str, Any] = {"customer_id": "C-1", "account_id": "A-1"}
CASE: dict[str, Any] = {**ACCOUNT, "case_id": UUID(int=1)}
DISPUTE: dict[str, Any] = {**CASE, "dispute_id": UUID(int=7)}


def cny(amount: str) -> Money:
    return Money.of(amount, "CNY")


def word(amount: Money, as_of: date = DAY) -> dict[str, Any]:
    balance = Money.of("9000", amount.currency)
    return {"as_of": as_of, "arrears": amount, "balance": balance, "days_past_due": 1}


def opened(amount: Money) -> CaseOpened:
    return CaseOpened(**CASE, **word(amount), reason="missed", opened_by="A-1/missed", entered_at_stage="M1")


def changed(amount: Money, as_of: date = LATER) -> ArrearsChanged:
    return ArrearsChanged(**CASE, **word(amount, as_of))


def raised(amount: str = "400.00") -> DisputeRaised:
    return DisputeRaised(
        **DISPUTE,
        kind="wrong_amount",
        disputed_amount=cny(amount),
        raised_on=DAY,
        acknowledge_by=LATER,
        resolve_by=LATER,
        policy=POLICY,
    )


def paid(amount: str) -> PaymentReceived:
    return PaymentReceived(
        **ACCOUNT, payment_id="p1", amount=cny(amount), value_date=DAY, booked_on=LATER, channel="transfer"
    )


def taken_back(amount: str) -> PaymentReversed:
    return PaymentReversed(
        **ACCOUNT, reversal_id="r1", payment_id="p1", amount=cny(amount), reason="returned", booked_on=LATER
    )


def test_a_ledgers_arrears_are_the_last_word():
    found = rows_of(arrears.fold, opened(cny("1000.00")), changed(cny("700.00")))
    assert found == [ArrearsRow("A-1/CNY", "A-1", "CNY", Decimal("700.00"), LATER)]


def test_each_currency_is_a_ledger_of_its_own():
    found = rows_of(arrears.fold, opened(cny("1000.00")), changed(Money.of("20.00", "USD")))
    assert [(row.ledger, row.amount) for row in found] == [("A-1/CNY", 1000), ("A-1/USD", 20)]


def test_nothing_is_overdue_when_the_case_is_closed():
    cured = CaseClosed(**CASE, outcome="cured", closed_on=LATER, balance=cny("9000.00"))
    found = rows_of(arrears.fold, opened(cny("1000.00")), cured)
    assert found == [ArrearsRow("A-1/CNY", "A-1", "CNY", Decimal(0), LATER)]


def test_a_payment_is_a_row_and_its_reversal_one_below_zero():
    found = rows_of(payments.fold, paid("300.00"), taken_back("100.00"))
    assert found == [
        PaymentRow("bank/core fact-1", "A-1", "CNY", Decimal("300.00"), LATER),
        PaymentRow("bank/core fact-2", "A-1", "CNY", Decimal("-100.00"), LATER),
    ]


def test_an_open_dispute_holds_its_part():
    assert rows_of(disputes.fold, raised()) == [DisputeRow(UUID(int=7), "A-1", "CNY", Decimal("400.00"))]


def test_a_resolved_dispute_holds_nothing():
    resolved = DisputeResolved(**DISPUTE, outcome="upheld", resolved_on=LATER)
    assert rows_of(disputes.fold, raised(), resolved) == []
