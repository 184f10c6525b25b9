"""A JSON Schema for each event of each topic and for the two envelopes, for readers and writers in any language."""

import inspect
import json
from collections.abc import Iterator
from typing import Any

from arrears_events.catalogue.bank import BANK
from arrears_events.catalogue.base import Event
from arrears_events.catalogue.case import CASE, CASE_SETTINGS
from arrears_events.catalogue.contact import CONTACT, CONTACT_SETTINGS
from arrears_events.catalogue.persons import BANK_CUSTOMERS
from arrears_events.catalogue.plan import PLAN, PLAN_SETTINGS
from arrears_events.codec import Topic
from arrears_events.envelope import SourceEvent, StreamEvent
from arrears_events.money import Money
from pydantic import TypeAdapter

TOPICS: tuple[Topic[Any], ...] = (
    BANK,
    BANK_CUSTOMERS,
    CASE,
    CONTACT,
    PLAN,
    CASE_SETTINGS,
    CONTACT_SETTINGS,
    PLAN_SETTINGS,
)
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DEFINITIONS = "#/$defs/"
MONEY = TypeAdapter(Money).json_schema()
"""Written out by pydantic wherever an amount stands; one definition here."""


def documents() -> dict[str, str]:
    """Path below schemas/ -> text."""
    found = {
        f"{topic.name}/{event.wire}.json": of_event(topic, event) for topic in TOPICS for event in events_of(topic)
    }
    found |= {f"envelope/{each.__name__}.json": of_envelope(each) for each in (SourceEvent, StreamEvent)}
    return {path: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for path, schema in found.items()}


def events_of(topic: Topic[Any]) -> list[type[Event]]:
    return sorted(topic.events, key=lambda event: event.wire)


def of_event(topic: Topic[Any], event: type[Event]) -> dict[str, Any]:
    """The whole record: the envelope with this event as its data."""
    wire = topic.type_of(event)
    schema = TypeAdapter(envelope_of(topic)[event]).json_schema()
    schema["title"], schema["description"] = event.wire, f"{topic.name}: {_first_line(event)}"
    schema["properties"]["type"]["const"] = wire
    schema["properties"]["schemaversion"]["const"] = event.version
    return _document(f"{wire}:{event.version}", schema, schema.pop("$defs"))


def of_envelope(envelope: Any) -> dict[str, Any]:
    """With any data."""
    schema = TypeAdapter(envelope[Event]).json_schema()
    del schema["$defs"]
    schema["title"], schema["description"] = envelope.__name__, inspect.getdoc(envelope)
    schema["properties"]["data"] = {"type": "object"}
    return _document(envelope.__name__, schema, {})


def _first_line(event: type[Event]) -> str:
    return (inspect.getdoc(event) or "").partition("\n")[0]


def envelope_of(topic: Topic[Any]) -> Any:
    return SourceEvent if topic.owner == "bank" else StreamEvent


def _document(name: str, schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """With definitions under their own short names: pydantic's are module paths, which may change."""
    short = {long: long.rpartition("__")[2] for long in definitions}
    assert len(set(short.values())) == len(short), f"{name}: two models of one name"
    if any(map(_is_money, _nodes(definitions))):
        definitions = definitions | {"Money": {"title": "Money", "description": inspect.getdoc(Money), **MONEY}}
    short["Money"] = "Money"
    head = {"$schema": DIALECT, "$id": f"urn:arrears:schema:{name}"}
    body = {short[long]: _renamed(each, short) for long, each in sorted(definitions.items())}
    return head | _renamed(schema, short) | ({"$defs": body} if body else {})


def _renamed(node: Any, short: dict[str, str]) -> Any:
    match node:
        case dict() if _is_money(node):
            return {"$ref": _DEFINITIONS + "Money"}
        case {"$ref": str(to)}:
            return {**node, "$ref": _DEFINITIONS + short[to.removeprefix(_DEFINITIONS)]}
        case dict():
            return {name: _renamed(each, short) for name, each in _without_titles(node)}
        case list():
            return [_renamed(each, short) for each in node]
        case _:
            return node


def _is_money(node: Any) -> bool:
    """By whatever title."""
    return isinstance(node, dict) and node | {"title": ""} == MONEY | {"title": ""}


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _nodes(each)


def _without_titles(node: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Field names in title case say nothing; a model's name does."""
    for name, each in node.items():
        if name != "title" or not isinstance(each, str) or node.get("type") == "object":
            yield name, each
