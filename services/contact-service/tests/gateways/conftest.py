"""The outside for real: mail server, SMS centre and dialler, started once for this folder."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest
from arrears_local import infrastructure, processes, stack
from arrears_local.home import Home
from arrears_local.part import Part

SECONDS_MAX = 20


@pytest.fixture(scope="session")
def outside_home() -> Iterator[Home]:
    with TemporaryDirectory(prefix="arrears-") as folder:
        home = Home(Path(folder).resolve())
        home.prepare()
        try:
            yield home
        finally:
            infrastructure.down(home.root)


@pytest.fixture
def outside(outside_home: Home) -> Home:
    """Everything runs, whatever the test before did."""
    infrastructure.together_up(outside_home, infrastructure.OUTSIDE)
    return outside_home


def away(home: Home, part: Part) -> None:
    stack.kill(home, part)


def back(home: Home, part: Part) -> None:
    infrastructure.together_up(home, [part])


def frozen(home: Home, part: Part) -> None:
    """It takes what is sent to its machine, and neither reads nor answers any of it."""
    found = processes.find(home, part.name)
    assert found is not None, f"{part.name} does not run"
    psutil.Process(found.pid).suspend()


async def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not happened():
        assert time.monotonic() < deadline, "it never came"
        await asyncio.sleep(0.02)
