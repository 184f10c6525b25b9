"""Text messages on the wire: how ours are written, and what is heard in what the centre delivers."""

from uuid import UUID

import pytest
from contact_service.gateways.sms_messages import (
    INBOUND_ID,
    MESSAGE_PAYLOAD,
    MESSAGE_STATE,
    REFERENCE,
    Inbound,
    Receipt,
    heard_in,
    submission_of,
)
from hypothesis import given
from hypothesis import strategies as st
from smpp34 import DeliverSm, Tlv

OURS, THEIRS = UUID(int=1), UUID(int=2)
RECEIPT, PARTED = 0x04, 0x40


def receipt(state: int = 2, reference: bytes = OURS.bytes) -> DeliverSm:
    tlvs = [Tlv(REFERENCE, reference), Tlv(MESSAGE_STATE, bytes([state]))]
    return DeliverSm("8613800000001", "1069", b"id:1 stat:DELIVRD", esm_class=RECEIPT, tlvs=tlvs)


def reply(text: bytes, data_coding: int = 8, esm_class: int = 0, *tlvs: Tlv) -> DeliverSm:
    tlv_list = [Tlv(INBOUND_ID, THEIRS.bytes), *tlvs]
    return DeliverSm("8613800000001", "1069", text, data_coding=data_coding, esm_class=esm_class, tlvs=tlv_list)


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=400))
def test_any_text_is_read_as_it_was_written(text: str):
    coding, short, tlvs = submission_of(OURS, text)
    payload = next((tlv.value for tlv in tlvs if tlv.tag == MESSAGE_PAYLOAD), b"")
    assert len(short) <= 254
    assert not (short and payload)
    assert heard_in(reply(short, coding, 0, *(tlv for tlv in tlvs if tlv.value == payload))) == Inbound(
        THEIRS, "8613800000001", text
    )


@pytest.mark.parametrize(("text", "coding"), [("Pay", 1), ("还款", 8), ("café", 8)])
def test_what_is_not_ascii_throughout_takes_two_bytes_a_character(text: str, coding: int):
    assert submission_of(OURS, text).data_coding == coding


@pytest.mark.parametrize(("state", "delivered"), [(2, True), (3, False), (4, False), (5, False), (8, False)])
def test_a_receipt_tells_the_end_of_a_message(state: int, delivered: bool):
    assert heard_in(receipt(state)) == Receipt(OURS, delivered)


@pytest.mark.parametrize("state", [0, 1, 6, 7])
def test_a_receipt_of_a_message_under_way_is_not_heard(state: int):
    assert heard_in(receipt(state)) is None


def test_a_receipt_of_another_sender_is_not_heard():
    assert heard_in(receipt(reference=b"4711")) is None


def text_of(delivery: DeliverSm) -> str:
    heard = heard_in(delivery)
    assert isinstance(heard, Inbound)
    return heard.text


@pytest.mark.parametrize("data_coding", [2, 4, 5, 0x14, 0x30, 0xC0])
def test_a_text_in_no_alphabet_that_is_known_here_is_not_heard(data_coding: int):
    assert heard_in(reply("还款".encode("utf-16-be"), data_coding)) is None


@pytest.mark.parametrize("data_coding", [0x10, 0x11, 0x13, *range(0xF0, 0x100)])
def test_a_text_with_a_class_is_heard(data_coding: int):
    assert text_of(reply(b"STOP", data_coding)) == "STOP"


@pytest.mark.parametrize("data_coding", [0x18, 0x1B])
def test_a_text_of_two_bytes_a_character_with_a_class_is_heard(data_coding: int):
    assert text_of(reply("退订".encode("utf-16-be"), data_coding)) == "退订"


@pytest.mark.parametrize(
    ("delivery", "text"),
    [
        (reply("退订".encode("utf-16-be") + b"\xd8\x00"), "退订\ufffd"),
        (reply("退订".encode("utf-16-be") + b"!"), "退订\ufffd"),
        (reply(b"STOP \xff", 1), "STOP \ufffd"),
    ],
    ids=["half a pair", "half a character", "no ASCII"],
)
def test_what_cannot_be_decoded_loses_nothing_else_of_its_text(delivery: DeliverSm, text: str):
    assert text_of(delivery) == text


def part(number: int, text: str, data_coding: int = 8) -> DeliverSm:
    written = text.encode("utf-16-be" if data_coding == 8 else "ascii")
    return reply(bytes([5, 0, 3, 0x2A, 2, number]) + written, data_coding, PARTED)


def test_each_part_of_a_long_text_is_heard_as_a_text_of_its_own():
    assert [text_of(part(1, "退订。我上周")), text_of(part(2, "打过电话"))] == ["退订。我上周", "打过电话"]
    assert text_of(part(1, "STOP", data_coding=1)) == "STOP"


def test_parts_of_which_the_centre_tells_one_id_are_told_apart_and_a_repetition_is_known():
    first, again, second = (heard_in(part(number, "还")) for number in (1, 1, 2))
    assert first == again
    assert first != second


def test_a_part_is_heard_from_a_payload_too():
    payload = Tlv(MESSAGE_PAYLOAD, b"\x05\x00\x03\x2a\x02\x01STOP")
    assert text_of(reply(b"", 1, PARTED, payload)) == "STOP"


@pytest.mark.parametrize(("written", "text"), [(b"", ""), (b"\x05\x00", "\x05\x00"), (b"STOP", "STOP")])
def test_a_header_that_would_be_longer_than_all_is_none(written: bytes, text: str):
    assert text_of(reply(written, 1, PARTED)) == text


def test_a_text_without_the_centres_id_is_a_new_one_each_time():
    written = DeliverSm("8613800000001", "1069", b"T", data_coding=1)
    first, second = heard_in(written), heard_in(written)
    assert isinstance(first, Inbound)
    assert isinstance(second, Inbound)
    assert first.id != second.id


@given(
    text=st.binary(max_size=254),
    coding=st.integers(0, 255),
    esm_class=st.integers(0, 255),
    tlvs=st.dictionaries(
        st.sampled_from([REFERENCE, INBOUND_ID, MESSAGE_STATE, MESSAGE_PAYLOAD]), st.binary(max_size=20)
    ),
)
def test_whatever_a_centre_delivers_is_heard_or_not_and_never_an_error(
    text: bytes, coding: int, esm_class: int, tlvs: dict[int, bytes]
):
    written = [Tlv(tag, value) for tag, value in tlvs.items()]
    delivery = DeliverSm("8613800000001", "1069", text, data_coding=coding, esm_class=esm_class, tlvs=written)
    assert isinstance(heard_in(delivery), Receipt | Inbound | None)
