"""What an endpoint asks for, read once off its signature: values of path and query, a body, a kind of request."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NotRequired, get_args
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, with_config
from starlette.types import Scope
from typing_extensions import TypedDict

from arrears_runtime.http.callers import CallerRequest
from arrears_runtime.http.card_numbers import SEALED
from arrears_runtime.http.problems import Problem, invalid
from arrears_runtime.http.strict_json import Body

_WRITTEN = {
    int: re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII),
    date: re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII),
    bool: re.compile(r"true|false"),
}
"""The one writing of a value. Pydantic reads " 1 ", "1_0" and "1.0" too, seconds since 1970 as a date, "on" as true."""
_QUERY_FIELDS_MAX = 32
_NAME = re.compile(r"{(\w+)")
_TYPED_DICT: Any = TypedDict  # its fields are known when an endpoint is read


@dataclass(frozen=True)
class Asked:
    """`request_as` and `body_as` are the names of the arguments."""

    request: type[CallerRequest]
    request_as: str
    body: type[Body] | None
    body_as: str
    path: "Values"
    query: "Values"
    names: frozenset[str]  # of the body's fields: they are ours, so a problem may say them
    sealed: frozenset[str]  # the fields of the body that hold a text which is kept sealed

    @classmethod
    def of(cls, endpoint: Callable[..., Any], path: str) -> "Asked":
        arguments = inspect.signature(endpoint, eval_str=True).parameters
        kinds = {name: argument.annotation for name, argument in arguments.items()}
        requests = {name: kind for name, kind in kinds.items() if _is_a(kind, CallerRequest)}
        bodies = {name: kind for name, kind in kinds.items() if _is_a(kind, BaseModel)}
        in_path = {name: arguments[name] for name in _NAME.findall(path)}
        in_query = {
            name: argument for name, argument in arguments.items() if name not in {*requests, *bodies, *in_path}
        }
        assert len(requests) == 1, f"{endpoint.__name__} asks for one request: a CallerRequest or a kind of it"
        assert len(bodies) < 2, f"{endpoint.__name__} asks for one body at most"
        body = next(iter(bodies.values()), None)
        assert body is None or issubclass(body, Body), f"the body of {endpoint.__name__} is a Body, which is strict"
        schema = body.model_json_schema() if body else {}
        return cls(
            request=next(iter(requests.values())),
            request_as=next(iter(requests)),
            body=body,
            body_as=next(iter(bodies), ""),
            path=Values.of(in_path, "not-found"),
            query=Values.of(in_query, "query-invalid"),
            names=frozenset(_field_names(schema)),
            sealed=frozenset(name for name, each in schema.get("properties", {}).items() if _has_sealed(each)),
        )

    def arguments(self, request: CallerRequest) -> dict[str, Any]:
        own = request.own_query
        asked = {name: value for name, value in request.query.items() if name not in own} if own else request.query
        return {**self._from_path(request.path_params), **self._from_query(asked), self.request_as: request}

    def from_body(self, content: bytes) -> BaseModel:
        assert self.body is not None
        try:
            return self.body.model_validate_json(content)
        except ValidationError as error:
            raise invalid("body-invalid", "body", error.errors(include_url=False), self.names) from None

    def _from_path(self, texts: dict[str, str]) -> dict[str, Any]:
        """What cannot be an id of ours is not there; only a card number is told, so that it is not tried again."""
        try:
            return self.path.read(texts)
        except ValidationError as error:
            told = any(fault["type"] == "card-number" for fault in error.errors(include_url=False))
            raise Problem("card-number" if told else self.path.problem) from None

    def _from_query(self, texts: dict[str, str]) -> dict[str, Any]:
        try:
            return self.query.read(texts)
        except ValidationError as error:
            raise invalid(self.query.problem, "query", error.errors(include_url=False), self.query.names) from None


@dataclass(frozen=True)
class Values:
    """Named texts of a path or query, and the types they are read as."""

    names: frozenset[str]
    problem: str
    required: bool
    written: Mapping[str, re.Pattern[str]]
    adapter: TypeAdapter[dict[str, Any]]

    @classmethod
    def of(cls, arguments: Mapping[str, inspect.Parameter], problem: str) -> "Values":
        """One that has a default may be missing. `problem` is the answer to a bad one."""
        kinds = {name: argument.annotation for name, argument in arguments.items()}
        optional = {name for name, argument in arguments.items() if argument.default is not argument.empty}
        fields = {name: NotRequired[kind] if name in optional else kind for name, kind in kinds.items()}
        shape = with_config(ConfigDict(strict=True, extra="forbid"))(_TYPED_DICT("Values", fields))
        written = {name: form for name, kind in kinds.items() for part in _parts(kind) if (form := _form(part))}
        return cls(frozenset(kinds), problem, bool(kinds.keys() - optional), written, TypeAdapter(shape))

    def read(self, texts: dict[str, str]) -> dict[str, Any]:
        if not texts and not self.required:
            return {}
        if any(not form.fullmatch(texts[name]) for name, form in self.written.items() if name in texts):
            raise Problem(self.problem)
        return self.adapter.validate_strings(texts)


def query_of(scope: Scope) -> dict[str, str]:
    """The query, each parameter once and of whole UTF-8."""
    if not scope["query_string"]:
        return {}
    try:
        text = scope["query_string"].decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_QUERY_FIELDS_MAX)
    except ValueError:
        raise Problem("query-invalid") from None
    found = dict(pairs)
    if len(found) != len(pairs) or "\0" in "".join(found.values()):
        raise Problem("query-invalid")
    return found


def _is_a(kind: Any, of: type) -> bool:
    return isinstance(kind, type) and issubclass(kind, of)


def _form(part: Any) -> re.Pattern[str] | None:
    return _WRITTEN.get(part) if isinstance(part, type) else None


def _parts(kind: Any) -> Iterator[Any]:
    yield kind
    for part in get_args(kind):
        yield from _parts(part)


def _has_sealed(schema: Any) -> bool:
    if isinstance(schema, dict):
        return SEALED in schema or any(map(_has_sealed, schema.values()))  # pyright: ignore[reportUnknownMemberType,reportUnknownArgumentType]
    return isinstance(schema, list) and any(map(_has_sealed, schema))  # pyright: ignore[reportUnknownArgumentType]


def _field_names(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for part in schema:  # pyright: ignore[reportUnknownVariableType]
            yield from _field_names(part)
    elif isinstance(schema, dict):
        yield from schema.get("properties", {})  # pyright: ignore[reportUnknownMemberType]
        for part in schema.values():  # pyright: ignore[reportUnknownVariableType]
            yield from _field_names(part)
