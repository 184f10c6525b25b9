"""The assembly: routers, a service and settings become one ASGI application."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial

from arrears_events.refused import Refused
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from arrears_runtime.database import UNAVAILABLE
from arrears_runtime.http.dead_letters import router as dead_letters
from arrears_runtime.http.docs_page import docs
from arrears_runtime.http.health import live, ready
from arrears_runtime.http.metrics import Metrics, metrics
from arrears_runtime.http.observation import Observed
from arrears_runtime.http.openapi import document
from arrears_runtime.http.problems import Problem, answer, problem_of_status, refusal
from arrears_runtime.http.routing import Router, without_permission
from arrears_runtime.http.service import NotReady, Service
from arrears_runtime.http.settings import HttpSettings
from arrears_runtime.http.tokens import Tokens


def application(
    *, title: str, routers: Sequence[Router], service: Service, settings: HttpSettings, refusals: Mapping[str, int]
) -> FastAPI:
    """`refusals`: the status of each refusal code that is not 422."""
    made = FastAPI(
        title=title,
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,  # a redirect says the caller's path again
        telemetry={"logs": False},  # they would hold exceptions' messages
        lifespan=_start,
        exception_handlers={Problem: _problem, Refused: _refused, HTTPException: _http_exception, **_AWAY},
    )
    made.state.service = service
    made.state.settings = settings
    made.state.refusals = refusals
    made.state.tokens = Tokens(settings)
    made.state.metrics = Metrics()
    made.openapi = partial(document, made)
    made.add_middleware(Observed, metrics=made.state.metrics)
    for router in (*routers, dead_letters):
        made.router.routes.extend(router.routes)
    _open_routes(made)
    return made


def _open_routes(made: FastAPI) -> None:
    made.add_route("/health/live", live)
    made.add_route("/health/ready", ready)
    made.add_route("/metrics", metrics)
    made.add_route("/openapi.json", _openapi)
    made.add_route("/docs", docs)


@asynccontextmanager
async def _start(made: FastAPI) -> AsyncGenerator[None]:
    anybodys = without_permission(made.routes)
    if anybodys:
        raise RuntimeError(f"routes without a declared permission: {', '.join(anybodys)}")
    await made.state.tokens.fetch()
    yield


async def _openapi(request: Request) -> Response:
    return JSONResponse(request.app.openapi())


async def _problem(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return answer(problem)


async def _refused(request: Request, refused: Exception) -> Response:
    assert isinstance(refused, Refused)
    return answer(refusal(refused.code, refused.facts, request.app.state.refusals))


async def _not_ready(_: Request, __: Exception) -> Response:
    return answer(Problem("not-ready", headers={"Retry-After": "1"}))


_AWAY = dict.fromkeys((NotReady, *UNAVAILABLE), _not_ready)


async def _http_exception(_: Request, error: Exception) -> Response:
    """Raised by the framework; its text may hold what was sent."""
    assert isinstance(error, HTTPException)
    return answer(problem_of_status(error.status_code, error.headers))
