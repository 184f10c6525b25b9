"""Quotes of plans: the schedule, and nothing kept of it."""

from typing import Any

from .conftest import PLAN, Plan
from .test_promises import problem

ASKED: dict[str, Any] = {"customer_id": "C-1", "amount": "100.00", "currency": "TWD"} | {
    name: PLAN[name] for name in ("method", "frequency", "day_count", "first_due")
}


async def quote(plan: Plan, **other: Any) -> Any:
    return await plan.http.get("/plan-quotes", params=ASKED | {"count": 6, "rate_ppm": 94_822} | other)


async def test_a_quote_is_the_schedule_that_a_plan_would_have(plan: Plan):
    quoted = (await quote(plan)).json()
    assert [each["amount"]["amount"] for each in quoted["instalments"]] == ["17.13"] * 6
    assert (quoted["to_pay"]["amount"], quoted["interest"]["amount"]) == ("102.78", "2.78")
    await plan.opened("A-1")
    shares = [{"account_id": "A-1", "amount": {"amount": "100.00", "currency": "TWD"}}]
    made = await plan.propose(shares=shares, count=6, rate_ppm=94_822)
    shown = await plan.get(made.headers["Location"])
    assert [each["due"] for each in shown["instalments"]] == [each["due"] for each in quoted["instalments"]]
    assert shown["to_pay"] == quoted["to_pay"]


async def test_a_quote_leaves_no_trace(plan: Plan):
    assert (await quote(plan)).status_code == 200
    assert await plan.events() == []


async def test_what_a_plan_may_not_be_is_not_quoted(plan: Plan):
    assert problem(await quote(plan, count=61)) == (422, "plan-too-long")
    assert problem(await quote(plan, rate_ppm=182_501)) == (422, "plan-rate-above-limit")
    assert problem(await quote(plan, first_due="2026-06-01")) == (422, "plan-date-out-of-range")
    assert problem(await quote(plan, amount="0.10", count=60)) == (422, "plan-pays-nothing")
    assert problem(await quote(plan, amount="9999999999999.99")) == (422, "plan-amount-too-large")
    for amount in "0.00", "-1.00":
        assert problem(await quote(plan, amount=amount)) == (422, "plan-amount-zero")


async def test_a_query_that_is_not_strict_is_refused(plan: Plan):
    wrongs: list[dict[str, Any]] = [
        {"amount": "1e3"},
        {"amount": "100"},
        {"amount": "NaN"},
        {"currency": "XXX"},
        {"currency": "JPY"},
        {"count": "0"},
        {"count": "521"},
        {"count": "06"},
        {"rate_ppm": "-1"},
        {"method": "balloon"},
        {"more": "1"},
    ]
    for wrong in wrongs:
        assert problem(await quote(plan, **wrong)) == (400, "query-invalid"), wrong
