"""Given events of one account, the rows of a view."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from arrears_events import ids
from arrears_events.catalogue.base import Event
from arrears_events.envelope import StreamEvent
from arrears_runtime.projection import Rows, View

STREAM = "account/A-1"
AT = datetime(2026, 4, 21, 10, tzinfo=UTC)


def facts_of(events: Sequence[Event], stream: str = STREAM) -> list[StreamEvent[Any]]:
    return [
        StreamEvent[Any].model_construct(
            id=ids.event_id(stream, version),
            streamid=stream,
            streamversion=version,
            time=AT,
            actor="anna",
            actorrole="collector",
            onbehalfof=None,
            causationid="A-1/missed/2026-04-21",
            data=event,
        )
        for version, event in enumerate(events, 1)
    ]


def rows_of(view: View, *events: Event) -> list[Any]:
    rows = Rows(view)
    for fact in facts_of(events):
        if type(fact.data) in view.takes:
            rows.fold(fact)
    return rows.puts
