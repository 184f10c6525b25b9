"""Where mail for the bank's own domain comes in, as its MX: without a password, and for answers to its mails alone.

What it took it hands to the bank, over HTTP and signed as the dialler signs, one after the other, until the bank has
taken it or refuses it for good. It outlasts a kill.
"""

import asyncio
import re
import time
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import httpx
from aiosmtpd.smtp import SMTP, Envelope, Session

from arrears_local.calls import signature
from arrears_local.home import Home
from arrears_local.journal import Journal, records
from arrears_local.mail import BANK_DOMAIN, NAME, replies_to
from arrears_local.mail_replies import Reply, folded, reply_of
from arrears_local.mail_text import text_of

MAILBOX = re.compile(r"(reply|unsubscribe)\+[0-9a-f-]{36}@" + re.escape(BANK_DOMAIN), re.IGNORECASE)
WAITING_MAX = 10_000
AGAIN_SECONDS, ANSWER_SECONDS = 0.2, 5.0
FOR_GOOD = {404, 409, 413, 422}
"""It answers none of the bank's mails, its person is erased, or it is too long, or is no mail."""


class Exchange:
    """What aiosmtpd calls when somebody writes to the bank."""

    def __init__(self, journal: Path) -> None:
        self._replies = folded(records(journal))
        self._journal = Journal(journal)
        self._waiting: asyncio.Queue[Reply] = asyncio.Queue()
        for reply in self._replies.values():
            if reply.taken is None:
                self._waiting.put_nowait(reply)

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd looks for
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if not MAILBOX.fullmatch(address):
            return "550 5.1.1 no such mailbox here"
        if self._waiting.qsize() >= WAITING_MAX:
            return "452 4.3.1 too many wait for the bank"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 recipient taken"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes), "text is decoded here, not by the server"
        message = message_from_bytes(envelope.content)
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        for recipient in envelope.rcpt_tos:
            self._keep(reply_of(message, text_of(message), envelope.mail_from or "", recipient, at))
        return "250 2.0.0 kept"

    async def forward(self, home: Home) -> None:
        """For ever: what is not taken goes back to the end of the row."""
        async with httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False) as bank:
            while True:
                reply = await self._waiting.get()
                taken = await _tell(bank, home, reply)
                if taken is None:
                    await asyncio.sleep(AGAIN_SECONDS)
                    self._waiting.put_nowait(reply)
                else:
                    told = {"message_id": reply.message_id, "recipient": reply.recipient, "taken": taken}
                    self._journal.append("told", told)

    def _keep(self, reply: Reply) -> None:
        """Once, however often it is sent."""
        if reply.key not in self._replies:
            self._journal.append("reply", reply.record)
            self._replies[reply.key] = reply
            self._waiting.put_nowait(reply)


async def _tell(bank: httpx.AsyncClient, home: Home, reply: Reply) -> bool | None:
    """Whether the bank took it; None where that is not said."""
    timestamp = str(int(time.time()))
    head = {"X-Timestamp": timestamp, "X-Signature": signature(home.secret(NAME), timestamp, reply.body)}
    try:
        answer = await bank.post(replies_to(home), content=reply.body, headers=head)
    except httpx.HTTPError:
        return None
    if answer.status_code in FOR_GOOD:
        return False
    return True if answer.is_success else None
