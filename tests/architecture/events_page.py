"""docs/reference/events.md: the catalogue, from the models and their docstrings."""

import ast
import inspect
from typing import Any

from arrears_events import money, sealed
from arrears_events.catalogue import bank, base, case, complaints, contact, heard, instalments, ledger, persons, plan
from arrears_events.catalogue.base import Event
from arrears_events.codec import Topic
from arrears_events.envelope import SourceEvent, StreamEvent
from pydantic import BaseModel

from tests.architecture import markdown, written
from tests.architecture.json_schemas import TOPICS, events_of

MODULES = (sealed, base, ledger, bank, persons, case, complaints, heard, contact, instalments, plan)
HOMES = {bank.BANK: bank, persons.BANK_CUSTOMERS: persons, case.CASE: case, contact.CONTACT: contact, plan.PLAN: plan}
VALUES = (
    *(money.Money, ledger.Parts, bank.ContactPoint, base.ControlTotal, base.PolicyRef, sealed.Sealed),
    *(contact.RuleApplied, contact.Known, contact.AmountShown, contact.Message),
    *(instalments.Share, instalments.PlanTerms, instalments.Instalment, instalments.PlanRule),
)
HIDDEN = frozenset({"M", "BankEvent", "CaseEvent", "ContactEvent", "PlanEvent"})
INTRODUCTION = """\
# Events

A record's value is a CloudEvents 1.0 envelope in structured JSON (`application/cloudevents+json`), written canonically:
keys sorted, no blanks, UTF-8. Its `data` is one of the events below, its `type` is `arrears.<owner>.<event>`, its
`schemaversion` the version. Fields of the envelope that say nothing are left out; `data` is written whole. The same as
JSON Schema: [libs/events/schemas](../../libs/events/schemas)."""


def document() -> str:
    return markdown.page(
        INTRODUCTION, _envelopes(), _overview(), *(_topic(topic) for topic in TOPICS), _values(), _types()
    )


def _envelopes() -> str:
    told = [
        f"**{each.__name__}**: {inspect.getdoc(each)}\n\n{_envelope_fields(each)}"
        for each in (SourceEvent, StreamEvent)
    ]
    return "\n\n".join(("## Envelopes", *told))


def _envelope_fields(envelope: type[BaseModel]) -> str:
    [base_] = [each for each in envelope.__mro__ if each.__name__ == "_CloudEvent"]
    nodes = written.fields(base_) | written.fields(envelope)
    words = {name: _type(ast.unparse(node.annotation)) for name, node in nodes.items()}
    return markdown.table(
        ("field", "type"), [(markdown.code(name), how.replace("null", "absent")) for name, how in words.items()]
    )


def _overview() -> str:
    rows = [
        (markdown.code(topic.name), f"[{event.wire}](#{event.wire.lower()})", str(event.version), _first(event))
        for topic in TOPICS
        for event in events_of(topic)
    ]
    return "## All of them\n\n" + markdown.table(("topic", "event", "version", "meaning"), rows)


def _first(event: type[Event]) -> str:
    """A docstring's first paragraph."""
    return (inspect.getdoc(event) or "").partition("\n\n")[0]


def _topic(topic: Topic[Any]) -> str:
    told = [f"## {topic.name}"]
    if topic in HOMES:
        told.append(inspect.getdoc(HOMES[topic]) or "")
    shared = {event for other in TOPICS if other.name < topic.name for event in other.events}
    told += [_event(topic, event) for event in events_of(topic) if event not in shared]
    if again := sorted(event.wire for event in topic.events & shared):
        told.append("Also " + ", ".join(f"[{wire}](#{wire.lower()})" for wire in again) + ", as above.")
    return "\n\n".join(told)


def _event(topic: Topic[Any], event: type[Event]) -> str:
    control = f" Totalled at a close by `{event.control}`." if event.control else ""
    head = f"### {event.wire}\n\n`{topic.type_of(event)}`, version {event.version}.{control}"
    return f"{head}\n\n{inspect.getdoc(event)}\n\n{_fields(event)}"


def _fields(model: type[BaseModel]) -> str:
    rows = [
        (markdown.code(name), _type(annotation), _default(model, name))
        for name, annotation in written.annotations(model).items()
        if name in model.model_fields
    ]
    return markdown.table(("field", "type", "default"), rows)


def _default(model: type[BaseModel], name: str) -> str:
    field = model.model_fields[name]
    return "" if field.is_required() else _LITERALS.get(str(field.default), markdown.code(str(field.default)))


def _values() -> str:
    told = ["## Values in them"]
    for value in VALUES:
        rows = [(markdown.code(name), _type(annotation)) for name, annotation in written.annotations(value).items()]
        told.append(f"**{value.__name__}**: {inspect.getdoc(value)}\n\n" + markdown.table(("field", "type"), rows))
    return "\n\n".join(told)


def _types() -> str:
    """Those that are named in the catalogue."""
    rows = [
        (markdown.code(name), _type(how), told)
        for module in (money, *MODULES)
        for name, (how, told) in written.aliases(module).items()
        if name[0].isupper() and not name.isupper() and name not in HIDDEN
    ]
    return "## Types\n\n" + markdown.table(("type", "is", "meaning"), sorted(rows))


def _type(annotation: str) -> str:
    return _in_words(ast.parse(annotation, mode="eval").body)


def _in_words(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return _WORDS.get(name, markdown.code(name))
        case ast.Constant(value=None):
            return "null"
        case ast.BinOp(left=left, right=right):
            return f"{_in_words(left)} or {_in_words(right)}"
        case ast.Subscript(value=ast.Name(id="Literal"), slice=options):
            return " or ".join(map(_option, options.elts if isinstance(options, ast.Tuple) else [options]))
        case ast.Subscript(value=ast.Name(id="Annotated"), slice=ast.Tuple(elts=[inner, *limits])):
            return ", ".join([_in_words(inner), *filter(None, map(_limit, limits))])
        case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=[inner, *_])):
            return f"list of {_in_words(inner)}"
        case ast.Subscript(value=ast.Name(id="frozenset"), slice=inner):
            return f"set of {_in_words(inner)}, in order"
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[key, value])):
            return f"object: {_in_words(key)} to {_in_words(value)}"
        case _:
            return _WORDS.get(ast.unparse(node), markdown.code(ast.unparse(node)))


def _option(node: ast.expr) -> str:
    return markdown.code(str(ast.literal_eval(node)))


def _limit(node: ast.expr) -> str:
    """A bound in words; what only checks, writes or hides is explained by the text of its type."""
    if not isinstance(node, ast.Call) or ast.unparse(node.func) not in ("Field", "StringConstraints"):
        return ""
    bounds = [(each.arg or "", each.value) for each in node.keywords if each.arg in _BOUNDS]
    return ", ".join(f"{_BOUNDS[name]} {_bound(value)}" for name, value in bounds)


def _bound(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=int(number)):
            return str(number)
        case ast.Constant(value=value):
            return markdown.code(str(value))
        case ast.Call(func=ast.Name(id="date"), args=parts):
            return "-".join(f"{ast.literal_eval(part):02}" for part in parts)
        case _:
            return markdown.code(ast.unparse(node))


_WORDS = {
    "str": "text",
    "int": "integer",
    "bool": "boolean",
    "UUID": "UUID",
    "date": "date",
    "dt.date": "date",
    "Decimal": "decimal, as text",
    "AwareDatetime": "moment (RFC 3339, UTC, microseconds)",
    "Moment": "moment (RFC 3339, UTC, microseconds)",
    "E": "one of the events below",
}
_LITERALS = {"None": "null", "False": "false", "True": "true", "()": "empty"}
_BOUNDS = {
    "ge": "from",
    "le": "to",
    "min_length": "at least",
    "max_length": "at most",
    "pattern": "as",
    "min_items": "at least",
}
