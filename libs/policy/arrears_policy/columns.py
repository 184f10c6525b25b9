"""The columns of a decision table: what may stand in them, and the whole numbers by which the proof knows it.

To the proof every input is a whole number: a date its day, an enum's word its place in the list, true 1 and false 0. So
a condition is a set of spans of whole numbers, and no gap can hide between two of them.
"""

import re
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple, cast

from pydantic import AfterValidator, Field, PlainValidator, TypeAdapter
from pydantic_core import PydanticCustomError

from arrears_policy.reading import Words, Written

_LARGEST = 10**18 - 1
"""It has as many digits as strict YAML reads."""
_RANGE = re.compile(r"([^.]*)\.\.([^.]*)")
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}", re.ASCII)


class Span(NamedTuple):
    """Both ends belong to it."""

    first: int
    last: int


Spans = tuple[Span, ...]
"""In order, with nothing in common."""
INTEGERS = Span(-_LARGEST, _LARGEST)
DAYS = Span(date.min.toordinal(), date.max.toordinal())


def _wrong(code: str, says: str) -> PydanticCustomError:
    """So that pydantic, where it asks, takes it for a fault of the field."""
    return PydanticCustomError(code, says)  # pyright: ignore[reportArgumentType]


def _integer(written: str) -> int:
    if not _INTEGER.fullmatch(written):
        raise _wrong("range-wrong", "A range is written 0..2999, 3000.. or ..2999; both ends belong to it")
    return int(written)


def _day(written: str) -> int:
    try:
        return date.fromisoformat(written).toordinal()
    except ValueError:
        raise _wrong("range-wrong", "A range is written 2026-01-01..2026-06-30; both ends belong to it") from None


def _range(written: object, read: Callable[[str], int], within: Span) -> Span:
    """An end that is not written is that of `within`."""
    found = _RANGE.fullmatch(written) if isinstance(written, str) else None
    if not found:
        raise _wrong("range-wrong", "A range has two dots between its ends")
    first, last = found.groups()
    span = Span(read(first) if first else within.first, read(last) if last else within.last)
    if not within.first <= span.first <= within.last or not within.first <= span.last <= within.last:
        raise _wrong("range-outside", "The range leaves the column's own")
    if span.first > span.last:
        raise _wrong("range-reversed", "A range begins before it ends")
    return span


def _each_once(words: list[str]) -> list[str]:
    if len(set(words)) < len(words):
        raise _wrong("entry-twice", "An entry stands twice in the list")
    return words


Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]


class IntegerColumn(Written):
    """Whole numbers of a unit: minor units of a currency, days."""

    type: Literal["integer"]
    unit: Words
    range: Annotated[Span, PlainValidator(lambda written: _range(written, _integer, INTEGERS))] = INTEGERS
    says: Words | None = None


class DateColumn(Written):
    type: Literal["date"]
    range: Annotated[Span, PlainValidator(lambda written: _range(written, _day, DAYS))] = DAYS
    says: Words | None = None


class EnumColumn(Written):
    """One of the words of the list."""

    type: Literal["enum"]
    of: Annotated[list[Word], Field(min_length=1, max_length=100), AfterValidator(_each_once)]
    says: Words | None = None


class BoolColumn(Written):
    type: Literal["bool"]
    says: Words | None = None


class TextColumn(Written):
    type: Literal["text"]
    says: Words | None = None


Input = Annotated[IntegerColumn | DateColumn | EnumColumn | BoolColumn, Field(discriminator="type")]
Output = Annotated[IntegerColumn | EnumColumn | BoolColumn | TextColumn, Field(discriminator="type")]
INPUT: TypeAdapter[Input] = TypeAdapter(Input)
OUTPUT: TypeAdapter[Output] = TypeAdapter(Output)


def domain(column: Input) -> Span:
    """All that can come in."""
    match column:
        case IntegerColumn(range=span) | DateColumn(range=span):
            return span
        case EnumColumn(of=words):
            return Span(0, len(words) - 1)
        case BoolColumn():
            return Span(0, 1)


def number(column: Input, value: object) -> int | None:
    """By which the proof knows the value; None for one that cannot come in. A bool is no integer, a moment no date."""
    match column:
        case IntegerColumn(range=span) if type(value) is int:
            return value if span.first <= value <= span.last else None
        case DateColumn(range=span) if type(value) is date:
            return day if span.first <= (day := value.toordinal()) <= span.last else None
        case EnumColumn(of=words) if isinstance(value, str) and value in words:
            return words.index(value)
        case BoolColumn() if isinstance(value, bool):
            return int(value)
        case _:
            return None


def holds(column: Output, value: object) -> bool:
    """Whether the value can come out."""
    if isinstance(column, TextColumn):
        return isinstance(value, str) and bool(value.strip())
    return number(column, value) is not None


def kind(column: Input | Output) -> str:
    """What it holds, as a person is told."""
    match column:
        case IntegerColumn(range=span) | DateColumn(range=span):
            return f"{column.type} of {_range_shown(column, span)}"
        case EnumColumn(of=words):
            return f"one of {', '.join(words)}"
        case BoolColumn():
            return "true or false"
        case TextColumn():
            return "text"


def shown(column: Input, span: Span) -> str:
    """As a condition writes it; of several words of an enum the first."""
    match column:
        case EnumColumn(of=words):
            return words[span.first]
        case BoolColumn():
            return "true" if span.first else "false"
        case IntegerColumn() | DateColumn():
            return _range_shown(column, span)


def spans(column: Input, written: object) -> Spans:
    """A condition: one alternative, or a list of them with nothing in common. Raises PydanticCustomError."""
    alternatives = cast(list[object], written) if isinstance(written, list) else [written]
    found = sorted(_span(column, each) for each in alternatives)
    if not found:
        raise _wrong("condition-empty", "A list without alternatives hits nothing")
    if any(after.first <= before.last for before, after in pairwise(found)):
        raise _wrong("alternatives-overlap", "Two alternatives of one condition have something in common")
    return tuple(found)


def _span(column: Input, written: object) -> Span:
    match column:
        case IntegerColumn(range=whole) if _is_range(written):
            return _range(written, _integer, whole)
        case DateColumn(range=whole) if _is_range(written):
            return _range(written, _day, whole)
        case _ if (found := number(column, written)) is not None:
            return Span(found, found)
        case _:
            raise _wrong("condition-wrong", f"This is no {kind(column)}")


def _is_range(written: object) -> bool:
    return isinstance(written, str) and ".." in written


def _range_shown(column: IntegerColumn | DateColumn, span: Span) -> str:
    first, last = (str(end if isinstance(column, IntegerColumn) else date.fromordinal(end)) for end in span)
    whole = INTEGERS if isinstance(column, IntegerColumn) else DAYS
    if span.first == span.last:
        return first
    return f"{first if span.first > whole.first else ''}..{last if span.last < whole.last else ''}"
