"""A customer's instalment plan, as plan-service told of it: what it silences, and what of it may be reminded of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from arrears_events.catalogue.plan import (
    InstalmentMissed,
    InstalmentPaid,
    InstalmentPartlyPaid,
    PaymentAllocated,
    PaymentUnallocated,
    PlanAgreed,
    PlanBroken,
    PlanCancelled,
    PlanCompleted,
    PlanFact,
    PlanProposed,
    PlanReinstated,
    PlanReminderDue,
)
from arrears_events.money import Money


class Instalment(NamedTuple):
    due: date
    left: Money


@dataclass(frozen=True)
class Plan:
    """`runs`: agreed, and neither broken, completed nor cancelled. `missed`: numbers of instalments, not paid since.

    `as_of`: the day of which plan-service last told what is paid.
    """

    accounts: frozenset[str] = frozenset()
    personalised: bool = False
    reminders: bool = False
    runs: bool = False
    missed: frozenset[int] = frozenset()
    instalments: Mapping[int, Instalment] = field(default_factory=dict[int, Instalment])
    as_of: date | None = None

    @property
    def silences(self) -> bool:
        """A missed instalment opens the collection of an ordinary plan, a break that of any (CN-17)."""
        return self.runs and (self.personalised or not self.missed)

    def reminds_of(self, due: date | None, amount: Money, as_of: date, today: date) -> bool:
        """Whether a reminder may say that of the instalment of that day, which is not over, so much was to be paid."""
        told = self.runs and self.reminders and self.as_of == as_of
        return told and due is not None and today <= due and Instalment(due, amount) in self._unpaid()

    def _unpaid(self) -> Iterator[Instalment]:
        return (each for each in self.instalments.values() if each.left)


def after(plan: Plan | None, event: PlanFact) -> Plan | None:
    """The plan when this was heard too; None of one that nobody has proposed or agreed."""
    match event:
        case PlanProposed():
            return _proposed(event)
        case PlanAgreed():
            agreed = replace(plan or Plan(), accounts=event.accounts, reminders=event.reminders, as_of=event.agreed_on)
            return replace(agreed, personalised=event.kind == "personalised", runs=True)
        case _:
            return plan and _changed(plan, event)


def _proposed(event: PlanProposed) -> Plan:
    return Plan(
        accounts=frozenset(share.account_id for share in event.shares),
        instalments={each.number: Instalment(each.due, each.principal + each.interest) for each in event.schedule},
    )


def _changed(plan: Plan, event: PlanFact) -> Plan:
    match event:
        case PlanReminderDue(day=day):
            return replace(plan, as_of=day)
        case PaymentAllocated(number=number, amount=amount):
            return _paid(plan, number, amount)
        case PaymentUnallocated(number=number, amount=amount):
            return _paid(plan, number, amount.zero() - amount)
        case InstalmentMissed(number=number):
            return replace(plan, missed=plan.missed | {number})
        case InstalmentPaid(number=number) | InstalmentPartlyPaid(number=number):
            return replace(plan, missed=plan.missed - {number})
        case PlanBroken() | PlanCancelled() | PlanCompleted() | PlanReinstated():
            return replace(plan, runs=isinstance(event, PlanReinstated))
        case _:
            return plan


def _paid(plan: Plan, number: int, amount: Money) -> Plan:
    if number not in plan.instalments:
        return plan
    was = plan.instalments[number]
    return replace(plan, instalments={**plan.instalments, number: was._replace(left=was.left - amount)})
