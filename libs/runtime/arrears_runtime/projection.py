"""A view: a read model that is a keyed fold of exactly one topic, the same whether it runs live or rebuilds."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from arrears_events.codec import Topic
from sqlalchemy import Column, Table

from arrears_runtime.database import DIALECT
from arrears_runtime.unit_of_work import Part, Work

Fold = Callable[[Any, Any], Any]


class BadRecord(Exception):
    """A record that cannot be taken in as it is; it goes to the dead letters with `reason`.

    `stops`: whether the customer waits until a person has looked at it.
    """

    def __init__(self, reason: str, *, stops: bool = True, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.stops = stops
        self.detail = detail


@dataclass(frozen=True, eq=False)
class View:
    """`fold(row or None, envelope) -> row or None`; a row is a NamedTuple of the table's columns, in their order.

    `key` gives the primary key of the row that an event concerns. `grows`: each event adds a row of its own,
    so nothing is read to fold it. `version` is raised when the fold's meaning changes, and the service rebuilds.
    A table with a column `streamid`, of the service's own topic, is written inline with the stream.
    """

    table: Table
    row: type[Any]
    topic: Topic[Any]
    key: Callable[[Any], Any]
    fold: Fold
    takes: frozenset[type]
    grows: bool = False
    version: int = 1

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def key_column(self) -> Column[Any]:
        (column,) = self.table.primary_key.columns
        return column

    @cached_property
    def key_position(self) -> int:
        """Of the primary key in a row."""
        return list(self.table.columns.keys()).index(self.key_column.name)

    @cached_property
    def put(self) -> Part:
        """Writes rows of its table's own type."""
        return Part(((f"put_{self.name}", upsert(self.table, f"unnest({{0}}::{self.name}[]) r")),))

    @cached_property
    def cut(self) -> Part:
        """Takes rows away by their keys."""
        key = self.key_column
        gone = f"DELETE FROM {self.name} WHERE {key.name} = ANY({{0}}::{sql_type(key)}[])"
        return Part(((f"cut_{self.name}", gone),))

    @property
    def of_a_stream(self) -> bool:
        return "streamid" in self.table.columns


def view(
    table: Table,
    row: type[Any],
    *,
    of: Topic[Any],
    key: str | Callable[[Any], Any],
    takes: tuple[type, ...] = (),
    grows: bool = False,
    version: int = 1,
) -> Callable[[Fold], View]:
    """Make a fold a View. `key` is a field of the events (those without it are passed over), or asks the envelope.

    `takes`: the events it is folded from, where they are fewer than that.
    """
    assert tuple(row._fields) == tuple(table.columns.keys()), f"{row.__name__} must have the columns of {table.name}"
    if isinstance(key, str):
        field = key
        having = frozenset(takes) or frozenset(event for event in of.events if field in event.model_fields)
        return lambda fold: View(table, row, of, lambda fact: getattr(fact.data, field), fold, having, grows, version)
    return lambda fold: View(table, row, of, key, fold, frozenset(takes) or of.events, grows, version)


class Rows:
    """The rows of one view while events are folded into them; `changed` holds what must be written (None: deleted)."""

    def __init__(self, view: View, rows: Iterable[Any] = ()) -> None:
        self.view = view
        self._position = view.key_position
        self._rows = {row[self._position]: view.row(*row) for row in rows}
        self.changed: dict[Any, Any] = {}

    def fold(self, fact: Any) -> None:
        key = self.view.key(fact)
        before = None if self.view.grows else self._rows.get(key)
        after = self.view.fold(before, fact)
        if after is before:
            return
        assert after is None or after[self._position] == key, f"{self.view.name}: a fold gave the row of another key"
        self.changed[key] = after
        if after is None:
            del self._rows[key]
        elif not self.view.grows:
            self._rows[key] = after

    @property
    def puts(self) -> list[Any]:
        return [row for row in self.changed.values() if row is not None]

    @property
    def cuts(self) -> list[Any]:
        return [key for key, row in self.changed.items() if row is None]


def upsert(table: Table, source: str) -> str:
    """`INSERT INTO table` from rows of its own type, the later one winning."""
    keys = ", ".join(column.name for column in table.primary_key.columns)
    sets = ", ".join(f'"{c.name}" = excluded."{c.name}"' for c in table.columns if not c.primary_key)
    conflict = f"DO UPDATE SET {sets}" if sets else "DO NOTHING"
    return f"INSERT INTO {table.name} SELECT r.* FROM {source} ON CONFLICT ({keys}) {conflict}"


def folds_of(views: Iterable[View], facts: Mapping[str, Sequence[Any]]) -> dict[View, list[Any]]:
    """Which envelopes each view is folded from; `facts`: those of each topic, by its name."""
    taken = {view: [each for each in facts.get(view.topic.name, ()) if type(each.data) in view.takes] for view in views}
    return {view: found for view, found in taken.items() if found}


async def fold_into(work: Work, folds: Mapping[View, Sequence[Any]]) -> None:
    """Fold envelopes, in order, into the rows of views, which are all read at once. Raises CouldNotFold."""
    keys = {view: list({view.key(fact) for fact in facts}) for view, facts in folds.items() if not view.grows}
    found: Any = keys and await work.connection.fetchrow(_rows_text(tuple(keys)), *keys.values())
    for view, facts in folds.items():
        rows = Rows(view, () if view.grows else found[view.name])
        for fact in facts:
            with blamed_on(fact):
                rows.fold(fact)
        if puts := rows.puts:
            work.write(view.put, puts)
        if cuts := rows.cuts:
            work.write(view.cut, cuts)


@lru_cache(maxsize=1024)
def _rows_text(views: tuple[View, ...]) -> str:
    """Of each view the rows with the keys $1, $2 …, in a column of its name."""
    read = (
        f"ARRAY(SELECT v FROM {view.name} v WHERE {view.key_column.name} = ANY(${n}::{sql_type(view.key_column)}[]))"
        f" AS {view.name}"
        for n, view in enumerate(views, start=1)
    )
    return f"SELECT {', '.join(read)}"


def sql_type(column: Column[Any]) -> str:
    return column.type.compile(dialect=DIALECT)


class CouldNotFold(Exception):
    """A fold raised at one envelope; the cause says what."""

    def __init__(self, fact: Any) -> None:
        super().__init__(type(fact.data).__name__)
        self.fact = fact


class blamed_on:  # noqa: N801 - reads as a phrase: with blamed_on(fact)
    """Says at which envelope a fold raised."""

    def __init__(self, fact: Any) -> None:
        self._fact = fact

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: Any, error: BaseException | None, __: Any) -> None:
        if isinstance(error, Exception):
            raise CouldNotFold(self._fact) from error
