"""The three services as processes of their own, on topics and databases that nobody else uses."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import httpx
from arrears_events.bank.settled import Services
from arrears_events.log.reader import Reader, Record
from arrears_local import infrastructure
from arrears_local.infrastructure import Addresses
from arrears_runtime.settings import RuntimeSettings

SERVICES = ("case-service", "contact-service", "plan-service")
READY_SECONDS = 60
HISTORY = ("bank.events", "case.events", "contact.events", "plan.events")


@dataclass(frozen=True)
class Installation:
    """`urls` and `databases` by service."""

    addresses: Addresses
    prefix: str
    urls: dict[str, str]
    databases: dict[str, str]

    @property
    def bootstrap(self) -> str:
        return self.addresses.kafka

    def client(self, service: str, role: str = "supervisor") -> httpx.AsyncClient:
        token = infrastructure.issue_token(self.addresses.home, role=role)
        return httpx.AsyncClient(
            base_url=self.urls[service], headers={"Authorization": f"Bearer {token}"}, timeout=30, trust_env=False
        )

    async def settled(self) -> None:
        async with Services(self.bootstrap, self.prefix, self.urls) as services:
            await services.settled()

    async def records(self, topic: str) -> list[Record]:
        """All of a topic, by partition and offset."""
        async with Reader(self.bootstrap, self.prefix) as reader:
            at = [(topic, partition) for partition in await reader.partitions(topic)]
            starts, ends = await reader.starts(at), await reader.ends(at)
            found = [record async for records in reader.until(starts, ends) for record in records]
        return sorted(found, key=lambda record: (record.partition, record.offset))

    async def ends(self) -> dict[tuple[str, int], int]:
        async with Reader(self.bootstrap, self.prefix) as reader:
            at = [(topic, partition) for topic in HISTORY for partition in await reader.partitions(topic)]
            return await reader.ends(at)

    def settings(self, service: str) -> RuntimeSettings:
        """Those of a running service, for what is asked beside it."""
        return RuntimeSettings(
            kafka_bootstrap=self.bootstrap,
            topic_prefix=self.prefix,
            database_url=self.databases[service],  # pyright: ignore[reportArgumentType]
            issuer=self.addresses.issuer,
            clock="business",
            port=1,
            cursor_key="k" * 32,  # pyright: ignore[reportArgumentType]
        )


@asynccontextmanager
async def installed(addresses: Addresses, prefix: str, database: Callable[[], str]) -> AsyncIterator[Installation]:
    """All three ready on entry, and gone on exit."""
    databases = {name: database() for name in SERVICES}
    urls = {name: f"http://127.0.0.1:{_free_port()}" for name in SERVICES}
    made = Installation(addresses, prefix, urls, databases)
    with _processes(made):
        async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(READY_SECONDS):
            for url in urls.values():
                while not await _is_ready(client, url):
                    await asyncio.sleep(0.1)
        yield made


@contextmanager
def _processes(made: Installation) -> Iterator[None]:
    running = [subprocess.Popen(_command(name), env=_environment(made, name)) for name in SERVICES]
    try:
        yield
    finally:
        for process in running:
            process.kill()
        for process in running:
            process.wait()


def _command(name: str) -> tuple[str, ...]:
    return sys.executable, "-m", f"{name.replace('-', '_')}.main"


def _environment(made: Installation, name: str) -> dict[str, str]:
    return {
        **os.environ,
        "ARREARS_KAFKA_BOOTSTRAP": made.bootstrap,
        "ARREARS_TOPIC_PREFIX": made.prefix,
        "ARREARS_DATABASE_URL": made.databases[name],
        "ARREARS_ISSUER": made.addresses.issuer,
        "ARREARS_PORT": made.urls[name].rpartition(":")[2],
        "ARREARS_CLOCK": "business",
        "ARREARS_CURSOR_KEY": "k" * 32,
    }


async def _is_ready(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(f"{url}/health/ready")).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
