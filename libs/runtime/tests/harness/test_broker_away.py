"""The broker says nothing: a lead gives its connections up and begins anew."""

import os
import signal

import pytest
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


async def gave_up(service) -> bool:
    return service.instance.problem.startswith("BrokerSilent")


async def counts(service) -> bool:
    try:
        return isinstance(await service.count("C-1", key="k2"), Done)
    except NotReady:
        return False
