"""The mail server's program; what it promises stands in `mail.py`."""

import asyncio
import logging
import sys
import warnings
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import make_msgid, parseaddr
from functools import partial
from hmac import compare_digest
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from arrears_local import door
from arrears_local.home import Home
from arrears_local.journal import Journal, records
from arrears_local.mail import DOOR, EXCHANGE, NAME, PASSWORD, USER, Mail, journal_of, replies_journal_of
from arrears_local.mail_exchange import Exchange
from arrears_local.mail_text import text_of
from arrears_local.ports import port_of

HOST_NAME = "mail.example"  # as it greets; without one it would ask the network for ours
REFUSED, SLOW = "bounce.example", "slow.example"
SLOW_SECONDS = 2.0
MAIL_BYTES_MAX = 1024 * 1024


class Letterbox:
    """What aiosmtpd calls when a mail comes."""

    def __init__(self, journal: Path) -> None:
        self._received = {record["message_id"]: record["received_at"] for record in records(journal)}
        self._journal = Journal(journal)

    def received_at(self, message_id: str) -> str | None:
        return self._received.get(message_id)

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd looks for
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if _domain(address) == REFUSED:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 recipient taken"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        mail = as_mail(envelope, datetime.now(UTC))
        if mail.message_id not in self._received:
            self._journal.append("mail", asdict(mail))
            self._received[mail.message_id] = mail.received_at
        if SLOW in map(_domain, mail.to):
            await asyncio.sleep(SLOW_SECONDS)
        return f"250 2.0.0 kept as {mail.message_id}"


def as_mail(envelope: Envelope, now: datetime) -> Mail:
    """A mail without a Message-ID is given one, as RFC 6409 8.3 has it."""
    assert isinstance(envelope.content, bytes), "text is decoded here, not by the server"
    message = message_from_bytes(envelope.content)  # the older, lazier policy: three times as fast
    return Mail(
        message_id=str(message["Message-ID"] or make_msgid(domain=HOST_NAME)).strip().strip("<>"),
        sender=envelope.mail_from or "",
        to=tuple(envelope.rcpt_tos),
        subject=str(make_header(decode_header(message["Subject"] or ""))),
        text=text_of(message),
        received_at=now.isoformat(timespec="milliseconds"),
        reply_to=parseaddr(str(message["Reply-To"] or ""))[1],
        unsubscribe=_mailto(str(message["List-Unsubscribe"] or "")),
    )


def _mailto(header: str) -> str:
    """The address of `<mailto:address?subject=…>` (RFC 2369)."""
    return header.strip("<> ").removeprefix("mailto:").partition("?")[0] if header.startswith("<mailto:") else ""


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _authenticator(password: str) -> Callable[..., AuthResult]:
    def knows(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, told: Any) -> AuthResult:
        assert isinstance(told, LoginPassword), "PLAIN and LOGIN are the only mechanisms"
        known = compare_digest(told.login, USER.encode()) and compare_digest(told.password, password.encode())
        return AuthResult(success=known, handled=False)

    return knows


def _smtp(letterbox: Letterbox, password: str) -> SMTP:
    return SMTP(
        letterbox,
        hostname=HOST_NAME,
        ident="SMTP",
        data_size_limit=MAIL_BYTES_MAX,
        enable_SMTPUTF8=True,
        auth_required=True,
        auth_require_tls=False,
        authenticator=_authenticator(password),
        loop=asyncio.get_running_loop(),
    )


def _exchange(exchange: Exchange) -> SMTP:
    return SMTP(
        exchange,
        hostname=HOST_NAME,
        ident="SMTP",
        data_size_limit=MAIL_BYTES_MAX,
        enable_SMTPUTF8=True,
        loop=asyncio.get_running_loop(),
    )


def _door(letterbox: Letterbox, secret: str) -> Starlette:
    async def ask(request: Request) -> JSONResponse:
        message_id = request.path_params["message_id"]
        at = letterbox.received_at(message_id)
        return JSONResponse({"message_id": message_id, "received_at": at}, 404 if at is None else 200)

    return door.app([Route("/messages/{message_id:path}", ask)], secret)


async def serve(home: Home) -> None:
    """Until it is stopped; the end of any of its tasks ends it."""
    loop, letterbox = asyncio.get_running_loop(), Letterbox(journal_of(home))
    exchange = Exchange(replies_journal_of(home))
    smtp = partial(_smtp, letterbox, home.secret(PASSWORD))
    async with (
        await loop.create_server(smtp, "127.0.0.1", port_of(home, NAME)),
        await loop.create_server(partial(_exchange, exchange), "127.0.0.1", port_of(home, EXCHANGE)),
        asyncio.TaskGroup() as work,
    ):
        forwarding = work.create_task(exchange.forward(home))
        await door.serve(_door(letterbox, home.secret(NAME)), port_of(home, DOOR))
        forwarding.cancel()


if __name__ == "__main__":
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # it warns at each connection that there is no TLS
    warnings.filterwarnings("ignore", "Requiring AUTH while not requiring TLS")
    asyncio.run(serve(Home(Path(sys.argv[1]))))
