"""Between an envelope and its canonical bytes: sorted keys, no blanks, UTF-8. The hash is of exactly these bytes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Annotated, Any, Generic, Literal, TypeVar, Union, overload

import orjson
from pydantic import Field, TypeAdapter, ValidationError, create_model

from arrears_events.catalogue.base import Event
from arrears_events.envelope import Envelope, SourceEvent, StreamEvent, utc

V = TypeVar("V", SourceEvent[Any], StreamEvent[Any])


class Undecodable(ValueError):
    """Bytes that are no event of the topic: `reason` is a code, `where` the path of the field that is wrong, or "".

    Nothing of the bytes is in either: of a name that is none of the catalogue's the path has a star.
    """

    def __init__(self, reason: str, where: str = "") -> None:
        super().__init__(f"{reason} {where}".strip())
        self.reason, self.where = reason, where


def canonical(value: object) -> bytes:
    """The one way in which a JSON value is written."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest(value: bytes) -> str:
    """SHA-256 in hex."""
    return sha256(value).hexdigest()


@dataclass(frozen=True)
class Topic(Generic[V]):
    """A topic and its language: the events that may stand on it, and the only bytes that are read."""

    name: str
    events: frozenset[type[Event]]
    _adapter: TypeAdapter[V]

    @property
    def owner(self) -> str:
        return self.name.partition(".")[0]

    @overload
    @staticmethod
    def of(name: str, envelope: type[SourceEvent[Any]], events: Iterable[type[Event]]) -> "Topic[SourceEvent[Any]]": ...

    @overload
    @staticmethod
    def of(name: str, envelope: type[StreamEvent[Any]], events: Iterable[type[Event]]) -> "Topic[StreamEvent[Any]]": ...

    @staticmethod
    def of(name: str, envelope: type[Any], events: Iterable[type[Event]]) -> "Topic[Any]":
        owner, known = name.partition(".")[0], frozenset(events)
        models = tuple(_envelope_of(owner, envelope, event) for event in sorted(known, key=lambda event: event.wire))
        union: Any = models[0] if len(models) == 1 else Annotated[Union[models], Field(discriminator="type")]  # noqa: UP007
        return Topic[Any](name, known, TypeAdapter(union))

    def type_of(self, event: type[Event]) -> str:
        return f"arrears.{self.owner}.{event.wire}"

    def decode(self, value: bytes) -> V:
        """The envelope and its event. Raises Undecodable."""
        try:
            return self._adapter.validate_json(value)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False, include_context=False)[0]
            path = _path(first["loc"])
            raise Undecodable(_reason(first["type"], path), _written(first["type"], path)) from None


def encode(envelope: Envelope) -> bytes:
    """Canonical bytes. Attributes of the envelope that say nothing are left out; the data is written whole."""
    written: dict[str, Any] = {
        name: value for name in _attributes(envelope.__class__) if (value := getattr(envelope, name)) is not None
    }
    written["time"] = utc(envelope.time)
    written["datacontenttype"] = "application/json"
    written["data"] = envelope.data.model_dump(mode="json")
    return canonical(written)


@cache
def _attributes(envelope: type[Envelope]) -> tuple[str, ...]:
    return tuple(name for name in envelope.model_fields if name not in ("time", "data"))


def _envelope_of(owner: str, envelope: Any, event: type[Event]) -> type[Any]:
    wire = f"arrears.{owner}.{event.wire}"
    return create_model(
        event.wire,
        __base__=envelope[event],
        type=(Literal[wire], ...),  # type: ignore[valid-type]
        schemaversion=(Literal[event.version], event.version),  # type: ignore[name-defined]
    )


_FIELD = re.compile(r"[a-z][a-z0-9_]{0,63}|[0-9]{1,9}", re.ASCII)
_WIRE = re.compile(r"arrears\.[a-z]+\.[A-Za-z]+", re.ASCII)


def _path(place: Sequence[int | str]) -> tuple[str, ...]:
    """Without the event's name, with which a topic of several events begins it."""
    path = tuple(map(str, place))
    return path[1:] if path and _WIRE.fullmatch(path[0]) else path


def _written(kind: str, path: tuple[str, ...]) -> str:
    """A field that no event has, or a key, may say anything."""
    known = len(path) - 1 if kind == "extra_forbidden" else len(path)
    return ".".join(part if at < known and _FIELD.fullmatch(part) else "*" for at, part in enumerate(path))


def _reason(kind: str, path: tuple[str, ...]) -> str:
    match kind, path:
        case "union_tag_invalid" | "union_tag_not_found", ():
            return "unknown-type"
        case _, ():
            return "not-json"
        case "literal_error", ("type" | "schemaversion",):
            return "unknown-type"
        case "money-amount" | "money-scale" | "currency-unknown" | "amount-negative", _:
            return "bad-money"
        case _:
            return "bad-data"
