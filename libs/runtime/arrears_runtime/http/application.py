"""The assembly: routers, a service and settings become one ASGI application."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from functools import partial
from typing import Any

from arrears_events.refused import Refused
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from arrears_runtime.database import UNAVAILABLE
from arrears_runtime.http.dead_letters import router as dead_letters
from arrears_runtime.http.docs_page import docs, swagger_ui
from arrears_runtime.http.health import live, ready
from arrears_runtime.http.metrics import Metrics, metrics
from arrears_runtime.http.observation import Observed
from arrears_runtime.http.openapi import document
from arrears_runtime.http.policies import router as policies_router
from arrears_runtime.http.problems import Problem, answer, problem_of_status, refusal
from arrears_runtime.http.routing import Router, without_permission
from arrears_runtime.http.service import NotReady, Service
from arrears_runtime.http.settings import HttpSettings
from arrears_runtime.http.tokens import Tokens
from arrears_runtime.keys import Keys
from arrears_runtime.policies import Policies, PolicyMissing

Hook = Callable[[Request], Awaitable[Response]]


def application(
    *,
    title: str,
    routers: Sequence[Router],
    service: Service,
    settings: HttpSettings,
    refusals: Mapping[str, int],
    policies: Policies | None = None,
    keys: Keys | None = None,
    hooks: Mapping[str, Hook] | None = None,
) -> FastAPI:
    """`refusals`: the status of each refusal code that is not 422; `policies` and `keys` are the instance's.

    `hooks`: path -> where a partner calls back. It has no token, so the hook itself looks at who it is.
    """
    made = FastAPI(
        title=title,
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,  # a redirect says the caller's path again
        telemetry={"logs": False},  # they would hold exceptions' messages
        lifespan=_start,
        exception_handlers=_HANDLERS,
    )
    made.state.service = service
    made.state.settings = settings
    made.state.refusals = refusals
    made.state.policies = policies or Policies(service.name, {}, _no_day)
    made.state.keys = keys
    made.state.tokens = Tokens(settings)
    made.state.metrics = Metrics()
    made.openapi = partial(document, made)
    made.add_middleware(Observed, metrics=made.state.metrics)
    for router in (*routers, dead_letters, policies_router):
        made.router.routes.extend(router.routes)
    _open_routes(made, hooks or {})
    return made


def _open_routes(made: FastAPI, hooks: Mapping[str, Hook]) -> None:
    made.state.hooks = frozenset(hooks)
    for path, hook in hooks.items():
        made.add_route(path, hook, methods=["POST"])
    made.add_route("/health/live", live)
    made.add_route("/health/ready", ready)
    made.add_route("/metrics", metrics)
    made.add_route("/openapi.json", _openapi)
    made.add_route("/docs", docs)
    made.mount("/docs", swagger_ui)


@asynccontextmanager
async def _start(made: FastAPI) -> AsyncGenerator[None]:
    anybodys = without_permission(made.routes, made.state.hooks)
    if anybodys:
        raise RuntimeError(f"routes without a declared permission: {', '.join(anybodys)}")
    await made.state.tokens.fetch()
    yield


def _no_day() -> date:
    raise AssertionError("a service that needs no policy asks for none")


async def _openapi(request: Request) -> Response:
    return JSONResponse(request.app.openapi())


async def _problem(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return answer(problem)


async def _refused(request: Request, refused: Exception) -> Response:
    assert isinstance(refused, Refused)
    return answer(refusal(refused.code, refused.facts, request.app.state.refusals))


async def _policy_missing(_: Request, missing: Exception) -> Response:
    assert isinstance(missing, PolicyMissing)
    facts = {"policy": missing.name, "on": missing.on, "command": missing.command}
    return answer(Problem("policy-missing", facts=facts))


async def _not_ready(_: Request, __: Exception) -> Response:
    return answer(Problem("not-ready", headers={"Retry-After": "1"}))


async def _http_exception(_: Request, error: Exception) -> Response:
    """Raised by the framework; its text may hold what was sent."""
    assert isinstance(error, HTTPException)
    return answer(problem_of_status(error.status_code, error.headers))


_HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]] = {
    Problem: _problem,
    Refused: _refused,
    PolicyMissing: _policy_missing,
    HTTPException: _http_exception,
    **dict.fromkeys((NotReady, *UNAVAILABLE), _not_ready),
}
