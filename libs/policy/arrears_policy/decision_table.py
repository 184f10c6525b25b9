"""A decision table (决策表), proved when it is read: no case without a row, no case with two where one is meant.

As DMN has them, `unique`: one row hits; `first`: the first that hits counts; `collect`: all that hit. A row hits when
each of its conditions does; an input without a condition may be anything. `gaps: allowed` lets a `collect` hit nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic_core import PydanticCustomError

from arrears_policy import proof
from arrears_policy.columns import INPUT, OUTPUT, Input, Output, Span, Spans, domain, holds, kind, number, shown, spans
from arrears_policy.errors import Fault, InputWrong, PolicyWrong
from arrears_policy.reading import Name, Words, Written, read, sure

GAPS_SHOWN = 20
Outputs = Mapping[str, str | int | bool]


@dataclass(frozen=True)
class Hit:
    """`row`: its place in the text, from 0, so that an event can name it."""

    row: int
    outputs: Outputs


@dataclass(frozen=True)
class Row:
    """`conditions`: one for each input, in the order of the inputs."""

    conditions: tuple[Spans, ...]
    outputs: Outputs

    def hits(self, numbers: Sequence[int]) -> bool:
        cases = zip(self.conditions, numbers, strict=True)
        return all(any(first <= value <= last for first, last in condition) for condition, value in cases)


@dataclass(frozen=True)
class DecisionTable:
    hit: Literal["unique", "first", "collect"]
    inputs: Mapping[str, Input]
    outputs: Mapping[str, Output]
    rows: tuple[Row, ...]

    def decide(self, **inputs: object) -> Hit:
        """The row that counts, of a `unique` or `first` table. Raises InputWrong."""
        if self.hit == "collect":
            raise InputWrong("this table collects: ask it for all rows that hit")
        hits = self._hits(inputs)
        found = next(hits, None)
        assert found is not None, "proved when the table was read: some row hits"
        assert self.hit == "first" or next(hits, None) is None, "proved when the table was read: one row hits"
        return found

    def collect(self, **inputs: object) -> tuple[Hit, ...]:
        """All rows that hit, in their order, of a `collect` table. Raises InputWrong."""
        if self.hit != "collect":
            raise InputWrong("in this table one row counts: ask it to decide")
        return tuple(self._hits(inputs))

    def _hits(self, inputs: Mapping[str, object]) -> Iterator[Hit]:
        numbers = self._numbers(inputs)
        return (Hit(place, row.outputs) for place, row in enumerate(self.rows) if row.hits(numbers))

    def _numbers(self, inputs: Mapping[str, object]) -> list[int]:
        if wrong := sorted(inputs.keys() ^ self.inputs.keys()):
            raise InputWrong(f"missing, or unknown to the table: {', '.join(wrong)}")
        numbers = {name: number(column, inputs[name]) for name, column in self.inputs.items()}
        if wrong := [f"{name} is no {kind(self.inputs[name])}" for name, found in numbers.items() if found is None]:
            raise InputWrong("; ".join(wrong))
        return [found for found in numbers.values() if found is not None]


class _Document(Written):
    hit: Literal["unique", "first", "collect"]
    gaps: Literal["allowed"] | None = None
    inputs: Annotated[dict[Name, Any], Field(min_length=1, max_length=12)]
    outputs: Annotated[dict[Name, Any], Field(min_length=1, max_length=12)]
    rows: Annotated[list[Any], Field(min_length=1, max_length=1000)]


class _Row(Written):
    when: dict[str, Any]
    then: dict[str, Any]
    why: Words | None = None


def parse(document: dict[str, Any]) -> DecisionTable:
    """`document`: a policy's text without its head. Raises PolicyWrong with every fault."""
    written = sure(*read(_Document.model_validate, document))
    inputs, wrong_inputs = _columns(INPUT.validate_python, written.inputs, "inputs")
    outputs, wrong_outputs = _columns(OUTPUT.validate_python, written.outputs, "outputs")
    faults = [*wrong_inputs, *wrong_outputs]
    if written.gaps and written.hit != "collect":
        faults.append(Fault("gaps", "gaps-misplaced", f"A table of hit policy {written.hit} has no gaps"))
    if faults:
        raise PolicyWrong(tuple(faults))
    rows = [_row(inputs, outputs, each, f"rows[{place}]") for place, each in enumerate(written.rows)]
    if faults := [fault for _, wrong in rows for fault in wrong]:
        raise PolicyWrong(tuple(faults))
    table = DecisionTable(
        written.hit, MappingProxyType(inputs), MappingProxyType(outputs), tuple(row for row, _ in rows if row)
    )
    if faults := list(_unproved(table, gaps_allowed=written.gaps == "allowed")):
        raise PolicyWrong(tuple(faults))
    return table


def _columns(validate: Any, written: Mapping[str, object], where: str) -> tuple[dict[str, Any], list[Fault]]:
    found = {name: read(validate, each, f"{where}.{name}", tagged=True) for name, each in written.items()}
    return {name: column for name, (column, _) in found.items()}, [f for _, faults in found.values() for f in faults]


def _row(
    inputs: Mapping[str, Input], outputs: Mapping[str, Output], written: object, where: str
) -> tuple[Row | None, list[Fault]]:
    row, faults = read(_Row.model_validate, written, where)
    if row is None:
        return None, faults
    conditions: list[Spans] = []
    for name, column in inputs.items():
        try:
            conditions.append(spans(column, row.when[name]) if name in row.when else (domain(column),))
        except PydanticCustomError as wrong:
            faults.append(Fault(f"{where}.when.{name}", wrong.type, wrong.message()))
    unknown = [name for name in row.when if name not in inputs]
    faults += [Fault(f"{where}.when.{name}", "input-unknown", "No such input") for name in unknown]
    faults += _wrong_outputs(outputs, row.then, f"{where}.then")
    return Row(tuple(conditions), MappingProxyType(row.then)), faults


def _wrong_outputs(outputs: Mapping[str, Output], then: Mapping[str, object], where: str) -> Iterator[Fault]:
    for name, column in outputs.items():
        if name not in then:
            yield Fault(f"{where}.{name}", "missing", "A row gives every output")
        elif not holds(column, then[name]):
            yield Fault(f"{where}.{name}", "output-wrong", f"This is no {kind(column)}")
    for name in (name for name in then if name not in outputs):
        yield Fault(f"{where}.{name}", "output-unknown", "No such output")


def _unproved(table: DecisionTable, *, gaps_allowed: bool) -> Iterator[Fault]:
    columns = [
        proof.pieces(domain(column), [row.conditions[place] for row in table.rows])
        for place, column in enumerate(table.inputs.values())
    ]
    if (cells := proof.cells(columns)) > proof.CELLS_MAX:
        says = f"{cells} cells are more than {proof.CELLS_MAX} that can be proved: make it two tables"
        yield Fault("rows", "table-too-large", says)
        return
    every = (1 << len(table.rows)) - 1
    if not gaps_allowed:
        yield from _gaps(table, columns, every)
    match table.hit:
        case "unique":
            yield from _overlaps(table, columns)
        case "first":
            yield from _dead(table, columns, every)
        case "collect":
            return


def _gaps(table: DecisionTable, columns: proof.Columns, every: int) -> Iterator[Fault]:
    found = proof.gaps(columns, every)
    for cell in islice(found, GAPS_SHOWN):
        yield Fault("rows", "gap", f"no row for {_shown(table, cell.spans)}")
    if more := sum(1 for _ in found):
        yield Fault("rows", "gap", f"and {more} more of the kind")


def _overlaps(table: DecisionTable, columns: proof.Columns) -> Iterator[Fault]:
    """Each row with the first of those before it that it overlaps."""
    for row in range(len(table.rows)):
        if before := proof.overlapping(columns, row) & ((1 << row) - 1):
            other = (before & -before).bit_length() - 1
            both = _both(table.rows[other], table.rows[row])
            yield Fault(f"rows[{row}]", "overlap", f"rows[{other}] hits too, for {_shown(table, both)}")


def _dead(table: DecisionTable, columns: proof.Columns, every: int) -> Iterator[Fault]:
    winning = proof.winning(columns, every)
    for row in range(len(table.rows)):
        if not winning >> row & 1:
            others = proof.overlapping(columns, row)
            before = [f"rows[{other}]" for other in range(row) if others >> other & 1]
            yield Fault(f"rows[{row}]", "dead-row", f"never comes to it: all it hits is hit by {', '.join(before[:5])}")


def _both(one: Row, other: Row) -> list[Span]:
    """A cell of both."""
    return [
        next(
            Span(max(a.first, b.first), min(a.last, b.last))
            for a in mine
            for b in theirs
            if max(a.first, b.first) <= min(a.last, b.last)
        )
        for mine, theirs in zip(one.conditions, other.conditions, strict=True)
    ]


def _shown(table: DecisionTable, cell: Sequence[Span]) -> str:
    """Without the columns that may be anything."""
    found = zip(table.inputs.items(), cell, strict=False)
    told = [f"{name}={shown(column, span)}" for (name, column), span in found if span != domain(column)]
    return ", ".join(told) or "anything"
