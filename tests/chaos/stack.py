"""A whole stack of this run alone, its services as processes, and what is asked of it from outside."""

import asyncio
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from shutil import rmtree

from arrears_events.bank.settled import Services
from arrears_local import stack as whole
from arrears_local.addresses import Addresses, addresses_of
from arrears_local.home import Home
from arrears_local.services import SERVICES, health, program
from arrears_local.tokens import issue_token
from arrears_runtime.settings import RuntimeSettings

NAMES = tuple(service.name for service in SERVICES)
TOKEN_MINUTES = 24 * 60
SETTLED_SECONDS_MAX = 600
QUIET = timedelta(seconds=60)
"""How long nothing may move anywhere while some service is not at rest."""


@dataclass
class Stack:
    """`keep`: its folder, with the parts' logs, stays for a person to look at."""

    home: Home
    keep: bool = False

    @property
    def addresses(self) -> Addresses:
        return addresses_of(self.home, NAMES)

    def token(self, subject: str, role: str = "collector") -> str:
        return issue_token(self.home.root, role=role, subject=subject, minutes=TOKEN_MINUTES)

    def settings(self, name: str) -> RuntimeSettings:
        """What the harness of a service of this stack runs with, but for the broker's port, at which all may do all."""
        environment = program(next(service for service in SERVICES if service.name == name), self.home).settings
        told = {key.removeprefix("ARREARS_").lower(): value for key, value in environment.items()}
        harness = {key: value for key, value in told.items() if key in RuntimeSettings.model_fields}
        harness["kafka_bootstrap"] = self.addresses.kafka
        return RuntimeSettings(**harness)  # pyright: ignore[reportArgumentType]

    async def unready(self) -> dict[str, str]:
        """Services that are not ready, and what they say of themselves."""
        said = await asyncio.gather(*(asyncio.to_thread(health, service, self.home) for service in SERVICES))
        return {
            name: str(each.get("checks", "no answer"))
            for name, each in zip(NAMES, said, strict=True)
            if not each.get("ready")
        }

    async def settled(self) -> None:
        """All that is on the log has been read, done, and published."""
        addresses = self.addresses
        async with (
            asyncio.timeout(SETTLED_SECONDS_MAX),
            Services(addresses.kafka, "", addresses.services) as services,
        ):
            await services.settled(QUIET)


@contextmanager
def stack() -> Iterator[Stack]:
    """Started for this run and gone with it, but for its folder where that is to be kept."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    root = Path(tempfile.mkdtemp(prefix="arrears-chaos-"))
    root.chmod(0o755)  # PostgreSQL runs as a user of its own
    started = Stack(Home(root))
    try:
        whole.up(started.home, clock="business")
        yield started
    except Exception:
        started.keep = True
        raise
    finally:
        whole.down(started.home)
        if not started.keep:
            rmtree(root, ignore_errors=True)
