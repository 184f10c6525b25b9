"""Text messages as they stand on the wire of SMPP 3.4: ours in, receipts and replies out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from uuid import UUID, uuid4

from smpp34 import Tlv

ENCODINGS = {0: "ascii", 1: "ascii", 3: "latin-1", 8: "utf-16-be"}
"""By data_coding (5.2.19); 0 is the centre's own default alphabet, which it keeps within ASCII."""
ASCII, UCS2 = 1, 8
SHORT_BYTES_MAX = 254
MESSAGE_PAYLOAD, MESSAGE_STATE = 0x0424, 0x0427  # 5.3.2
REFERENCE, INBOUND_ID = 0x1400, 0x1401  # the centre's own: our id of a message, and its id of what a customer wrote
ID_BYTES = 16
KIND, RECEIPT, WRITTEN = 0x3C, 0x04, 0x00  # the bits of esm_class that tell them apart, 5.2.12
USER_DATA_HEADER = 0x40
FINAL_STATES = {2: True, 3: False, 4: False, 5: False, 8: False}
"""Whether a message arrived, by message_state (5.2.28): delivered; expired, deleted, undeliverable, rejected."""


@dataclass(frozen=True)
class Receipt:
    contact_id: UUID
    delivered: bool


@dataclass(frozen=True)
class Inbound:
    """What a customer wrote. `id` is the centre's, the same when it comes again."""

    id: UUID
    sender: str
    text: str


class Submission(NamedTuple):
    data_coding: int
    short_message: bytes
    tlvs: list[Tlv]


class Delivery(Protocol):
    """What is read of a deliver_sm."""

    @property
    def source_addr(self) -> str: ...
    @property
    def esm_class(self) -> int: ...
    @property
    def data_coding(self) -> int: ...
    @property
    def short_message(self) -> bytes: ...
    @property
    def tlvs(self) -> Sequence[Tlv]: ...


def submission_of(contact_id: UUID, text: str) -> Submission:
    """Two bytes a character unless it is ASCII throughout; whole as a payload when it is too long for one message."""
    coding = ASCII if text.isascii() else UCS2
    written, reference = text.encode(ENCODINGS[coding]), Tlv(REFERENCE, contact_id.bytes)
    if len(written) > SHORT_BYTES_MAX:
        return Submission(coding, b"", [reference, Tlv(MESSAGE_PAYLOAD, written)])
    return Submission(coding, written, [reference])


def heard_in(delivery: Delivery) -> Receipt | Inbound | None:
    """None for what is neither the end of a message of ours nor a text that can be read."""
    tlvs = {tlv.tag: tlv.value for tlv in delivery.tlvs}
    kind = delivery.esm_class & KIND
    if kind == RECEIPT:
        return _receipt(tlvs)
    return _inbound(delivery, tlvs) if kind == WRITTEN else None


def _receipt(tlvs: Mapping[int, bytes]) -> Receipt | None:
    reference, state = tlvs.get(REFERENCE, b""), int.from_bytes(tlvs.get(MESSAGE_STATE, b""))
    if len(reference) != ID_BYTES or state not in FINAL_STATES:
        return None
    return Receipt(UUID(bytes=reference), FINAL_STATES[state])


def _inbound(delivery: Delivery, tlvs: Mapping[int, bytes]) -> Inbound | None:
    encoding = ENCODINGS.get(delivery.data_coding)
    if encoding is None or delivery.esm_class & USER_DATA_HEADER:
        return None
    try:
        text = (tlvs.get(MESSAGE_PAYLOAD) or delivery.short_message).decode(encoding)
    except UnicodeDecodeError:
        return None
    id_ = tlvs.get(INBOUND_ID, b"")
    return Inbound(UUID(bytes=id_) if len(id_) == ID_BYTES else uuid4(), delivery.source_addr, text)
