"""Two that lead, one of them frozen and woken, on one database: a contact is handed over once, or not at all."""

import asyncio
from datetime import timedelta

from arrears_runtime.instance import Instance

from .conftest import LIMIT, SECONDS_MAX, Office
from .scripted import Freezing, InStep, Scripted


async def asked_for_a_round(instance: Instance) -> asyncio.Task[None]:
    return asyncio.create_task(instance.rounds.ask())


async def test_who_wakes_before_its_attempt_finds_the_others_and_hands_nothing_over(office: Office, another: Instance):
    """The other is still handing it over, so the row is attempted when the first reads it."""
    sms = office.providers["sms"]
    old = Freezing(office.instance, before=True)
    id_ = await office.authorised("sms")
    async with office.led(old), asyncio.timeout(SECONDS_MAX):
        first = await asked_for_a_round(office.instance)
        await old.frozen.wait()
        sms.free.clear()
        async with office.led(InStep(another), limit=timedelta(minutes=1)):
            second = await asked_for_a_round(another)
            await sms.reached.wait()
            old.woken.set()
            await first
            assert sms.handed == []
            sms.free.set()
            await second
    assert [handed for handed, _, _ in sms.handed] == [id_]
    assert (await office.row(id_)).status == "sent"


async def test_who_wakes_after_its_attempt_was_settled_hands_nothing_over(office: Office, another: Instance):
    office.providers["sms"] = sms = Scripted(takes_once=False)
    old = Freezing(office.instance, before=False)
    id_ = await office.authorised("sms")
    async with office.led(old), asyncio.timeout(SECONDS_MAX):
        first = await asked_for_a_round(office.instance)
        await old.frozen.wait()
        async with office.led(InStep(another)):
            await office.comes_to(id_, "unknown")
            old.woken.set()
            await first
    assert (sms.handed, (await office.row(id_)).status) == ([], "unknown")


async def test_who_wakes_over_the_hand_over_itself_finds_that_it_is_too_late(office: Office, another: Instance):
    """What it says of it then is true and later, and makes known what nobody knew."""
    office.providers["sms"] = sms = Scripted(takes_once=False)
    sms.free.clear()
    id_ = await office.authorised("sms")
    async with office.led(limit=LIMIT), asyncio.timeout(SECONDS_MAX):
        first = await asked_for_a_round(office.instance)
        await sms.reached.wait()
        async with office.led(InStep(another)):
            await office.comes_to(id_, "unknown")
            sms.free.set()
            await first
    assert sms.handed == []
    row = await office.row(id_)
    assert (row.status, row.reason) == ("failed", "undelivered")


async def test_who_was_only_slow_and_hands_over_in_time_is_not_settled(office: Office, another: Instance):
    sms = office.providers["sms"]
    sms.free.clear()
    id_ = await office.authorised("sms")
    async with office.led(limit=timedelta(minutes=1)), asyncio.timeout(SECONDS_MAX):
        first = await asked_for_a_round(office.instance)
        await sms.reached.wait()
        async with office.led(InStep(another), limit=timedelta(seconds=2)):
            sms.free.set()
            await first
            await asyncio.sleep(2.0 * 4 / 3 + 0.2)
    assert len(sms.handed) == 1
    assert (await office.row(id_)).status == "sent"


async def test_two_that_lead_at_once_send_each_message_once(office: Office, another: Instance):
    ids = {await office.authorised(channel) for channel in ("sms", "email")}
    for customer in ("C-2", "C-3", "C-4", "C-5"):
        await office.told_of(customer)
        ids |= {await office.asked(channel, customer) for channel in ("sms", "email")}
    async with office.led(limit=timedelta(minutes=1)), office.led(InStep(another), limit=timedelta(minutes=1)):
        async with asyncio.timeout(SECONDS_MAX):
            await asyncio.gather(office.instance.rounds.ask(), another.rounds.ask())
    handed = [each for channel in ("sms", "email") for each, _, _ in office.providers[channel].handed]
    assert sorted(handed) == sorted(ids)
    assert {(await office.row(id_)).status for id_ in ids} == {"sent"}
