"""Lies about messages that were sent: each changes what a service wrote of one, and says how it must be found.

The writer who tells them keeps the customer's stream whole: versions, ids and hashes are those of what it then says.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from arrears_events.catalogue.base import Event
from arrears_events.catalogue.contact import (
    CONTACT,
    AuthorisationExpired,
    ContactAttempted,
    ContactAuthorised,
    ContactFact,
    ContactRefused,
    ContactRequested,
    Message,
    MessageSent,
)
from arrears_events.codec import digest, encode
from arrears_events.envelope import StreamEvent
from arrears_events.ids import event_id
from arrears_events.log.reader import Record

Lie = tuple[type[ContactFact], Callable[[Any], Sequence[Event]]]
"""Of which event of a contact, and what is written in its place."""


def changed(event: Event, **fields: Any) -> list[Event]:
    return [event.model_copy(update=fields)]


def _refused(authorised: ContactAuthorised) -> list[Event]:
    said = {name: getattr(authorised, name) for name in ContactRefused.model_fields if hasattr(authorised, name)}
    return [ContactRefused(**said, allowed_from=None, final=True)]


def _expired(attempted: ContactAttempted) -> list[Event]:
    which = {"customer_id": attempted.customer_id, "contact_id": attempted.contact_id}
    return [AuthorisationExpired(**which, reason="too_late")]


def _with_rule(authorised: ContactAuthorised, rule: str, **fields: Any) -> list[Event]:
    rules = (each.model_copy(update=fields) if each.rule == rule else each for each in authorised.rules)
    return changed(authorised, rules=tuple(rules))


def _with_fact(authorised: ContactAuthorised, **facts: str) -> list[Event]:
    known = authorised.known.model_copy(update={"facts": {**authorised.known.facts, **facts}})
    return changed(authorised, known=known)


def _by_a_forged_text(authorised: ContactAuthorised) -> list[Event]:
    first, *others = authorised.policies
    return changed(authorised, policies=(first.model_copy(update={"sha256": "f" * 64}), *others))


def _demanding_more(attempted: ContactAttempted) -> list[Event]:
    message = attempted.message
    assert isinstance(message, Message)
    shown = tuple(each.model_copy(update={"amount": each.amount + each.amount}) for each in message.amounts)
    return changed(attempted, message=message.model_copy(update={"amounts": shown}))


LIES: dict[tuple[str, str | None, str], Lie] = {
    ("not-authorised", None, "it had been refused"): (ContactAuthorised, _refused),
    ("not-attempted", None, "it had expired instead of being handed over"): (ContactAttempted, _expired),
    ("attempted-again", None, "it was handed over twice"): (ContactAttempted, lambda it: [it, it]),
    ("sent-again", None, "it was taken twice"): (MessageSent, lambda it: [it, it]),
    ("authorisation-over", None, "the request had lapsed"): (
        ContactRequested,
        lambda it: changed(it, lapses_on=it.requested_on - timedelta(days=1)),
    ),
    ("authorisation-over", None, "its time was over"): (
        ContactAuthorised,
        lambda it: changed(it, valid_until=it.decided_at - timedelta(seconds=1)),
    ),
    ("other-point", None, "it went to another's number"): (
        ContactAuthorised,
        lambda it: changed(it, digest="f" * 64),
    ),
    ("other-point", None, "it went to a point that is not there"): (
        ContactAuthorised,
        lambda it: changed(it, contact_point_id="fax"),
    ),
    ("policy-wrong", None, "it was decided by a forged text"): (ContactAuthorised, _by_a_forged_text),
    ("policy-wrong", None, "a text in force was left out"): (
        ContactAuthorised,
        lambda it: changed(it, policies=it.policies[:1]),
    ),
    ("rule-left-out", "SYS-01a", "a rule was not looked at"): (
        ContactAuthorised,
        lambda it: changed(it, rules=tuple(each for each in it.rules if each.rule != "SYS-01a")),
    ),
    ("rule-broken", "SYS-01a", "a rule said no"): (
        ContactAuthorised,
        lambda it: _with_rule(it, "SYS-01a", passed=False),
    ),
    ("rule-broken", "CALL-BACK", "it was before the day asked for"): (
        ContactRequested,
        lambda it: changed(it, not_before=it.requested_on + timedelta(days=30)),
    ),
    ("fact-contradicted", None, "the zone was another"): (
        ContactAuthorised,
        lambda it: _with_fact(it, time_zone="Asia/Tokyo"),
    ),
    ("fact-contradicted", None, "it gave another moment"): (
        ContactAttempted,
        lambda it: changed(it, attempted_at=it.attempted_at - timedelta(hours=1)),
    ),
    ("fact-contradicted", "SYS-02", "it demanded what was not owed"): (ContactAttempted, _demanding_more),
}
"""By code and rule of the finding, and what is untrue."""


def told(lane: Sequence[Record], customer: str, contact_id: UUID, lie: Lie) -> list[Record]:
    """The partition of the customer with the lie in it."""
    kind, in_its_place = lie
    found: list[Record] = []
    stream: list[bytes] = []
    for record in lane:
        written = [record.value]
        if record.key == customer.encode():
            envelope = CONTACT.decode(record.value)
            about_it = isinstance(envelope.data, kind) and envelope.data.contact_id == contact_id
            written = [
                _next(envelope, each, stream) for each in (in_its_place(envelope.data) if about_it else [envelope.data])
            ]
        found += [replace(record, offset=len(found) + at, value=value) for at, value in enumerate(written)]
    return found


def _next(envelope: StreamEvent[Any], event: Event, stream: list[bytes]) -> bytes:
    """As the next of its stream."""
    version = len(stream) + 1
    said: dict[str, Any] = {"type": CONTACT.type_of(type(event)), "schemaversion": type(event).version, "data": event}
    place = {"id": event_id(envelope.streamid, version), "streamversion": version}
    prevhash = digest(stream[-1]) if stream else None
    stream.append(encode(envelope.model_copy(update=said | place | {"prevhash": prevhash})))
    return stream[-1]
