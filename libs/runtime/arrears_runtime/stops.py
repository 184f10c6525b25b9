"""A customer stopped by a bad record and resumed, and dead letters set aside: the harness's own two aggregates."""

from dataclasses import dataclass, replace
from typing import Literal

from arrears_events.catalogue.base import CustomerCaughtUp, CustomerResumed, CustomerStopped, DeadLetterSkipped, Event
from arrears_events.refused import Refused

from arrears_runtime.decider import Decider

At = tuple[str, int, int]
"""Where a record lies: topic, partition, offset."""


@dataclass(frozen=True)
class StopCustomer:
    customer_id: str
    at: At
    reason: str
    waits_from: dict[str, int]


@dataclass(frozen=True)
class ResumeCustomer:
    at: At
    by: str
    outcome: Literal["replayed", "skipped"]


@dataclass(frozen=True)
class NoteCaughtUp:
    """All that was missed until then has been read, unless one of it stopped the customer anew."""


@dataclass(frozen=True)
class Stop:
    """`stopped` by which record, and those that were `skipped` for ever. `behind`: what was missed is not read yet."""

    customer_id: str
    stopped: At | None = None
    skipped: tuple[At, ...] = ()
    behind: bool = False


StopCommand = StopCustomer | ResumeCustomer | NoteCaughtUp


def decide_stop(stop: Stop | None, command: StopCommand) -> list[Event]:
    match command:
        case StopCustomer(at=at) if stop and (stop.stopped or at in stop.skipped):
            return []
        case StopCustomer(customer, (topic, partition, offset), reason, waits_from):
            return [
                CustomerStopped(
                    customer_id=customer,
                    topic=topic,
                    partition=partition,
                    offset=offset,
                    reason=reason,
                    waits_from=waits_from,
                )
            ]
        case ResumeCustomer(at=at, by=by, outcome=outcome):
            if stop is None or stop.stopped != at:
                raise Refused("not-stopped-by-this-record")
            topic, partition, offset = at
            return [
                CustomerResumed(
                    customer_id=stop.customer_id,
                    topic=topic,
                    partition=partition,
                    offset=offset,
                    by=by,
                    outcome=outcome,
                )
            ]
        case NoteCaughtUp():
            if stop is None or not stop.behind or stop.stopped:
                return []
            return [CustomerCaughtUp(customer_id=stop.customer_id)]


def evolve_stop(stop: Stop | None, event: CustomerStopped | CustomerResumed | CustomerCaughtUp) -> Stop:
    stop = stop or Stop(event.customer_id)
    match event:
        case CustomerStopped(topic=topic, partition=partition, offset=offset):
            return replace(stop, stopped=(topic, partition, offset), behind=True)
        case CustomerResumed(outcome="skipped", topic=topic, partition=partition, offset=offset):
            return replace(stop, stopped=None, skipped=(*stop.skipped, (topic, partition, offset)))
        case CustomerResumed():
            return replace(stop, stopped=None)
        case CustomerCaughtUp():
            return replace(stop, behind=False)


@dataclass(frozen=True)
class SkipDeadLetter:
    at: At
    by: str


@dataclass(frozen=True)
class SetAside:
    by: str


def decide_skip(done: SetAside | None, command: SkipDeadLetter) -> list[Event]:
    topic, partition, offset = command.at
    return [] if done else [DeadLetterSkipped(topic=topic, partition=partition, offset=offset, by=command.by)]


def evolve_skip(_: SetAside | None, event: DeadLetterSkipped) -> SetAside:
    return SetAside(event.by)


STOP = Decider("stop", Stop, decide_stop, evolve_stop, heeds_stops=False)
SKIP = Decider("dead-letter", SetAside, decide_skip, evolve_skip, heeds_stops=False)


def stream_of_stop(service: str, customer_id: str) -> str:
    """Each service has its own: an event's id, made from its stream, must name one event on the whole log."""
    return STOP.stream_of(f"{service}/{customer_id}")


def stream_of_letter(service: str, at: At) -> str:
    return SKIP.stream_of("/".join(map(str, (service, *at))))
