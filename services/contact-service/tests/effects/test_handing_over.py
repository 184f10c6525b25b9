"""What each answer of a provider becomes, and how long it is tried."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from contact_service.domain.contacts import NoteOutcome, NoteSent
from contact_service.effects import handing_over
from contact_service.effects.handing_over import Deadline, hand_over
from contact_service.effects.providers import Recipient
from contact_service.gateways.errors import NotTaken, Rejected, TooLate, Unknown

from .scripted import Scripted

OURS, TO = UUID(int=1), Recipient("customer", "+8613800000001")
SENT, ASKED = NoteSent(OURS, "its-id"), NoteSent(OURS, "asked-for")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried again without a pause."""
    monkeypatch.setattr(handing_over, "PAUSES_SECONDS", (0.0, 0.0, 0.0))


def outcome(of: Any) -> NoteOutcome:
    return NoteOutcome(OURS, of)


async def came_of(provider: Scripted, within: timedelta = timedelta(minutes=1)) -> Any:
    return await hand_over(provider, OURS, TO, None, Deadline.after(within))


async def test_what_the_provider_took_is_sent_and_asked_for_no_more():
    provider = Scripted()
    assert (await came_of(provider), provider.tries) == (SENT, 1)


async def test_what_has_no_id_of_the_providers_has_its_outcome_later():
    assert await came_of(Scripted(answers=[""])) is None


@pytest.mark.parametrize("reason", ["rejected", "not_in_service"])
async def test_what_it_refuses_for_good_has_failed_and_is_not_tried_again(reason: Any):
    provider = Scripted(answers=[Rejected(reason)])
    assert (await came_of(provider), provider.tries) == (outcome(reason), 1)


async def test_what_it_did_not_take_is_tried_four_times_and_has_failed():
    provider = Scripted(answers=[NotTaken()])
    assert (await came_of(provider), provider.tries) == (outcome("undelivered"), 4)


async def test_a_provider_that_is_back_takes_it():
    provider = Scripted(answers=[NotTaken(), NotTaken(), NotTaken(), "its-id"])
    assert (await came_of(provider), provider.tries) == (SENT, 4)


async def test_what_may_have_been_taken_is_not_handed_again_to_who_takes_it_twice():
    provider = Scripted(answers=[Unknown(), "its-id"], takes_once=False)
    assert (await came_of(provider), provider.tries) == (outcome("unknown"), 1)


async def test_it_is_handed_again_to_who_takes_it_once():
    provider = Scripted(answers=[Unknown(), "its-id"])
    assert (await came_of(provider), provider.tries) == (SENT, 2)


@pytest.mark.parametrize(
    ("it_has", "said"), [(True, ASKED), (False, outcome("undelivered")), (None, outcome("unknown"))]
)
@pytest.mark.parametrize("answers", [[Unknown()], [Unknown(), NotTaken()], [NotTaken(), Unknown(), NotTaken()]])
async def test_who_may_have_taken_it_is_asked_even_when_a_later_try_was_not_taken(answers: Any, it_has: Any, said: Any):
    provider = Scripted(answers=answers, it_has=it_has)
    assert (await came_of(provider), provider.tries) == (said, 4)


async def test_a_call_that_was_taken_has_its_outcome_later():
    assert await came_of(Scripted(answers=[Unknown()], it_has=True, tells_later=True)) is None


async def test_after_the_limit_nothing_is_handed_over():
    provider = Scripted()
    assert await came_of(provider, within=timedelta(0)) == outcome("undelivered")
    assert (provider.tries, provider.handed) == (0, [])


async def test_what_may_have_been_taken_before_the_limit_is_asked_for():
    provider = Scripted(answers=[Unknown(), TooLate(), "its-id"])
    assert (await came_of(provider), provider.tries) == (outcome("unknown"), 2)


def test_a_deadline_is_kept_until_it_is_over():
    Deadline.after(timedelta(minutes=1)).keep()
    with pytest.raises(TooLate):
        Deadline.after(timedelta(0)).keep()
