"""A service as a process: HTTP and the harness side by side, until it is told to stop."""

import asyncio
import gc
from collections.abc import Mapping, Sequence

import uvloop

from arrears_runtime.database import Database
from arrears_runtime.http.application import application
from arrears_runtime.http.logs import log_to_stdout
from arrears_runtime.http.routing import Router
from arrears_runtime.http.server import server
from arrears_runtime.instance import Instance
from arrears_runtime.service import Service
from arrears_runtime.settings import RuntimeSettings


def run(
    service: Service, settings: RuntimeSettings, *, routers: Sequence[Router], refusals: Mapping[str, int] | None = None
) -> None:
    """`refusals`: the HTTP status of each refusal code that is not 422."""
    uvloop.run(serve(service, settings, routers=routers, refusals=refusals or {}))


async def serve(
    service: Service, settings: RuntimeSettings, *, routers: Sequence[Router], refusals: Mapping[str, int]
) -> None:
    log_to_stdout(f"{service.name}-service")
    gc.set_threshold(50_000, 20, 100)  # a batch makes many objects and no cycles
    db = await Database.open(settings.database_url.get_secret_value(), size=settings.database_connections)
    instance = Instance(service, db, settings)
    made = application(title=instance.name, routers=routers, service=instance, settings=settings, refusals=refusals)
    leading = asyncio.create_task(instance.run())
    serving = asyncio.create_task(server(made, settings).serve())
    await asyncio.wait({leading, serving}, return_when=asyncio.FIRST_COMPLETED)
    for task in (leading, serving):
        task.cancel()
    await asyncio.gather(leading, serving, return_exceptions=True)
    await db.close()
    if not leading.cancelled() and (error := leading.exception()):
        raise error
