"""The commands of an effect: each is caused by the contact's last event, so that asked again it is the same."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from arrears_events.ids import event_id, reaction_command_id
from arrears_runtime.decider import Command
from arrears_runtime.effect import Ground
from arrears_runtime.http.logs import failure, log
from arrears_runtime.reactor import ROLE
from arrears_runtime.store import CommandFailed

from contact_service.domain.contacts import AttemptContact, DecideContact
from contact_service.views.contacts import ContactRow

ACTOR = "contact"


def command(ground: Ground, row: ContactRow, deed: str, body: Any) -> Command:
    """`deed` tells the commands apart that one event may lead to. What is judged is recorded as of its grounds."""
    judged = isinstance(body, DecideContact | AttemptContact)
    cause = str(event_id(row.streamid, row.version))
    return Command(
        id=reaction_command_id(cause, deed, str(row.contact_id)),
        streamid=row.streamid,
        customer_id=row.customer_id,
        body=body,
        time=body.grounds.now if judged else ground.now(row.customer_id),
        actor=ACTOR,
        actorrole=ROLE,
        causationid=cause,
        correlationid=str(row.contact_id),
    )


async def append(ground: Ground, commands: Sequence[Command]) -> set[UUID]:
    """Many at once. Gives the contacts that met a bug of ours: nothing is written of these, and the others go on."""
    failed: set[UUID] = set()
    left = list(commands)
    while left:
        try:
            await ground.append(left)
            break
        except CommandFailed as bug:
            contact_id = bug.command.body.contact_id
            log.error("a contact met a bug of ours", contact_id=str(contact_id), command=str(bug), **failure(bug))
            failed.add(contact_id)
            left.remove(bug.command)
    return failed
