"""What clients were told against what lies on the log. Pure: a history and a log give findings."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from arrears_events.envelope import StreamEvent

from tests.chaos.history import Answer, History, Request

EXPECTED_REFUSALS = frozenset(
    {
        "promise-open",
        "promise-not-open",
        "promise-date-out-of-range",
        "unknown-account",
        "version-stale",
        "case-not-open",
        "disputed-amount-above-arrears",
    }
)
"""What the trade refuses these clients; any other refusal is a fault of ours."""
NOT_HEARD_YET = {"contact-service": frozenset({"not-found"})}
"""What a service answers that has not read as far as another: a case may be known before its customer's profile."""

POLICIES = "policy/"
"""Streams of what two people of the stack put in force before the clients came."""


class Place(NamedTuple):
    """Where an event lies."""

    streamid: str
    version: int


@dataclass
class Log:
    """`places` of the events of each command, each as often as it lies there; `asked`: commands that came by HTTP."""

    records: int = 0
    again: int = 0
    places: dict[UUID, list[Place]] = field(default_factory=lambda: defaultdict[UUID, list[Place]](list))
    asked: set[UUID] = field(default_factory=set[UUID])

    def take(self, event: StreamEvent[Any]) -> None:
        place, known = Place(event.streamid, event.streamversion), self.places[event.commandid]
        self.records += 1
        self.again += place in known
        known.append(place)
        if event.causationid.startswith("request/") and not event.streamid.startswith(POLICIES):
            self.asked.add(event.commandid)


def wrong_answers(requests: Iterable[Request]) -> Iterator[str]:
    """A request that was never answered, a bug, a refusal that nobody can explain, an answer that changed."""
    for request in requests:
        if not request.answers:
            yield f"{request} was never answered: {dict(Counter(request.unknown))}"
        if bugs := request.unknown.count("500"):
            yield f"{request} was answered 500, {bugs} times"
        for answer in request.answers:
            expected = EXPECTED_REFUSALS | NOT_HEARD_YET.get(request.service, frozenset())
            if not answer.done and answer.code not in expected:
                yield f"{request} was refused: {answer.status} {answer.code}"
        if len(told := {answer for answer in request.answers if answer.done}) > 1:
            yield f"{request} was answered in {len(told)} ways: {told}"


def wrong_commands(history: History, log: Log) -> Iterator[str]:
    """Of a command acknowledged: its events once, in one stream, up to the version answered. Of one refused: none."""
    for request in history.requests:
        places = log.places.get(request.command_id, [])
        if request.done:
            yield from _wrong_places(request, request.done, places)
        elif request.answers and places:
            yield f"{request} was refused, yet its events lie at {places}"
    known = {request.command_id for request in history.requests}
    yield from (f"nobody asked for command {each}" for each in log.asked - known)


def wrong_rows(before: dict[str, Counter[str]], after: dict[str, Counter[str]]) -> Iterator[str]:
    """Rows by table; each table must have come back as it was."""
    for table in before:
        gone, new = before[table] - after[table], after[table] - before[table]
        if gone or new:
            yield f"{table}: {gone.total()} rows gone, {new.total()} new, such as {[*gone, *new][:2]}"


def _wrong_places(request: Request, answer: Answer, places: list[Place]) -> Iterator[str]:
    if not places:
        yield f"{request} was acknowledged, and no event of it is on the log"
        return
    if {place.streamid for place in places} != {request.streamid or places[0].streamid}:
        yield f"{request} is of {request.streamid or 'one stream'}, and its events lie at {places}"
    if max(place.version for place in places) != answer.version:
        yield f"{request} was answered version {answer.version}, and its events lie at {places}"
    if len(set(places)) < len(places):
        yield f"{request} has events that lie on the log more than once: {places}"
