"""The proof of a decision table: which cells no row hits, which rows hit the same cell, which rows never come to it.

A cell is one elementary span in each column: a span inside which every row is hit or missed as a whole. Spans that hit
the same rows are as good as one, so the product of columns stays small. Rows are sets of bits: the first row is bit 0.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import prod
from typing import NamedTuple

from arrears_policy.columns import Span, Spans

CELLS_MAX = 200_000
"""They are looked at in about a second."""


class Piece(NamedTuple):
    """An elementary span of one column, and the rows that it hits."""

    span: Span
    rows: int


class Cell(NamedTuple):
    """`spans`: of the first columns; whatever the others are, it hits `rows`."""

    spans: Spans
    rows: int


Columns = Sequence[Sequence[Piece]]


def pieces(domain: Span, conditions: Sequence[Spans]) -> list[Piece]:
    """One for each set of rows that some value of the column hits."""
    changes: defaultdict[int, int] = defaultdict(int)
    changes[domain.first] = 0
    for row, spans in enumerate(conditions):
        for span in spans:
            changes[span.first] ^= 1 << row
            changes[span.last + 1] ^= 1 << row
    starts = sorted(start for start, changed in changes.items() if changed or start == domain.first)
    found: dict[int, Span] = {}
    rows = 0
    for start, end in zip(starts, [*starts[1:], domain.last + 1], strict=True):
        rows ^= changes[start]
        if start <= domain.last:
            found.setdefault(rows, Span(start, end - 1))
    return [Piece(span, rows) for rows, span in found.items()]


def cells(columns: Columns) -> int:
    return prod(len(column) for column in columns)


def gaps(columns: Columns, every: int) -> Iterator[Cell]:
    """Cells that none of the rows `every` hits, each as wide as it can be told."""
    return (cell for cell in _walk(columns, Cell((), every)) if not cell.rows)


def overlapping(columns: Columns, row: int) -> int:
    """The rows that hit a cell which `row` hits, itself among them."""
    found = -1
    for column in columns:
        met = 0
        for piece in column:
            met |= piece.rows if piece.rows >> row & 1 else 0
        found &= met
    return found


def winning(columns: Columns, every: int) -> int:
    """The rows that are the first to hit some cell."""
    found = 0
    for cell in _walk(columns, Cell((), every)):
        found |= cell.rows & -cell.rows
    return found


def _walk(columns: Columns, cell: Cell) -> Iterator[Cell]:
    """Column by column; where no row is left, the columns that follow are not looked at."""
    if len(cell.spans) == len(columns) or not cell.rows:
        yield cell
        return
    for piece in columns[len(cell.spans)]:
        yield from _walk(columns, Cell((*cell.spans, piece.span), cell.rows & piece.rows))
