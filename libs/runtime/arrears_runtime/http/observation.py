"""What is seen of a request from outside: its correlation id, one line in the log, one measurement; no exception."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from arrears_runtime.http.logs import failure, log
from arrears_runtime.http.metrics import Metrics
from arrears_runtime.http.problems import Problem, answer
from arrears_runtime.http.trace import Trace

_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}
_PROBES = frozenset({"/health/live", "/health/ready", "/metrics"})
"""Asked every few seconds by machines: counted, and not told one by one."""
_KEPT_OUT = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]  # of caches, of browsers' guesses


class Observed:
    """The outermost layer of ours. Pure ASGI: Starlette's BaseHTTPMiddleware costs a task for each request."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace = scope["arrears.trace"] = Trace.begin(scope)
        headers = [(b"x-correlation-id", trace.correlation_id.encode()), *_KEPT_OUT]

        async def send_seen(message: Message) -> None:
            if message["type"] == "http.response.start":
                trace.status = message["status"]
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        started = time.perf_counter()
        try:
            await self._app(scope, receive, send_seen)
        except Exception as error:  # the last place that can keep its text from the log
            log.error("request failed", correlation_id=trace.correlation_id, route=_route(scope), **failure(error))
            if trace.status:
                raise RuntimeError("an answer broke off") from None
            problem = Problem("internal-error", facts={"correlation_id": trace.correlation_id})
            await answer(problem)(scope, receive, send_seen)
        finally:
            self._record(scope, trace, time.perf_counter() - started)

    def _record(self, scope: Scope, trace: Trace, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = _route(scope)
        self._metrics.observe(method, route, trace.status, seconds)
        if scope["path"] in _PROBES:
            return
        log.info(
            "request",
            method=method,
            route=route,
            status=trace.status,
            milliseconds=round(seconds * 1000, 2),
            correlation_id=trace.correlation_id,
            role=trace.role,
        )


def _route(scope: Scope) -> str:
    """The template, never the path: a path holds ids, and a label of them would grow without end."""
    return getattr(scope.get("route"), "path_format", None) or "none"
