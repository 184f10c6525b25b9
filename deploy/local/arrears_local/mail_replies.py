"""What customers write back to the bank's mails, as the mail server keeps it and hands it over."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from email.message import Message
from email.utils import make_msgid
from typing import Any

TEXT_CHARACTERS_MAX = 20_000
TOLD_HEADERS = ("auto-submitted", "list-id", "precedence")


@dataclass(frozen=True)
class Reply:
    """`sender` and `recipient` are the envelope's. `taken`: None until the bank took it, or said that it never will."""

    message_id: str
    sender: str
    recipient: str
    headers: dict[str, str]
    text: str
    received_at: str  # ISO 8601, UTC
    taken: bool | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.message_id, self.recipient

    @property
    def record(self) -> dict[str, Any]:
        """How it was before anything came of it."""
        return {name: value for name, value in asdict(self).items() if name != "taken"}

    @property
    def body(self) -> bytes:
        """As it is told to the bank."""
        return json.dumps({name: value for name, value in self.record.items() if name != "received_at"}).encode()


def reply_of(message: Message, text: str, sender: str, recipient: str, received_at: str) -> Reply:
    return Reply(
        message_id=str(message["Message-ID"] or make_msgid()).strip().strip("<>"),
        sender=sender,
        recipient=recipient,
        headers={name: _plain(str(message[name])) for name in TOLD_HEADERS if name in message},
        text=_plain(text)[:TEXT_CHARACTERS_MAX],
        received_at=received_at,
    )


def folded(records: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Reply]:
    """In the order in which they came."""
    found: dict[tuple[str, str], Reply] = {}
    for record in records:
        match dict(record):
            case {"kind": "reply", **told}:
                reply = Reply(**told)
                found[reply.key] = reply
            case {"kind": "told", "message_id": id_, "recipient": recipient, "taken": taken}:
                found[id_, recipient] = replace(found[id_, recipient], taken=taken)
            case other:
                raise AssertionError(f"no record of a reply: {other}")
    return found


def _plain(text: str) -> str:
    """Bytes that are of no character have no place in JSON."""
    return text.encode(errors="replace").decode()
