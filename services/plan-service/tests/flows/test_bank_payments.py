"""A promise and the bank's records on the log: counted by value date, kept or broken at a close, corrected later."""

from typing import Any

import pytest
from plan_service.views.promises import promise_of_id

from ..builders import FIRST, account_opened, make_promise, money
from .conftest import Plan


async def shows(plan: Plan, outcome: str, paid: str) -> None:
    async def shown() -> Any:
        row = await promise_of_id(plan.instance.db, FIRST)
        return row and (row.outcome, row.paid)

    await plan.in_the_end(shown, (outcome, money(paid).amount))


@pytest.fixture
async def promised(plan: Plan) -> Plan:
    """3,000 TWD to A-1 until 10 June, three days of grace."""
    await plan.say(account_opened("TWD"), "A-1/opened")
    await plan.ask(make_promise())
    return plan


async def test_payments_keep_it(promised: Plan):
    await promised.paid("p1", "1000.00", on="2026-06-05")
    await shows(promised, "open", "1000.00")
    await promised.paid("p2", "2000.00", on="2026-06-13")
    await shows(promised, "kept", "3000.00")


async def test_a_close_breaks_it_and_a_late_payment_corrects_it(promised: Plan):
    await promised.paid("p1", "1000.00", on="2026-06-05")
    for on in "2026-06-13", "2026-06-14":
        await promised.closed(on)
    await shows(promised, "broken", "1000.00")
    await promised.paid("p2", "2000.00", on="2026-06-10")
    await shows(promised, "kept", "3000.00")


async def test_a_payment_taken_back_breaks_it_at_the_next_close(promised: Plan):
    await promised.paid("p1", "3000.00", on="2026-06-05")
    await shows(promised, "kept", "3000.00")
    await promised.took_back("p1", "3000.00")
    await shows(promised, "open", "0.00")
    await promised.closed("2026-06-20")
    await shows(promised, "broken", "0.00")
