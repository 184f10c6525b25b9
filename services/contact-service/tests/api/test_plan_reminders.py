"""A reminder of an instalment that somebody asks for, and to whom a guarantor's contact may speak."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from arrears_events.bank.people import digest_of, profile_of
from arrears_events.catalogue.bank import ContactPoint, PartyLinked, PartyUnlinked
from arrears_events.catalogue.contact import ContactAuthorised, ContactRequested
from arrears_events.catalogue.plan import PlanBroken
from contact_service.views import parties, plans, profiles

from ..plans import SECOND, WHICH, agreed, cny, proposed
from .contacting import Contacting, contacting, problem

PLAN = proposed("A-C-1")
MISSING = (422, "nothing-to-remind-of")


@pytest.fixture
async def contact(database: Callable[[], str]) -> AsyncIterator[Contacting]:
    async for each in contacting(database):
        await each.in_arrears()
        yield each


async def remind(contact: Contacting, channel: str = "sms") -> httpx.Response:
    return await contact.ask(channel, purpose="plan_reminder")


async def test_who_has_a_plan_is_reminded_in_writing_and_by_word(contact: Contacting):
    await contact.hear(plans.fold, PLAN, agreed(PLAN))
    for channel in "sms", "call":
        assert (await remind(contact, channel)).status_code == 201
    requests = [each for each in await contact.said() if isinstance(each, ContactRequested)]
    assert [(each.purpose, each.channel) for each in requests] == [("plan_reminder", "sms"), ("plan_reminder", "call")]


async def test_the_plans_silence_lets_its_reminder_pass(contact: Contacting):
    await contact.hear(plans.fold, PLAN, agreed(PLAN))
    shown = await contact.get(await contact.decided("sms", purpose="plan_reminder"))
    assert (shown["status"], shown["accounts"]) == ("authorised", ["A-C-1"])


async def test_without_a_plan_that_runs_there_is_nothing_to_remind_of(contact: Contacting):
    assert problem(await remind(contact)) == MISSING
    await contact.hear(plans.fold, PLAN)
    assert problem(await remind(contact)) == MISSING
    await contact.hear(plans.fold, agreed(PLAN), PlanBroken(**WHICH, number=2, unpaid=cny("300.00"), day=SECOND))
    assert problem(await remind(contact, "call")) == MISSING


async def test_asked_again_when_the_plan_is_broken_a_request_has_the_answer_it_had(contact: Contacting):
    await contact.hear(plans.fold, PLAN, agreed(PLAN))
    asked = {"purpose": "plan_reminder", "key": "once"}
    first = await contact.ask("sms", **asked)
    await contact.hear(plans.fold, PlanBroken(**WHICH, number=2, unpaid=cny("300.00"), day=SECOND))
    again = await contact.ask("sms", **asked)
    assert (again.status_code, again.json()) == (201, first.json())


async def test_who_did_not_agree_to_reminders_gets_none(contact: Contacting):
    silent = proposed("A-C-1", reminders=False)
    await contact.hear(plans.fold, silent, agreed(silent))
    assert problem(await remind(contact)) == MISSING


async def test_for_a_mail_there_are_no_words(contact: Contacting):
    await contact.hear(plans.fold, PLAN, agreed(PLAN))
    assert problem(await remind(contact, "email")) == (422, "no-template")


async def test_a_guarantor_is_asked_for_the_debt_and_nobody_else(contact: Contacting):
    profile, theirs = profile_of("C-1", "cn"), digest_of("the guarantor's")
    mobile = ContactPoint(contact_point_id="P-1/mobile", party_id="P-1", kind="mobile", reserved=False, digest=theirs)
    points = (*profile.contact_points, mobile)
    await contact.hear(profiles.fold, profile.model_copy(update={"contact_points": points}))
    shown = await contact.get(await contact.decided(party_id="P-1"))
    assert {"CN-07", "CN-12"} <= set(shown["against"])

    tie: dict[str, Any] = {"customer_id": "C-1", "party_id": "P-1", "role": "guarantor", "account_id": "A-C-1"}
    await contact.hear(parties.fold, PartyLinked(**tie))
    assert (await contact.get(await contact.decided(party_id="P-1")))["status"] == "authorised"
    [allowed] = [each for each in await contact.said() if isinstance(each, ContactAuthorised)]
    assert (allowed.party, allowed.digest, allowed.accounts) == ("guarantor", theirs, {"A-C-1"})

    await contact.hear(parties.fold, PartyUnlinked(**tie))
    assert "CN-12" in (await contact.get(await contact.decided(party_id="P-1")))["against"]
