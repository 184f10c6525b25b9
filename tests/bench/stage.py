"""What every measurement stands on: Kafka, PostgreSQL and issuer of this run alone, and processes beside this one."""

import asyncio
import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from subprocess import PIPE
from typing import Any

import httpx
import psutil
from arrears_local import infrastructure
from arrears_local.infrastructure import Addresses

from tests.flows.in_force import put_in_force

CHECKOUT = Path(__file__).parents[2]
READY_SECONDS_MAX = 60.0
RUN_SECONDS_MAX = 300.0


@dataclass(frozen=True)
class Stage:
    """Each measurement has topics of its own prefix, and databases whose names begin with it."""

    addresses: Addresses

    def new_database(self, name: str) -> str:
        """Its address; what it held is gone."""
        infrastructure.drop_database(self.addresses, name)
        return infrastructure.create_database(self.addresses, name)

    def settings(self, prefix: str, database_url: str, port: int = 1) -> dict[str, str]:
        """Of a service, as its environment."""
        return {
            "ARREARS_KAFKA_BOOTSTRAP": self.addresses.kafka,
            "ARREARS_TOPIC_PREFIX": prefix,
            "ARREARS_DATABASE_URL": database_url,
            "ARREARS_ISSUER": self.addresses.issuer,
            "ARREARS_AUDIENCE": self.addresses.audience,
            "ARREARS_PORT": str(port),
            "ARREARS_CLOCK": "business",
            "ARREARS_CURSOR_KEY": "bench" * 8,
            "ARREARS_MASTER_KEY": "5a" * 32,
        }

    def token(self, role: str) -> str:
        return infrastructure.issue_token(self.addresses.home, role=role)

    async def run(self, module: str, settings: Mapping[str, str], *arguments: str) -> dict[str, Any]:
        """Run a module to its end; its last line is what it found, as JSON."""
        process = await self._start(module, settings, *arguments, stdout=PIPE)
        try:
            async with asyncio.timeout(RUN_SECONDS_MAX):
                said, _ = await process.communicate()
        finally:
            await _end(process)
        assert process.returncode == 0, f"{module} ended with {process.returncode}; see above"
        return json.loads(said.splitlines()[-1])

    @asynccontextmanager
    async def serving(self, module: str, settings: Mapping[str, str], ready_at: str) -> AsyncIterator[psutil.Process]:
        """A module that answers HTTP for as long as this is open; its log is in the run's folder."""
        with (self.addresses.home / f"{module}.log").open("ab") as log:
            process = await self._start(module, settings, stdout=log, stderr=log)
        try:
            if service := _service_in(module):
                await put_in_force(self.addresses, {service: ready_at.removesuffix("/health/ready")})
            await _until_ready(ready_at, process)
            yield psutil.Process(process.pid)
        finally:
            await _end(process)

    async def _start(self, module: str, settings: Mapping[str, str], *arguments: str, **said: Any) -> Any:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("ARREARS_")}
        command = (sys.executable, "-m", module, *arguments)
        return await asyncio.create_subprocess_exec(*command, env=inherited | dict(settings), cwd=CHECKOUT, **said)


@contextmanager
def stage() -> Iterator[Stage]:
    """Started for this run and gone with it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    home = Path(tempfile.mkdtemp(prefix="arrears-bench-"))
    home.chmod(0o755)  # PostgreSQL runs as a user of its own
    try:
        yield Stage(infrastructure.up(home))
    finally:
        infrastructure.down(home)
        rmtree(home, ignore_errors=True)


def _service_in(module: str) -> str | None:
    """One of ours needs its policies before it is ready."""
    package = module.removesuffix(".main")
    return package.replace("_", "-") if package.endswith("_service") else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu_seconds(home: Path) -> dict[str, float]:
    """What `kafka` and `postgres` have used so far; of backends that have ended their parent knows."""
    used = {"kafka": 0.0, "postgres": 0.0}
    for process in psutil.process_iter():
        try:
            folder = Path(process.cwd()).relative_to(home / ".arrears").parts[:1]
            times = process.cpu_times()
        except (psutil.Error, ValueError):
            continue
        if folder and folder[0] in used:
            used[folder[0]] += times.user + times.system + times.children_user + times.children_system
    return used


async def _until_ready(url: str, process: Any) -> None:
    async with httpx.AsyncClient(timeout=2, trust_env=False) as client, asyncio.timeout(READY_SECONDS_MAX):
        while True:
            assert process.returncode is None, f"the process that {url} is asked of has ended"
            try:
                if (await client.get(url)).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.05)


async def _end(process: Any) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            async with asyncio.timeout(15):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
