"""What payments and a day's close make of a plan: instalments paid, missed, reopened; the plan completed or broken."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from arrears_events.catalogue.plan import (
    InstalmentDue,
    InstalmentMissed,
    InstalmentPaid,
    InstalmentPartlyPaid,
    InstalmentReopened,
    PaymentAllocated,
    PaymentUnallocated,
    PlanBroken,
    PlanCompleted,
    PlanExpired,
    PlanReinstated,
    PlanReminderDue,
)

from plan_service.domain.instalments import Line, Lines, breaking, deadline, enough, filled, reminded_at
from plan_service.domain.payments import Payment, gone, held, named, without
from plan_service.domain.plan import InstalmentEvent, Plan, PlanEvent, evolve, which

_DAY = timedelta(days=1)


def due(plan: Plan) -> date | None:
    """The first day at whose close there is something to say of it."""
    match plan.state:
        case "proposed":
            return plan.agree_by + _DAY
        case "agreed":
            asked = [line.due for line in plan.lines if line.state == "open"]
            asked += [reminded_at(line, plan.rule) for line in plan.lines if _is_to_be_reminded(plan, line)]
            judged = [deadline(line, plan.rule) + _DAY for line in plan.lines if line.state == "due"]
            broken_at = breaking(plan.lines, plan.rule)
            return min([*asked, *judged, *([deadline(broken_at, plan.rule) + _DAY] if broken_at else [])], default=None)
        case _:
            return None


def close(plan: Plan, day: date) -> list[PlanEvent]:
    """All that the close of `day` says of it."""
    match plan.state:
        case "proposed" if day > plan.agree_by:
            return [PlanExpired(**which(plan), day=day)]
        case "agreed":
            broken_at = _broken_at(plan, day)
            lines = plan.lines[: broken_at.number] if broken_at else plan.lines
            said = [event for line in lines for event in _judged(plan, line, day)]
            return [*said, *([_broken(plan, broken_at, day)] if broken_at else [])]
        case _:
            return []


def paying(plan: Plan, payments: Sequence[Payment]) -> Lines:
    """The instalments as the payments, in the order of their value dates, are to pay them."""
    if plan.is_paid:
        asked = [payment for payment in payments if plan.asks_for(payment)]
        return filled(plan.lines, plan.rule, asked)
    found: list[Line] = []
    for line in plan.lines:
        parts = held(line.paid_by, payments)
        payments = without(payments, parts)
        found.append(line.having(parts))
    return tuple(found)


def unallocated(plan: Plan, now: Lines) -> list[PaymentUnallocated]:
    return [
        PaymentUnallocated(**which(plan), **named(key), number=was.number, amount=amount)
        for was, is_ in zip(plan.lines, now, strict=True)
        for key, amount in gone(was.paid_by, is_.paid_by).items()
    ]


def allocated(plan: Plan, now: Lines) -> list[PaymentAllocated]:
    return [
        PaymentAllocated(
            **which(plan), **named(key), number=was.number, amount=amount, value_date=is_.paid_by[key].value_date
        )
        for was, is_ in zip(plan.lines, now, strict=True)
        for key, amount in gone(is_.paid_by, was.paid_by).items()
    ]


def corrected(plan: Plan) -> list[PlanEvent]:
    """What is to be said once other payments pay it."""
    if not plan.is_paid:
        return []
    said: list[PlanEvent] = [event for line in plan.lines for event in _corrected_line(plan, line)]
    match plan.state:
        case "agreed" | "broken" if not plan.unpaid:
            return [*said, PlanCompleted(**which(plan))]
        case "broken" if plan.broken_on:
            return [*said, *_still_broken(_after(plan, said), plan.broken_on)]
        case "completed" if plan.unpaid:
            return [*said, PlanReinstated(**which(plan), unpaid=plan.unpaid)]
        case _:
            return said


def _still_broken(plan: Plan, since: date) -> list[PlanEvent]:
    """It may turn out that another instalment broke it; those up to that one were over at the close of `since` too."""
    broken_at = _broken_at(plan, since)
    if not broken_at:
        return [PlanReinstated(**which(plan), unpaid=plan.unpaid)]
    return [event for line in plan.lines[: broken_at.number] for event in _judged(plan, line, since)]


def _broken_at(plan: Plan, day: date) -> Line | None:
    """The instalment that breaks it, if its days of grace are over at the close of `day`."""
    line = breaking(plan.lines, plan.rule)
    return line if line and deadline(line, plan.rule) < day else None


def _broken(plan: Plan, line: Line, day: date) -> PlanBroken:
    return PlanBroken(**which(plan), number=line.number, unpaid=plan.unpaid, day=day)


def _judged(plan: Plan, line: Line, day: date) -> list[InstalmentEvent]:
    match line.state:
        case "open" | "due" if deadline(line, plan.rule) < day:
            judged = InstalmentPartlyPaid if enough(line, plan.rule) else InstalmentMissed
            return [judged(**_of(plan, line))]
        case "open" if line.due <= day:
            return [InstalmentDue(**_of(plan, line))]
        case "open" if _is_to_be_reminded(plan, line) and reminded_at(line, plan.rule) <= day:
            return [PlanReminderDue(**_of(plan, line), accounts=plan.accounts, day=day)]
        case _:
            return []


def _is_to_be_reminded(plan: Plan, line: Line) -> bool:
    """Once each, before it is due; of what is paid already nobody is reminded."""
    return plan.reminders and line.state == "open" and not line.reminded


def _corrected_line(plan: Plan, line: Line) -> list[InstalmentEvent]:
    match line.state:
        case "open" | "due" | "partly_paid" | "missed" if line.in_full:
            return [InstalmentPaid(**_of(plan, line), paid_on=line.paid_on)]
        case "paid" if not line.in_full:
            return [InstalmentReopened(**_of(plan, line))]
        case "missed" if enough(line, plan.rule):
            return [InstalmentPartlyPaid(**_of(plan, line))]
        case "partly_paid" if not enough(line, plan.rule):
            return [InstalmentMissed(**_of(plan, line))]
        case _:
            return []


def _of(plan: Plan, line: Line) -> dict[str, Any]:
    return {**which(plan), "number": line.number, "due": line.due, "amount": line.amount, "paid": line.paid}


def _after(plan: Plan, events: Sequence[PlanEvent]) -> Plan:
    for event in events:
        plan = evolve(plan, event)
    return plan
