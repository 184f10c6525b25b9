"""A promise that contact-service heard: made, or not accepted, and the customer goes on either way."""

from typing import Any
from uuid import UUID

import pytest
from arrears_runtime.replay_check import check
from plan_service.main import SERVICE
from plan_service.views.promises import promise_of_id

from ..builders import account_opened, promise_heard
from .conftest import Plan


async def shows(plan: Plan, id_: UUID, *expected: Any) -> None:
    async def shown() -> Any:
        row = await promise_of_id(plan.instance.db, id_)
        return row and (row.outcome, row.reason)

    await plan.in_the_end(shown, expected)


@pytest.fixture
async def opened(plan: Plan) -> Plan:
    await plan.say(account_opened("TWD"), "A-1/opened")
    return plan


async def test_it_is_a_promise_and_the_banks_payments_keep_it(opened: Plan):
    id_ = await opened.heard(promise_heard())
    await shows(opened, id_, "open", None)
    await opened.paid("p1", "3000.00", on="2026-06-05")
    await shows(opened, id_, "kept", None)


async def test_beyond_the_limits_it_is_none_and_no_dead_letter_and_its_tables_come_back(opened: Plan):
    id_ = await opened.heard(promise_heard(due="2026-07-02"))
    await shows(opened, id_, "not_accepted", "promise-date-out-of-range")
    assert await opened.instance.db.pool.fetchval("SELECT count(*) FROM dead_letters") == 0
    compared = await check(SERVICE, opened.instance.settings)
    assert compared.differences == []
