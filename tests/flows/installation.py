"""The three services as processes of their own, on topics and databases that nobody else uses."""

import asyncio
import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from arrears_events.bank.settled import Services
from arrears_events.log.reader import Reader, Record
from arrears_local import infrastructure
from arrears_local.home import Home
from arrears_local.infrastructure import Addresses
from arrears_local.services import providers
from arrears_runtime.settings import RuntimeSettings

from tests.flows import cut_off
from tests.flows.in_force import put_in_force

SERVICES = ("case-service", "contact-service", "plan-service")
READY_SECONDS = 60
MASTER_KEY = "5a" * 32
_PORT = re.compile(r"^(?:.*:)?([0-9]{4,5})(?:/.*)?$")
HISTORY = ("bank.events", "case.events", "contact.events", "plan.events")


@dataclass(frozen=True)
class Installation:
    """`urls`, `databases` and `processes` by service; in the folder `logs` each service has a file.

    With `outside` contact-service speaks to the mail server, the SMS centre and the dialler beside it. With `cut_off`
    each service is in a network of its own, in which there is the log, its database, what it was told of the world
    outside, and no other service; `doors` are the processes that hand through what goes there.
    """

    addresses: Addresses
    prefix: str
    urls: dict[str, str]
    databases: dict[str, str]
    logs: Path
    outside: bool = False
    cut_off: bool = False
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict[str, subprocess.Popen[bytes]])
    doors: list[subprocess.Popen[bytes]] = field(default_factory=list[subprocess.Popen[bytes]])

    @property
    def bootstrap(self) -> str:
        return self.addresses.kafka

    def token(self, role: str = "operator", permissions: Sequence[str] | None = None) -> str:
        return infrastructure.issue_token(self.addresses.home, role=role, permissions=permissions)

    def client(
        self, service: str, role: str = "supervisor", permissions: Sequence[str] | None = None
    ) -> httpx.AsyncClient:
        """`permissions`: exactly these, in place of the role's."""
        token = self.token(role, permissions)
        return httpx.AsyncClient(
            base_url=self.urls[service], headers={"Authorization": f"Bearer {token}"}, timeout=30, trust_env=False
        )

    async def settled(self) -> None:
        async with Services(self.bootstrap, self.prefix, self.urls) as services:
            await services.settled()

    def kill(self, service: str) -> None:
        """As `kill -9`: it is gone on return."""
        self.processes[service].kill()
        self.processes[service].wait()

    async def start(self, service: str) -> None:
        """Ready on return."""
        self.processes[service] = _started(self, service)
        await _all_ready([self.urls[service]])

    @asynccontextmanager
    async def beside(self, service: str) -> AsyncIterator["Installation"]:
        """The same, with another instance of a service in its place, that stands by on the same database."""
        twin = replace(self, urls={**self.urls, service: f"http://127.0.0.1:{_free_port()}"})
        process = _started(twin, service)
        try:
            await _all_ready([twin.urls[service]])
            yield twin
        finally:
            process.kill()
            process.wait()

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
            master_key=MASTER_KEY,  # pyright: ignore[reportArgumentType]
        )


@asynccontextmanager
async def installed(
    addresses: Addresses, prefix: str, database: Callable[[], str], *, outside: bool = False, cut_off: bool = False
) -> AsyncIterator[Installation]:
    """All three ready on entry, and gone on exit."""
    if outside:
        await asyncio.to_thread(infrastructure.up, addresses.home, outside=True)
    databases = {name: database() for name in SERVICES}
    urls = {name: f"http://127.0.0.1:{_free_port()}" for name in SERVICES}
    with TemporaryDirectory() as logs:
        made = Installation(addresses, prefix, urls, databases, Path(logs), outside, cut_off)
        with _processes(made):
            await put_in_force(addresses, urls)
            await _all_ready(urls.values())
            yield made


async def _all_ready(urls: Iterable[str]) -> None:
    async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(READY_SECONDS):
        for url in urls:
            while not await _is_ready(client, url):
                await asyncio.sleep(0.1)


@contextmanager
def _processes(made: Installation) -> Iterator[None]:
    made.processes.update({name: _started(made, name) for name in SERVICES})
    try:
        yield
    finally:
        for process in (*made.processes.values(), *made.doors):
            process.kill()
        for process in (*made.processes.values(), *made.doors):
            process.wait()


def _started(made: Installation, name: str) -> subprocess.Popen[bytes]:
    environment, command = _environment(made, name), _command(name)
    with (made.logs / name).open("ab") as log:
        if made.cut_off:
            wall = made.logs / f"{name}.wall"
            wall.mkdir(exist_ok=True)
            told = wall, sorted(_reaches(environment)), int(environment["ARREARS_PORT"])
            made.doors.append(subprocess.Popen(cut_off.outside(*told), stdout=log, stderr=log))
            command = cut_off.inside(*told, command)
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log)


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
        "ARREARS_MASTER_KEY": MASTER_KEY,
        **(providers(Home(made.addresses.home), made.urls[name]) if made.outside and name == "contact-service" else {}),
    }


def _reaches(environment: Mapping[str, str]) -> set[int]:
    """The ports of all that it is told of, but for its own."""
    told = [value for name, value in environment.items() if name.startswith("ARREARS_")]
    ports = {int(port) for value in told for port in _PORT.findall(value)}
    return ports - {int(environment["ARREARS_PORT"])}


async def _is_ready(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(f"{url}/health/ready")).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
