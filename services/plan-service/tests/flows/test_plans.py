"""A plan and the bank's records on the log: booked, paid, missed at closes, broken, and corrected later."""

from typing import Any

import pytest
from arrears_events.catalogue.bank import BankInstructionAnswered
from arrears_runtime.replay_check import check
from plan_service.main import SERVICE
from plan_service.views.plans import plan_of_id

from ..builders import CUSTOMER, account_opened, make_promise
from ..plans import BOOK, PLAN, agree, propose
from .conftest import Plan


async def shows(plan: Plan, state: str, *instalments: str) -> None:
    async def shown() -> Any:
        row = await plan_of_id(plan.instance.db, PLAN)
        return row and (row.state, row.states)

    await plan.in_the_end(shown, (state, [*instalments]))


async def books(plan: Plan, booking: str) -> None:
    async def shown() -> Any:
        row = await plan_of_id(plan.instance.db, PLAN)
        return row and row.booking

    await plan.in_the_end(shown, booking)


@pytest.fixture
async def agreed(plan: Plan) -> Plan:
    """3,000 TWD of A-1 from 1 July, in three months; beside it a promise of 500."""
    await plan.say(account_opened("TWD"), "A-1/opened")
    await plan.ask(propose(), agree(), make_promise(amount="500"))
    return plan


async def test_the_bank_books_it(agreed: Plan):
    await books(agreed, "asked")
    answered = BankInstructionAnswered(customer_id=CUSTOMER, instruction_id=BOOK, outcome="done", reference="B-7")
    await agreed.say(answered, "answer/1")
    await books(agreed, "done")


async def test_payments_complete_it(agreed: Plan):
    await agreed.paid("p1", "1000.00", on="2026-06-20")
    await agreed.closed("2026-07-04")
    await shows(agreed, "agreed", "paid", "open", "open")
    await agreed.paid("p2", "2000.00", on="2026-07-20")
    await shows(agreed, "completed", "paid", "paid", "paid")


async def test_closes_break_it_and_a_late_payment_reinstates_it(agreed: Plan):
    await agreed.closed("2026-07-01")
    await shows(agreed, "agreed", "due", "open", "open")
    await agreed.closed("2026-07-05")
    await shows(agreed, "agreed", "missed", "open", "open")
    await agreed.closed("2026-08-05")
    await shows(agreed, "broken", "missed", "missed", "open")
    await agreed.paid("p1", "1000.00", on="2026-08-04")
    await shows(agreed, "agreed", "paid", "missed", "open")


async def test_a_payment_taken_back_reopens_it_and_its_tables_come_back_from_the_log(agreed: Plan):
    await agreed.paid("p1", "3200.00", on="2026-06-05")
    await shows(agreed, "completed", "paid", "paid", "paid")
    await agreed.took_back("p1", "1000.00")
    await shows(agreed, "agreed", "paid", "paid", "open")
    compared = await check(SERVICE, agreed.instance.settings)
    assert compared.differences == []
    assert compared.rows > 0
