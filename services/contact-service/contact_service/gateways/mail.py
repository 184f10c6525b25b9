"""Mail (电子邮件), handed to a provider over SMTP.

Its Message-ID is made from the contact's id, so a mail that is sent again is the same mail, and the provider drops it.
"""

import re
from asyncio import Semaphore
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.utils import parseaddr
from functools import partial
from types import TracebackType
from typing import Self
from uuid import UUID

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from contact_service.gateways.asking import client_of, has_page
from contact_service.gateways.errors import NotTaken, Rejected, Still, Unconfirmed, Unknown, at_any_time
from contact_service.gateways.mail_messages import message_of

ANSWER_SECONDS = 60.0  # a provider that looks at what it takes has its time; what it took it still tells when asked
QUIT_SECONDS = 1.0
THIS_MACHINE = {"127.0.0.1", "::1", "localhost"}
TLS_PORT = 465  # RFC 8314: TLS from the first byte
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}")
"""What everybody's mail server takes (RFC 5321 without quotes); anything else would have to be quoted on the wire."""
NOT_ADMITTED = {530, 534, 535, 538}
"""It does not know us (RFC 4954): that is no word about the mail."""


class MailGateway:
    """A pool of connections, opened when they are needed, kept, and anew when they broke. It may be entered again."""

    def __init__(
        self,
        host: str,
        port: int,
        user: str,
        password: str,
        ask_url: str,
        ask_secret: str,
        sender: str,
        connections: int = 8,
    ) -> None:
        self._from, self._sender = sender, parseaddr(sender)[1]
        self._domain = self._sender.rpartition("@")[2]
        login = {"username": user, "password": password, "local_hostname": self._domain}
        self._made = partial(SMTP, hostname=host, port=port, timeout=ANSWER_SECONDS, **login, **_tls(host, port))
        self._ask = (ask_url, ask_secret)
        self._places, self._idle = Semaphore(connections), list[SMTP]()

    async def __aenter__(self) -> Self:
        self._provider = client_of(*self._ask)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._idle:
            smtp = self._idle.pop()
            with suppress(SMTPException, OSError):
                await smtp.quit(timeout=QUIT_SECONDS)
            smtp.close()
        await self._provider.aclose()

    async def send(self, contact_id: UUID, to: str, subject: str, body: str, still: Still = at_any_time) -> str:
        """The Message-ID, without its brackets, once the provider has taken the mail. Unconfirmed says why not."""
        if not ADDRESS.fullmatch(to):
            raise Rejected
        mail = message_of(contact_id, self._from, to, subject, body)
        async with self._connection() as smtp:
            await _hand_over(smtp, self._sender, to, mail, still)
        return self.id_of(contact_id)

    async def has(self, contact_id: UUID) -> bool | None:
        """None when the provider cannot be asked. False is no proof: what was on the wire may still come."""
        return await has_page(self._provider, self.id_of(contact_id))

    def id_of(self, contact_id: UUID) -> str:
        """The Message-ID of a contact's mail: the same however often it is sent."""
        return f"{contact_id}@{self._domain}"

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[SMTP]:
        """Ready for a mail. After any error it is closed: what was said on it may be half said."""
        async with self._places:
            smtp = self._idle.pop() if self._idle else self._made()
            try:
                await _connect(smtp)
                yield smtp
            except BaseException:
                smtp.close()
                raise
            finally:
                self._idle.append(smtp)


async def _connect(smtp: SMTP) -> None:
    try:
        if not smtp.is_connected:
            await smtp.connect()
    except (SMTPException, OSError):
        raise NotTaken from None


async def _hand_over(smtp: SMTP, sender: str, to: str, mail: bytes, still: Still) -> None:
    """Before DATA it is sure that nothing was taken, after it only the provider's own answer makes it sure."""
    try:
        await smtp.mail(sender)
        await smtp.rcpt(to)
    except (SMTPException, OSError) as error:
        raise _refusal(error) or NotTaken from None
    still()
    try:
        await smtp.data(mail)
    except (SMTPException, OSError) as error:
        raise _refusal(error) or Unknown from None


def _refusal(error: Exception) -> Unconfirmed | None:
    """What the provider's own answer says (RFC 5321 4.2.1: 4yz for now, 5yz for good); None where there is none."""
    match error:
        case SMTPResponseException(code=code) if code in NOT_ADMITTED or code // 100 == 4:
            return NotTaken()
        case SMTPResponseException(code=code) if code // 100 == 5:
            return Rejected()
        case _:
            return None


def _tls(host: str, port: int) -> dict[str, bool | None]:
    """Beyond this machine nothing is said in the clear; on it TLS is used where it is offered."""
    if host in THIS_MACHINE:
        return {"start_tls": None}
    return {"use_tls": True} if port == TLS_PORT else {"start_tls": True}
