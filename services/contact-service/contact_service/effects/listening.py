"""What comes back over SMS: receipts end a contact, replies are read as far as a machine may."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from arrears_events.refused import Refused
from arrears_runtime.decider import Command, Done
from arrears_runtime.effect import Ground
from arrears_runtime.http.logs import failure, log
from arrears_runtime.store import CommandFailed

from contact_service.domain.contacts import NoteOutcome
from contact_service.domain.replies import is_stop
from contact_service.effects.asking import append, command
from contact_service.effects.replying import Reply, note_reply, writer_at
from contact_service.gateways.sms import Inbound, Receipt, SmsGateway
from contact_service.views.contacts import ContactRow, contacts_of_ids
from contact_service.views.persons import Reached, all_reached_by, reached_by

NOTED_WITHIN_SECONDS = 5.0
"""A receipt may be quicker than the note that the message was sent."""
LOOK_SECONDS = 0.05
TOGETHER, BATCHES = 50, 2
"""So many receipts are noted at a time; more are left with the gateway, which then takes no new messages."""


async def listen(ground: Ground, gateway: SmsGateway, silence: timedelta) -> None:
    """For ever. `silence`: how long a claim to have paid keeps collection quiet."""
    places = asyncio.Semaphore(BATCHES)
    async with asyncio.TaskGroup() as group:
        while True:
            await places.acquire()
            heard = await gateway.heard(TOGETHER)
            receipts = [each for each in heard if isinstance(each, Receipt)]
            group.create_task(_note(ground, receipts)).add_done_callback(lambda _: places.release())
            for each in heard:
                if isinstance(each, Inbound):
                    await _hear(ground, each, silence)


async def _note(ground: Ground, receipts: Sequence[Receipt]) -> None:
    """Those first whose messages are noted as sent, and all in the end. Of two on one message the first counts."""
    loop, left = asyncio.get_running_loop(), {each.contact_id: each for each in reversed(receipts)}
    until = loop.time() + NOTED_WITHIN_SECONDS
    while left:
        rows = await contacts_of_ids(ground.db, [*left])
        if len(rows) < len(left):
            log.warning("receipts of no messages of ours", receipts=len(left) - len(rows))
        early = [row for row in rows if row.status == "attempted" and loop.time() < until]
        await append(ground, [_noted(ground, row, left[row.contact_id]) for row in rows if row not in early])
        left = {row.contact_id: left[row.contact_id] for row in early}
        if left:
            await asyncio.sleep(LOOK_SECONDS)


def _noted(ground: Ground, row: ContactRow, receipt: Receipt) -> Command:
    outcome = NoteOutcome(row.contact_id, "delivered" if receipt.delivered else "undelivered")
    return command(ground, row, "receipt", outcome)


async def _hear(ground: Ground, inbound: Inbound, silence: timedelta) -> None:
    who = await reached_by(ground.db, ground.keys, inbound.sender)
    if who:
        await _note_reply(ground, inbound, str(inbound.id), who, silence)
        return
    several = await all_reached_by(ground.db, ground.keys, inbound.sender)
    if not several:
        log.warning("a reply from a number that nobody has")
    elif is_stop(inbound.text):
        for who in several:  # a command's id is one stream's alone
            await _note_reply(ground, inbound, f"{inbound.id}\n{who.customer_id}", who, silence)
    else:
        log.warning("a reply from a number that several customers have", customers=len(several))


async def _note_reply(ground: Ground, inbound: Inbound, id_: str, who: Reached, silence: timedelta) -> None:
    """What cannot be noted is lost, and ends nothing else: the centre does not tell it again."""
    writer = await writer_at(ground.db, who.customer_id, who.point_ids)
    reply = Reply(who.customer_id, writer, "sms", id_, inbound.text, inbound.text)
    try:
        outcome = await note_reply(ground, reply, silence)
    except Refused as no:
        log.warning("a reply that is not noted", reason=no.code)
    except CommandFailed as bug:
        log.error("a reply met a bug of ours", message=str(inbound.id), **failure(bug))
    else:
        if not isinstance(outcome, Done):
            log.error("a reply that is not noted", message=str(inbound.id), reason=type(outcome).__name__)
