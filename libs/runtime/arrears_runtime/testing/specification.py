"""Given, when, then: the specification of a pure pair `decide` and `evolve`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from arrears_events.catalogue.base import Event
from arrears_events.refused import Refused

S = TypeVar("S")


@dataclass(frozen=True)
class Specification(Generic[S]):
    """`given = Specification(decide, evolve).given`, once in a test file."""

    decide: Callable[[S | None, Any], Sequence[Event]]
    evolve: Callable[[S | None, Any], S]

    def given(self, *events: Event) -> "Given[S]":
        return Given(self, self.fold(None, events))

    def fold(self, state: S | None, events: Sequence[Event]) -> S | None:
        for event in events:
            state = self.evolve(state, event)
        return state

    def run(self, state: S | None, command: Any) -> tuple[S | None, Sequence[Event]]:
        """The state after a command, and its events; a refused one leaves no trace."""
        try:
            events = self.decide(state, command)
        except Refused:
            return state, ()
        return self.fold(state, events), events

    def same_again_adds_nothing(self, *commands: Any) -> S | None:
        """Send each command twice, one after the other; the second time adds nothing. The state after all of them."""
        state = None
        for command in commands:
            state, _ = self.run(state, command)
            state, again = self.run(state, command)
            assert not again, f"{command} was sent again and added {again}"
        return state


@dataclass(frozen=True)
class Given(Generic[S]):
    of: Specification[S]
    state: S | None

    def when(self, command: Any) -> "When[S]":
        return When(self.of, self.state, command)


@dataclass(frozen=True)
class When(Generic[S]):
    of: Specification[S]
    state: S | None
    command: Any

    def then(self, *events: Event) -> None:
        """Exactly these events, and they can be folded."""
        decided = list(self.of.decide(self.state, self.command))
        assert decided == list(events)
        self.of.fold(self.state, decided)

    def then_refused(self, code: str, **facts: Any) -> None:
        """Refused with this code; of its facts, at least these."""
        refusal = self._refusal()
        assert (refusal.code, refusal.facts | facts) == (code, refusal.facts)

    def _refusal(self) -> Refused:
        try:
            decided = self.of.decide(self.state, self.command)
        except Refused as refusal:
            return refusal
        raise AssertionError(f"not refused, but decided {decided}")
