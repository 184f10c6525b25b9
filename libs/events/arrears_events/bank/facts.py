"""What a bank would have published about an account of a portfolio: the events of each day, from its row alone.

The day before the first month the account is opened, with a statement of the first bill, since there is none earlier.
Each month has a payment on the 15th, the word of arrears on the 21st and the statement on the last day.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from arrears_events.bank.people import profile_of
from arrears_events.bank.rows import MONTHS, AccountRow
from arrears_events.catalogue.bank import (
    AccountOpened,
    ArrearsCleared,
    BankEvent,
    CreditProfileUpdated,
    PaymentMissed,
    PaymentReceived,
    StatementIssued,
)
from arrears_events.money import Money

CURRENCY = "TWD"
PAYMENT_DAY, DUE_DAY, ARREARS_DAY = 15, 20, 21
MINIMUM_DUE_LEAST = 1_000

_ONE_DAY = timedelta(days=1)
_ZERO = Money.of(0, CURRENCY)


class Fact(NamedTuple):
    """An event and its id, which is made from the business: the same fact has the same id for ever."""

    id: str
    event: BankEvent


def fact_days(first_month: date) -> list[date]:
    """The days on which accounts have facts, in order. `first_month` is the first day of a month."""
    days = [first_month - _ONE_DAY]
    for index in range(MONTHS):
        start = _month(first_month, index)
        days += [start.replace(day=PAYMENT_DAY), start.replace(day=ARREARS_DAY), _last_day(start)]
    return days


def facts_on(row: AccountRow, first_month: date, day: date, jurisdiction: str = "cn") -> list[Fact]:
    """What the bank says of the account on `day`."""
    index = (day.year - first_month.year) * 12 + day.month - first_month.month
    if day == _last_day(day):
        return [*(_opening(row, day, jurisdiction) if index < 0 else []), _statement(row, index, day)]
    if day.day == PAYMENT_DAY:
        return _payment(row, index, day)
    return _word_of_arrears(row, index, day) if day.day == ARREARS_DAY else []


def minimum_due(balance: int) -> int:
    """In hundredths: 1,000 or a tenth of the balance, whichever is more, but within the balance; 0 on a credit."""
    return max(0, min(max(100 * MINIMUM_DUE_LEAST, 10 * balance), 100 * balance))


def arrears_of(status: int, balance: int) -> int:
    """What is overdue, in hundredths: a minimum due for each month late, within the balance; 0 when not late.

    At least 1.00 when late, since the bank's word opens a case even where the file shows no balance.
    """
    return max(100, min(status * minimum_due(balance), 100 * balance)) if status >= 1 else 0


def balance_before(row: AccountRow, index: int) -> int:
    """The closing balance of the statement before month `index`."""
    return row.months[max(0, index - 1)].bill


def _opening(row: AccountRow, day: date, jurisdiction: str) -> list[Fact]:
    opened = AccountOpened(
        customer_id=row.customer_id,
        account_id=row.account_id,
        product="credit_card",
        currencies=(CURRENCY,),
        opened_on=day,
        billing_day=31,
        due_day=DUE_DAY,
    )
    limit = _money(row.credit_limit)
    credit = CreditProfileUpdated(customer_id=row.customer_id, account_id=row.account_id, as_of=day, credit_limit=limit)
    return [
        Fact(f"{row.account_id}/opened", opened),
        Fact(f"{row.account_id}/profile/{day}", profile_of(row.customer_id, jurisdiction)),
        Fact(f"{row.account_id}/credit/{day}", credit),
    ]


def _payment(row: AccountRow, index: int, day: date) -> list[Fact]:
    paid = row.months[index].paid
    if not paid:
        return []
    payment_id = f"{row.account_id}/payment/{day:%Y-%m}"
    received = PaymentReceived(
        customer_id=row.customer_id,
        account_id=row.account_id,
        payment_id=payment_id,
        amount=_money(paid),
        value_date=day,
        booked_on=day,
        channel="transfer",
    )
    return [Fact(payment_id, received)]


def _word_of_arrears(row: AccountRow, index: int, day: date) -> list[Fact]:
    if row.months[index].status >= 1:
        return [Fact(f"{row.account_id}/missed/{day}", _missed(row, index, day))]
    if index and row.months[index - 1].status >= 1:
        balance = _money(balance_before(row, index))
        cleared = ArrearsCleared(
            customer_id=row.customer_id, account_id=row.account_id, cleared_on=day, reason="paid", balance=balance
        )
        return [Fact(f"{row.account_id}/cleared/{day}", cleared)]
    return []


def _missed(row: AccountRow, index: int, day: date) -> PaymentMissed:
    status, balance = row.months[index].status, balance_before(row, index)
    return PaymentMissed(
        customer_id=row.customer_id,
        account_id=row.account_id,
        statement_id=_statement_id(row, day.replace(day=1) - _ONE_DAY),
        due_date=day.replace(day=DUE_DAY),
        as_of=day,
        minimum_due=_hundredths(minimum_due(balance)),
        arrears=_hundredths(arrears_of(status, balance)),
        balance=_money(balance),
        days_past_due=30 * (status - 1) + 1,
    )


def _statement(row: AccountRow, index: int, day: date) -> Fact:
    """The bill of month `index`; -1 is the one of the opening, which begins with nothing."""
    first = index < 0
    status, closing, paid = (0, row.months[0].bill, 0) if first else row.months[index]
    opening = 0 if first else balance_before(row, index)
    bought = closing - opening + paid
    purchases, refunds = max(0, bought), max(0, -bought)
    assert opening + purchases - paid - refunds == closing
    overdue = min(arrears_of(status, opening), 100 * max(0, closing))
    statement = StatementIssued(
        customer_id=row.customer_id,
        account_id=row.account_id,
        statement_id=_statement_id(row, day),
        currency=CURRENCY,
        statement_date=day,
        due_date=(day + _ONE_DAY).replace(day=DUE_DAY),
        period_start=day if first else day.replace(day=1),
        period_end=day,
        opening_balance=_money(opening),
        purchases=_money(purchases),
        cash_advances=_ZERO,
        refunds=_money(refunds),
        fees=_ZERO,
        interest=_ZERO,
        penalties=_ZERO,
        payments=_money(paid),
        adjustments=_ZERO,
        closing_balance=_money(closing),
        minimum_due=_hundredths(minimum_due(closing)),
        past_due=_hundredths(overdue),
        over_limit=_money(max(0, closing - row.credit_limit)),
    )
    return Fact(statement.statement_id, statement)


def _money(units: int) -> Money:
    return _hundredths(100 * units)


def _hundredths(amount: int) -> Money:
    return Money(Decimal(amount).scaleb(-2), CURRENCY) if amount else _ZERO


def _statement_id(row: AccountRow, day: date) -> str:
    return f"{row.account_id}/statement/{day:%Y-%m}"


def _month(first_month: date, index: int) -> date:
    months = first_month.year * 12 + first_month.month - 1 + index
    return date(months // 12, months % 12 + 1, 1)


def _last_day(day: date) -> date:
    return _month(day, 1) - _ONE_DAY
