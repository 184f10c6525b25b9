"""A mail server as a provider's: it takes mails over SMTP and keeps them. Nothing goes on to anybody.

It asks for user and password (AUTH PLAIN or LOGIN, without TLS, since it is on this machine alone).
- A Message-ID is kept once: the same again is answered 250 as before, and dropped.
- A sender that died before it heard the answer asks at the HTTP door: `GET /messages/{Message-ID without <>}`, the
  secret `mail` as bearer. 200 and when it came, or 404. What was still on the wire may come after a 404; sent again it
  is kept once.
- Mails to `bounce.example` are refused with 550. Those to `slow.example` are kept at once and answered after 2 s: the
  moment in which a sender can die without knowing that its mail was taken.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arrears_local.home import Home
from arrears_local.ports import port_of
from arrears_local.python_part import python_part

NAME = "mail"
DOOR = "mail-door"
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


part = python_part(NAME, "arrears_local.mail_server", ports=(NAME, DOOR), door=DOOR, secrets=(NAME, PASSWORD))


def journal_of(home: Home) -> Path:
    return home.folder(NAME) / "received.jsonl"


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
