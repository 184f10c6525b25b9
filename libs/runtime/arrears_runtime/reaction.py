"""A reaction: what an event asks of one stream of ours. Never fired again by a replay."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from arrears_events.catalogue.base import Event


@dataclass(frozen=True)
class Reaction:
    """`ask(envelope) -> domain command or None`, for the stream that `stream(envelope)` names.

    Its name is in the ids of its commands: a reaction keeps its name for ever.
    """

    name: str
    event: type[Event]
    stream: Callable[[Any], str]
    ask: Callable[[Any], Any]


def on(event: type[Event], *, stream: Callable[[Any], str]) -> Callable[[Callable[[Any], Any]], Reaction]:
    """Make a function of an envelope a Reaction to that event."""
    return lambda ask: Reaction(ask.__name__, event, stream, ask)
