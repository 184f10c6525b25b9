"""What is due goes out: to whom, in which words, and what is noted of it."""

import asyncio
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from arrears_events.bank.people import contact_values
from arrears_events.catalogue.contact import AuthorisationExpired
from arrears_events.ids import event_id
from contact_service.domain.contacts import RequestContact, stream_of
from contact_service.effects.messages import Bank
from contact_service.gateways.errors import Rejected
from contact_service.views.payments import PaymentRow
from structlog.testing import capture_logs

from ..api.contacting import TODAY, YESTERDAY
from .conftest import SECONDS_MAX, Office
from .scripted import Faulty, Scripted


async def test_what_is_asked_for_is_decided_and_goes_out_in_one_round(office: Office):
    id_ = await office.asked("sms")
    await office.goes_out()
    row = await office.row(id_)
    assert (row.status, row.reference) == ("sent", "its-id"), row.rules
    [(handed, to, words)] = office.providers["sms"].handed
    assert (handed, to) == (id_, contact_values("C-1")["mobile"])
    assert "1,000.00 CNY" in words


async def test_while_one_is_handed_over_the_next_is_decided(office: Office):
    sms = office.providers["sms"]
    sms.free.clear()
    first = await office.authorised("sms")
    await office.told_of("C-2")
    next_one = await office.asked("email", "C-2")
    async with office.led(limit=timedelta(minutes=1)), asyncio.timeout(SECONDS_MAX):
        round_ = asyncio.create_task(office.instance.rounds.ask())
        await sms.reached.wait()
        await office.comes_to(next_one, "authorised")
        assert (await office.row(first)).status == "attempted"
        sms.free.set()
        await round_
    assert [(await office.row(each)).status for each in (first, next_one)] == ["sent", "sent"]


async def test_a_call_has_its_outcome_later(office: Office):
    office.providers["call"] = Scripted(answers=[""])
    id_ = await office.asked("call")
    await office.goes_out()
    assert (await office.row(id_)).status == "attempted"
    assert len(office.providers["call"].handed) == 1


async def test_what_a_provider_refuses_has_failed_with_its_reason(office: Office):
    office.providers["sms"] = Scripted(answers=[Rejected("rejected")])
    id_ = await office.asked("sms")
    await office.goes_out()
    row = await office.row(id_)
    assert (row.status, row.reason) == ("failed", "rejected")


async def test_a_channel_without_a_provider_reaches_nobody(office: Office):
    del office.providers["sms"]
    id_ = await office.asked("sms")
    await office.goes_out()
    row = await office.row(id_)
    assert (row.status, row.reason) == ("failed", "undelivered")


async def test_words_that_a_rule_of_text_forbids_do_not_go_out(office: Office):
    """The bank introduces itself as the police (CN-09)."""
    id_ = await office.asked("sms")
    await office.goes_out(Bank("公安", "400-000-0000"))
    row = await office.row(id_)
    assert (row.status, row.reason) == ("expired", "words_refused")
    assert office.providers["sms"].handed == []


async def test_a_message_that_no_template_is_there_for_does_not_go_out(office: Office):
    id_ = event_id("asked", 1)
    request: dict[str, Any] = {"contact_id": id_, "customer_id": "C-1", "purpose": "service_answer", "channel": "sms"}
    request |= {"party_id": "C-1", "accounts": frozenset({"A-C-1"}), "requested_on": TODAY}
    request |= {"lapses_on": TODAY + timedelta(days=3)}
    await office.send(stream_of("C-1"), "C-1", RequestContact(**request))
    await office.goes_out()
    row = await office.row(id_)
    assert (row.status, row.reason) == ("expired", "words_refused")


@pytest.mark.parametrize("channel", ["sms", "call"])
async def test_who_is_erased_is_contacted_no_more(office: Office, channel: Any):
    """Before the decision, or between that and the sending (BANK-08)."""
    decided = await office.authorised(channel)
    await office.erased()
    asked = await office.asked(channel)
    await office.goes_out()
    for refused in (await office.row(decided), await office.row(asked)):
        assert refused.status == "refused"
        assert "BANK-08" in {rule["rule"] for rule in json.loads(refused.rules) if not rule["passed"]}
    assert office.providers[channel].handed == []


async def test_a_contact_goes_to_the_point_that_was_asked_for(office: Office):
    """And not to the mobile, which is tried first where nothing is asked for."""
    office.providers["call"] = Scripted(answers=[""])
    id_ = await office.asked("call", contact_point_id="C-1/home")
    await office.goes_out()
    [(handed, to, _)] = office.providers["call"].handed
    assert (handed, to) == (id_, contact_values("C-1")["home"])


async def test_of_whom_the_words_cannot_be_made_is_sent_nothing_and_the_others_are(office: Office):
    """So many amounts, each of another day, are longer than a value may be."""
    for n in range(8):
        await office.owes(f"A-{n}", YESTERDAY - timedelta(days=n))
    await office.told_of("C-2")
    too_much, other = await office.asked("sms"), await office.asked("sms", "C-2")
    with capture_logs() as logged:
        await office.goes_out()
    row = await office.row(too_much)
    assert (row.status, row.reason) == ("expired", "words_failed")
    assert (await office.row(other)).status == "sent"
    assert [(each["log_level"], each["contact_id"]) for each in logged] == [("error", str(too_much))]


async def test_while_a_template_is_not_in_force_its_messages_alone_do_not_go_out(office: Office):
    await office.db.pool.execute("UPDATE policies SET approved_by = NULL WHERE name = 'reminder-sms'")
    await office.instance.policies.refresh(office.db.pool)
    sms, mail = await office.asked("sms"), await office.asked("email")
    await office.goes_out()
    rows = [await office.row(each) for each in (sms, mail)]
    assert [(row.status, row.reason) for row in rows] == [("expired", "words_failed"), ("sent", None)]


async def test_contacts_that_meet_a_bug_of_ours_hold_up_no_other_and_are_not_tried_again(office: Office):
    """In being decided, and in being attempted."""
    await office.told_of("C-2")
    bad = [await office.authorised("sms"), await office.asked("email")]
    other = await office.asked("sms", "C-2")
    with capture_logs() as logged:
        async with office.led(Faulty(office.instance, *bad)), asyncio.timeout(SECONDS_MAX):
            await office.instance.rounds.ask()
            await office.instance.rounds.ask()
    assert [(await office.row(each)).status for each in (*bad, other)] == ["authorised", "requested", "sent"]
    assert sorted((each["log_level"], each["contact_id"]) for each in logged) == sorted(
        ("error", str(id_)) for id_ in bad
    )


async def test_a_payment_that_is_taken_back_makes_nobody_owe_more_than_the_bank_said(office: Office):
    """The bank's next word of arrears will (CN-09)."""
    back = PaymentRow("r1", "A-C-1", "CNY", Decimal("-500.00"), TODAY)
    await office.db.pool.execute("INSERT INTO payments VALUES ($1, $2, $3, $4, $5)", *back)
    await office.asked("sms")
    await office.goes_out()
    [(_, _, words)] = office.providers["sms"].handed
    assert "1,000.00 CNY" in words


async def test_what_is_paid_after_the_decision_is_not_asked_for(office: Office):
    id_ = await office.authorised("sms")
    await office.hears(silent_until=TODAY + timedelta(days=3))
    await office.goes_out()
    assert (await office.row(id_)).status == "refused"
    assert AuthorisationExpired(customer_id="C-1", contact_id=id_, reason="facts_changed") in await office.said()
    assert office.providers["sms"].handed == []


async def test_what_an_outage_held_up_is_decided_again_and_goes_out(office: Office):
    id_ = await office.authorised("sms")
    await office.closed(TODAY, TODAY + timedelta(days=1))
    await office.goes_out()
    assert AuthorisationExpired(customer_id="C-1", contact_id=id_, reason="too_late") in await office.said()
    assert (await office.row(id_)).status == "sent"
    assert len(office.providers["sms"].handed) == 1


@pytest.mark.parametrize(
    ("channel", "provider", "status"),
    [
        ("email", Scripted(it_has=True), "sent"),
        ("email", Scripted(it_has=False), "failed"),
        ("email", Scripted(it_has=None), "unknown"),
        ("sms", Scripted(it_has=None, takes_once=False), "unknown"),
        ("call", Scripted(it_has=True, tells_later=True), "attempted"),
        ("call", Scripted(it_has=False), "failed"),
    ],
)
async def test_what_a_crash_left_attempted_is_asked_for_and_not_handed_over_again(
    office: Office, channel: str, provider: Scripted, status: str
):
    office.providers[channel] = provider
    id_ = await office.attempted(channel)
    async with office.led():
        await office.settled()
    assert (await office.row(id_)).status == status
    assert (provider.tries, provider.handed) == (0, [])


async def test_it_is_settled_only_when_the_one_before_can_hand_over_nothing_any_more(office: Office):
    office.providers["email"] = Scripted(it_has=False)
    id_ = await office.attempted("email")
    async with office.led(limit=timedelta(minutes=1)):
        await office.settled()
    assert (await office.row(id_)).status == "attempted"


async def test_a_channel_whose_provider_is_gone_is_unknown(office: Office):
    id_: UUID = await office.attempted("sms")
    del office.providers["sms"]
    async with office.led():
        row = await office.comes_to(id_, "unknown")
    assert row.reason is None
