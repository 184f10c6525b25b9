"""A plan of C-1 as plan-service tells of it: 300.00 CNY of A-1 in three months, from 10 April 2026, with reminders."""

from datetime import date
from typing import Any
from uuid import UUID

from arrears_events.catalogue.base import PolicyRef
from arrears_events.catalogue.instalments import Instalment, PlanRule, PlanTerms, Share
from arrears_events.catalogue.plan import PaymentAllocated, PlanAgreed, PlanProposed, PlanReminderDue
from arrears_events.money import Money

FIRST, SECOND, THIRD = date(2026, 4, 10), date(2026, 5, 10), date(2026, 6, 10)
PROPOSED_ON, AGREED_ON = date(2026, 3, 30), date(2026, 3, 31)
PLAN = UUID(int=1)
WHICH: dict[str, Any] = {"customer_id": "C-1", "plan_id": PLAN}


def cny(amount: str) -> Money:
    return Money.of(amount, "CNY")


def proposed(
    *accounts: str, kind: Any = "personalised", reminders: bool = True, plan_id: UUID = PLAN, of: str = "C-1"
) -> PlanProposed:
    shares = tuple(Share(account_id=account, principal=cny("300.00")) for account in accounts or ("A-1",))
    schedule = tuple(
        Instalment(number=at, due=due, principal=cny("100.00"), interest=cny("0.00"), balance=cny(left))
        for at, (due, left) in enumerate(((FIRST, "200.00"), (SECOND, "100.00"), (THIRD, "0.00")), start=1)
    )
    return PlanProposed(
        customer_id=of,
        plan_id=plan_id,
        kind=kind,
        shares=shares,
        amount=cny("300.00"),
        terms=PlanTerms(
            method="equal_principal",
            frequency="monthly",
            count=3,
            rate_ppm=0,
            day_count="30/360",
            starts_on=PROPOSED_ON,
            first_due=FIRST,
        ),
        schedule=schedule,
        reminders=reminders,
        proposed_on=PROPOSED_ON,
        agree_by=FIRST,
        rule=PlanRule(
            terms_max=60,
            first_due_latest=FIRST,
            last_due_latest=THIRD,
            rate_ppm_max=0,
            grace_days=3,
            missed_to_break=2,
            least_share_percent=90,
            reminder_days=3,
        ),
        policy=PolicyRef(name="instalments", version=1, sha256="0" * 64),
    )


def agreed(plan: PlanProposed) -> PlanAgreed:
    return PlanAgreed(
        customer_id=plan.customer_id,
        plan_id=plan.plan_id,
        kind=plan.kind,
        accounts=frozenset(share.account_id for share in plan.shares),
        reminders=plan.reminders,
        agreed_on=AGREED_ON,
        agreed_by="signed",
    )


def instalment(kind: Any, number: int = 1, **fields: Any) -> Any:
    usual = {"number": number, "due": (FIRST, SECOND, THIRD)[number - 1], "amount": cny("100.00"), "paid": cny("0.00")}
    return kind(**WHICH, **(usual | fields))


def reminder_due(number: int = 1, *, on: date = date(2026, 4, 6), **fields: Any) -> PlanReminderDue:
    return instalment(PlanReminderDue, number, **{"accounts": frozenset({"A-1"}), "day": on, **fields})


def paid(amount: str, number: int = 1, kind: Any = PaymentAllocated) -> Any:
    when: dict[str, Any] = {"value_date": date(2026, 4, 2)} if kind is PaymentAllocated else {}
    return kind(**WHICH, account_id="A-1", payment_id="p1", number=number, amount=cny(amount), **when)
