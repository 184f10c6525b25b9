"""Giving up a Kafka client, whatever has become of its connections."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiokafka.errors import KafkaError


async def give_up(stop: Callable[[], Awaitable[None]]) -> None:
    """Stop a client, for better or worse.

    A task of its own may have died of a connection that went away under it (uvloop: RuntimeError "the handler is
    closed"), and `stop` raises what that task died of: it must not take the place of what ended the work.
    """
    with suppress(KafkaError, OSError, RuntimeError):
        await stop()
