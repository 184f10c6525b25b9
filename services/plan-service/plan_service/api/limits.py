"""What a customer may promise or agree to today: shown to the collector before the call."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from arrears_events.money import Money
from arrears_runtime.http.callers import CallerRequest, found
from arrears_runtime.http.card_numbers import OpaqueId
from arrears_runtime.http.routing import Router

from plan_service.api.requests import limits_of
from plan_service.domain.limits import Limits, instalment_least, plan_rule, promise_least
from plan_service.domain.proposal import first_due_earliest
from plan_service.views.accounts import AccountRow, accounts_of
from plan_service.views.plans import PlanRow, open_plans_of
from plan_service.views.promises import open_promise_of

router = Router(tag="limits")


@dataclass(frozen=True, slots=True)
class PromiseLimits:
    """For a promise made today. While `open_promise_id` is open there is no other."""

    due_earliest: date
    due_latest: date
    grace_days: int
    open_promise_id: UUID | None


@dataclass(frozen=True, slots=True)
class PlanLimits:
    """For a plan proposed today, which is to be agreed by `agree_by` and before its first instalment is due.

    `rate_ppm_max`: the highest annual rate, in millionths. `reminder_days`: how long before an instalment is due the
    customer is reminded of it, who agrees to that.
    """

    first_due_earliest: date
    first_due_latest: date
    last_due_latest: date
    terms_max: int
    rate_ppm_max: int
    agree_by: date
    grace_days: int
    missed_to_break: int
    least_share_percent: int
    reminder_days: int


@dataclass(frozen=True, slots=True)
class LedgerLimits:
    """The least amount of a promise, and of an instalment's principal. In `plan_id` it is already."""

    account_id: str
    currency: str
    promise_least: Money
    instalment_least: Money
    plan_id: UUID | None


@dataclass(frozen=True, slots=True)
class LimitsAnswer:
    """`today` is the customer's business date; `stopped`: nothing can be promised until a bad record is dealt with."""

    customer_id: str
    today: date
    promise: PromiseLimits
    plan: PlanLimits
    ledgers: list[LedgerLimits]
    stopped: bool


@router.get("/customers/{customer_id}/limits", permission="plan:read")
async def get_limits(customer_id: OpaqueId, request: CallerRequest) -> LimitsAnswer:
    """The rule in force, and what stands in the way already."""
    accounts = found(await accounts_of(request.db, customer_id) or None)
    today, limits = request.today(customer_id), await limits_of(request, "promises", customer_id)
    promise = await open_promise_of(request.db, customer_id)
    return LimitsAnswer(
        customer_id=customer_id,
        today=today,
        promise=PromiseLimits(
            due_earliest=today,
            due_latest=limits.after(today, "latest_days"),
            grace_days=limits.number("grace_days"),
            open_promise_id=promise.promise_id if promise else None,
        ),
        plan=_plan(today, await limits_of(request, "instalments", customer_id)),
        ledgers=_ledgers(accounts, await open_plans_of(request.db, customer_id), limits),
        stopped=await request.stopped(customer_id),
    )


def _plan(today: date, limits: Limits) -> PlanLimits:
    rule = plan_rule(limits, today)
    return PlanLimits(
        first_due_earliest=first_due_earliest(today),
        first_due_latest=rule.first_due_latest,
        last_due_latest=rule.last_due_latest,
        terms_max=rule.terms_max,
        rate_ppm_max=rule.rate_ppm_max,
        agree_by=limits.after(today, "agree_days"),
        grace_days=rule.grace_days,
        missed_to_break=rule.missed_to_break,
        least_share_percent=rule.least_share_percent,
        reminder_days=rule.reminder_days,
    )


def _ledgers(accounts: list[AccountRow], plans: list[PlanRow], promises: Limits) -> list[LedgerLimits]:
    taken = {(account, plan.currency): plan.plan_id for plan in plans for account in plan.accounts}
    return [
        LedgerLimits(
            account.account_id,
            currency,
            promise_least=promise_least(promises, currency),
            instalment_least=instalment_least(currency),
            plan_id=taken.get((account.account_id, currency)),
        )
        for account in sorted(accounts)
        if not account.sold
        for currency in account.currencies
    ]
