"""What ties a request to what it leads to: its correlation id, its role, its status."""

import re
from dataclasses import dataclass
from uuid import uuid4

from starlette.types import Scope

_CORRELATION = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_LONG_NUMBER = re.compile(rb"[0-9]{13}")  # might be a card's: it would be logged, and stand in events for ever
_PARENT = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")  # W3C Trace Context, version 00


@dataclass(slots=True)
class Trace:
    correlation_id: str
    traceparent: str | None
    role: str = "-"
    status: int = 0

    @classmethod
    def begin(cls, scope: Scope) -> "Trace":
        """With the caller's ids, where they are well formed and harmless."""
        correlation_id, parent = None, None
        for name, value in scope["headers"]:
            if name == b"x-correlation-id" and _CORRELATION.fullmatch(value) and not _LONG_NUMBER.search(value):
                correlation_id = value.decode()
            elif name == b"traceparent" and _PARENT.fullmatch(value):
                parent = value.decode()
        return cls(correlation_id or uuid4().hex, parent)


def trace_of(scope: Scope) -> Trace:
    return scope["arrears.trace"]
