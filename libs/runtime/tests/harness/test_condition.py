"""Ready means progress, or proven idle; and a lead does not end by waiting for what is not there yet."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from arrears_runtime import condition, instance
from arrears_runtime.http.service import Check
from arrears_runtime.policies import Need
from arrears_runtime.testing.publishing import publish

from .policy_texts import text_of
from .tally import SERVICE
from .watched import Running, eventually

WAITING = replace(SERVICE, policies={"limits": Need("values")})
"""Reads nothing until its policy is in force."""


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(condition, "STALLED_SECONDS", 0.3)


@pytest.mark.usefixtures("impatient")
async def test_records_that_lie_there_unread_make_it_not_ready_until_they_are_read(running, database, bank):
    async with running(database(), WAITING) as service:
        await bank.open("C-1", "C-2")
        await eventually(lambda: stalled(service))
        assert "2 records unread and none read" in (await progress(service)).detail
        await publish(service.instance, text_of(10))
        await service.settled()
        assert (await progress(service)).ok


@pytest.mark.usefixtures("impatient")
async def test_with_nothing_unread_it_is_ready_however_long(running, database, bank):
    async with running(database()) as service:
        await bank.open("C-1")
        await service.settled()
        assert (await progress(service)).ok
        await asyncio.sleep(2 * condition.STALLED_SECONDS)
        assert (await progress(service)).ok


async def test_an_instance_that_stands_by_answers_and_knows_no_lag(running, database):
    url = database()
    async with running(url) as leading, running(url) as standing_by:
        await leading.settled()
        found = await standing_by.instance.condition()
        assert (found.checks["leading"].ok, found.lag) == (True, {})
        assert found.positions == (await leading.instance.condition()).positions


async def test_a_service_that_waits_for_its_first_policy_keeps_its_lead(
    running, database, bank, monkeypatch: pytest.MonkeyPatch
):
    """It has read nothing, so it has nothing to tell Kafka: to try all the same ended the lead of every new service."""
    monkeypatch.setattr(instance, "RETRY_SECONDS", 0.1)
    async with running(database(), WAITING) as service:
        held_by = await leader(service)
        await asyncio.sleep(5 * instance.RETRY_SECONDS)
        assert (await leader(service), service.instance.problem) == (held_by, "")
        await publish(service.instance, text_of(10))
        await bank.open("C-1")
        await service.safe_to_lose()
        assert await leader(service) == held_by


async def progress(service: Running) -> Check:
    return (await service.instance.condition()).checks["progress"]


async def stalled(service: Running) -> bool:
    return not (await progress(service)).ok


async def leader(service: Running) -> Any:
    """The backend that holds the lead, of this database."""
    return await service.db.pool.fetchval(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND database ="
        " (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
