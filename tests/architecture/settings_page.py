"""docs/reference/settings.md: every setting of every process, from the settings classes themselves."""

import ast
import importlib
import inspect
from collections.abc import Iterator
from datetime import date, timedelta
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import click
from arrears_events.settings import KafkaAccess, Settings
from arrears_runtime.http.settings import HttpSettings
from arrears_runtime.settings import RuntimeSettings
from case_service.settings import CaseSettings
from contact_service.settings import ContactSettings
from plan_service.settings import PlanSettings
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from tests.architecture import markdown, written
from tests.architecture.packages import scripts

READERS: dict[type[BaseSettings], str] = {
    KafkaAccess: "whatever speaks to Kafka",
    Settings: "the commands `arrears bank`, `audit`, `topics`, `dead-letters`",
    RuntimeSettings: "every service; `arrears replay-check`",
    HttpSettings: "every service",
    CaseSettings: "case-service",
    ContactSettings: "contact-service",
    PlanSettings: "plan-service",
}
OTHERS = (
    (
        "ARREARS_HOME",
        "path",
        "the nearest checkout",
        "`arrears stack`, `arrears demo`",
        "the folder of the stack's state",
    ),
    ("XDG_CACHE_HOME", "path", "`~/.cache`", "`arrears stack`", "downloads are kept in its folder `arrears`"),
)
INTRODUCTION = """\
# Settings

Every process is told by its environment, once, when it starts. Names are in capitals and begin with `ARREARS_`; a
setting without a default must be given; a process that lacks one, or cannot read one, names it and ends. A duration is
a number of seconds, or ISO 8601 (`PT10S`, `P2D`). A secret prints as stars. On one machine `arrears stack up` writes
them all."""
_TYPES = {str: "text", int: "number", bool: "true or false", date: "date", timedelta: "duration", Path: "path"}
_SEPARATE = "duration; a bare number is of days"


def document() -> str:
    return markdown.page(INTRODUCTION, *(_section(settings) for settings in READERS), _others(), _tokens())


def names() -> set[str]:
    """Every setting's name."""
    of_classes = {f"ARREARS_{field.upper()}" for settings in READERS for field in written.fields(settings)}
    return of_classes | {name for name, *_ in OTHERS} | {name for name, _, _ in _variables()}


def _section(settings: type[BaseSettings]) -> str:
    title = f"## {settings.__module__}: {settings.__name__}"
    told = (inspect.getdoc(settings) or "") + f"\n\nRead by: {READERS[settings]}."
    rows = [
        (
            markdown.code(f"ARREARS_{name.upper()}"),
            *_of(settings.model_fields[name], _annotation(settings, name)),
            written.comment_of(settings, name),
        )
        for name in written.fields(settings)
    ]
    if not rows:
        return f"{title}\n\n{told}"
    return f"{title}\n\n{told}\n\n" + markdown.table(("setting", "type", "default", "why"), rows)


def _annotation(settings: type[BaseSettings], name: str) -> str:
    return ast.unparse(written.fields(settings)[name].annotation)


def _of(field: FieldInfo, annotation: str) -> tuple[str, str]:
    kind = _SEPARATE if annotation == "Days" else _type(field.annotation) + _bounds(field)
    return kind, "*required*" if field.is_required() else _default(field.default)


def _type(annotation: Any) -> str:
    if get_origin(annotation) in (Union, UnionType):
        return " or ".join(_type(each) for each in get_args(annotation) if each is not type(None))
    if get_origin(annotation) is Literal:
        return " or ".join(map(markdown.code, get_args(annotation)))
    if annotation is SecretStr:
        return "text, secret"
    return _TYPES[annotation]


def _bounds(field: FieldInfo) -> str:
    """Of a number; what bounds a duration stands under its type's name."""
    least, most = ({getattr(each, name) for each in field.metadata if hasattr(each, name)} for name in ("ge", "le"))
    if field.annotation is not int or not least:
        return ""
    return f", {least.pop():,} to {most.pop():,}" if most else f", {least.pop():,} or more"


def _default(value: Any) -> str:
    match value:
        case None:
            return "none"
        case "":
            return "empty"
        case timedelta() if not value.seconds:
            return f"{value.days} days"
        case timedelta():
            return f"{value.total_seconds():g} s"
        case Enum():
            return markdown.code(str(value.value))
        case _:
            return markdown.code(str(value))


def _others() -> str:
    head = ("setting", "type", "default", "read by", "what it is")
    rows = [(markdown.code(name), *rest) for name, *rest in OTHERS]
    return "## Outside the settings classes\n\n" + markdown.table(head, rows)


def _tokens() -> str:
    rows = [(markdown.code(name), markdown.code(f"arrears {command}"), told) for name, command, told in _variables()]
    return "## In place of an option\n\n" + markdown.table(("setting", "command", "what it is"), rows)


def _variables() -> Iterator[tuple[str, str, str]]:
    """Environment variables that a command's option can be given by."""
    for name, place in sorted(scripts().items()):
        module, _, attribute = place.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        for option in command.params:
            if isinstance(option, click.Option) and isinstance(option.envvar, str):
                yield option.envvar, name, option.help or ""
