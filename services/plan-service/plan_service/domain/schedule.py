"""The arithmetic of instalment plans: what is due when, of it principal and interest, and what is owed after it.

Equal instalments are an annuity with a rate for each period. Amounts are rounded half to even, to the decimals of the
currency; nothing is smoothed, and the last instalment takes what is left.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext

from arrears_events.catalogue.instalments import DayCount, Instalment, PlanFrequency, PlanMethod, PlanTerms
from arrears_events.money import AmountTooLarge, Money

from plan_service.domain.errors import PLAN_AMOUNT_TOO_LARGE, PLAN_PAYS_NOTHING, Refused

_EXACT = Context(prec=50, rounding=ROUND_HALF_EVEN)
"""Of every step: amounts have 16 digits at most, and no ambient setting is to change a cent."""
_WEEK, _MONTH = 7, 30
_YEAR: dict[DayCount, int] = {"30/360": 360, "actual/365": 365, "actual/364": 364}


@dataclass(frozen=True)
class Period:
    """A term: its day, and the rate of interest that the balance bears until it. A holiday has no instalment."""

    due: date
    rate: Decimal
    holiday: bool = False


def scheduled(amount: Money, terms: PlanTerms, *, holidays: frozenset[int] = frozenset()) -> tuple[Instalment, ...]:
    """`holidays` are the numbers of terms in which nothing is paid; their interest is paid with the next.

    Raises Refused when an instalment would pay nothing off: too small an amount, or too much interest before the first;
    and when all that is to be paid is more than an amount can be.
    """
    with localcontext(_EXACT):
        periods = periods_of(terms, terms.count + len(holidays), holidays=holidays)
        return _payable(amount, _paid_off(amount, terms.method, periods, first=1))


def extended(
    amount: Money, terms: PlanTerms, before: Sequence[Instalment], more: int, *, since: date
) -> tuple[Instalment, ...]:
    """The schedule `before` with `more` terms: from the first one due on `since` or later, what is owed is spread anew.

    `amount` and `terms` are those of the schedule before. Raises Refused.
    """
    kept = tuple(instalment for instalment in before if instalment.due < since)
    owed = kept[-1].balance if kept else amount
    with localcontext(_EXACT):
        periods = periods_of(terms, len(before) + more)[len(kept) :]
        return _payable(amount, (*kept, *_paid_off(owed, terms.method, periods, first=len(kept) + 1)))


def all_of(amounts: Sequence[Money]) -> Money:
    """Their sum. Raises Refused when it is more than an amount can be."""
    try:
        return sum(amounts, amounts[0].zero())
    except AmountTooLarge:
        raise Refused(PLAN_AMOUNT_TOO_LARGE) from None


def periods_of(terms: PlanTerms, count: int, *, holidays: frozenset[int] = frozenset()) -> list[Period]:
    """The rate of a holiday is borne by the term after it."""
    dates = [due_on(terms, number) for number in range(count + 1)]
    found: list[Period] = []
    owed = Decimal(0)
    for number, due in enumerate(dates[1:], start=1):
        owed += _rate(terms, number, dates[number - 1], due)
        holiday = number in holidays
        found.append(Period(due, Decimal(0) if holiday else owed, holiday))
        owed = owed if holiday else Decimal(0)
    return found


def due_on(terms: PlanTerms, number: int) -> date:
    """Anchored to the first day, never chained: 31 January, 28 February, 31 March. Number 0 is the start."""
    if number == 0:
        return terms.starts_on
    return _later(terms.first_due, number - 1, terms.frequency)


def moved(due: date, closed: frozenset[date]) -> date:
    """By the business-day rule: to the next day that is none of the bank's `closed` ones. Interest stays as it was."""
    while due in closed:
        due += timedelta(days=1)
    return due


def annuity(amount: Decimal, rates: Sequence[Decimal]) -> Decimal:
    """What pays `amount` off when it is paid at the end of every period; not rounded.

    amount · Π(1 + r_k) / Σ_j Π_{k>j}(1 + r_k)
    """
    with localcontext(_EXACT):
        growth, annuities = Decimal(1), Decimal(0)
        for rate in rates:
            annuities = annuities * (1 + rate) + 1
            growth *= 1 + rate
        return amount * growth / annuities


def _paid_off(amount: Money, method: PlanMethod, periods: Sequence[Period], *, first: int) -> tuple[Instalment, ...]:
    paying = [period for period in periods if not period.holiday]
    each = _each(amount, method, [period.rate for period in paying])
    found: list[Instalment] = []
    balance, left = amount, len(paying)
    for number, period in enumerate(periods, start=first):
        left -= not period.holiday
        interest = _rounded(balance.amount * period.rate, amount)
        principal = _principal(each, method, interest, balance, last=left == 0, holiday=period.holiday)
        if not period.holiday and not amount.zero() < principal <= balance:
            raise Refused(PLAN_PAYS_NOTHING, number=number)
        balance -= principal
        found.append(Instalment(number=number, due=period.due, principal=principal, interest=interest, balance=balance))
    assert sum((each.principal for each in found), amount.zero()) == amount, "the parts of a debt are not the whole"
    return tuple(found)


def _payable(amount: Money, schedule: tuple[Instalment, ...]) -> tuple[Instalment, ...]:
    """The schedule, if the debt with all its interest is an amount still. Raises Refused."""
    all_of([amount, *(each.interest for each in schedule)])
    return schedule


def _each(amount: Money, method: PlanMethod, rates: Sequence[Decimal]) -> Money:
    """The instalment, or with equal principal the principal in it."""
    rates = rates if method == "equal_instalments" else [Decimal(0)] * len(rates)
    return _rounded(annuity(amount.amount, rates), amount)


def _principal(each: Money, method: PlanMethod, interest: Money, balance: Money, *, last: bool, holiday: bool) -> Money:
    match method:
        case _ if holiday:
            return balance.zero()
        case _ if last:
            return balance
        case "equal_instalments":
            return each - interest
        case "equal_principal":
            return each


def _rounded(amount: Decimal, like: Money) -> Money:
    """Raises Refused for more than an amount can be."""
    try:
        return Money(amount.quantize(like.zero().amount, rounding=ROUND_HALF_EVEN), like.currency)
    except AmountTooLarge:
        raise Refused(PLAN_AMOUNT_TOO_LARGE) from None


def _rate(terms: PlanTerms, number: int, start: date, end: date) -> Decimal:
    """Of the annual rate, the part for one period."""
    annual = Decimal(terms.rate_ppm).scaleb(-6)
    return annual * _days(terms, number, start, end) / _YEAR[terms.day_count]


def _days(terms: PlanTerms, number: int, start: date, end: date) -> int:
    """With 30/360 every month has 30 days; a first period that is no whole month is counted by 30E/360."""
    if terms.day_count != "30/360" or terms.frequency == "weekly":
        return (end - start).days
    if number > 1 or end == _later(start, 1, "monthly"):
        return _MONTH
    months = (end.year - start.year) * 12 + end.month - start.month
    return months * _MONTH + min(end.day, _MONTH) - min(start.day, _MONTH)


def _later(day: date, periods: int, frequency: PlanFrequency) -> date:
    if frequency == "weekly":
        return day + timedelta(days=_WEEK * periods)
    year, month = divmod(day.year * 12 + day.month - 1 + periods, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
