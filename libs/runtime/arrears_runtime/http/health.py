"""Is it alive (the loop turns), and is it ready (it makes progress, or is proven idle)?"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from arrears_runtime.http.logs import failure, log
from arrears_runtime.http.service import Check, Condition
from arrears_runtime.http.tokens import Tokens


@dataclass(frozen=True)
class Readiness:
    """A number that is not known is null: while PostgreSQL is away nobody can say that nothing is unpublished."""

    ready: bool
    lag: int | None
    outbox: int | None
    waiting: int | None
    positions: Mapping[str, list[int]]
    checks: Mapping[str, Check]


_UNKNOWN = Condition(lag={}, outbox=None, positions={}, checks={"condition": Check(False, "could not be asked")})


async def live(_: Request) -> Response:
    return Response(b'{"live":true}', media_type="application/json")


async def ready(request: Request) -> Response:
    """503 when a check fails, or when the service cannot say in time how it is."""
    condition = await condition_of(request) or _UNKNOWN
    checks = {**condition.checks, "issuer": await _issuer(request.app.state.tokens)}
    readiness = Readiness(
        ready=all(check.ok for check in checks.values()),
        lag=sum(condition.lag.values()) if condition.lag else None,
        outbox=condition.outbox,
        waiting=condition.waiting,
        positions=condition.positions,
        checks=checks,
    )
    return Response(to_json(readiness), 200 if readiness.ready else 503, media_type="application/json")


async def condition_of(request: Request) -> Condition | None:
    state = request.app.state
    try:
        async with asyncio.timeout(state.settings.condition_within.total_seconds()):
            return await state.service.condition()
    except Exception as error:  # a probe answers, whatever broke
        log.error("condition not known", **failure(error))
        return None


async def _issuer(tokens: Tokens) -> Check:
    """It is asked again here: where it was away at the start, no caller comes before we are ready."""
    if not tokens.known:
        await tokens.fetch()
    return Check(tokens.known, "" if tokens.known else "no signing key could be fetched")
