"""A view: a read model that is a keyed fold of exactly one topic, the same whether it runs live or rebuilds."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from arrears_events.codec import Topic
from sqlalchemy import Column, Table

from arrears_runtime.database import DIALECT, Connection

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


async def fold_into(connection: Connection, view: View, facts: Sequence[Any]) -> None:
    """Fold envelopes, in order, into the rows of a view that follows behind its topic: one read, one write."""
    name, key, kind = view.name, view.key_column.name, sql_type(view.key_column)
    found: Sequence[Any] = ()
    if not view.grows:
        keys = list({view.key(fact) for fact in facts})
        found = await connection.fetch(f"SELECT * FROM {name} WHERE {key} = ANY($1::{kind}[])", keys)
    rows = Rows(view, found)
    for fact in facts:
        with blamed_on(fact):
            rows.fold(fact)
    if rows.puts:
        await connection.execute(upsert(view.table, f"unnest($1::{name}[]) r"), rows.puts)
    if rows.cuts:
        await connection.execute(f"DELETE FROM {name} WHERE {key} = ANY($1::{kind}[])", rows.cuts)


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
