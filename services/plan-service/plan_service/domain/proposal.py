"""What the bank may offer: an instalment plan of accounts of one customer, within the rule in force."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from arrears_events.catalogue.base import PolicyRef
from arrears_events.catalogue.instalments import Instalment, PlanKind, PlanRule, PlanTerms, Share
from arrears_events.catalogue.plan import PlanProposed
from arrears_events.money import Money

from plan_service.domain.errors import (
    ACCOUNT_TWICE,
    PLAN_AMOUNT_ZERO,
    PLAN_DATE_OUT_OF_RANGE,
    PLAN_RATE_ABOVE_LIMIT,
    PLAN_TOO_LONG,
    Refused,
)
from plan_service.domain.schedule import all_of, due_on, scheduled

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ProposePlan:
    """`terms.starts_on` is the day it is proposed on. `agree_by` and `rule`: by the `policy` in force."""

    customer_id: str
    plan_id: UUID
    kind: PlanKind
    shares: tuple[Share, ...]
    terms: PlanTerms
    reminders: bool
    agree_by: date
    rule: PlanRule
    policy: PolicyRef


def proposed(command: ProposePlan) -> PlanProposed:
    """Raises Refused for what the rule does not allow."""
    if len({share.account_id for share in command.shares}) < len(command.shares):
        raise Refused(ACCOUNT_TWICE)
    if not all(share.principal > share.principal.zero() for share in command.shares):
        raise Refused(PLAN_AMOUNT_ZERO)
    amount = all_of([share.principal for share in command.shares])
    return PlanProposed(
        customer_id=command.customer_id,
        plan_id=command.plan_id,
        kind=command.kind,
        shares=command.shares,
        amount=amount,
        terms=command.terms,
        schedule=offered(amount, command.terms, command.rule),
        reminders=command.reminders,
        proposed_on=command.terms.starts_on,
        agree_by=min(command.agree_by, command.terms.first_due - _DAY),
        rule=command.rule,
        policy=command.policy,
    )


def offered(amount: Money, terms: PlanTerms, rule: PlanRule) -> tuple[Instalment, ...]:
    """The schedule, if the rule allows it. Raises Refused."""
    if not amount > amount.zero():
        raise Refused(PLAN_AMOUNT_ZERO)
    earliest = first_due_earliest(terms.starts_on)
    if not earliest <= terms.first_due <= rule.first_due_latest:
        raise Refused(PLAN_DATE_OUT_OF_RANGE, earliest=earliest, latest=rule.first_due_latest)
    if terms.count > rule.terms_max or due_on(terms, terms.count) > rule.last_due_latest:
        raise Refused(PLAN_TOO_LONG, terms_max=rule.terms_max, last_due_latest=rule.last_due_latest)
    if terms.rate_ppm > rule.rate_ppm_max:
        raise Refused(PLAN_RATE_ABOVE_LIMIT, rate_ppm=terms.rate_ppm, most_ppm=rule.rate_ppm_max)
    return scheduled(amount, terms)


def first_due_earliest(proposed_on: date) -> date:
    """The day after: a plan is to be agreed before anything of it is due."""
    return proposed_on + _DAY
