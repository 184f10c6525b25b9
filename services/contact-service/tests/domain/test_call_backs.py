"""A call that the customer asked for: it waits for its day, and is a collection call like any other."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from arrears_events.catalogue.contact import (
    AuthorisationExpired,
    CallBackRequested,
    ContactAuthorised,
    ContactRefused,
    ContactRequested,
)
from arrears_events.envelope import StreamEvent
from arrears_runtime.testing.specification import Specification
from contact_service.domain.call_backs import days_to_be_had
from contact_service.domain.contacts import DecideContact, RequestContact, decide
from contact_service.domain.decision import Grounds, Point
from contact_service.domain.history import Contacts, evolve
from contact_service.reactions.call_back_requested import call_back

from .asking import FACTS, NEW_YORK, SHANGHAI, at, owed, packs

specification = Specification(decide, evolve)
given = specification.given
TODAY, DAY, CALL = date(2026, 4, 1), date(2026, 4, 10), UUID(int=1)
WISH = CallBackRequested(
    customer_id="C-1", contact_id=CALL, party_id="C-1", accounts=frozenset({"A-1"}), on=DAY, requested_on=TODAY
)


def asked(fact: int = 2, wish: CallBackRequested = WISH) -> RequestContact:
    return call_back.ask(StreamEvent[Any].model_construct(id=UUID(int=fact), data=wish))


def requested(fact: int = 2, wish: CallBackRequested = WISH) -> ContactRequested:
    [event] = decide(None, asked(fact, wish))
    assert isinstance(event, ContactRequested)
    return event


def ask(local: str, zone: str = SHANGHAI, **known: Any) -> DecideContact:
    now = at(local, zone)
    facts = replace(FACTS, time_zone=zone, today=now.date(), next_business_date=now.date(), owed=(owed("A-1"),))
    point = Point("P-1", "d1", "customer", reserved=True)
    found: dict[str, Any] = {"packs": packs(), "policies": (), "point": point, "positions": {}}
    found |= {"facts": replace(facts, **known)}
    return DecideContact(UUID(int=2), Grounds(now=now, today=now.date(), **found))


def decided(command: DecideContact, *events: Any) -> Any:
    [event] = decide(specification.fold(None, events or (requested(),)), command)
    return event


def against(event: ContactRefused) -> set[str]:
    return {rule.rule for rule in event.rules if not rule.passed}


def test_a_wish_asks_for_one_collection_call_to_who_wished_about_the_same_accounts():
    event = requested()
    assert (event.contact_id, event.purpose, event.channel) == (UUID(int=2), "collection", "call")
    assert (event.party_id, event.accounts, event.call_back_of) == ("C-1", {"A-1"}, CALL)
    assert (event.not_before, event.requested_on, event.lapses_on) == (DAY, TODAY, DAY + timedelta(days=3))


def test_it_waits_for_the_first_moment_of_its_day():
    event = decided(ask("04-01 12:00"))
    assert isinstance(event, ContactRefused)
    assert (against(event), event.allowed_from, event.final) == ({"CALL-BACK"}, at("04-10 00:00"), False)


def test_the_day_is_that_of_where_the_customer_is():
    """Shanghai has the tenth already, and New York still the ninth."""
    event = decided(ask("04-09 20:00", NEW_YORK))
    assert isinstance(event, ContactRefused)
    assert (against(event), event.allowed_from) == ({"CALL-BACK"}, at("04-10 00:00", NEW_YORK))


def test_on_its_day_the_law_says_at_what_hour():
    night = decided(ask("04-10 00:00"))
    assert isinstance(night, ContactRefused)
    assert (against(night), night.allowed_from, night.final) == ({"CN-01"}, at("04-10 08:00"), False)
    assert isinstance(decided(ask("04-10 08:00")), ContactAuthorised)


def test_before_its_day_a_missing_number_is_no_end():
    early = ask("04-01 12:00")
    event = decided(replace(early, grounds=replace(early.grounds, point=None)))
    assert isinstance(event, ContactRefused)
    assert (against(event), event.final) == ({"CALL-BACK"}, False)


def test_it_counts_as_ours_and_has_its_place_among_all():
    state = specification.fold(None, [requested()])
    state, _ = specification.run(state, ask("04-10 09:00"))
    assert isinstance(state, Contacts)
    [place] = state.past
    assert (place.ours, place.purpose, place.medium) == (True, "collection", "call")


def test_who_has_paid_by_then_is_not_called():
    event = decided(ask("04-10 09:00", owed=(owed("A-1", paid="1000"),)))
    assert isinstance(event, ContactRefused)
    assert (against(event), event.final) == ({"BANK-01a"}, True)


def test_what_the_law_did_not_let_pass_lapses():
    expired = AuthorisationExpired(customer_id="C-1", contact_id=UUID(int=2), reason="lapsed")
    assert decided(ask("04-14 09:00")) == expired


def test_the_same_day_is_asked_for_once_however_often_it_is_wished_for():
    given(requested()).when(asked(3)).then()
    other = WISH.model_copy(update={"on": DAY + timedelta(days=1)})
    given(requested()).when(asked(3, other)).then(requested(3, other))


def test_a_step_of_treatment_does_not_join_a_call_that_waits_for_its_day():
    step = replace(asked(4), not_before=None, call_back_of=None)
    [event] = decide(specification.fold(None, [requested()]), step)
    assert isinstance(event, ContactRequested)


@pytest.mark.parametrize(("zone", "earliest"), [(SHANGHAI, "2026-04-02"), (NEW_YORK, "2026-04-01")])
def test_the_days_to_be_had_begin_tomorrow_where_the_customer_is(zone: str, earliest: str):
    first, last = days_to_be_had(zone, at("04-01 10:00"))
    assert (str(first), last - first) == (earliest, timedelta(days=30))
