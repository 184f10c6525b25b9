"""Strict JSON: what json and pydantic let pass (a key twice, NaN, a lone surrogate, NUL) is refused before pydantic."""

import asyncio
import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request

from arrears_runtime.http.problems import Problem

_DEPTH_MAX = 20  # deeper than any request of ours; a parser's stack is no place to find out
_DISCARDED_MAX = 1_048_576  # bytes taken in and dropped: a sender that is cut off sees a reset, and not the answer
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(r"[][{}]")
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Body(BaseModel):
    """A request's body: no field but those declared, no value but of its type."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


async def read_body(request: Request, bytes_max: int, seconds_max: float) -> bytes:
    """The whole body, or nothing of one that is larger, however it is framed."""
    try:
        async with asyncio.timeout(seconds_max):
            return await _received(request, bytes_max)
    except TimeoutError:
        raise Problem("request-timeout", headers={"Connection": "close"}) from None


def canonical(body: bytes) -> bytes:
    """The body in one writing, the same for the same JSON. Raises Problem for all that is not strict."""
    if 0 in body:
        raise Problem("json-value")
    try:
        text = body.decode()
        _check_depth(text)
        value = _DECODER.decode(text)
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise Problem("json-malformed") from None
    except ValueError:  # an integer of more digits than Python reads
        raise Problem("json-value") from None
    if _NUL.search(text):
        raise Problem("json-value")
    try:
        return _ENCODER.encode(value).encode()
    except UnicodeEncodeError:  # a lone surrogate has no UTF-8
        raise Problem("json-value") from None


async def _received(request: Request, bytes_max: int) -> bytes:
    declared = int(request.headers.get("content-length", "0"))
    if declared > bytes_max:
        raise _too_large(declared)
    body, size, more = bytearray(), 0, True
    while more:
        message = await request.receive()
        if message["type"] != "http.request":
            raise Problem("body-incomplete")
        chunk, more = message.get("body", b""), message.get("more_body", False)
        size += len(chunk)
        if size <= bytes_max:
            body += chunk
        elif size > _DISCARDED_MAX:
            raise _too_large(size)
    if size > bytes_max:
        raise _too_large(size)
    return bytes(body)


def _too_large(size: int) -> Problem:
    return Problem("body-too-large", headers={"Connection": "close"} if size > _DISCARDED_MAX else None)


def _check_depth(text: str) -> None:
    if text.count("{") + text.count("[") <= _DEPTH_MAX:
        return
    if any(depth > _DEPTH_MAX for depth in _depths(text)):
        raise Problem("json-too-deep")


def _depths(text: str) -> Iterator[int]:
    depth = 0
    for bracket in _BRACKET.finditer(_TEXT.sub("", text)):
        depth += 1 if bracket[0] in "[{" else -1
        yield depth


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Problem("json-duplicate-key")
    return found


def _not_a_number(_: str) -> NoReturn:
    raise Problem("json-value")


def _finite(written: str) -> float:
    number = float(written)
    if math.isinf(number):
        raise Problem("json-value")
    return number


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_not_a_number, parse_float=_finite)
