"""What comes back over SMS: receipts end a contact, replies are read as far as a machine may."""

import asyncio
from datetime import timedelta
from uuid import UUID

from arrears_runtime.effect import Ground
from arrears_runtime.http.logs import log

from contact_service.domain.contacts import NoteOutcome
from contact_service.effects.asking import command
from contact_service.effects.replying import Reply, note_reply
from contact_service.gateways.sms import Inbound, Receipt, SmsGateway
from contact_service.views.contacts import ContactRow, contact_of_id
from contact_service.views.persons import customer_at

NOTED_WITHIN_SECONDS = 5.0
"""A receipt may be quicker than the note that the message was sent."""
LOOK_SECONDS = 0.02
AT_ONCE = 100
"""Receipts that are being noted; more are left with the gateway, which then takes no new messages."""


async def listen(ground: Ground, gateway: SmsGateway, silence: timedelta) -> None:
    """For ever. `silence`: how long a claim to have paid keeps collection quiet."""
    places = asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as group:
        async for heard in gateway.heard():
            match heard:
                case Receipt():
                    await places.acquire()
                    group.create_task(_note(ground, heard)).add_done_callback(lambda _: places.release())
                case Inbound():
                    await _hear(ground, heard, silence)


async def _note(ground: Ground, receipt: Receipt) -> None:
    row = await _noted_as_sent(ground, receipt.contact_id)
    if row is None:
        log.warning("a receipt of no message of ours")
        return
    outcome = NoteOutcome(row.contact_id, "delivered" if receipt.delivered else "undelivered")
    await ground.append([command(ground, row, "receipt", outcome)])


async def _noted_as_sent(ground: Ground, contact_id: UUID) -> ContactRow | None:
    loop = asyncio.get_running_loop()
    until = loop.time() + NOTED_WITHIN_SECONDS
    row = await contact_of_id(ground.db, contact_id)
    while row and row.status == "attempted" and loop.time() < until:
        await asyncio.sleep(LOOK_SECONDS)
        row = await contact_of_id(ground.db, contact_id)
    return row


async def _hear(ground: Ground, inbound: Inbound, silence: timedelta) -> None:
    customer = await customer_at(ground.db, ground.keys, inbound.sender)
    if customer is None:
        log.warning("a reply from a number that nobody has")
        return
    await note_reply(ground, Reply(customer, "sms", str(inbound.id), inbound.text, inbound.text), silence)
