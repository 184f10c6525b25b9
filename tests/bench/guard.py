"""How long the guard takes over one person with 10,000 past contacts, by the packs `base` and `cn` as they are shipped.

The state is in memory, as `append` has it when it decides. All 10,000 lie within the 32 days for which a contact may
count, which no law lets happen, and those of today are of kinds that no rule counts: so every count looks at all of
them. An SMS and a call are asked for in turn. What is limited is the guard; beside it stands `decide`, which makes the
event too. Both wait for nothing, so their time is the CPU's: what else runs on the machine is none of theirs.

The same of a stream of 10,000 messages that the law allows, nine a day, folded from their events: 32 days of them are
remembered.
"""

import gc
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from time import thread_time
from typing import Any
from uuid import UUID

from arrears_events.catalogue.contact import Channel, ContactEvent
from arrears_events.money import Money
from arrears_policy.policy import load
from arrears_policy.rule_pack import RulePack
from contact_service.domain.contacts import (
    AttemptContact,
    ContactCommand,
    DecideContact,
    NoteOutcome,
    NoteSent,
    RequestContact,
    decide,
    known_of,
)
from contact_service.domain.decision import Grounds, Point
from contact_service.domain.facts import Contact, Facts, Outcome, Owed, PastContact
from contact_service.domain.guard import guard
from contact_service.domain.history import REMEMBERED, Contacts, evolve

from tests.bench.load import percentile
from tests.bench.results import Measured, within
from tests.flows.in_force import text_of

MANY, A_DAY = 10_000, 9
P99_MS_MOST = 1.0
NOW, TODAY, YESTERDAY = datetime(2026, 4, 1, 4, tzinfo=UTC), date(2026, 4, 1), date(2026, 3, 31)
CUSTOMER, ACCOUNTS, DIGEST = "C-1", frozenset({"A-1"}), "d" * 64
OWED = Owed("A-1", *(Money.of(each, "CNY") for each in ("1000", "0", "0")), as_of=YESTERDAY)
FACTS = Facts("cn", "Asia/Shanghai", TODAY, last_close=YESTERDAY, next_business_date=TODAY, owed=(OWED,))
POINT = Point("C-1/mobile", DIGEST, "customer", reserved=True)
OUTCOMES: tuple[Outcome, ...] = ("conversation", "unanswered", "delivered", "failed")
MEDIA: tuple[Channel, ...] = ("call", "sms", "email")
ASKED: tuple[Channel, ...] = ("sms", "call")
WARM_UP = 50


def measure(*, repetitions: int) -> list[Measured]:
    """`repetitions`: of each question."""
    grounds = Grounds(NOW, TODAY, (_pack("base"), _pack("cn")), (), FACTS, POINT, {})
    found = {
        "all in 32 days": _timed(_crowded(), grounds, repetitions),
        "nine a day": _timed(_lawful(grounds), grounds, repetitions),
    }
    p99 = found["all in 32 days"]["guard"]["p99_ms"]
    return [within("guard, 10,000 past contacts, p99", p99, P99_MS_MOST, found)]


def _pack(name: str) -> RulePack:
    content = load(text_of("contact-service", name)).content
    assert isinstance(content, RulePack)
    return content


def _timed(contacts: Contacts, grounds: Grounds, repetitions: int) -> dict[str, Any]:
    past = known_of(contacts).past
    guarded = [partial(guard, grounds.packs, _contact(each), grounds.facts, past, NOW) for each in ASKED]
    decided = [partial(decide, *_asked(contacts, n, each, grounds)) for n, each in enumerate(ASKED)]
    return {"places": len(past), "guard": _times(guarded, repetitions), "decide": _times(decided, repetitions)}


def _times(questions: Sequence[Callable[[], object]], repetitions: int) -> dict[str, float]:
    times = list[float]()
    gc.collect()
    gc.disable()
    for turn in range(WARM_UP + repetitions):
        for question in questions:
            started = thread_time()
            question()
            if turn >= WARM_UP:
                times.append(thread_time() - started)
    gc.enable()
    return {"p50_ms": percentile(times, 50), "p99_ms": percentile(times, 99)}


def _contact(medium: Channel) -> Contact:
    told: dict[str, Any] = {"point_reserved": True, "names_itself": True}
    return Contact("collection", medium, "customer", CUSTOMER, DIGEST, ACCOUNTS, **told)


def _asked(contacts: Contacts, n: int, channel: Channel, grounds: Grounds) -> tuple[Contacts, DecideContact]:
    """With contact `n` asked for, and what is to be decided of it."""
    asked = _folded(contacts, decide(contacts, _request(n, channel)))
    return asked, DecideContact(UUID(int=n), grounds)


def _request(n: int, channel: Channel) -> RequestContact:
    lapses_on = TODAY + timedelta(days=3)
    return RequestContact(UUID(int=n), CUSTOMER, "collection", channel, CUSTOMER, ACCOUNTS, TODAY, lapses_on)


def _crowded() -> Contacts:
    moments = [NOW - REMEMBERED / MANY * (MANY - n) for n in range(MANY)]
    return Contacts(CUSTOMER, places={UUID(int=MANY + n): _past(n, at) for n, at in enumerate(moments)})


def _past(n: int, at: datetime) -> PastContact:
    """Today's calls do not come through."""
    medium, outcome = MEDIA[n % len(MEDIA)], OUTCOMES[n % len(OUTCOMES)]
    if NOW - at < timedelta(days=1):
        outcome = "failed" if medium == "call" else "delivered"
    return PastContact(at, "collection", medium, "customer", CUSTOMER, DIGEST, ACCOUNTS, outcome)


def _lawful(grounds: Grounds) -> Contacts:
    """The events of the first message are those of `decide`, and those of all others are the same at another time."""
    contacts, id_ = Contacts(CUSTOMER), UUID(int=0)
    life: list[ContactCommand] = [_request(0, "sms"), DecideContact(id_, grounds), AttemptContact(id_, grounds)]
    events = list[ContactEvent]()
    for command in (*life, NoteSent(id_, "its-id"), NoteOutcome(id_, "delivered")):
        made = decide(contacts, command)
        contacts = _folded(contacts, made)
        events += made
    contacts = Contacts(CUSTOMER)
    for n in range(MANY):
        at = NOW - timedelta(days=1) / A_DAY * (MANY - n)
        contacts = _folded(contacts, (_moved(each, UUID(int=MANY + n), at) for each in events))
    return contacts


def _moved(event: ContactEvent, contact_id: UUID, at: datetime) -> ContactEvent:
    moments = {name: at for name in ("decided_at", "attempted_at") if name in type(event).model_fields}
    return event.model_copy(update={"contact_id": contact_id, **moments})


def _folded(contacts: Contacts, events: Iterable[ContactEvent]) -> Contacts:
    for event in events:
        contacts = evolve(contacts, event)
    return contacts
