"""Text messages: what is sent arrives as it was written, receipts come back with our id, and replies in their words."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import httpx
import pytest
from arrears_local import sms
from arrears_local.home import Home
from arrears_local.received import messages
from arrears_local.sms_messages import Message
from contact_service.gateways import sms as sms_gateway
from contact_service.gateways.errors import NotTaken, Rejected, Unconfirmed, Unknown
from contact_service.gateways.sms import Inbound, Receipt, SmsGateway

from .conftest import SECONDS_MAX, away, back, frozen, until

TO = "+8613800000001"
BRIEF = "【某某银行】您的账单已逾期，回T退订。"


@dataclass
class Session:
    gateway: SmsGateway
    came: list[Receipt | Inbound] = field(default_factory=list)

    async def send(self, text: str = BRIEF, to: str = TO) -> tuple[UUID, str]:
        contact_id = uuid4()
        return contact_id, await self.gateway.send(contact_id, to, text)

    async def sent_when_bound(self) -> UUID:
        """As a caller does that tries again what was not taken."""
        for _ in range(100):
            try:
                return (await self.send())[0]
            except NotTaken:
                await asyncio.sleep(0.1)
        raise AssertionError("it is not bound again")


def gateway(home: Home, password: str | None = None) -> SmsGateway:
    told = sms.settings(home)
    return SmsGateway(
        host=told["ARREARS_SMPP_HOST"],
        port=int(told["ARREARS_SMPP_PORT"]),
        system_id=told["ARREARS_SMPP_SYSTEM_ID"],
        password=password or told["ARREARS_SMPP_PASSWORD"],
        sender="1069",
    )


@asynccontextmanager
async def listening_to(made: SmsGateway) -> AsyncIterator[Session]:
    session = Session(made)

    async def listen() -> None:
        while True:
            session.came += await made.heard(100)

    async with made:
        listening = asyncio.create_task(listen())
        yield session
        listening.cancel()


def opened(home: Home, password: str | None = None) -> AbstractAsyncContextManager[Session]:
    return listening_to(gateway(home, password))


async def heard_by(listener: SmsGateway, wanted: set[Receipt]) -> None:
    """Returns when all that is wanted has been heard."""
    while wanted:
        wanted -= set(await listener.heard(100))


def received(home: Home, contact_id: UUID) -> list[Message]:
    return [one for one in messages(home) if one.reference == contact_id.hex]


def write_in(home: Home, text: str) -> UUID:
    url, secret = sms.inbound_door(home)
    told = {"from": "8613800000001", "to": "1069", "text": text}
    answer = httpx.post(url, json=told, headers={"Authorization": f"Bearer {secret}"})
    return UUID(answer.json()["inbound_id"])


@pytest.mark.parametrize("text", [BRIEF, "Pay by 30 June. T to stop.", "长" * 600, "long " * 200, "🐉 龙"])
async def test_a_message_arrives_as_it_was_written(outside: Home, text: str):
    async with opened(outside) as session:
        contact_id, reference = await session.send(text)
    (kept,) = received(outside, contact_id)
    assert (kept.sender, kept.to, kept.text) == ("1069", TO.removeprefix("+"), text)
    assert (kept.message_id, kept.registered_delivery) == (reference, 1)


@pytest.mark.parametrize(("to", "delivered"), [(TO, True), ("+8613800000100", False)])
async def test_a_receipt_tells_of_which_contact_it_is_and_whether_it_was_delivered(
    outside: Home, to: str, delivered: bool
):
    async with opened(outside) as session:
        contact_id, _ = await session.send(to=to)
        await until(lambda: Receipt(contact_id, delivered) in session.came)


async def test_what_customers_write_is_heard_in_their_words(outside: Home):
    texts = ("T", "我不同意，请复核。", "长" * 400)
    async with opened(outside) as session:
        wrote = [Inbound(write_in(outside, text), "8613800000001", text) for text in texts]
        await until(lambda: all(one in session.came for one in wrote))


async def test_a_receipt_that_comes_twice_is_heard_once(outside: Home):
    """The centre keeps twice what is sent twice, and so tells twice."""
    async with opened(outside) as session:
        contact_id, _ = await session.send()
        await session.gateway.send(contact_id, TO, BRIEF)
        await until(lambda: all(one.receipt_at for one in received(outside, contact_id)))
        last, _ = await session.send()
        await until(lambda: Receipt(last, True) in session.came)
    assert len(received(outside, contact_id)) == 2
    assert session.came.count(Receipt(contact_id, True)) == 1


async def test_a_number_that_the_centre_refuses_is_rejected(outside: Home):
    async with opened(outside) as session:
        with pytest.raises(Rejected) as why:
            await session.send(to="somebody")
        await session.send()
    assert why.value.reason == "rejected"


async def test_a_centre_that_is_away_has_taken_nothing_and_is_bound_again_when_it_is_back(outside: Home):
    away(outside, sms.part)
    async with opened(outside) as session:
        with pytest.raises(NotTaken):
            await session.send()
        back(outside, sms.part)
        contact_id = await session.sent_when_bound()
        await until(lambda: Receipt(contact_id, True) in session.came)


async def test_a_wrong_password_is_no_word_about_the_message(outside: Home):
    async with opened(outside, password="guess") as stranger:
        with pytest.raises(NotTaken):
            await stranger.send()


async def test_nobody_knows_whether_a_message_was_taken_when_the_centre_dies_over_it(outside: Home):
    async with opened(outside) as session:
        frozen(outside, sms.part)
        sending = asyncio.create_task(session.send())
        await asyncio.sleep(0.2)
        away(outside, sms.part)
        with pytest.raises(Unknown):
            await sending
        with pytest.raises(NotTaken):
            await session.send()


async def test_a_kill_in_the_middle_leaves_each_message_taken_not_taken_or_unknown_and_none_in_the_wrong_place(
    outside: Home,
):
    ends: dict[UUID, str] = {}

    async def send(session: Session) -> None:
        contact_id = uuid4()
        try:
            await session.gateway.send(contact_id, TO, BRIEF)
            ends[contact_id] = "taken"
        except Unconfirmed as why:
            ends[contact_id] = type(why).__name__

    async with opened(outside) as session:
        sending = [asyncio.create_task(send(session)) for _ in range(1000)]
        await until(lambda: len(ends) > 200)
        away(outside, sms.part)
        await asyncio.gather(*sending)
    back(outside, sms.part)
    kept = [one.reference for one in messages(outside)]
    assert {kept.count(id_.hex) for id_, end in ends.items() if end == "taken"} == {1}
    assert {kept.count(id_.hex) for id_, end in ends.items() if end == "NotTaken"} == {0}
    assert list(ends.values()).count("Unknown") <= 50, "more than were on their way at a time"


async def test_what_waited_at_the_centre_is_heard_after_the_session_was_lost(outside: Home):
    async with opened(outside) as session:
        await session.send()
        away(outside, sms.part)
        back(outside, sms.part)
        wrote = write_in(outside, "在吗")
        await until(lambda: Inbound(wrote, "8613800000001", "在吗") in session.came)


async def test_what_nobody_has_listened_to_yet_is_kept_until_somebody_does(outside: Home):
    unheard = gateway(outside)
    async with unheard:
        sent = [uuid4() for _ in range(100)]
        await asyncio.gather(*(unheard.send(id_, TO, BRIEF) for id_ in sent))
        wanted = {id_.hex for id_ in sent}
        await until(lambda: sum(one.reference in wanted for one in messages(outside) if one.receipt_at) == 100)
    async with listening_to(unheard) as session:
        await until(lambda: {Receipt(id_, True) for id_ in sent} <= set(session.came))


async def test_nothing_more_is_sent_while_too_much_is_unheard(outside: Home, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sms_gateway, "HEARD_MAX", 200)
    sender, sent = gateway(outside), set[Receipt]()
    async with sender:
        with suppress(NotTaken):
            while len(sent) < 1000:
                contact_id = uuid4()
                await sender.send(contact_id, TO, BRIEF)
                sent.add(Receipt(contact_id, True))
        assert len(sent) < 200
        await asyncio.wait_for(heard_by(sender, sent), SECONDS_MAX)
        await sender.send(uuid4(), TO, BRIEF)


async def test_a_flood_that_nobody_hears_in_time_costs_the_session_and_no_receipt(
    outside: Home, monkeypatch: pytest.MonkeyPatch
):
    for name, value in {"HEARD_MAX": 4, "INBOUND_MAX": 4, "LOOK_SECONDS": 0.2, "BIND_AGAIN_SECONDS": 0.1}.items():
        monkeypatch.setattr(sms_gateway, name, value)
    flooded, sent = gateway(outside), [uuid4() for _ in range(20)]
    async with flooded:
        await asyncio.gather(*(flooded.send(id_, TO, BRIEF) for id_ in sent), return_exceptions=True)
        kept = [id_ for id_ in sent if received(outside, id_)]
        await asyncio.sleep(0.5)
        await asyncio.wait_for(heard_by(flooded, {Receipt(id_, True) for id_ in kept}), SECONDS_MAX)
    assert len(kept) > 9, "all of them had room"
