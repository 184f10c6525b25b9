"""The real stack for every test: started once for a process, each test with topics and databases of its own."""

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from arrears_events.log import topics
from arrears_local import infrastructure
from arrears_local.infrastructure import Addresses

_numbers = itertools.count(1)
REAL_DATA = "default-of-credit-card-clients.csv.gz"
MEMORY = Path("/dev/shm")  # noqa: S108
MEMORY_BYTES_MIN = 8 * 2**30  # several times what a run leaves there


@dataclass(frozen=True)
class Kafka:
    """A broker, and the prefix of the topics of one test."""

    bootstrap: str
    prefix: str


def _place() -> Path | None:
    """In memory where there is room: each test makes and removes a thousand files, which takes a disk longer than it.

    No test pulls the plug: what was written outlives every process that is killed.
    """
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_BYTES_MIN
    return MEMORY if roomy else None


@pytest.fixture(scope="session")
def addresses() -> Iterator[Addresses]:
    """In a folder of its own: pytest's is closed to PostgreSQL's user by the next run that starts beside this one."""
    root = Path(tempfile.mkdtemp(prefix="arrears-", dir=_place()))
    root.chmod(0o755)
    try:
        yield infrastructure.up(root)
    finally:
        infrastructure.down(root)
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The file named or in the folder ARREARS_REAL_DATA, or ../shared/data beside the checkout: for all tests."""
    named = Path(os.environ.get("ARREARS_REAL_DATA") or Path(__file__).parents[1] / "shared" / "data")
    path = named / REAL_DATA if named.is_dir() else named
    if not path.is_file():
        pytest.skip(f"the real data set is not here: {REAL_DATA} of UCI data set 350, named by ARREARS_REAL_DATA")
    return path


@pytest.fixture
async def kafka(addresses: Addresses) -> AsyncIterator[Kafka]:
    """Topics of this test alone."""
    prefix = f"t{next(_numbers)}."
    await topics.apply(addresses.kafka, prefix)
    yield Kafka(addresses.kafka, prefix)
    await topics.remove(addresses.kafka, prefix)


@pytest.fixture
async def database(addresses: Addresses) -> AsyncIterator[Callable[[], str]]:
    """Makes databases of this test alone; each call gives the address of a new one."""
    made: list[str] = []

    def create() -> str:
        made.append(f"t{next(_numbers)}")
        return infrastructure.create_database(addresses, made[-1])

    yield create
    for name in made:
        await asyncio.to_thread(infrastructure.drop_database, addresses, name)
