"""A reaction: what an event asks of one stream of ours. Never fired again by a replay."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from arrears_events.catalogue.base import Event


@dataclass(frozen=True)
class Reaction:
    """`ask(envelope) -> domain command or None`, for the stream that `stream(envelope)` names.

    With a `policy` it is `ask(envelope, in_force)`: the InForce of that name for the customer's business date.
    Its name is in the ids of its commands: a reaction keeps its name for ever.
    """

    name: str
    event: type[Event]
    stream: Callable[[Any], str]
    ask: Callable[..., Any]
    policy: str | None = None


def on(
    event: type[Event], *, stream: Callable[[Any], str], policy: str | None = None
) -> Callable[[Callable[..., Any]], Reaction]:
    """Make a function of an envelope, and of a policy in force where it names one, a Reaction to that event."""
    return lambda ask: Reaction(ask.__name__, event, stream, ask, policy)
