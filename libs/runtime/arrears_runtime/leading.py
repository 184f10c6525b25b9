"""Leading, as work that ends only by an error: the lead lost, or the Kafka client cancelled under us."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class LeadLost(RuntimeError):
    """This instance does not lead any more."""


async def not_cancelled(work: Coroutine[Any, Any, None]) -> None:
    """Work that ends only by an error, or because it is told to.

    aiokafka lets a CancelledError out when its connection goes at the wrong moment; a task group takes that for an end
    that was wished for, and nobody would hear that the relay, or the follower, is gone.
    """
    try:
        await work
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task and task.cancelling():
            raise
        raise LeadLost("the Kafka client was cancelled under us") from None
