"""The commands of an effect: each is caused by the contact's last event, so that asked again it is the same."""

from collections.abc import Sequence
from typing import Any

from arrears_events.ids import event_id, reaction_command_id
from arrears_runtime.decider import Command
from arrears_runtime.effect import Ground
from arrears_runtime.reactor import ROLE

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


async def append(ground: Ground, commands: Sequence[Command]) -> None:
    """Many at once, in the order of their streams: two writers of the same streams then wait for each other in turn."""
    if commands:
        await ground.append(sorted(commands, key=lambda each: each.streamid))
