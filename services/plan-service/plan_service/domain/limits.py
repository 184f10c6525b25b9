"""The numbers that the bank set by a policy (政策), each within what the law and sense allow."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from arrears_events.catalogue.base import PolicyRef
from arrears_events.catalogue.instalments import PlanRule
from arrears_events.money import DECIMALS, Money
from arrears_policy import fit
from arrears_policy.errors import Fault, ValueWrong
from arrears_policy.policy import Policy
from arrears_policy.values import Values

from plan_service.domain.errors import POLICY_UNFIT, Refused

PPM_OF_BASIS_POINT = 100
ALLOWED: Final = {
    "latest_days": (0, 365),  # more than a year is a mistake, here and below
    "grace_days": (0, 365),
    "least_amount_minor": (1, 1_000_000_000),  # a promise of nothing is none
    "terms_max": (1, 260),  # five years of weeks
    "years_max": (1, 5),  # CN-16, CN-18
    "first_due_days": (1, 365),  # a plan is to be agreed before anything of it is due
    "agree_days": (0, 365),
    "annual_rate_max_basis_points": (0, 10_000),  # the catalogue's RatePpm ends there
    "missed_to_break": (1, 260),
    "least_share_percent": (1, 100),
    "reminder_days": (0, 60),  # so long before it, a reminder is forgotten again
}
"""Least and most of each."""
ASKED: Final = {
    "promises": ("latest_days", "grace_days", "least_amount_minor"),
    "instalments": (
        *("terms_max", "years_max", "first_due_days", "agree_days", "annual_rate_max_basis_points", "grace_days"),
        *("missed_to_break", "least_share_percent", "reminder_days"),
    ),
}
"""Of which policy each is asked."""


@dataclass(frozen=True)
class Limits:
    """`values` are those of `policy`."""

    values: Values
    policy: PolicyRef

    def number(self, name: str) -> int:
        """Raises Refused where the policy has no such number, or one by which nothing can be decided."""
        least, most = ALLOWED[name]
        found = self._written(name)
        if found is None or not least <= found <= most:
            raise Refused(
                POLICY_UNFIT,
                policy=self.policy.name,
                version=self.policy.version,
                value=name,
                least=least,
                most=most,
            )
        return found

    def after(self, day: date, name: str) -> date:
        """The day so many days after it. Raises Refused."""
        return day + timedelta(days=self.number(name))

    def _written(self, name: str) -> int | None:
        try:
            return self.values.integer(name)
        except ValueWrong:
            return None


def faults(policy: Policy, _: object) -> Iterator[Fault]:
    """Why nothing could be decided by these numbers."""
    assert isinstance(policy.content, Values)
    return fit.numbers(policy.content, {name: ALLOWED[name] for name in ASKED[policy.name]})


def promise_least(limits: Limits, currency: str) -> Money:
    """The least amount of a promise. Raises Refused."""
    return _minor_units(limits.number("least_amount_minor"), currency)


def instalment_least(currency: str) -> Money:
    """The least that there is of a currency."""
    return _minor_units(1, currency)


def plan_rule(limits: Limits, today: date) -> PlanRule:
    """The rule for a plan that is proposed `today`. Raises Refused."""
    return PlanRule(
        terms_max=limits.number("terms_max"),
        first_due_latest=limits.after(today, "first_due_days"),
        last_due_latest=_years_after(today, limits.number("years_max")),
        rate_ppm_max=limits.number("annual_rate_max_basis_points") * PPM_OF_BASIS_POINT,
        grace_days=limits.number("grace_days"),
        missed_to_break=limits.number("missed_to_break"),
        least_share_percent=limits.number("least_share_percent"),
        reminder_days=limits.number("reminder_days"),
    )


def _minor_units(units: int, currency: str) -> Money:
    return Money(Decimal(units).scaleb(-DECIMALS[currency]), currency)


def _years_after(day: date, years: int) -> date:
    """29 February has no day of its own in most years."""
    leap = (day.month, day.day) == (2, 29)
    return date(day.year + years, day.month, 28 if leap else day.day)
