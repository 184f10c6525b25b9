"""Work that leads ends by an error, never in silence."""

import asyncio
from contextlib import suppress

import pytest
from arrears_events.log.reader import TopicMissing
from arrears_runtime import schema
from arrears_runtime.database import Database
from arrears_runtime.leading import REFUSALS, LeadLost, not_cancelled
from arrears_runtime.policies import PolicyMissing
from arrears_runtime.relay import Relay, relay_writer

from .tally import SERVICE


async def cancelled_under_us() -> None:
    raise asyncio.CancelledError


async def a_group_that_failed_then_cancelled_under_us() -> None:
    """On Python 3.11 a task whose group failed counts as being cancelled for ever."""
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())
    finally:
        await cancelled_under_us()


async def fail() -> None:
    raise OSError("gone")


@pytest.mark.parametrize("work", [cancelled_under_us, a_group_that_failed_then_cancelled_under_us])
async def test_a_cancellation_that_nobody_asked_for_is_the_loss_of_the_lead(work):
    with pytest.raises(LeadLost):
        await not_cancelled(work())


async def test_an_error_is_the_works_own():
    with pytest.raises(OSError, match="gone"):
        await not_cancelled(fail())


async def test_told_to_stop_it_stops_the_work_and_waits_for_its_end():
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.set()

    leading = asyncio.create_task(not_cancelled(work()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    leading.cancel()
    await asyncio.wait({leading})
    assert leading.cancelled()
    assert ended.is_set()


async def test_work_that_takes_the_word_for_its_own_is_told_again(monkeypatch):
    monkeypatch.setattr("arrears_runtime.leading.TOLD_AGAIN_SECONDS", 0.01)

    async def work() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    leading = asyncio.create_task(not_cancelled(work()))
    await asyncio.sleep(0.01)
    leading.cancel()
    await asyncio.wait({leading}, timeout=5)
    assert leading.cancelled()


async def test_the_relay_that_is_woken_as_it_is_told_to_stop_stops(database, kafka):
    db = await Database.open(database())
    await schema.create(db, SERVICE.metadatas, SERVICE.fingerprint)
    relay = Relay(db, kafka.prefix)
    async with relay_writer(kafka.bootstrap) as writer:
        running = asyncio.create_task(relay.run(writer))
        await asyncio.sleep(0.2)
        relay.woken()
        await asyncio.sleep(0)  # its wait is over, and it has not heard of that
        running.cancel()
        await asyncio.wait({running}, timeout=5)
    assert running.cancelled()
    await db.close()


def test_a_topic_or_policy_that_is_missing_is_for_a_person_to_mend_and_a_missing_key_is_a_bug():
    assert issubclass(TopicMissing, REFUSALS)
    assert issubclass(PolicyMissing, REFUSALS)
    assert not issubclass(KeyError, REFUSALS)
