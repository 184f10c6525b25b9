"""The HTTP door of a part of ours: a secret as bearer, strict JSON, and one open page that says the part is ready."""

from collections.abc import Sequence
from hmac import compare_digest
from typing import TypeVar

import uvicorn
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from arrears_local.python_part import READY


class Asked(BaseModel):
    """A body that somebody sends: every field in its type, and no other."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", populate_by_name=True)


AskedT = TypeVar("AskedT", bound=Asked)


def app(routes: Sequence[BaseRoute], secret: str) -> Starlette:
    return Starlette(routes=[Route(READY, _ready), *routes], middleware=[Middleware(_Doorkeeper, secret=secret)])


async def serve(app: Starlette, port: int) -> None:
    """Until it is stopped."""
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)
    await uvicorn.Server(config).serve()


async def asked(request: Request, kind: type[AskedT]) -> AskedT:
    try:
        return kind.model_validate_json(await request.body())
    except ValidationError as wrong:
        at = ", ".join(".".join(str(step) for step in error["loc"]) or "body" for error in wrong.errors())
        raise HTTPException(422, f"not as it must be: {at}") from None


async def _ready(_: Request) -> JSONResponse:
    return JSONResponse({"ready": True})


class _Doorkeeper:
    def __init__(self, app: ASGIApp, secret: str) -> None:
        self._app, self._bearer = app, f"Bearer {secret}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == READY or self._is_known(scope):
            await self._app(scope, receive, send)
        else:
            await JSONResponse({"detail": "not authorised"}, 401)(scope, receive, send)

    def _is_known(self, scope: Scope) -> bool:
        return compare_digest(dict(scope["headers"]).get(b"authorization", b""), self._bearer)
