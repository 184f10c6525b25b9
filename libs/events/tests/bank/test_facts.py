"""What a bank says of an account, from its row."""

from datetime import date
from decimal import Decimal

import pytest
from arrears_events.bank.facts import Fact, fact_days, facts_on, minimum_due
from arrears_events.bank.rows import AccountRow, Month
from arrears_events.catalogue.bank import (
    AccountOpened,
    ArrearsCleared,
    BankEvent,
    CreditProfileUpdated,
    CustomerProfileChanged,
    PaymentMissed,
    PaymentReceived,
    StatementIssued,
)
from arrears_events.money import Money
from hypothesis import given, settings
from hypothesis import strategies as st

APRIL = date(2026, 4, 1)

amounts = st.integers(0, 10**11)
months = st.builds(Month, st.integers(-2, 9), st.integers(-(10**11), 10**11), amounts)
rows = st.builds(AccountRow, st.just(7), st.just("UCI-7"), st.just("C-7"), amounts, st.tuples(*[months] * 6))


def account(*given_months: tuple[int, int, int], limit: int = 50_000) -> AccountRow:
    """(status, bill, paid) by month; the months that are not given are quiet."""
    six = (*given_months, *[(0, 0, 0)] * (6 - len(given_months)))
    return AccountRow(7, "UCI-7", "C-7", limit, tuple(Month(*month) for month in six))


def said(row: AccountRow, day: date) -> list[BankEvent]:
    return [fact.event for fact in facts_on(row, APRIL, day)]


def twd(amount: str) -> Money:
    return Money.of(amount, "TWD")


def test_an_account_is_opened_the_day_before_with_a_bill_from_nothing():
    opened, profile, credit, bill = said(account((0, 8_500, 0)), date(2026, 3, 31))
    assert isinstance(opened, AccountOpened)
    assert (opened.opened_on, opened.billing_day, opened.due_day) == (date(2026, 3, 31), 31, 20)
    assert isinstance(profile, CustomerProfileChanged)
    assert (profile.jurisdiction, profile.time_zone) == ("cn", "Asia/Shanghai")
    assert isinstance(credit, CreditProfileUpdated)
    assert credit.credit_limit == twd("50000")
    assert isinstance(bill, StatementIssued)
    assert (bill.opening_balance, bill.purchases, bill.closing_balance) == (twd("0"), twd("8500"), twd("8500"))
    assert (bill.minimum_due, bill.due_date) == (twd("1000"), date(2026, 4, 20))


def test_a_payment_is_booked_on_the_fifteenth():
    (paid,) = said(account((0, 0, 689)), date(2026, 4, 15))
    assert isinstance(paid, PaymentReceived)
    assert (paid.payment_id, paid.amount) == ("UCI-7/payment/2026-04", twd("689"))
    assert paid.value_date == paid.booked_on == date(2026, 4, 15)
    assert not said(account((0, 0, 0)), date(2026, 4, 15))


def test_months_late_are_minimums_due_of_the_latest_bill():
    (missed,) = said(account((0, 24_000, 0), (2, 0, 0)), date(2026, 5, 21))
    assert isinstance(missed, PaymentMissed)
    assert (missed.arrears, missed.minimum_due, missed.balance) == (twd("4800"), twd("2400"), twd("24000"))
    assert (missed.days_past_due, missed.due_date) == (31, date(2026, 5, 20))
    assert missed.statement_id == "UCI-7/statement/2026-04"


@pytest.mark.parametrize(("balance", "arrears"), [(1_500, "1500"), (0, "1"), (-20, "1")])
def test_arrears_stay_within_the_balance_and_are_never_nothing(balance: int, arrears: str):
    (missed,) = said(account((0, balance, 0), (3, 0, 0)), date(2026, 5, 21))
    assert isinstance(missed, PaymentMissed)
    assert missed.arrears == twd(arrears)


def test_arrears_are_cleared_once_when_a_month_late_is_followed_by_one_that_is_not():
    row = account((1, 500, 0), (0, 400, 0), (-1, 0, 0))
    (cleared,) = said(row, date(2026, 5, 21))
    assert isinstance(cleared, ArrearsCleared)
    assert (cleared.cleared_on, cleared.reason, cleared.balance) == (date(2026, 5, 21), "paid", twd("500"))
    assert not said(row, date(2026, 6, 21))


def test_what_a_bill_does_not_explain_is_bought_or_refunded():
    (grown,) = said(account((0, 1_000, 0), (0, 1_700, 300)), date(2026, 5, 31))
    (shrunk,) = said(account((0, 1_000, 0), (0, -50, 300)), date(2026, 5, 31))
    assert isinstance(grown, StatementIssued)
    assert isinstance(shrunk, StatementIssued)
    assert (grown.purchases, grown.refunds) == (twd("1000"), twd("0"))
    assert (shrunk.purchases, shrunk.refunds, shrunk.closing_balance) == (twd("0"), twd("750"), twd("-50"))
    assert shrunk.minimum_due == twd("0")


@pytest.mark.parametrize(("balance", "due"), [(-5, 0), (0, 0), (700, 70_000), (9_999, 100_000), (15_549, 155_490)])
def test_the_minimum_due_is_a_thousand_or_a_tenth_within_the_balance(balance: int, due: int):
    assert minimum_due(balance) == due


@settings(deadline=None)
@given(rows)
def test_every_bill_is_the_one_before_with_what_came_between(row: AccountRow):
    events = [fact.event for fact in all_of(row)]
    bills = [event for event in events if isinstance(event, StatementIssued)]
    payments = {event.value_date.month: event.amount for event in events if isinstance(event, PaymentReceived)}
    before = twd("0")
    for bill in bills:
        assert bill.opening_balance == before
        added = bill.purchases + bill.cash_advances + bill.fees + bill.interest + bill.penalties + bill.adjustments
        assert before + added - bill.payments - bill.refunds == bill.closing_balance
        assert bill.payments == payments.get(bill.statement_date.month, twd("0"))
        assert bill.past_due.amount <= max(Decimal(0), bill.closing_balance.amount)
        before = bill.closing_balance
    assert len(bills) == 7


@settings(deadline=None)
@given(rows)
def test_every_fact_has_an_id_of_its_own_that_begins_with_its_account(row: AccountRow):
    ids = [fact.id for fact in all_of(row)]
    assert len(ids) == len(set(ids))
    assert all(id_.startswith("UCI-7/") for id_ in ids)


def all_of(row: AccountRow) -> list[Fact]:
    """Of all its days."""
    return [fact for day in fact_days(APRIL) for fact in facts_on(row, APRIL, day)]
