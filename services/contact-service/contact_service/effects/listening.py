"""What comes back over SMS: receipts end a contact, replies are read as far as a machine may."""

import asyncio
from datetime import date, timedelta
from uuid import UUID

from arrears_events.ids import command_id
from arrears_runtime.decider import Command
from arrears_runtime.effect import Ground
from arrears_runtime.http.logs import log
from arrears_runtime.reactor import ROLE

from contact_service.domain import replies
from contact_service.domain.contacts import NoteOutcome, stream_of
from contact_service.domain.hearing import Heard, SaidPromise, Written
from contact_service.effects.asking import ACTOR, command
from contact_service.effects.grounds import owed_by
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
    today = ground.today(customer)
    reply = replies.read(inbound.text, today)
    assert ground.keys, "contact-service seals what it hears"
    written = Written("sms", await ground.keys.seal(customer, inbound.text), reply.read_as)
    heard = Heard(
        customer_id=customer,
        contact_id=None,
        on=today,
        written=written,
        opts_out="sms" if reply.read_as == "stop" else None,
        silent_until=today + silence if reply.read_as == "paid" else None,
        promise=await _promise(ground, customer, reply.day) if reply.day else None,
    )
    await ground.append([_command(ground, customer, inbound.id, heard)])


async def _promise(ground: Ground, customer: str, day: date) -> SaidPromise | None:
    """Of all that is overdue in the currency in which most accounts owe; None where nothing is."""
    owed = [each for each in await owed_by(ground, customer) if not each.covered]
    currencies = [each.arrears.currency for each in owed]
    if not currencies:
        return None
    currency = max(sorted(set(currencies)), key=currencies.count)
    ledgers = [each for each in owed if each.arrears.currency == currency]
    amount = sum((each.left for each in ledgers[1:]), ledgers[0].left)
    return SaidPromise(frozenset(each.account_id for each in ledgers), amount, day)


def _command(ground: Ground, customer: str, inbound: UUID, heard: Heard) -> Command:
    """Caused by what came in from outside, which the log does not hold; told again it is the same command."""
    id_ = command_id("sms", str(inbound))
    return Command(
        id=id_,
        streamid=stream_of(customer),
        customer_id=customer,
        body=heard,
        time=ground.now(customer),
        actor=ACTOR,
        actorrole=ROLE,
        causationid=f"request/{id_}",
        correlationid=str(id_),
    )
