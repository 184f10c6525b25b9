"""Pages by key: the next page begins after the last row's key, which the caller carries as a signed cursor."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import TypeAdapter
from pydantic_core import to_json

from arrears_runtime.http.callers import CallerRequest
from arrears_runtime.http.problems import Problem

R = TypeVar("R")
K = TypeVar("K", bound=tuple[Any, ...])
_LIMIT = re.compile(r"[1-9][0-9]*", re.ASCII)
_SIGNATURE_BYTES = 16  # 128 bits of the HMAC: more than anybody can guess through HTTP
_LIMIT_DIGITS_MAX = 9  # beyond, a number is only ever too large


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """`next` is the cursor of the page after this one; null at the end."""

    items: list[R]
    next: str | None


class ListRequest(CallerRequest):
    """Asks for a page: query `fetch` rows after the key `after(tuple[date, UUID])`, then answer `page(rows, key)`."""

    own_query: ClassVar = {
        "limit": {
            "type": "integer",
            "minimum": 1,
            "description": "Rows of a page; more than the maximum gives the maximum",
        },
        "cursor": {"type": "string", "description": "`next` of the page before, with the same filters"},
    }
    limit: int

    def prepare(self, *, if_match: bool) -> None:  # noqa: ARG002 - a list has no version
        self.limit = self._limit()
        self._after = self._read_cursor()

    @property
    def fetch(self) -> int:
        """One row more than the page: whether there is one says if there is a next page."""
        return self.limit + 1

    def after(self, shape: type[K]) -> K | None:
        """The key that the page before ended with, or None on the first page."""
        return None if self._after is None else _adapter(shape).validate_json(self._after)

    def page(self, rows: Sequence[R], key: Callable[[R], tuple[Any, ...]]) -> Page[R]:
        """`rows` are at most `fetch`, ordered by `key`, which no two rows share."""
        items = list(rows[: self.limit])
        return Page(items, self._cursor(key(items[-1])) if len(rows) > self.limit else None)

    def _limit(self) -> int:
        text = self.query.get("limit")
        if text is None:
            return self.settings.page_size
        if not _LIMIT.fullmatch(text):
            raise Problem("limit-invalid")
        return (
            self.settings.page_size_max
            if len(text) > _LIMIT_DIGITS_MAX
            else min(int(text), self.settings.page_size_max)
        )

    def _cursor(self, key: tuple[Any, ...]) -> str:
        payload = to_json(key)
        return _text(self._signature(payload) + payload)

    def _read_cursor(self) -> bytes | None:
        cursor = self.query.get("cursor")
        if cursor is None:
            return None
        try:
            signed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except ValueError:
            raise Problem("cursor-invalid") from None
        signature, payload = signed[:_SIGNATURE_BYTES], signed[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(payload)) or _text(signed) != cursor:
            raise Problem("cursor-invalid")
        return payload

    def _signature(self, payload: bytes) -> bytes:
        """Over the key, the list and its filters: a cursor is good for nothing else."""
        filters = {name: value for name, value in self.query.items() if name not in self.own_query}
        signed = json.dumps([self.scope["path"], filters], sort_keys=True).encode() + b"\n" + payload
        return hmac.digest(self.settings.cursor_key.get_secret_value().encode(), signed, hashlib.sha256)[
            :_SIGNATURE_BYTES
        ]


def _text(signed: bytes) -> str:
    """One writing: a cursor that was edited where base64 does not look is an edited one."""
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


@lru_cache(maxsize=256)
def _adapter(shape: type[K]) -> TypeAdapter[K]:
    return TypeAdapter(shape)
