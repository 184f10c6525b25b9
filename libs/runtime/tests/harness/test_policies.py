"""A service decides by the policy that is in force on the business date, knows which it was, and waits for it."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from arrears_policy import fit
from arrears_policy.errors import Fault
from arrears_policy.policy import Policy
from arrears_policy.values import Values
from arrears_runtime.decider import Done, Refusal
from arrears_runtime.policies import InForce, Need, PolicyMissing
from arrears_runtime.reaction import on
from arrears_runtime.testing.publishing import approve, propose, publish

from .policy_texts import policy_of, text_of
from .tally import SERVICE, Count, Paid, stream_of
from .watched import DAY, Running, eventually

OPENED, NEXT_DAY = date(2026, 3, 31), DAY + timedelta(days=1)


@on(Paid, stream=stream_of, policy="limits")
def count_within_limits(fact: Any, in_force: InForce) -> Count:
    most = in_force.content(Values).integer("most_units")
    return Count(fact.data.customer_id, fact.id, min(int(fact.data.amount.amount), most), fact.data.on)


def counts_something(policy: Policy, _: Mapping[str, Policy]) -> Iterable[Fault]:
    assert isinstance(policy.content, Values)
    return fit.numbers(policy.content, {"most_units": (1, 1000)})


LIMITED = replace(SERVICE, reactions=(count_within_limits,), policies={"limits": Need("values", counts_something)})


async def most_on(service: Running, day: date) -> tuple[int, int]:
    """The number of the policy in force, and its version."""
    found = await service.instance.policies.in_force(service.db.pool, "limits", day)
    return found.content(Values).integer("most_units"), found.ref.version


async def check_of(service: Running) -> Any:
    return (await service.instance.condition()).checks["policies"]


async def test_what_two_people_published_is_in_force_from_its_day_on(running, database):
    async with running(database(), LIMITED) as service:
        text, policy = text_of(10), policy_of(10)
        assert isinstance(await propose(service.instance, text, DAY, by="lin"), Done)
        assert not (await check_of(service)).ok, "a proposal decides nothing"
        refused = await approve(service.instance, "limits", policy.sha256, DAY, by="lin")
        assert isinstance(refused, Refusal)
        assert refused.code == "same-person"
        assert isinstance(await approve(service.instance, "limits", policy.sha256, DAY, by="wei"), Done)
        assert await most_on(service, DAY) == (10, 1)
        with pytest.raises(PolicyMissing, match=r"policy publish limits\.yaml --service plan-service"):
            await most_on(service, DAY - timedelta(days=1))


async def test_a_reaction_is_decided_by_the_policy_of_the_business_date(running, database, bank):
    async with running(database(), LIMITED) as service:
        await publish(service.instance, text_of(10))
        await publish(service.instance, text_of(20), NEXT_DAY)
        await bank.open("C-1")
        await bank.pay("C-1", 1, 50)
        await bank.close(DAY)
        await service.settled()
        assert await service.totals() == {"C-1": 10}
        await bank.pay("C-1", 2, 50)
        await service.settled()
        assert await service.totals() == {"C-1": 30}


async def test_without_a_policy_it_is_open_but_not_ready_and_reacts_to_nothing(running, database, bank):
    async with running(database(), LIMITED) as service:
        await bank.open("C-1")
        await bank.pay("C-1", 1, 50)
        assert (await service.count("C-2", 3, key="by hand")).version == 1, "commands that need none are taken"
        check = await check_of(service)
        assert not check.ok
        assert "no policy limits is in force on 2026-03-31: `arrears policy publish limits.yaml" in check.detail
        await publish(service.instance, text_of(10))
        await service.settled()
        assert (await check_of(service)).ok
        assert await service.totals() == {"C-1": 10, "C-2": 3}


async def test_while_tables_are_made_anew_it_is_not_ready_nor_is_one_that_stands_by_open(running, database, bank):
    """What others' topics tell is unknown to it, and what it refuses for that would be untrue."""
    url = database()
    async with running(url, LIMITED) as leads, running(url, LIMITED, ready=False) as stands_by:
        await bank.open("C-1")
        check = (await leads.instance.condition()).checks["tables"]
        assert (check.ok, check.detail) == (False, "made anew; the log is still being read")
        assert not stands_by.instance.open.is_set()
        await publish(leads.instance, text_of(10))
        await eventually(lambda: is_whole(leads))
        await asyncio.wait_for(stands_by.instance.open.wait(), 5)


async def is_whole(service: Running) -> bool:
    return (await service.instance.condition()).checks["tables"].ok


async def test_a_policy_of_another_kind_is_none(running, database):
    other = replace(LIMITED, policies={"limits": Need("decision-table")})
    async with running(database(), other) as service:
        await publish(service.instance, text_of(10))
        assert (await check_of(service)).detail == "the policy limits is of kind values, not decision-table"


async def test_a_text_that_this_code_cannot_read_is_none(running, database):
    """As when a program older than the text is started."""
    async with running(database(), LIMITED) as service:
        await publish(service.instance, text_of(10))
        await service.db.pool.execute("UPDATE policies SET body = 'policy: limits', sha256 = repeat('0', 64)")
        service.instance.policies.changed()
        check = await check_of(service)
        assert not check.ok
        assert "cannot be read by this code" in check.detail


async def test_a_dropped_database_comes_back_with_its_policies(running, database):
    async with running(database(), LIMITED) as service:
        await publish(service.instance, text_of(10))
        await publish(service.instance, text_of(20), NEXT_DAY)
        await propose(service.instance, text_of(30), NEXT_DAY, by="lin")
        await service.safe_to_lose()
        before = await service.tables()
        assert len(before["policies"]) == 3
    async with running(database(), LIMITED) as service:
        assert await service.tables() == before
        assert [await most_on(service, day) for day in (OPENED, NEXT_DAY)] == [(10, 1), (20, 2)]


async def test_another_instance_knows_of_it_within_a_second(running, database):
    url = database()
    async with running(url, LIMITED) as first:
        await publish(first.instance, text_of(5))
        await first.settled()
        async with running(url, LIMITED) as second:
            await _both_know(first, second)


async def _both_know(first: Running, second: Running) -> None:
    await publish(first.instance, text_of(10))
    await eventually(lambda: knows(second, (10, 2)), seconds=1.5)
    await publish(second.instance, text_of(20))
    assert await most_on(second, OPENED) == (20, 3), "and the one through which it went at once"
    await eventually(lambda: knows(first, (20, 3)), seconds=1.5)


def test_a_reaction_asks_only_for_policies_that_the_service_waits_for():
    with pytest.raises(AssertionError, match="not among its own"):
        replace(LIMITED, policies={})


async def knows(service: Running, what: tuple[int, int]) -> bool:
    try:
        return await most_on(service, OPENED) == what
    except PolicyMissing:
        return False
