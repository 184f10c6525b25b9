"""The SMS centre: who may bind, what it keeps, the receipts it sends, and what outlasts a kill."""

import asyncio
import socket
import struct
import subprocess
import sys
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from arrears_local import infrastructure, sms, stack
from arrears_local.home import Home
from arrears_local.ports import port_of
from arrears_local.received import inbound, messages
from arrears_local.sms_messages import (
    MESSAGE_PAYLOAD,
    MESSAGE_STATE,
    RECEIPT,
    REFERENCE,
    USER_MESSAGE_REFERENCE,
    Message,
)
from smpp34 import Client, SmppError, Smsc, Tlv

from .conftest import killed_and_back, worked_seconds
from .sms_session import SECONDS_MAX, WINDOW, Bound, bound, inbound_id, receipted, tlvs_of, until

MANY = 2000
PER_SECOND = 500
BIND_TRANSCEIVER, ESME_RINVPASWD = 0x09, 0x0E
BRIEF = "您的账单已逾期，回T退订。"

SENDER_THAT_DIES = """
import asyncio, os, sys
from smpp34 import Client, Tlv

async def send():
    session = await Client("127.0.0.1", int(sys.argv[1]), "arrears", sys.argv[2]).connect()
    reference = Tlv(0x1400, bytes.fromhex(sys.argv[3]))
    await session.submit_sm("8613800000001", b"hello", source_addr="1069", registered_delivery=1, tlvs=[reference])
    os.kill(os.getpid(), 9)

asyncio.run(send())
"""


def is_done(home: Home, one: str | None) -> bool:
    """The centre has written down that a session took it."""
    taken = {message.message_id for message in messages(home) if message.receipt_at}
    return one in taken | {written.inbound_id for written in inbound(home) if written.handed_over_at}


def write_in(home: Home, text: str, secret: str | None = None) -> httpx.Response:
    url, right = sms.inbound_door(home)
    told = {"from": "8613800000001", "to": "1069", "text": text}
    return httpx.post(url, json=told, headers={"Authorization": f"Bearer {secret or right}"})


async def is_taken(session: Smsc) -> bool:
    try:
        return (await session.submit_sm("8613800000001", b"hello", source_addr="1069")).is_success
    except SmppError:
        return False


def kept(home: Home, message_id: str | None) -> Message:
    return next(one for one in messages(home) if one.message_id == message_id)


async def test_a_chinese_message_is_kept_in_its_words(outside: Home):
    async with bound(outside) as sender:
        message_id = await sender.send(BRIEF)
    found = kept(outside, message_id)
    assert (found.sender, found.to, found.text) == ("1069", "8613800000001", BRIEF)


async def test_a_long_message_comes_as_payload(outside: Home):
    async with bound(outside) as sender:
        payload = Tlv(MESSAGE_PAYLOAD, (BRIEF * 30).encode("utf-16-be"))
        message_id = await sender.send("", "8613800000001", payload)
    assert kept(outside, message_id).text == BRIEF * 30


async def test_a_receipt_tells_the_end_and_brings_back_both_references(outside: Home):
    own = uuid4()
    async with bound(outside) as sender:
        references = (Tlv(REFERENCE, own.bytes), Tlv(USER_MESSAGE_REFERENCE, (4711).to_bytes(2)))
        message_id = await sender.send(BRIEF, "8613800000001", *references)
        receipt = await sender.receipt_of(message_id)
    assert receipt.esm_class == RECEIPT
    assert receipt.short_message.startswith(f"id:{message_id} sub:001 dlvrd:001 ".encode())
    assert b"stat:DELIVRD" in receipt.short_message
    assert (receipt.source_addr, receipt.destination_addr) == ("8613800000001", "1069")
    told = tlvs_of(receipt)
    assert (told[MESSAGE_STATE], UUID(bytes=told[REFERENCE])) == (b"\x02", own)
    assert int.from_bytes(told[USER_MESSAGE_REFERENCE]) == 4711


async def test_a_number_that_ends_in_00_is_not_delivered(outside: Home):
    async with bound(outside) as sender:
        receipt = await sender.receipt_of(await sender.send(BRIEF, to="8613800000100"))
    assert b"stat:UNDELIV" in receipt.short_message
    assert tlvs_of(receipt)[MESSAGE_STATE] == b"\x05"


async def test_a_receipt_comes_only_when_it_is_asked_for(outside: Home):
    async with bound(outside) as sender:
        silent = await sender.send(BRIEF, registered_delivery=0)
        arrived = await sender.send(BRIEF, registered_delivery=2)
        failed = await sender.send(BRIEF, to="8613800000100", registered_delivery=2)
        await sender.receipt_of(failed)
        await sender.receipt_of(await sender.send(BRIEF))
    assert {receipted(one) for one in sender.came}.isdisjoint({silent, arrived})


async def test_what_is_sent_twice_is_kept_twice(outside: Home):
    reference = uuid4()
    async with bound(outside) as sender:
        ids = [await sender.send(BRIEF, "8613800000001", Tlv(REFERENCE, reference.bytes)) for _ in range(2)]
    found = [one.message_id for one in messages(outside) if one.reference == reference.hex]
    assert found == ids
    assert len(set(ids)) == 2


@pytest.mark.parametrize("who", [("arrears", "guess"), ("stranger", None), ("arrears", "")])
def test_a_wrong_password_is_answered_with_its_status(outside: Home, who: tuple[str, str | None]):
    name, password = who[0], sms.password(outside) if who[1] is None else who[1]
    bind = f"{name}\0{password}\0\0".encode() + b"\x34\0\0\0"
    with socket.create_connection(("127.0.0.1", port_of(outside, sms.NAME)), SECONDS_MAX) as stranger:
        stranger.sendall(struct.pack(">IIII", 16 + len(bind), BIND_TRANSCEIVER, 0, 7) + bind)
        assert struct.unpack(">IIII", stranger.recv(64)) == (16, BIND_TRANSCEIVER | 0x8000_0000, ESME_RINVPASWD, 7)
        assert stranger.recv(64) == b"", "it is still on the line"


async def test_who_has_no_password_does_not_bind(outside: Home):
    with pytest.raises(SmppError):
        async with bound(outside, password="guess", connect_timeout_ms=500):
            pass


async def test_who_comes_round_the_gate_is_not_served(outside: Home):
    before = len(messages(outside))
    behind = Client("127.0.0.1", port_of(outside, sms.CENTRE), "arrears", sms.password(outside))
    session = await behind.connect()
    assert not await is_taken(session)
    assert len(messages(outside)) == before


@pytest.mark.parametrize("wrong", [{"data_coding": 4}, {"esm_class": 0x40}, {"data_coding": 1}])
async def test_a_text_that_cannot_be_read_is_refused(outside: Home, wrong: dict[str, Any]):
    async with bound(outside) as sender:
        assert await sender.send(BRIEF, **wrong) is None


async def test_what_is_no_number_is_refused(outside: Home):
    async with bound(outside) as sender:
        assert await sender.send(BRIEF, to="somebody") is None


async def test_what_a_customer_writes_goes_to_whoever_is_bound(outside: Home):
    texts = ("T", "我不同意，请复核。", "长" * 400)
    async with bound(outside) as reader:
        ids = [write_in(outside, text).json()["inbound_id"] for text in texts]
        came = [await reader.until(lambda one, of=of: inbound_id(one) == of) for of in ids]
    said = [tlvs_of(one).get(MESSAGE_PAYLOAD) or one.short_message for one in came]
    assert [one.decode("utf-16-be" if came[at].data_coding == 8 else "ascii") for at, one in enumerate(said)] == [
        *texts
    ]
    assert {(one.source_addr, one.destination_addr, one.esm_class) for one in came} == {("8613800000001", "1069", 0)}


def test_only_who_has_the_secret_writes_in(outside: Home):
    assert write_in(outside, "T", secret="guess").status_code == 401
    url, secret = sms.inbound_door(outside)
    wrong = httpx.post(url, json={"from": "Wang", "to": "1069"}, headers={"Authorization": f"Bearer {secret}"})
    assert wrong.status_code == 422


async def test_what_waits_for_a_session_outlasts_a_kill(outside: Home):
    written = write_in(outside, "在吗").json()["inbound_id"]
    async with bound(outside, bind_type="TX") as sender:
        message_id = await sender.send(BRIEF)
    killed_and_back(outside, sms.part)
    assert kept(outside, message_id).receipt_at is None
    async with bound(outside, bind_type="RX") as reader:
        await reader.receipt_of(message_id)
        await reader.until(lambda one: inbound_id(one) == written)


async def test_what_a_session_has_taken_does_not_come_again_after_a_kill(outside: Home):
    written = write_in(outside, "在吗").json()["inbound_id"]
    async with bound(outside) as sender:
        message_id = await sender.send(BRIEF)
        await sender.receipt_of(message_id)
        await until(lambda: all(is_done(outside, one) for one in (message_id, written)))
    killed_and_back(outside, sms.part)
    async with bound(outside) as sender:
        await sender.receipt_of(await sender.send(BRIEF))
    assert not [one for one in sender.came if receipted(one) == message_id or inbound_id(one) == written]


async def test_a_kill_in_the_middle_loses_no_message_that_was_answered(outside: Home):
    answered: list[str | None] = []

    async def send_on(sender: Bound) -> None:
        while True:
            answered.append(await sender.send(BRIEF))

    async with bound(outside) as sender:
        sending = [asyncio.create_task(send_on(sender)) for _ in range(5)]
        while len(answered) < 100:
            await asyncio.sleep(0.01)
        stack.kill(outside, sms.part)
        ended = await asyncio.gather(*sending, return_exceptions=True)
    assert all(isinstance(one, SmppError) for one in ended)
    infrastructure.together_up(outside, [sms.part])
    assert {one for one in answered if one} <= {one.message_id for one in messages(outside)}


async def test_a_sender_that_died_learns_the_end_when_it_binds_again(outside: Home):
    own, told = uuid4(), sms.settings(outside)
    argv = [sys.executable, "-c", SENDER_THAT_DIES, told["ARREARS_SMPP_PORT"], told["ARREARS_SMPP_PASSWORD"], own.hex]
    died = await asyncio.to_thread(subprocess.run, argv, check=False)
    assert died.returncode == -9
    async with bound(outside) as sender:
        receipt = await sender.until(lambda one: tlvs_of(one).get(REFERENCE) == own.bytes)
    assert b"stat:DELIVRD" in receipt.short_message


async def test_five_hundred_messages_with_their_receipts_are_less_than_a_second_of_work(outside: Home):
    async with bound(outside) as sender:
        began = worked_seconds(outside, "sms")
        ids: set[str | None] = set()
        for _ in range(MANY // WINDOW):
            ids |= set(await asyncio.gather(*(sender.send(BRIEF) for _ in range(WINDOW))))
        await until(lambda: ids <= {receipted(one) for one in sender.came})
        rate = MANY / (worked_seconds(outside, "sms") - began)
    assert None not in ids
    assert len(ids) == MANY
    assert rate > PER_SECOND, f"{rate:.0f} messages/s"
