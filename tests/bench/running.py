"""Services as processes, each with a database of its own."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from arrears_events.bank.settled import Services
from arrears_events.log import topics

from tests.bench.stage import Stage, free_port

SERVICES = ("case", "contact", "plan")


@dataclass(frozen=True)
class Running:
    """`databases` and `ports` by the service's first name; `all_` tells whether they have come to rest."""

    databases: dict[str, str]
    ports: dict[str, int]
    all_: Services


@asynccontextmanager
async def running(stage: Stage, prefix: str, names: Sequence[str] = SERVICES) -> AsyncIterator[Running]:
    """Ready on entry, with topics of this prefix; their databases are named after it."""
    await topics.apply(stage.addresses.kafka, prefix)
    databases = {name: stage.new_database(f"{prefix.removesuffix('.')}_{name}") for name in names}
    ports = {name: free_port() for name in names}
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    async with AsyncExitStack() as up:
        for name in names:
            settings = stage.settings(prefix, databases[name], ports[name])
            await up.enter_async_context(stage.serving(f"{name}_service.main", settings, f"{urls[name]}/health/ready"))
        yield Running(databases, ports, await up.enter_async_context(Services(stage.addresses.kafka, prefix, urls)))
