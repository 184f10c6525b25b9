"""Instalments (分期) of one plan: what paid them, and what they are by the payments' value dates.

Payments pay the oldest instalment first. An instalment is judged by what was paid up to its last day of grace, so it is
the same whenever the payments were heard of.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

from arrears_events.catalogue.instalments import Instalment, PlanRule
from arrears_events.money import Money

from plan_service.domain.payments import Part, Parts, Payment, part_of, total

InstalmentState = Literal["open", "due", "paid", "partly_paid", "missed"]


@dataclass(frozen=True)
class Line:
    """An instalment and what came of it; `paid_by`: what of which payment. `reminded`: its reminder was asked for."""

    number: int
    due: date
    amount: Money
    state: InstalmentState = "open"
    paid_by: Parts = field(default_factory=dict[str, Part])
    reminded: bool = False

    @classmethod
    def of(cls, instalment: Instalment) -> "Line":
        return cls(instalment.number, instalment.due, instalment.principal + instalment.interest)

    @property
    def paid(self) -> Money:
        return self.paid_until(date.max)

    @property
    def in_full(self) -> bool:
        return self.paid == self.amount

    @property
    def paid_on(self) -> date:
        """The value date of the last payment."""
        return max(part.value_date for part in self.paid_by.values())

    def having(self, parts: Parts) -> "Line":
        return replace(self, paid_by=parts)

    def paid_until(self, day: date) -> Money:
        return total(self.paid_by, self.amount.zero(), by=day)


Lines = tuple[Line, ...]


def deadline(line: Line, rule: PlanRule) -> date:
    """Its last day of grace."""
    return line.due + timedelta(days=rule.grace_days)


def reminded_at(line: Line, rule: PlanRule) -> date:
    """The day at whose close its reminder is asked for, so that it goes out on the next."""
    return line.due - timedelta(days=rule.reminder_days + 1)


def enough(line: Line, rule: PlanRule, *, by: date | None = None) -> bool:
    """Whether the least share was paid by its last day of grace, or `by` another day."""
    paid = line.paid_until(by or deadline(line, rule))
    return paid.amount * 100 >= line.amount.amount * rule.least_share_percent


def breaking(lines: Lines, rule: PlanRule) -> Line | None:
    """The first instalment on whose last day of grace the plan breaks, if no more is paid.

    As many in a row are short on that day as break it; or it is the last one, and something is not paid.
    """
    for end in range(rule.missed_to_break, len(lines) + 1):
        line = lines[end - 1]
        by = deadline(line, rule)
        if not any(enough(each, rule, by=by) for each in lines[end - rule.missed_to_break : end]):
            return line
    end_of_plan = deadline(lines[-1], rule)
    return lines[-1] if any(line.paid_until(end_of_plan) < line.amount for line in lines) else None


def filled(lines: Lines, rule: PlanRule, payments: Sequence[Payment]) -> Lines:
    """The instalments as these payments, in the order of their value dates, pay them.

    What comes when the plan has broken pays them no more.
    """
    found = _oldest_first(lines, payments)
    broken_at = breaking(found, rule)
    return _until(deadline(broken_at, rule), found) if broken_at else found


def _oldest_first(lines: Lines, payments: Sequence[Payment]) -> Lines:
    found = [line.having({}) for line in lines]
    at = 0
    for payment in payments:
        left = payment
        while at < len(found) and (part := part_of(left, found[at].amount - found[at].paid)):
            found[at] = found[at].having(found[at].paid_by | {payment.key: part})
            left = replace(left, amount=left.amount - part.amount)
            at += found[at].in_full
    return tuple(found)


def _until(day: date, lines: Lines) -> Lines:
    return tuple(
        line.having({key: part for key, part in line.paid_by.items() if part.value_date <= day}) for line in lines
    )
