"""A service as a process: HTTP and the harness side by side, until it is told to stop."""

import asyncio
import gc
from collections.abc import Mapping, Sequence

import uvloop
from starlette.requests import Request
from starlette.responses import Response

from arrears_runtime.database import Database
from arrears_runtime.effect import NO_EFFECTS, Effect
from arrears_runtime.http.application import Hook, application
from arrears_runtime.http.logs import log_to_stdout
from arrears_runtime.http.problems import Problem
from arrears_runtime.http.routing import Router
from arrears_runtime.http.server import server
from arrears_runtime.instance import Instance
from arrears_runtime.service import Service
from arrears_runtime.settings import RuntimeSettings

ROUND_SECONDS_MAX = 120.0
ROUND = "round:start"
"""The permission of who lets go out what is due."""


def run(
    service: Service,
    settings: RuntimeSettings,
    *,
    routers: Sequence[Router],
    refusals: Mapping[str, int] | None = None,
    effects: Sequence[Effect] = NO_EFFECTS,
    hooks: Mapping[str, Hook] | None = None,
) -> None:
    """`refusals`: the HTTP status of each refusal code that is not 422. `hooks`: path -> where a partner calls back."""
    uvloop.run(serve(service, settings, routers=routers, refusals=refusals or {}, effects=effects, hooks=hooks or {}))


async def serve(
    service: Service,
    settings: RuntimeSettings,
    *,
    routers: Sequence[Router],
    refusals: Mapping[str, int],
    effects: Sequence[Effect],
    hooks: Mapping[str, Hook],
) -> None:
    log_to_stdout(f"{service.name}-service")
    gc.set_threshold(50_000, 20, 100)  # a batch makes many objects and no cycles
    db = await Database.open(settings.database_url.get_secret_value(), size=settings.database_connections)
    instance = Instance(service, db, settings, effects)
    made = application(
        title=instance.name,
        routers=routers,
        service=instance,
        settings=settings,
        refusals=refusals,
        policies=instance.policies,
        keys=instance.keys,
        hooks={**hooks, **({"/rounds": start_round} if settings.clock == "business" else {})},
    )
    leading = asyncio.create_task(instance.run())
    serving = asyncio.create_task(server(made, settings).serve())
    await asyncio.wait({leading, serving}, return_when=asyncio.FIRST_COMPLETED)
    for task in (leading, serving):
        task.cancel()
    await asyncio.gather(leading, serving, return_exceptions=True)
    await db.close()
    if not leading.cancelled() and (error := leading.exception()):
        raise error


async def start_round(request: Request) -> Response:
    """By the business calendar: do now all that is due to go out. In the demo and tests, where the days are played."""
    caller = await request.app.state.tokens.caller(request.headers.get("authorization"))
    if ROUND not in caller.permissions:
        raise Problem("forbidden")
    instance: Instance = request.app.state.service
    await instance.db.pool.execute("SELECT 1")  # without a database there is no round, and it is said at once
    if instance.has_effects:
        async with asyncio.timeout(ROUND_SECONDS_MAX):
            await instance.rounds.ask()
    return Response(status_code=204)
