"""The OpenAPI document: what FastAPI reads off the signatures, with what the kit adds to every operation."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from arrears_runtime.http.asked import Asked
from arrears_runtime.http.commands import CommandRequest

_PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457. `type` is stable; further members are the facts that decided.",
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "pattern": "^urn:arrears:problem:[a-z0-9-]+$"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "code", "title"],
                "properties": {name: {"type": "string"} for name in ("where", "code", "title")},
            },
        },
    },
    "additionalProperties": True,
    "examples": [
        {
            "type": "urn:arrears:problem:query-invalid",
            "title": "A query parameter is unknown, repeated or malformed",
            "status": 400,
        },
    ],
}
_BEARER = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "The same caller and key are the same command: a repeated request has the answer of the first",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128},
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag that the resource was read with",
    "schema": {"type": "string", "pattern": '^"[0-9]+"$'},
}


def responses_of(asked: Asked, *, if_match: bool) -> dict[int | str, dict[str, Any]]:
    """Which problems an operation can answer."""
    statuses = {400, 401, 403, 422, 503}
    statuses |= {404} if asked.path.names else set()
    statuses |= {409} if issubclass(asked.request, CommandRequest) else set()
    statuses |= {413, 415} if asked.body else set()
    statuses |= {412, 428} if if_match else set()
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"content": content} for status in sorted(statuses)}


def described(asked: Asked, permission: str, *, if_match: bool) -> dict[str, Any]:
    """What stands in an operation beside what its signature says."""
    parameters = [
        {"name": name, "in": "query", "required": False, "schema": schema}
        for name, schema in asked.request.own_query.items()
    ]
    parameters += [_IDEMPOTENCY_KEY] if issubclass(asked.request, CommandRequest) else []
    parameters += [_IF_MATCH] if if_match else []
    extra: dict[str, Any] = {"security": [{"bearer": []}], "x-permission": permission}
    return {**extra, "parameters": parameters} if parameters else extra


def document(application: FastAPI) -> dict[str, Any]:
    """The same for the same code: it is committed, and compared."""
    if not application.openapi_schema:
        found = get_openapi(title=application.title, version=application.version, routes=application.routes)
        components = found.setdefault("components", {})
        components["securitySchemes"] = {"bearer": _BEARER}
        components["schemas"] = dict(sorted({**components.get("schemas", {}), "Problem": _PROBLEM}.items()))
        application.openapi_schema = found
    return application.openapi_schema
