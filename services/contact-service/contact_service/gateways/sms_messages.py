"""Text messages as they stand on the wire of SMPP 3.4: ours in, receipts and replies out.

A reply that comes in several parts is not put together: each part is heard as a text of its own, so a stop at the
beginning is heeded, and the rest waits to be read by a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from uuid import UUID, uuid4, uuid5

from smpp34 import Tlv

ENCODINGS = {0: "ascii", 1: "ascii", 3: "latin-1", 8: "utf-16-be"}
"""By data_coding (5.2.19); 0 is the centre's own default alphabet, which it keeps within ASCII."""
ASCII, UCS2 = 1, 8
SHORT_BYTES_MAX = 254
MESSAGE_PAYLOAD, MESSAGE_STATE = 0x0424, 0x0427  # 5.3.2
REFERENCE, INBOUND_ID = 0x1400, 0x1401  # the centre's own: our id of a message, and its id of what a customer wrote
ID_BYTES = 16
KIND, RECEIPT, WRITTEN = 0x3C, 0x04, 0x00  # the bits of esm_class that tell them apart, 5.2.12
CLASSES = {0x10: "ascii", 0x18: "utf-16-be", 0xF0: "ascii", 0xF4: "ascii", 0xF8: "ascii", 0xFC: "ascii"}
"""By data_coding without its last two bits, which say where a text is to be kept (3GPP TS 23.038, 4)."""
USER_DATA_HEADER = 0x40
FINAL_STATES = {2: True, 3: False, 4: False, 5: False, 8: False}
"""Whether a message arrived, by message_state (5.2.28): delivered; expired, deleted, undeliverable, rejected."""


@dataclass(frozen=True)
class Receipt:
    contact_id: UUID
    delivered: bool


@dataclass(frozen=True)
class Inbound:
    """What a customer wrote, or a part of it. `id` is the centre's, the same when it comes again."""

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
    """What of a text cannot be decoded is shown as U+FFFD: the rest of it is heard."""
    encoding = ENCODINGS.get(delivery.data_coding) or CLASSES.get(delivery.data_coding & ~0x03)
    if encoding is None:
        return None
    written, header = tlvs.get(MESSAGE_PAYLOAD) or delivery.short_message, b""
    if delivery.esm_class & USER_DATA_HEADER:
        header, written = _parted(written)
    text = written.decode(encoding, "replace")
    return Inbound(_id_of(tlvs.get(INBOUND_ID, b""), header), delivery.source_addr, text)


def _parted(written: bytes) -> tuple[bytes, bytes]:
    """The user data header (3GPP TS 23.040, 9.2.3.24), and the text; no header where it would be longer than all."""
    end = 1 + written[0] if written else 0
    return (written[:end], written[end:]) if end <= len(written) else (b"", written)


def _id_of(told: bytes, header: bytes) -> UUID:
    """The header tells a part from others of its text, of which the centre may have told one id."""
    if len(told) != ID_BYTES:
        return uuid4()
    id_ = UUID(bytes=told)
    return uuid5(id_, header.hex()) if header else id_
