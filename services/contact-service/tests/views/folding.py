"""Given events, then rows: how the tests of views fold, one by one or as the tables do, in batches."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from arrears_events.catalogue.base import Event, PolicyRef
from arrears_events.envelope import StreamEvent
from arrears_runtime.projection import Rows, View

NOW = datetime(2026, 4, 1, 2, tzinfo=UTC)
POLICY = PolicyRef(name="base", version=1, sha256="0" * 64)


def fact(event: Event, version: int = 1) -> StreamEvent[Any]:
    """The nth event of a stream of C-1; its source and id are what the bank's would be too."""
    said = {"streamid": "contacts/C-1", "streamversion": version, "id": f"fact-{version}", "time": NOW, "actor": "anna"}
    return StreamEvent[Any].model_construct(source="bank/core", data=event, commandid=UUID(int=version), **said)


def facts(*events: Event) -> list[StreamEvent[Any]]:
    return [fact(event, version) for version, event in enumerate(events, start=1)]


def rows(view: View, *batches: Sequence[StreamEvent[Any]]) -> list[Any]:
    """What the table holds after these batches, in the order of its keys."""
    table: dict[Any, Any] = {}
    for batch in batches:
        folded = Rows(view, table.values())
        for each in batch:
            folded.fold(each)
        for key, row in folded.changed.items():
            table.pop(key, None)
            table.update({} if row is None else {key: row})
    return [table[key] for key in sorted(table, key=str)]


def rows_of(view: View, *events: Event) -> list[Any]:
    """The rows, which are the same one by one, at once, cut anywhere, and when each event is heard again at once."""
    all_ = facts(*events)
    found = rows(view, all_)
    for cut in range(len(all_)):
        assert rows(view, all_[:cut], all_[cut:]) == found
    assert rows(view, *([each] for each in all_)) == found
    assert rows(view, [each for each in all_ for _ in range(2)]) == found
    assert rows(view, *([each] for each in all_ for _ in range(2))) == found
    return found
