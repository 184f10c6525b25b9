"""A policy on its way into force: one person proposes a text, another approves that very text from that very day on.

Its stream holds what was published of one name in one service. A text is judged (is it sound, is it of the kind that
the service needs) before it is proposed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Final, NamedTuple

from arrears_events.catalogue.base import Event, PolicyProposed, PolicyPublished, PolicyRef
from arrears_events.refused import Refused

from arrears_runtime.decider import Decider

SAME_PERSON: Final = "same-person"
"""Who proposed a text does not approve it."""
NOT_PROPOSED: Final = "not-proposed"
"""It is not the text and day that are `proposed` now, if any are."""
EFFECTIVE_FROM_TOO_EARLY: Final = "effective-from-too-early"
"""What is closed was decided by the policies of then, and a text says from when on it may be used: `earliest`."""


class Version(NamedTuple):
    """A published text, without its words."""

    version: int
    sha256: str
    effective_from: date


def in_force_on(versions: Iterable[Version], on: date) -> Version | None:
    """The one whose day came last; of two of the same day the later version."""
    come = [each for each in versions if each.effective_from <= on]
    return max(come, key=lambda each: (each.effective_from, each.version), default=None)


@dataclass(frozen=True)
class ProposePolicy:
    """`earliest`: the first day from which the text itself may be used; `last_close`: the bank's, anywhere."""

    name: str
    text: str
    effective_from: date
    earliest: date
    last_close: date | None
    by: str


@dataclass(frozen=True)
class ApprovePolicy:
    """Names what is approved, so that nobody approves what was proposed a moment later."""

    sha256: str
    effective_from: date
    last_close: date | None
    by: str


PolicyCommand = ProposePolicy | ApprovePolicy


@dataclass(frozen=True)
class Publication:
    """`proposed` is what waits for another person; a new proposal takes its place."""

    published: tuple[Version, ...] = ()
    proposed: PolicyProposed | None = None

    def has(self, sha256_: str, on: date) -> bool:
        """Whether this text is the one in force on that day, as far as is published now."""
        found = in_force_on(self.published, on)
        return found is not None and found.sha256 == sha256_

    def waits_for(self, sha256_: str, day: date) -> bool:
        """Whether this text, from this day on, is what another person may approve."""
        waits = self.proposed
        return waits is not None and (waits.policy.sha256, waits.effective_from) == (sha256_, day)


def decide(publication: Publication | None, command: PolicyCommand) -> list[Event]:
    known = publication or Publication()
    match command:
        case ProposePolicy():
            return _propose(known, command)
        case ApprovePolicy():
            return _approve(known, command)


def evolve(publication: Publication | None, event: PolicyProposed | PolicyPublished) -> Publication:
    known = publication or Publication()
    match event:
        case PolicyProposed():
            return replace(known, proposed=event)
        case PolicyPublished():
            published = Version(event.policy.version, event.policy.sha256, event.effective_from)
            return Publication((*known.published, published))


def _propose(known: Publication, command: ProposePolicy) -> list[Event]:
    asked = sha256(command.text.encode()).hexdigest(), command.effective_from
    if known.has(*asked) or known.waits_for(*asked):
        return []
    if command.effective_from < command.earliest:
        raise Refused(EFFECTIVE_FROM_TOO_EARLY, earliest=command.earliest)
    _check_not_closed(command)
    policy = PolicyRef(name=command.name, version=len(known.published) + 1, sha256=asked[0])
    return [
        PolicyProposed(policy=policy, body=command.text, effective_from=command.effective_from, proposed_by=command.by)
    ]


def _approve(known: Publication, command: ApprovePolicy) -> list[Event]:
    waits = known.proposed
    if waits is None and known.has(command.sha256, command.effective_from):
        return []
    if waits is None or not known.waits_for(command.sha256, command.effective_from):
        raise Refused(
            NOT_PROPOSED, proposed=waits and waits.policy.sha256, effective_from=waits and waits.effective_from
        )
    if waits.proposed_by == command.by:
        raise Refused(SAME_PERSON)
    _check_not_closed(command)
    return [
        PolicyPublished(
            policy=waits.policy,
            body=waits.body,
            effective_from=waits.effective_from,
            proposed_by=waits.proposed_by,
            approved_by=command.by,
        )
    ]


def _check_not_closed(command: PolicyCommand) -> None:
    if command.last_close is not None and command.effective_from <= command.last_close:
        raise Refused(EFFECTIVE_FROM_TOO_EARLY, earliest=command.last_close + timedelta(days=1))


POLICY = Decider("policy", Publication, decide, evolve, heeds_stops=False)


def stream_of_policy(service: str, name: str) -> str:
    """Each service has its own policies, also where two use the same text."""
    return POLICY.stream_of(f"{service}/{name}")
