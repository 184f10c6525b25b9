"""A kind of stream: the pure pair `decide` and `evolve`, the commands sent to it, and what append answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from arrears_events.catalogue.base import Event
from pydantic import TypeAdapter

S = TypeVar("S")


def _never(_: Any) -> date | None:
    return None


@dataclass(frozen=True)
class Decider(Generic[S]):
    """Streams `<category>/<id>`: `decide(state, command) -> events`, `evolve(state, event) -> state`.

    `due(state)` is the first business day at whose close the stream has something to do: it then gets the command
    that `at_close(day)` makes. `heeds_stops`: whether commands are refused while a dead letter stops the customer, but
    for `past_stops`: those that tell what has happened, and are refused only where the stream itself is in doubt.
    """

    category: str
    state: type[S]
    decide: Callable[[S | None, Any], Sequence[Event]]
    evolve: Callable[[S | None, Any], S]
    due: Callable[[S], date | None] = _never
    at_close: Callable[[date], Any] | None = None
    heeds_stops: bool = True
    past_stops: tuple[type, ...] = ()
    adapter: TypeAdapter[S] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "adapter", TypeAdapter(self.state))

    def stream_of(self, id_: object) -> str:
        return f"{self.category}/{id_}"


@dataclass(frozen=True, slots=True)
class Command:
    """A domain command on its way to one stream, with all that its events will record of whence it came.

    `expected_version`: the version the sender saw (If-Match); None where it does not matter.
    """

    id: UUID
    streamid: str
    customer_id: str
    body: Any
    time: datetime
    actor: str
    actorrole: str
    causationid: str
    correlationid: str
    onbehalfof: str | None = None
    requesthash: str | None = None
    traceparent: str | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The command is durable, or changed nothing. `version` is the stream's, after the command."""

    streamid: str
    version: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """The rules said no; nothing was written."""

    code: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stale:
    """The stream is at `version`, not where the sender saw it."""

    version: int


@dataclass(frozen=True, slots=True)
class KeyReused:
    """A command of this id was another one."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The customer is stopped by a dead letter."""


Outcome = Done | Refusal | Stale | KeyReused | Stopped
