"""What comes back over SMS is noted: receipts many at a time, each after the note that its message was sent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from contact_service.domain.contacts import NoteSent, stream_of
from contact_service.effects.listening import listen
from contact_service.gateways.sms import Inbound, Receipt

from .conftest import Office

SILENCE = timedelta(days=3)


class Gateway:
    """What a test puts in is heard at once."""

    def __init__(self, *heard: Receipt | Inbound) -> None:
        self._heard = asyncio.Queue[list[Receipt | Inbound]]()
        self._heard.put_nowait(list(heard))

    async def heard(self, most: int) -> list[Receipt | Inbound]:  # noqa: ARG002
        return await self._heard.get()


@asynccontextmanager
async def listening(office: Office, *heard: Receipt | Inbound) -> AsyncIterator[None]:
    gateway: Any = Gateway(*heard)
    listening = asyncio.create_task(listen(office.in_step, gateway, SILENCE))
    try:
        yield
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


async def sent(office: Office, *customers: str) -> list[UUID]:
    for customer in customers:
        await office.told_of(customer)
    ids = [await office.asked("sms", customer) for customer in customers]
    await office.goes_out()
    return ids


async def test_receipts_that_come_together_each_end_their_contact(office: Office):
    arrived, lost = await sent(office, "C-2", "C-3")
    async with listening(office, Receipt(arrived, True), Receipt(lost, False)):
        await office.comes_to(arrived, "delivered")
        row = await office.comes_to(lost, "failed")
    assert row.reason == "undelivered"


async def test_a_receipt_that_is_quicker_than_the_note_of_its_message_waits_for_it_and_holds_up_no_other(
    office: Office,
):
    [noted] = await sent(office, "C-2")
    quick = await office.attempted("sms")
    async with listening(office, Receipt(quick, True), Receipt(noted, True)):
        await office.comes_to(noted, "delivered")
        assert (await office.row(quick)).status == "attempted"
        await office.send(stream_of("C-1"), "C-1", NoteSent(quick, "its-id"))
        row = await office.comes_to(quick, "delivered")
    assert row.reference == "its-id"


async def test_a_receipt_of_no_message_of_ours_is_passed_over(office: Office):
    [ours] = await sent(office, "C-2")
    async with listening(office, Receipt(UUID(int=1), True), Receipt(ours, True)):
        await office.comes_to(ours, "delivered")


async def test_a_message_that_is_told_of_twice_has_its_first_end(office: Office):
    [ours] = await sent(office, "C-2")
    async with listening(office, Receipt(ours, True), Receipt(ours, False)):
        await office.comes_to(ours, "delivered")
