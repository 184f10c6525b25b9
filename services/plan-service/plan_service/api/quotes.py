"""Quotes: the schedule that a plan would have. Nothing is kept of them."""

from dataclasses import dataclass
from datetime import date

from arrears_events.catalogue.instalments import DayCount, PlanFrequency, PlanMethod, PlanRule, PlanTerms
from arrears_events.money import Currency, DecimalString, Money
from arrears_runtime.http.callers import CallerRequest
from arrears_runtime.http.card_numbers import OpaqueId
from arrears_runtime.http.problems import Problem
from arrears_runtime.http.routing import Router
from pydantic import ValidationError

from plan_service.api.requests import limits_of
from plan_service.domain.limits import plan_rule
from plan_service.domain.proposal import offered

router = Router(tag="plans")


@dataclass(frozen=True, slots=True)
class QuotedInstalment:
    number: int
    due: date
    principal: Money
    interest: Money
    amount: Money
    balance: Money


@dataclass(frozen=True, slots=True)
class QuoteAnswer:
    """As of today. There is no fee, so `rate_ppm`, in millionths, is the whole cost as annualised interest (CN-18)."""

    amount: Money
    interest: Money
    to_pay: Money
    rate_ppm: int
    instalments: list[QuotedInstalment]


@router.get("/plan-quotes", permission="plan:read")
async def quote_plan(
    request: CallerRequest,
    customer_id: OpaqueId,
    amount: DecimalString,
    currency: Currency,
    method: PlanMethod,
    frequency: PlanFrequency,
    count: int,
    rate_ppm: int,
    day_count: DayCount,
    first_due: date,
) -> QuoteAnswer:
    """What a plan of `amount` proposed today would be. 422 when the rule does not allow it, as for a plan."""
    today = request.today(customer_id)
    try:
        money = Money(amount, currency)
        terms = PlanTerms(
            method=method,
            frequency=frequency,
            count=count,
            rate_ppm=rate_ppm,
            day_count=day_count,
            starts_on=today,
            first_due=first_due,
        )
    except (ValueError, ValidationError):
        raise Problem("query-invalid") from None
    rule = plan_rule(await limits_of(request, "instalments", customer_id), today)
    return _answer(money, terms, rule)


def _answer(amount: Money, terms: PlanTerms, rule: PlanRule) -> QuoteAnswer:
    schedule = offered(amount, terms, rule)
    interest = sum((each.interest for each in schedule), amount.zero())
    instalments = [
        QuotedInstalment(
            each.number, each.due, each.principal, each.interest, each.principal + each.interest, each.balance
        )
        for each in schedule
    ]
    return QuoteAnswer(amount, interest, amount + interest, terms.rate_ppm, instalments)
