"""Whether a customer may be contacted: given what is known, when asked, then now, or when, and why."""

from typing import Any

from arrears_events.catalogue.bank import SpecialStatusNotified
from arrears_events.catalogue.plan import InstalmentMissed, InstalmentPaid, PlanBroken
from contact_service.views import barred, plans, statuses

from ..plans import WHICH, agreed, cny, instalment, proposed
from .contacting import NEW_YORK, TODAY, Contacting, problem

PLAN = proposed("A-C-1")
MORNING_IN_NEW_YORK = "2026-04-01T12:00:00Z"


async def permissions(contact: Contacting, customer: str = "C-1", **query: Any) -> dict[str, Any]:
    """By channel: allowed now; else from when (None: nobody can say), and against which rules."""
    answer = await contact.get(f"/customers/{customer}/permissions", **query)
    return {
        each["channel"]: True if each["allowed"] else (each["allowed_from"], [rule["rule"] for rule in each["against"]])
        for each in answer["channels"]
    }


async def test_by_day_every_channel_is_open(contact: Contacting):
    await contact.in_arrears()
    assert await permissions(contact) == {"call": True, "sms": True, "email": True}
    answer = await contact.get("/customers/C-1/permissions")
    assert (answer["purpose"], answer["at"]) == ("collection", "2026-04-01T10:00:00+08:00")


async def test_at_night_none_is_until_the_morning(contact: Contacting):
    await contact.in_arrears(time_zone=NEW_YORK)
    closed = (MORNING_IN_NEW_YORK, ["CN-01"])
    assert await permissions(contact) == {"call": closed, "sms": closed, "email": closed}


async def test_what_the_customer_asked_for_is_answered_at_night(contact: Contacting):
    await contact.in_arrears(time_zone=NEW_YORK)
    assert await permissions(contact, purpose="service_answer") == {"call": True, "sms": True, "email": True}


async def test_who_agreed_to_it_is_contacted_at_night(contact: Contacting):
    await contact.in_arrears(time_zone=NEW_YORK)
    await contact.hears(night_agreed=True)
    assert (await permissions(contact))["call"] is True


async def test_a_channel_that_was_opted_out_of_stays_closed(contact: Contacting):
    await contact.in_arrears()
    await contact.hears(opts_out="sms")
    assert await permissions(contact) == {"call": True, "sms": (None, ["BANK-05"]), "email": True}


async def test_what_is_in_a_plan_is_not_collected(contact: Contacting):
    await contact.in_arrears()
    await contact.hear(plans.fold, PLAN, agreed(PLAN))
    in_plan = (None, ["BANK-04", "CN-17"])
    assert await permissions(contact) == {"call": in_plan, "sms": in_plan, "email": in_plan}
    assert (await permissions(contact, purpose="plan_reminder"))["sms"] is True


async def test_a_missed_instalment_opens_an_ordinary_plan_and_only_a_break_a_personalised_one(contact: Contacting):
    await contact.in_arrears()
    await contact.hear(plans.fold, PLAN, agreed(PLAN), instalment(InstalmentMissed))
    assert (await permissions(contact))["call"] == (None, ["BANK-04", "CN-17"])
    await contact.hear(plans.fold, PlanBroken(**WHICH, number=2, unpaid=cny("300.00"), day=TODAY))
    assert (await permissions(contact))["call"] is True
    ordinary = proposed("A-C-1", kind="ordinary")
    await contact.hear(plans.fold, ordinary, agreed(ordinary))
    assert (await permissions(contact))["call"] == (None, ["BANK-04", "CN-17"])
    await contact.hear(plans.fold, instalment(InstalmentMissed))
    assert (await permissions(contact))["call"] is True
    await contact.hear(plans.fold, instalment(InstalmentPaid, paid_on=TODAY))
    assert (await permissions(contact))["call"] == (None, ["BANK-04", "CN-17"])


async def test_who_has_not_read_what_was_written_a_minute_ago_says_nothing(contact: Contacting):
    await contact.in_arrears()
    contact.lags(50)
    assert (await permissions(contact))["sms"] is True
    contact.lags(80)
    behind = (None, ["SYS-01c"])
    for purpose in "collection", "service_answer":
        assert await permissions(contact, purpose=purpose) == {"call": behind, "sms": behind, "email": behind}


async def test_where_no_rule_pack_is_in_force_nobody_is_contacted(contact: Contacting):
    await contact.in_arrears(place="th")
    assert (await permissions(contact))["call"] == (None, ["PLACE"])


async def test_three_calls_that_are_on_their_way_close_the_line_until_tomorrow(contact: Contacting):
    await contact.in_arrears()
    for _ in range(3):
        await contact.calling()
    found = await permissions(contact)
    assert found == {"call": ("2026-04-02T00:00:00Z", ["CN-03"]), "sms": True, "email": True}


async def test_a_status_stops_what_the_rules_say(contact: Contacting):
    await contact.in_arrears()
    await contact.hear(
        statuses.fold, SpecialStatusNotified(customer_id="C-1", status_id="S-1", kind="insolvent", from_date=TODAY)
    )
    assert (await permissions(contact))["call"] == (None, ["BANK-03"])
    assert (await permissions(contact, purpose="service_answer"))["call"] is True


async def test_a_number_that_is_barred_leaves_the_others(contact: Contacting):
    await contact.in_arrears()
    id_ = await contact.calling()
    answer = await contact.post("/wrap-ups", {"contact_id": id_, "failed": "voicemail", "wrong_number": "recycled"})
    assert answer.status_code == 201
    await contact.hear(barred.fold, (await contact.said())[-1])
    assert await permissions(contact) == {"call": True, "sms": (None, ["BANK-06"]), "email": True}


async def test_who_is_stopped_by_a_bad_record_is_not_contacted(contact: Contacting):
    await contact.in_arrears()
    await contact.stop("C-1")
    assert (await permissions(contact))["email"] == (None, ["SYS-01b"])


async def test_a_purpose_that_there_is_not_is_refused(contact: Contacting):
    await contact.in_arrears()
    assert problem(await contact.http.get("/customers/C-1/permissions?purpose=greeting")) == (400, "query-invalid")
