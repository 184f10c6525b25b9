"""Messages as the SMS centre keeps them, and as they stand on the wire: texts, receipts, references."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Protocol

ENCODINGS = {0: "ascii", 1: "ascii", 3: "latin-1", 8: "utf-16-be"}
"""By data_coding (SMPP 3.4, 5.2.19); 0 is the centre's own default alphabet."""
ASCII, UCS2 = 1, 8
USER_DATA_HEADER = 0x40  # esm_class, 5.2.12
RECEIPT = 0x04
SHORT_BYTES_MAX = 254
USER_MESSAGE_REFERENCE, RECEIPTED_MESSAGE_ID, MESSAGE_STATE, MESSAGE_PAYLOAD = 0x0204, 0x001E, 0x0427, 0x0424  # 5.3.2
REFERENCE, INBOUND_ID = 0x1400, 0x1401  # the centre's own TLVs
DELIVERED, UNDELIVERABLE = 2, 5  # message_state, 5.2.28
ALWAYS, ON_FAILURE = 1, 2  # registered_delivery, 5.2.17


@dataclass(frozen=True)
class Message:
    """From us to a customer."""

    message_id: str
    sender: str
    to: str
    text: str
    reference: str  # hex of the sender's own id, empty when it gave none
    user_message_reference: int | None
    registered_delivery: int
    received_at: str  # ISO 8601, UTC
    receipt_at: str | None = None

    @property
    def is_delivered(self) -> bool:
        return not self.to.endswith("00")

    @property
    def wants_receipt(self) -> bool:
        return self.registered_delivery == ALWAYS or (self.registered_delivery == ON_FAILURE and not self.is_delivered)


@dataclass(frozen=True)
class Inbound:
    """From a customer to us."""

    inbound_id: str
    sender: str
    to: str
    text: str
    received_at: str
    handed_over_at: str | None = None


@dataclass(frozen=True)
class Delivery:
    """A deliver_sm on its way to whoever is bound; `of` is what it tells of."""

    of: Message | Inbound
    sender: str
    to: str
    text: bytes
    esm_class: int
    data_coding: int
    tlvs: tuple[tuple[int, bytes], ...]


class Submitted(Protocol):
    """What the centre reads of a submit_sm."""

    @property
    def source_addr(self) -> str: ...
    @property
    def destination_addr(self) -> str: ...
    @property
    def esm_class(self) -> int: ...
    @property
    def data_coding(self) -> int: ...
    @property
    def registered_delivery(self) -> int: ...
    @property
    def short_message(self) -> bytes: ...


def message_of(asked: Submitted, tlvs: Mapping[int, bytes], message_id: str, now: datetime) -> Message:
    """ValueError when its text cannot be read."""
    if asked.esm_class & USER_DATA_HEADER or asked.data_coding not in ENCODINGS:
        raise ValueError("a text of a kind that the centre does not take")
    text = tlvs.get(MESSAGE_PAYLOAD) or asked.short_message
    user_reference = tlvs.get(USER_MESSAGE_REFERENCE)
    return Message(
        message_id=message_id,
        sender=asked.source_addr,
        to=asked.destination_addr,
        text=text.decode(ENCODINGS[asked.data_coding]),
        reference=tlvs.get(REFERENCE, b"").hex(),
        user_message_reference=None if user_reference is None else int.from_bytes(user_reference),
        registered_delivery=asked.registered_delivery & 0x03,
        received_at=now.isoformat(timespec="milliseconds"),
    )


def receipt_of(message: Message, now: datetime) -> Delivery:
    tlvs = [
        (RECEIPTED_MESSAGE_ID, message.message_id.encode() + b"\0"),
        (MESSAGE_STATE, bytes([DELIVERED if message.is_delivered else UNDELIVERABLE])),
    ]
    if message.user_message_reference is not None:
        tlvs.append((USER_MESSAGE_REFERENCE, message.user_message_reference.to_bytes(2)))
    if message.reference:
        tlvs.append((REFERENCE, bytes.fromhex(message.reference)))
    text = _receipt_text(message, now)
    return Delivery(message, message.to, message.sender, text, RECEIPT, data_coding=0, tlvs=tuple(tlvs))


def delivery_of(inbound: Inbound) -> Delivery:
    coding = ASCII if inbound.text.isascii() else UCS2
    text = inbound.text.encode(ENCODINGS[coding])
    tlvs = [(INBOUND_ID, bytes.fromhex(inbound.inbound_id))]
    if len(text) > SHORT_BYTES_MAX:
        tlvs, text = [*tlvs, (MESSAGE_PAYLOAD, text)], b""
    return Delivery(inbound, inbound.sender, inbound.to, text, esm_class=0, data_coding=coding, tlvs=tuple(tlvs))


def folded(records: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Message], dict[str, Inbound]]:
    """By id, in the order in which they came."""
    messages: dict[str, Message] = {}
    inbound: dict[str, Inbound] = {}
    for record in records:
        match dict(record):
            case {"kind": "message", **told}:
                messages[told["message_id"]] = Message(**told)
            case {"kind": "inbound", **told}:
                inbound[told["inbound_id"]] = Inbound(**told)
            case {"kind": "receipt", "message_id": of, "at": at}:
                messages[of] = replace(messages[of], receipt_at=at)
            case {"kind": "handed-over", "inbound_id": of, "at": at}:
                inbound[of] = replace(inbound[of], handed_over_at=at)
            case other:
                raise AssertionError(f"no record of the centre's: {other}")
    return messages, inbound


def record_of(kept: Message | Inbound) -> tuple[str, dict[str, Any]]:
    return "message" if isinstance(kept, Message) else "inbound", asdict(kept)


def done_record_of(kept: Message | Inbound, now: datetime) -> tuple[str, dict[str, Any]]:
    at = now.isoformat(timespec="milliseconds")
    if isinstance(kept, Message):
        return "receipt", {"message_id": kept.message_id, "at": at}
    return "handed-over", {"inbound_id": kept.inbound_id, "at": at}


def _receipt_text(message: Message, now: datetime) -> bytes:
    submitted = datetime.fromisoformat(message.received_at)
    state, delivered, error = ("DELIVRD", 1, 0) if message.is_delivered else ("UNDELIV", 0, 1)
    return (
        f"id:{message.message_id} sub:001 dlvrd:{delivered:03} submit date:{submitted:%y%m%d%H%M} "
        f"done date:{now:%y%m%d%H%M} stat:{state} err:{error:03} text:"
    ).encode()
