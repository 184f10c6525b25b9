"""Rounds of sending: each does all that is due, and comes to its end."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from arrears_runtime.effect import Rounds
from contact_service.effects.messages import Bank
from contact_service.effects.providers import Providers
from contact_service.effects.sending import Sending
from contact_service.settings import ContactSettings

from .contacting import Contacting

SECONDS_MAX = 10


@pytest.fixture
async def sending(contact: Contacting) -> AsyncIterator[None]:
    settings = contact.instance.settings
    assert isinstance(settings, ContactSettings)
    effect = Sending(Providers(settings), Bank("Example Bank", "400-000-0000"))
    task = asyncio.create_task(effect.run(contact.instance))
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.usefixtures("sending")
async def test_a_customer_who_is_stopped_waits_and_holds_up_nobody(contact: Contacting):
    for customer in "C-1", "C-2":
        await contact.in_arrears(customer)
        await contact.ask("sms", customer=customer)
    await contact.stop("C-1")
    async with asyncio.timeout(SECONDS_MAX):
        await contact.instance.rounds.ask()
    status = {each["customer_id"]: each["status"] for each in (await contact.get("/contacts"))["items"]}
    assert status == {"C-1": "requested", "C-2": "failed"}, "no SMS centre is set, and C-2 has no details"


async def test_who_asks_during_a_round_gets_the_next():
    rounds, begun = Rounds(asked_for=True), 0

    async def work() -> None:
        nonlocal begun
        async for _ in rounds.each():
            begun += 1
            await asyncio.sleep(0.02)

    async def ask() -> int:
        await rounds.ask()
        return begun

    working = asyncio.create_task(work())
    first = asyncio.create_task(ask())
    while not begun:
        await asyncio.sleep(0)
    assert await ask() == 2
    await first
    working.cancel()


async def test_a_round_that_broke_off_is_begun_again_by_the_next_lead():
    rounds = Rounds(asked_for=True)
    asking = asyncio.create_task(rounds.ask())
    async for _ in rounds.each():
        break
    assert not asking.done()

    async def work() -> None:
        async for _ in rounds.each():
            pass

    working = asyncio.create_task(work())
    async with asyncio.timeout(SECONDS_MAX):
        await asking
    working.cancel()
