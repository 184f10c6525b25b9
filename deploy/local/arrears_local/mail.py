"""A mail server as a provider's: it takes mails over SMTP and keeps them. Nothing goes on to any customer.

It asks for user and password (AUTH PLAIN or LOGIN, without TLS, since it is on this machine alone).
- A Message-ID is kept once: the same again is answered 250 as before, and dropped.
- A sender that died before it heard the answer asks at the HTTP door: `GET /messages/{Message-ID without <>}`, the
  secret `mail` as bearer. 200 and when it came, or 404. What was still on the wire may come after a 404; sent again it
  is kept once.
- Mails to `bounce.example` are refused with 550. Those to `slow.example` are kept at once and answered after 2 s: the
  moment in which a sender can die without knowing that its mail was taken.
- What customers answer comes in at a port of its own, as at the bank's MX: without a password, and to the addresses
  `reply+…` and `unsubscribe+…` of `bank.example` alone (550 for any other). It is handed to the bank, one mail a call,
  by `POST` of JSON to where it takes replies: `{"message_id", "sender", "recipient", "headers", "text"}`, with
  `X-Timestamp` and `X-Signature` as the dialler's results have them, under the secret `mail`. A 2xx, 404, 409 or 413
  ends it; otherwise it is told again. It can come twice: a reader knows a mail by recipient and Message-ID.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arrears_local.home import Home, write_whole
from arrears_local.ports import port_of
from arrears_local.python_part import python_part

NAME = "mail"
DOOR = "mail-door"
EXCHANGE = "mail-exchange"
"""The port for what customers answer."""
BANK_DOMAIN = "bank.example"
USER = "arrears"
PASSWORD = "mail-password"  # noqa: S105 - the secret's name


@dataclass(frozen=True)
class Mail:
    message_id: str
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    received_at: str  # ISO 8601, UTC
    reply_to: str = ""
    unsubscribe: str = ""  # the address of List-Unsubscribe


part = python_part(NAME, "arrears_local.mail_server", ports=(NAME, DOOR, EXCHANGE), door=DOOR, secrets=(NAME, PASSWORD))


def journal_of(home: Home) -> Path:
    return home.folder(NAME) / "received.jsonl"


def replies_journal_of(home: Home) -> Path:
    return home.folder(NAME) / "replies.jsonl"


def replies_to(home: Home) -> str:
    """Where the bank takes replies: the stack's contact-service, unless another was told."""
    told = _replies_told(home)
    return told.read_text() if told.exists() else f"http://127.0.0.1:{port_of(home, 'contact-service')}/mail/replies"


def hand_replies_to(home: Home, url: str) -> None:
    """A contact-service beside the stack, as a test has it."""
    write_whole(_replies_told(home), url)


def mail_of(record: dict[str, Any]) -> Mail:
    told = {name: value for name, value in record.items() if name != "kind"}
    return Mail(**{**told, "to": tuple(told["to"])})


def settings(home: Home) -> dict[str, str]:
    """What a service needs to send mails here, and to ask for them afterwards."""
    return {
        "ARREARS_SMTP_HOST": "127.0.0.1",
        "ARREARS_SMTP_PORT": str(port_of(home, NAME)),
        "ARREARS_SMTP_USER": USER,
        "ARREARS_SMTP_PASSWORD": home.secret(PASSWORD),
        "ARREARS_MAIL_ASK_URL": f"http://127.0.0.1:{port_of(home, DOOR)}/messages",
        "ARREARS_MAIL_ASK_SECRET": home.secret(NAME),
    }


def _replies_told(home: Home) -> Path:
    return home.folder(NAME) / "replies-to"
