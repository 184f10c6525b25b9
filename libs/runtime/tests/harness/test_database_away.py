"""PostgreSQL goes away in the ways it has: the service says so, waits, and goes on when it is back."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from arrears_runtime.database import UNAVAILABLE
from arrears_runtime.decider import Done
from arrears_runtime.http.service import NotReady

from .watched import eventually

GOODBYE = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to unexpected postmaster exit\0\0"


@dataclass
class Between:
    """Stands between a service and PostgreSQL."""

    url: str = ""
    away: bool = False
    open: list[tuple[asyncio.Task[None], asyncio.StreamWriter]] = field(default_factory=list[Any])

    async def say_goodbye(self) -> None:
        """What a backend says when it ends, to whoever is connected. It was heard on return, before the close."""
        for passing, writer in self.open:
            passing.cancel()
            writer.write(b"E" + struct.pack(">i", 4 + len(GOODBYE)) + GOODBYE)
            asyncio.get_running_loop().call_later(0.5, writer.close)
        self.open.clear()
        await asyncio.sleep(0.1)


@asynccontextmanager
async def between(url: str) -> AsyncIterator[Between]:
    place, made = urlsplit(url), Between()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if made.away:
            writer.close()
            return
        from_postgres, to_postgres = await asyncio.open_connection(place.hostname, place.port)
        made.open.append((asyncio.create_task(pass_on(from_postgres, writer)), writer))
        await pass_on(reader, to_postgres)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    made.url = url.replace(f":{place.port}/", f":{server.sockets[0].getsockname()[1]}/")
    yield made
    server.close()


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while said := await reader.read(64 * 1024):
        writer.write(said)
    writer.close()


async def test_the_last_word_of_a_dying_server_on_an_idle_connection_ends_no_process(running, database):
    """asyncpg takes it for a fault of its own, and raises that at the connection's next use."""
    async with between(database()) as postgres, running(postgres.url) as service:
        await service.count("C-1", key="k1")
        await service.settled()
        await postgres.say_goodbye()
        with pytest.raises(UNAVAILABLE):
            await service.count("C-1", key="k2")
        await eventually(lambda: counts(service, "k3"))
        await service.settled()
        assert not service.leading.done()


async def test_a_service_that_is_started_before_its_database_waits_for_it(running, database):
    async with between(database()) as postgres:
        postgres.away = True
        async with running(postgres.url, ready=False) as service:
            await eventually(lambda: says_why(service))
            postgres.away = False
            await eventually(lambda: counts(service, "k1"))
            await service.settled()


async def says_why(service) -> bool:
    return service.instance.problem not in ("", "starting")


async def counts(service, key) -> bool:
    try:
        return isinstance(await service.count("C-1", key=key), Done)
    except (*UNAVAILABLE, NotReady):
        return False
