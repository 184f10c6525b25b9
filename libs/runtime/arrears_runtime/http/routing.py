"""Routes: each says its permission. FastAPI reads the signature and writes the document; the request is taken apart
here, since strict JSON needs the bytes, and the order of checks (who, may they, is it well formed) one place."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from arrears_runtime.http.asked import Asked, query_of
from arrears_runtime.http.callers import CallerRequest
from arrears_runtime.http.commands import CommandRequest
from arrears_runtime.http.openapi import described, responses_of
from arrears_runtime.http.problems import Problem
from arrears_runtime.http.strict_json import canonical, read_body

_JSON = re.compile(r'application/json(?:\s*;\s*charset="?utf-8"?)?', re.IGNORECASE)
Endpoint = TypeVar("Endpoint", bound=Callable[..., Awaitable[Any]])
OPEN = frozenset({"/health/live", "/health/ready", "/metrics", "/openapi.json", "/docs"})


class Route(APIRoute):
    """One operation, for callers with `permission`."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Awaitable[Any]],
        *,
        method: str,
        permission: str,
        status_code: int,
        tag: str,
        if_match: bool,
        body_bytes: int | None = None,
    ) -> None:
        self.permission = permission
        self._body_bytes = body_bytes
        self.asked = Asked.of(endpoint, path)
        self.if_match = if_match
        self._takes_body = method != "GET"
        assert not if_match or issubclass(self.asked.request, CommandRequest), "If-Match goes with a command"
        assert not self._takes_body or issubclass(self.asked.request, CommandRequest), f"{method} {path} is a command"
        super().__init__(
            path,
            endpoint,
            methods=[method],
            status_code=status_code,
            tags=[tag],
            operation_id=endpoint.__name__,
            responses=responses_of(self.asked, if_match=if_match),
            openapi_extra=described(self.asked, permission, if_match=if_match),
        )
        self._answer = TypeAdapter[Any](self.response_model) if self.response_model else None
        self.app = self._serve

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = self.asked.request(scope, receive, send)
        await self._admit(request)
        request.query = query_of(scope)
        request.answer_headers = {}
        request.prepare(if_match=self.if_match)
        arguments = self.asked.arguments(request)
        if self._takes_body:
            await self._read(request, arguments)
        answer = self._rendered(await self.endpoint(**arguments), request)
        await answer(scope, receive, send)

    async def _admit(self, request: CallerRequest) -> None:
        request.caller = await request.app.state.tokens.caller(request.once(b"authorization"))
        request.trace.role = request.caller.role
        if self.permission not in request.caller.permissions:
            raise Problem("forbidden", facts={"permission": self.permission})

    async def _read(self, request: CallerRequest, arguments: dict[str, Any]) -> None:
        if self.asked.body and not _JSON.fullmatch(request.once(b"content-type") or ""):
            raise Problem("content-type")
        if request.once(b"content-encoding"):
            raise Problem("content-type")
        settings = request.settings
        most = self._body_bytes or settings.max_body_bytes
        body = await read_body(request, most, settings.body_arrives_within.total_seconds())
        if self.asked.body:
            request.content = canonical(body)
            asks = arguments[self.asked.body_as] = self.asked.from_body(body)
            request.sealed = any(getattr(asks, name) is not None for name in self.asked.sealed)
        elif body:
            raise Problem("body-unexpected")

    def _rendered(self, answer: Any, request: CallerRequest) -> Response:
        if isinstance(answer, Response):
            return answer
        assert self._answer is not None, f"{self.name} says in its annotation what it answers"
        content = self._answer.dump_json(answer)
        return Response(content, self.status_code or 200, request.answer_headers, "application/json")


class Router:
    """The routes of one resource. `tag` groups them in the document."""

    def __init__(self, *, tag: str, prefix: str = "") -> None:
        self.routes: list[Route] = []
        self._tag = tag
        self._prefix = prefix

    def get(self, path: str, *, permission: str) -> Callable[[Endpoint], Endpoint]:
        return self._route("GET", path, permission, 200, if_match=False)

    def post(
        self,
        path: str,
        *,
        permission: str,
        status_code: int = 200,
        if_match: bool = False,
        body_bytes: int | None = None,
    ) -> Callable[[Endpoint], Endpoint]:
        """`body_bytes`: the most of its body, where that is not the settings' max_body_bytes."""
        return self._route("POST", path, permission, status_code, if_match=if_match, body_bytes=body_bytes)

    def _route(
        self,
        method: str,
        path: str,
        permission: str,
        status_code: int,
        *,
        if_match: bool,
        body_bytes: int | None = None,
    ) -> Callable[[Endpoint], Endpoint]:
        def add(endpoint: Endpoint) -> Endpoint:
            route = Route(
                self._prefix + path,
                endpoint,
                method=method,
                permission=permission,
                status_code=status_code,
                tag=self._tag,
                if_match=if_match,
                body_bytes=body_bytes,
            )
            self.routes.append(route)
            return endpoint

        return add


def without_permission(routes: list[BaseRoute], hooks: frozenset[str] = frozenset()) -> list[str]:
    """Paths that anybody could call, though they are not of those meant for anybody, nor hooks of partners."""
    paths = [getattr(route, "path", type(route).__name__) for route in routes if not getattr(route, "permission", "")]
    return sorted(set(paths) - OPEN - hooks)
