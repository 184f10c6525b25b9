"""What comes back over SMS is noted: receipts many at a time, each after the note that its message was sent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from arrears_events.bank.people import contact_values, details_of, digest_of, profile_of
from arrears_events.catalogue.bank import ContactPoint
from arrears_events.catalogue.base import CustomerStopped
from arrears_events.catalogue.case import DisputeRaised
from arrears_events.catalogue.contact import ContactPointBarred, MessageReceived, OptedOut, PromiseHeard
from arrears_events.money import Money
from contact_service.domain.contacts import NoteSent, stream_of
from contact_service.effects.listening import listen
from contact_service.gateways.sms import Inbound, Receipt
from contact_service.views import arrears, disputes, plans, profiles
from structlog.testing import capture_logs

from ..api.contacting import TODAY, YESTERDAY
from ..plans import agreed, proposed
from ..views.folding import POLICY
from .conftest import SECONDS_MAX, Office

SILENCE = timedelta(days=3)
PARTY = "+9993000000001"
MOST = Money.of("9999999999999.99", "CNY")


class Gateway:
    """What a test puts in is heard at once."""

    def __init__(self, *heard: Receipt | Inbound) -> None:
        self._heard = asyncio.Queue[list[Receipt | Inbound]]()
        self._heard.put_nowait(list(heard))

    async def heard(self, most: int) -> list[Receipt | Inbound]:  # noqa: ARG002
        return await self._heard.get()


@asynccontextmanager
async def listening(office: Office, *heard: Receipt | Inbound) -> AsyncIterator[None]:
    gateway: Any = Gateway(*heard)
    listening = asyncio.create_task(listen(office.in_step, gateway, SILENCE))
    try:
        yield
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


async def writes(office: Office, sender: str, *texts: str) -> None:
    """Returns when all of it has been heard; an SMS after them shows that."""
    await office.told_of("C-9")
    last = [Inbound(uuid4(), contact_values("C-9")["mobile"], "??")]
    said = [Inbound(uuid4(), sender, text) for text in texts]
    async with listening(office, *said, *last), asyncio.timeout(SECONDS_MAX):
        while not [each for each in await office.said() if each.customer_id == "C-9"]:
            await asyncio.sleep(0.01)


async def heard(office: Office, customer: str = "C-1") -> list[Any]:
    """With no words."""
    return [each for each in await office.said() if each.customer_id == customer]


async def tied(office: Office, number: str = PARTY) -> None:
    """The bank tells of a third person whom C-1 named, and their number."""
    profile = profile_of("C-1", "cn")
    point = ContactPoint(contact_point_id="P-1/m", party_id="P-1", kind="mobile", reserved=False, digest="d" * 64)
    await office.hear(profiles.fold, profile.model_copy(update={"contact_points": (*profile.contact_points, point)}))
    details = details_of("C-1")
    await office.details(details.model_copy(update={"contact_points": {**details.contact_points, "P-1/m": number}}))


async def shared(office: Office, *customers: str) -> str:
    """The bank tells that the number of C-1 is the customers' too."""
    mobile = contact_values("C-1")["mobile"]
    for customer in ("C-1", *customers):
        await office.told_of(customer)
        details = details_of(customer)
        points = {**details.contact_points, f"{customer}/mobile": mobile}
        await office.details(details.model_copy(update={"contact_points": points}))
    return mobile


async def sent(office: Office, *customers: str) -> list[UUID]:
    for customer in customers:
        await office.told_of(customer)
    ids = [await office.asked("sms", customer) for customer in customers]
    await office.goes_out()
    return ids


async def test_receipts_that_come_together_each_end_their_contact(office: Office):
    arrived, lost = await sent(office, "C-2", "C-3")
    async with listening(office, Receipt(arrived, True), Receipt(lost, False)):
        await office.comes_to(arrived, "delivered")
        row = await office.comes_to(lost, "failed")
    assert row.reason == "undelivered"


async def test_a_receipt_that_is_quicker_than_the_note_of_its_message_waits_for_it_and_holds_up_no_other(
    office: Office,
):
    [noted] = await sent(office, "C-2")
    quick = await office.attempted("sms")
    async with listening(office, Receipt(quick, True), Receipt(noted, True)):
        await office.comes_to(noted, "delivered")
        assert (await office.row(quick)).status == "attempted"
        await office.send(stream_of("C-1"), "C-1", NoteSent(quick, "its-id"))
        row = await office.comes_to(quick, "delivered")
    assert row.reference == "its-id"


async def test_what_became_of_a_message_is_noted_of_a_stopped_customer_too(office: Office):
    [ours] = await sent(office, "C-2")
    await office.stop("C-2")
    async with listening(office, Receipt(ours, True)):
        await office.comes_to(ours, "delivered")


async def test_a_receipt_of_no_message_of_ours_is_passed_over(office: Office):
    [ours] = await sent(office, "C-2")
    async with listening(office, Receipt(UUID(int=1), True), Receipt(ours, True)):
        await office.comes_to(ours, "delivered")


async def test_a_message_that_is_told_of_twice_has_its_first_end(office: Office):
    [ours] = await sent(office, "C-2")
    async with listening(office, Receipt(ours, True), Receipt(ours, False)):
        await office.comes_to(ours, "delivered")


async def test_a_stop_of_a_third_person_bars_their_number_and_leaves_the_customer_as_they_were(office: Office):
    """Who refuses is never contacted again, and says nothing for the customer (CN-08)."""
    await tied(office)
    await writes(office, PARTY, "T")
    received, barred = await heard(office)
    assert (received.read_as, received.party_id) == ("unread", "P-1")
    assert barred == ContactPointBarred(customer_id="C-1", digest="d" * 64, reason="refused")


async def test_a_card_number_in_a_reply_is_not_kept(office: Office):
    await writes(office, contact_values("C-1")["mobile"], "卡号4111111111111111, or 4111 1111 1111 1111; 13800000000")
    [received] = await heard(office)
    assert office.instance.keys
    assert await office.instance.keys.open("C-1", [received.text]) == ["卡号****, or ****; 13800000000"]


@pytest.mark.parametrize("text", ["2026-04-20 还", "已还"])
async def test_what_a_third_person_says_of_the_debt_is_for_a_person_to_read(office: Office, text: str):
    await tied(office)
    await writes(office, PARTY, text)
    [received] = await heard(office)
    assert (received.read_as, received.party_id) == ("unread", "P-1")


async def test_of_a_number_that_the_customer_shares_with_another_nobody_knows_who_writes(office: Office):
    mobile = contact_values("C-1")["mobile"]
    await tied(office, mobile)
    await writes(office, mobile, "T")
    received, barred = await heard(office)
    assert (received.read_as, received.party_id) == ("unread", None)
    assert barred.digest == digest_of(mobile)


async def test_a_stop_of_the_customer_opts_them_out(office: Office):
    await tied(office)
    await writes(office, contact_values("C-1")["mobile"], "T")
    received, opted_out = await heard(office)
    assert (received.read_as, received.party_id) == ("stop", "C-1")
    assert opted_out == OptedOut(customer_id="C-1", channel="sms", on=TODAY)


async def test_a_stop_from_a_number_that_several_customers_have_opts_every_one_of_them_out(office: Office):
    await writes(office, await shared(office, "C-2", "C-3"), "*STOP*")
    for customer in ("C-1", "C-2", "C-3"):
        received, opted_out = await heard(office, customer)
        assert (received.read_as, received.party_id) == ("stop", customer)
        assert opted_out == OptedOut(customer_id=customer, channel="sms", on=TODAY)


async def test_who_of_several_is_erased_keeps_no_stop_from_the_others(office: Office):
    mobile = await shared(office, "C-2")
    keys = office.instance.keys
    assert keys
    async with office.db.transaction() as connection:
        await connection.execute("INSERT INTO erased VALUES ('C-1', '')")
        await keys.shred(connection, ["C-1"])
    await writes(office, mobile, "T")
    assert await heard(office) == []
    assert [type(each) for each in await heard(office, "C-2")] == [MessageReceived, OptedOut]


@pytest.mark.parametrize("text", ["2026-04-20 还", "已还", "谁啊？"])
async def test_whose_anything_else_is_from_such_a_number_cannot_be_told(office: Office, text: str):
    with capture_logs() as logs:
        await writes(office, await shared(office, "C-2"), text)
    assert (await heard(office), await heard(office, "C-2")) == ([], [])
    told = {"event": "a reply from a number that several customers have", "customers": 2, "log_level": "warning"}
    assert told in logs


async def test_a_stop_of_a_customer_whom_a_bad_record_stops_is_heeded(office: Office):
    await office.told_of("C-1")
    await office.stop("C-1")
    await writes(office, contact_values("C-1")["mobile"], "T")
    assert [type(each) for each in await heard(office)] == [CustomerStopped, MessageReceived, OptedOut]


async def test_a_day_that_a_stopped_customer_names_is_for_a_person_to_read(office: Office):
    """What the bank has said since the bad record is not known: nor what is demanded."""
    await office.told_of("C-1")
    await office.stop("C-1")
    await writes(office, contact_values("C-1")["mobile"], "2026-04-20 还")
    _, received = await heard(office)
    assert received.read_as == "unread"


async def test_a_day_that_is_named_promises_neither_what_is_disputed_nor_what_is_in_a_plan(office: Office):
    await office.owes("A-2")
    await office.owes("A-3")
    plan = proposed("A-2")
    for said in (plan, agreed(plan)):
        await office.hear(plans.fold, said)
    await office.hear(disputes.fold, disputed("A-3", "400.00"))
    await writes(office, contact_values("C-1")["mobile"], "2026-04-20 还")
    [_, promise] = await heard(office)
    assert isinstance(promise, PromiseHeard)
    assert (promise.accounts, promise.amount) == ({"A-C-1", "A-3"}, Money.of("1600.00", "CNY"))


async def test_a_day_on_which_there_is_nothing_to_promise_is_for_a_person_to_read(office: Office):
    plan = proposed("A-C-1")
    for said in (plan, agreed(plan)):
        await office.hear(plans.fold, said)
    await writes(office, contact_values("C-1")["mobile"], "2026-04-20 还")
    [received] = await heard(office)
    assert received.read_as == "unread"


async def test_a_day_for_more_than_an_amount_may_be_is_for_a_person_to_read(office: Office):
    await office.hear(arrears.fold, (await office.owes("A-2")).model_copy(update={"arrears": MOST}))
    await writes(office, contact_values("C-1")["mobile"], "2026-04-20 还")
    [received] = await heard(office)
    assert received.read_as == "unread"


async def test_of_what_is_disputed_beyond_what_an_amount_may_be_nothing_is_demanded(office: Office):
    await office.owes("A-2")
    for number in 7, 8:
        dispute = disputed("A-2", "1.00").model_copy(update={"dispute_id": UUID(int=number), "disputed_amount": MOST})
        await office.hear(disputes.fold, dispute)
    await writes(office, contact_values("C-1")["mobile"], "2026-04-20 还")
    [_, promise] = await heard(office)
    assert (promise.accounts, promise.amount) == ({"A-C-1"}, Money.of("1000.00", "CNY"))


async def test_who_is_erased_over_their_reply_ends_nobody_elses(office: Office):
    """The number is still known, the key is gone."""
    keys = office.instance.keys
    assert keys
    async with office.db.transaction() as connection:
        await connection.execute("INSERT INTO erased VALUES ('C-1', '')")
        await keys.shred(connection, ["C-1"])
    await writes(office, contact_values("C-1")["mobile"], "已还")
    assert await heard(office) == []


def disputed(account: str, amount: str) -> DisputeRaised:
    which: dict[str, Any] = {"customer_id": "C-1", "account_id": account, "case_id": UUID(int=1)}
    days: dict[str, Any] = {"raised_on": YESTERDAY, "acknowledge_by": TODAY, "resolve_by": TODAY}
    what: dict[str, Any] = {"dispute_id": UUID(int=7), "kind": "wrong_amount", "policy": POLICY}
    return DisputeRaised(**which, **what, **days, disputed_amount=Money.of(amount, "CNY"))
