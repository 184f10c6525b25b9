"""The broker says nothing: a lead gives its connections up and begins anew."""

import asyncio
import os
import signal
from typing import Any

import pytest
from arrears_events.log import reader as log_reader
from arrears_events.log.reader import BrokerSilent, Reader
from arrears_local import processes
from arrears_local.home import Home
from arrears_runtime import condition
from arrears_runtime.decider import Done
from arrears_runtime.http.service import NotReady

from .watched import eventually


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(condition, "SILENT_SECONDS", 1.0)
    monkeypatch.setattr(condition, "ASKING_SECONDS", 0.5)


async def test_a_broker_that_is_silent_for_long_ends_the_lead_and_the_next_one_works(
    running, database, bank, addresses, impatient
):
    async with running(database()) as service:
        await bank.open("C-1")
        await service.settled()
        broker = processes.find(Home(addresses.home), "kafka")
        assert broker
        os.kill(broker.pid, signal.SIGSTOP)
        try:
            await service.count("C-1", key="k1")
            await eventually(lambda: gave_up(service), seconds=30)
        finally:
            os.kill(broker.pid, signal.SIGCONT)
        await eventually(lambda: counts(service), seconds=30)
        await service.settled()


async def test_a_consumer_whose_fetch_is_never_answered_says_so_though_others_are_answered(
    kafka: Any, monkeypatch: pytest.MonkeyPatch
):
    """As one was seen to wait after a kill -9 of the broker."""

    async def never(*_: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(log_reader, "SILENT_SECONDS", 4.0)
    async with Reader(kafka.bootstrap, kafka.prefix) as reader, asyncio.timeout(20):
        await reader.partitions("bank.events")
        reader.read_from({("bank.events", 0): 0})
        for _ in range(30):
            assert not await reader.batch(200, 10), "nothing lies there: an answer all the same"
        with monkeypatch.context() as hung:
            hung.setattr(reader.consumer._client, "send", never)
            with pytest.raises(BrokerSilent):
                await reads_on(reader)


async def reads_on(reader: Reader) -> None:
    while True:
        await reader.batch(200, 10)


async def gave_up(service) -> bool:
    return service.instance.problem.startswith("BrokerSilent")


async def counts(service) -> bool:
    try:
        return isinstance(await service.count("C-1", key="k2"), Done)
    except NotReady:
        return False
