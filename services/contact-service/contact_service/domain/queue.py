"""The queue of replies: what a customer wrote waits until somebody has read it and sets it aside."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from arrears_events.catalogue.contact import ReplySetAside


@dataclass(frozen=True)
class SetReplyAside:
    """`reply_id`: of a MessageReceived of the customer's stream."""

    customer_id: str
    reply_id: UUID


def set_aside(command: SetReplyAside, before: Collection[str]) -> list[ReplySetAside]:
    """`before`: the replies that were. Each is once, by whom and when the envelope says."""
    if str(command.reply_id) in before:
        return []
    return [ReplySetAside(customer_id=command.customer_id, reply_id=command.reply_id)]
