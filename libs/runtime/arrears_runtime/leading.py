"""Leading, as work that ends only by an error: the lead lost, or the Kafka client cancelled under us."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import asyncpg
from aiokafka.errors import KafkaError
from arrears_events.log import topics
from arrears_events.log.reader import BrokerSilent, HistoryIncomplete, TopicMissing

from arrears_runtime.database import UNAVAILABLE
from arrears_runtime.keys import MasterKeyWrong
from arrears_runtime.policies import PolicyMissing
from arrears_runtime.positions import Fenced, ReactionsUnknown
from arrears_runtime.unit_of_work import LostRace

TOLD_AGAIN_SECONDS = 10.0
"""Longer than it takes to let go of a client whose broker is away."""


class LeadLost(RuntimeError):
    """This instance does not lead any more."""


PASSING = (*UNAVAILABLE, KafkaError, asyncpg.PostgresError, Fenced, BrokerSilent, LeadLost, LostRace)
"""What ends a lead and may be over at the next try: broker or database away, another leader."""
REFUSALS = (topics.TopicsDiffer, TopicMissing, HistoryIncomplete, ReactionsUnknown, MasterKeyWrong, PolicyMissing)
"""What a person must mend; each says how. It is looked at again until then, and the service is not ready. A KeyError is
a bug of ours, and ends the process."""


async def not_cancelled(work: Coroutine[Any, Any, None]) -> None:
    """Work that ends only by an error, or because it is told to.

    aiokafka lets a CancelledError out when its connection goes at the wrong moment; a task group takes that for an end
    that was wished for, and nobody would hear that the relay, or the follower, is gone. The work is a task of its own,
    since on Python 3.11 a task in which a group failed counts as being cancelled for ever after.

    It is told to end until it does: a client may take a cancellation for its own and go on.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task})
    finally:
        while not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=TOLD_AGAIN_SECONDS)
    if task.cancelled():
        raise LeadLost("the Kafka client was cancelled under us")
    task.result()
