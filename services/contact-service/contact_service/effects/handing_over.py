"""A contact that was attempted is handed to its provider: by the process that wrote the attempt, and within a limit.

A leader that is frozen does not know that another leads by now. So what it attempted it hands over within LIMIT,
counted from before the attempt was written, on a clock that goes on while it is frozen; and the next leader settles
nothing before that time and a third of it are over. What is left is a process that is frozen between its last look at
the clock and the system call that follows: what it hands over when it wakes is still the contact's only message.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from contact_service.domain.contacts import NoteOutcome, NoteSent
from contact_service.effects.messages import Words
from contact_service.effects.providers import Provider, Recipient
from contact_service.gateways.errors import NotTaken, Rejected, TooLate, Unknown

LIMIT: Final = timedelta(seconds=15)
"""Enough for the tries below, and for 200 messages with a provider that takes its time over each."""
PAUSES_SECONDS = (1.0, 3.0, 5.0)
"""Between tries of handing over to a provider that is away: one that was killed is back, and bound, within these."""
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Where there is one, that which counts the sleep of the whole machine too."""


@dataclass(frozen=True)
class Deadline:
    """The moment, on this machine's clock, after which this process hands nothing over any more."""

    at_seconds: float

    @classmethod
    def after(cls, limit: timedelta) -> "Deadline":
        return cls(time.clock_gettime(_CLOCK) + limit.total_seconds())

    def keep(self) -> None:
        if time.clock_gettime(_CLOCK) >= self.at_seconds:
            raise TooLate


async def hand_over(
    provider: Provider, contact_id: UUID, to: Recipient, words: Words | None, deadline: Deadline
) -> NoteSent | NoteOutcome | None:
    """What came of it. None where the outcome comes later, as of a call."""
    try:
        reference = await _insist(provider, contact_id, to, words, deadline)
    except Rejected as no:
        return NoteOutcome(contact_id, no.reason)
    except NotTaken:
        return NoteOutcome(contact_id, "undelivered")
    except Unknown:
        return await asked(provider, contact_id)
    return NoteSent(contact_id, reference) if reference else None


async def asked(provider: Provider, contact_id: UUID) -> NoteSent | NoteOutcome | None:
    """What the provider says of a contact that may have been handed to it. None: it has it, and tells the outcome."""
    match await provider.has(contact_id):
        case True:
            return provider.taken(contact_id)
        case False:
            return NoteOutcome(contact_id, "undelivered")
        case None:
            return NoteOutcome(contact_id, "unknown")


async def _insist(provider: Provider, contact_id: UUID, to: Recipient, words: Words | None, deadline: Deadline) -> str:
    """The provider's reference. Raises Rejected; NotTaken or Unknown after some tries.

    Once one try is Unknown, only an answer makes it sure: that a later one was not taken says nothing of the first.
    """
    rendered = words.rendered if words else None
    failure: type[NotTaken | Unknown] = NotTaken
    for pause in (*PAUSES_SECONDS, None):
        try:
            return await provider.send(contact_id, to, rendered, deadline.keep)
        except TooLate:
            break
        except NotTaken:
            pass
        except Unknown:
            failure = Unknown
            if not provider.takes_once:
                break
        if pause is not None:
            await asyncio.sleep(pause)
    raise failure
