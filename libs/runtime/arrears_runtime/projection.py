"""A view: a read model that is a keyed fold of exactly one topic, the same whether it runs live or rebuilds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from arrears_events.codec import Topic
from sqlalchemy import Column, Table

Fold = Callable[[Any, Any], Any]


class BadRecord(Exception):  # noqa: N818 - it says what the record is
    """A record that cannot be taken in as it is; it goes to the dead letters with `reason`.

    `stops`: whether the customer waits until a person has looked at it.
    """

    def __init__(self, reason: str, *, stops: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.stops = stops


@dataclass(frozen=True)
class View:
    """`fold(row or None, envelope) -> row or None`; a row is a NamedTuple of the table's columns, in their order.

    `key` gives the primary key of the row that an event concerns, or None. `grows`: each event adds a row of its own,
    so nothing is read to fold it. `version` is raised when the fold's meaning changes, and the service rebuilds.
    A table with a column `streamid`, of the service's own topic, is written inline with the stream.
    """

    table: Table
    row: type[NamedTuple]
    topic: Topic[Any]
    key: Callable[[Any], Any]
    fold: Fold
    takes: frozenset[type]
    grows: bool = False
    version: int = 1

    @property
    def key_column(self) -> Column[Any]:
        (column,) = self.table.primary_key.columns
        return column

    @property
    def of_a_stream(self) -> bool:
        return "streamid" in self.table.columns


def view(
    table: Table,
    row: type[Any],
    *,
    of: Topic[Any],
    key: str | Callable[[Any], Any],
    grows: bool = False,
    version: int = 1,
) -> Callable[[Fold], View]:
    """Make a fold a View. `key` is a field of the events (those without it are passed over), or is asked of the envelope."""
    assert tuple(row._fields) == tuple(table.columns.keys()), f"{row.__name__} must have the columns of {table.name}"
    if isinstance(key, str):
        field = key
        takes = frozenset(event for event in of.events if field in event.model_fields)
        return lambda fold: View(table, row, of, lambda fact: getattr(fact.data, field), fold, takes, grows, version)
    return lambda fold: View(table, row, of, key, fold, of.events, grows, version)
