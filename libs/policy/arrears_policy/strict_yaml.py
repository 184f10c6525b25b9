"""YAML read strictly: what a text says at first sight, and nothing more.

Text, integer, true, false, null and date (2026-03-31) are all that a plain word can be: `no` and `on` are text.
Anchors, aliases, tags, directives, keys that stand twice and numbers in any other form are faults. Only PyYAML's parser
of events is used, the one in Python: so the same text is the same thing on every machine.
"""

import re
from collections.abc import Iterator
from datetime import date
from itertools import takewhile
from typing import Any, cast

import yaml

from arrears_policy.characters import TURNING, hidden_in
from arrears_policy.errors import Fault, PolicyWrong

BYTES_MAX = 262_144
"""As much as PolicyPublished holds."""
DEPTH_MAX = 12
"""The deepest policy has six levels."""
VALUES_MAX = 20_000
"""PyYAML reads some 12,000 a second, and others wait meanwhile."""
KEY_LENGTH_MAX = 64

_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_NUMBER = re.compile(
    r"[-+]?(0x[0-9a-f_]+|0o[0-7_]+|0b[01_]+|[0-9][0-9_]*(:[0-9]+)+(\.[0-9_]*)?|[0-9][0-9_]*\.?[0-9_]*(e[-+]?[0-9]+)?"
    r"|\.[0-9][0-9_]*(e[-+]?[0-9]+)?|\.inf)|\.nan",
    re.ASCII | re.IGNORECASE,
)
"""All that some YAML takes for a number: 1.5, 1e3, 010, 0x1F, 1_000, +5, 12:30, .inf."""


def read(text: str) -> dict[str, Any]:
    """The mapping that the text is. Raises PolicyWrong with every fault, or the first that hides the others."""
    _check_characters(text)
    reading = _Reading(text)
    try:
        document = reading.document()
    except yaml.YAMLError as wrong:
        raise _wrong(".", "yaml-unreadable", f"{_place(wrong)}this is no YAML") from None
    if reading.faults:
        raise PolicyWrong(tuple(reading.faults))
    if not isinstance(document, dict):
        raise _wrong(".", "no-mapping", "A policy is a mapping: `policy: name`, and so on")
    return cast(dict[str, Any], document)


def path(where: str, step: str | int) -> str:
    """`rows[3].when.amount`."""
    return f"{where}[{step}]" if isinstance(step, int) else f"{where}.{step}".lstrip(".")


def _check_characters(text: str) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise _wrong(".", "no-unicode", "The text has half a character") from None
    if size > BYTES_MAX:
        raise _wrong(".", "too-large", f"A policy has at most {BYTES_MAX} bytes")
    for number, line in enumerate(text.splitlines(), start=1):
        if found := TURNING.intersection(line):
            raise _wrong(
                ".", "hidden-character", f"line {number}: {hidden_in(min(found))} turns the writing's direction"
            )


class _Reading:
    """Events of the parser to values; a fault gives None in the value's place, and reading goes on."""

    def __init__(self, text: str) -> None:
        self._events = cast(Iterator[yaml.Event], yaml.parse(text, yaml.SafeLoader))  # pyright: ignore[reportUnknownMemberType]
        self._values = 0
        self.faults: list[Fault] = []

    def document(self) -> Any:
        start = [next(self._events), next(self._events)][1]
        if not isinstance(start, yaml.DocumentStartEvent):
            return None
        if start.version or start.tags:
            self._fault("", start, "directive", "A policy has no directives")
        value = self._value(next(self._events), "", 0)
        after = [next(self._events), next(self._events)][1]
        if not isinstance(after, yaml.StreamEndEvent):
            self._fault("", after, "documents-many", "One text is one policy")
        return value

    def _value(self, event: yaml.Event, where: str, depth: int) -> Any:
        self._values += 1
        if depth > DEPTH_MAX:
            raise _wrong(where, "too-deep", f"A policy has at most {DEPTH_MAX} levels")
        if self._values > VALUES_MAX:
            raise _wrong(where, "too-large", f"A policy has at most {VALUES_MAX} keys and values")
        if isinstance(event, yaml.AliasEvent):
            return self._fault(where, event, "alias", "Nothing stands for something else: write it out")
        assert isinstance(event, yaml.NodeEvent), "the parser gives a value where one must be"
        if event.anchor:
            self._fault(where, event, "anchor", "Nothing stands for something else: write it out")
        if getattr(event, "tag", None):
            self._fault(where, event, "tag", "A value has no tag")
        match event:
            case yaml.MappingStartEvent():
                return self._mapping(where, depth)
            case yaml.SequenceStartEvent():
                values = enumerate(self._until(yaml.SequenceEndEvent))
                return [self._value(each, path(where, place), depth + 1) for place, each in values]
            case yaml.ScalarEvent():
                return self._scalar(event, where)
            case _:
                raise AssertionError("a value is a mapping, a sequence or a scalar")

    def _mapping(self, where: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in self._until(yaml.MappingEndEvent):
            key = self._key(event, where, depth)
            value = self._value(next(self._events), path(where, key), depth + 1)
            if key in found:
                self._fault(path(where, key), event, "key-twice", "The key stands twice")
            found[key] = value
        return found

    def _key(self, event: yaml.Event, where: str, depth: int) -> str:
        key = self._value(event, where, depth + 1)
        if isinstance(key, str) and 0 < len(key) <= KEY_LENGTH_MAX and "\n" not in key:
            return key
        self._fault(where, event, "key-wrong", f"A key is a text of at most {KEY_LENGTH_MAX} characters")
        return "?"

    def _scalar(self, event: yaml.ScalarEvent, where: str) -> Any:
        if found := hidden_in(event.value, besides="\n\t"):
            return self._fault(where, event, "hidden-character", f"{found} is not seen when the text is read")
        return event.value if event.style else self._plain(event, where)

    def _plain(self, event: yaml.ScalarEvent, where: str) -> Any:
        """What a word without quotes is."""
        word: str = event.value
        if word in _WORDS:
            return _WORDS[word]
        if _INTEGER.fullmatch(word):
            return int(word)
        if _NUMBER.fullmatch(word):
            return self._fault(where, event, "number-wrong", "Write an integer as 1000, amounts as text: in quotes")
        if not _DATE.fullmatch(word):
            return word
        try:
            return date.fromisoformat(word)
        except ValueError:
            return self._fault(where, event, "date-unknown", "No calendar has this date")

    def _until(self, end: type[yaml.Event]) -> Iterator[yaml.Event]:
        return takewhile(lambda event: not isinstance(event, end), self._events)

    def _fault(self, where: str, event: yaml.Event, code: str, says: str) -> None:
        self.faults.append(Fault(where or ".", code, f"line {event.start_mark.line + 1}: {says}"))


def _place(wrong: yaml.YAMLError) -> str:
    mark = getattr(wrong, "problem_mark", None)
    return f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""


def _wrong(where: str, code: str, says: str) -> PolicyWrong:
    return PolicyWrong((Fault(where or ".", code, says),))
