"""What a customer may promise or agree to now."""

from .conftest import Plan
from .test_promises import problem


async def test_the_limits_are_the_rule_in_force(plan: Plan):
    await plan.opened("A-1")
    limits = await plan.get("/customers/C-1/limits")
    assert limits["today"] == "2026-06-01"
    assert limits["promise"] == {
        "due_earliest": "2026-06-01",
        "due_latest": "2026-07-01",
        "grace_days": 3,
        "open_promise_id": None,
    }
    assert limits["plan"] == {
        "first_due_earliest": "2026-06-02",
        "first_due_latest": "2026-07-16",
        "last_due_latest": "2031-06-01",
        "terms_max": 60,
        "rate_ppm_max": 182_500,
        "agree_by": "2026-06-15",
        "grace_days": 3,
        "missed_to_break": 2,
        "least_share_percent": 90,
        "reminder_days": 3,
    }


async def test_the_least_of_a_promise_is_the_policys_and_of_an_instalment_the_least_there_is(plan: Plan):
    await plan.opened("A-2", currency="JPY")
    await plan.opened("A-1")
    ledgers = (await plan.get("/customers/C-1/limits"))["ledgers"]
    least = [(each["promise_least"]["amount"], each["instalment_least"]["amount"]) for each in ledgers]
    assert [each["account_id"] for each in ledgers] == ["A-1", "A-2"]
    assert least == [("1.00", "0.01"), ("100", "1")]


async def test_what_the_limits_allow_is_taken(plan: Plan):
    await plan.opened("A-1")
    limits = await plan.get("/customers/C-1/limits")
    [ledger] = limits["ledgers"]
    due = limits["promise"]["due_latest"]
    assert (await plan.promise(due=due, amount=ledger["promise_least"])).status_code == 201
    shares = [{"account_id": "A-1", "amount": ledger["instalment_least"]}]
    first_due, rate = limits["plan"]["first_due_latest"], limits["plan"]["rate_ppm_max"]
    assert (await plan.propose(shares=shares, count=1, first_due=first_due, rate_ppm=rate)).status_code == 201


async def test_what_stands_in_the_way_is_shown(plan: Plan):
    await plan.opened("A-1")
    await plan.opened("A-2")
    promise, made = (await plan.promise()).json()["id"], (await plan.propose("A-2")).json()["id"]
    limits = await plan.get("/customers/C-1/limits")
    assert limits["promise"]["open_promise_id"] == promise
    assert [each["plan_id"] for each in limits["ledgers"]] == [None, made]
    assert limits["stopped"] is False
    await plan.stop("C-1")
    assert (await plan.get("/customers/C-1/limits"))["stopped"] is True


async def test_a_customer_without_an_account_is_not_found(plan: Plan):
    assert problem(await plan.http.get("/customers/C-9/limits")) == (404, "not-found")
