"""Text messages (短信), handed to an operator's SMS centre over SMPP 3.4, and what comes back: receipts and replies.

The centre keeps twice what is sent twice, and cannot be asked. So what is Unknown is not sent again: its receipt, which
carries the contact's id, tells later whether it went.
"""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple, Self
from uuid import UUID

from arrears_runtime.http.logs import log
from smpp34 import Client, DeliverSmEvent, Disconnected, SmppError, Smsc, SubmitSmResp

from contact_service.gateways.errors import NotTaken, Rejected, Still, Unknown, at_any_time
from contact_service.gateways.sms_messages import Inbound, Receipt, heard_in, submission_of

__all__ = ["Inbound", "Receipt", "SmsGateway"]

WINDOW = 50  # messages without an answer at a time; more wait here, where it is sure that they were not taken
BIND_MILLISECONDS = 3_000
BIND_AGAIN_SECONDS = 1.0
LEAVE_SECONDS = 1.0
LOOK_SECONDS = 5.0  # without a word from the centre until it is looked whether the session is still there
HEARD_MAX = 10_000  # not yet taken from `heard`; half as many and nothing more is sent, which would bring receipts
INBOUND_MAX = 1_000  # in smpp34's hands; what is more it refuses, and a centre may end the session for that
SEEN_MAX = 20_000  # the latest, of which a repetition is known; one comes within seconds of its first, or of a kill
RECEIPT_ALWAYS = 1  # registered_delivery, 5.2.17
NOT_NOW = {0x04, 0x08, 0x14, 0x58, 0x64}
"""command_status (5.1.3): not bound, system error, queue full, throttled, cannot for now. All else is for good."""


class _Bound(NamedTuple):
    client: Client
    session: Smsc


class SmsGateway:
    """One session, bound while the gateway is entered, and again when it is lost. It may be entered again.

    What smpp34 has acknowledged and nobody has taken from `heard` is lost when the process dies.
    """

    def __init__(self, host: str, port: int, system_id: str, password: str, sender: str) -> None:
        self._centre, self._sender = (host, port, system_id, password), sender
        self._bound: _Bound | None = None
        self._leaving = asyncio.Event()
        self._places = asyncio.Semaphore(WINDOW)
        self._heard: asyncio.Queue[Receipt | Inbound] = asyncio.Queue(HEARD_MAX)
        self._seen: dict[Receipt | UUID, None] = {}

    async def __aenter__(self) -> Self:
        """After the first attempt to bind, whatever came of it."""
        self._leaving.clear()
        self._listening = asyncio.create_task(self._listen(await self._bind()))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """What the session had brought is heard out, as long as there is room for it."""
        self._leaving.set()
        if self._bound is not None:
            await self._bound.session.unbind()
        await asyncio.wait({self._listening}, timeout=LEAVE_SECONDS)
        self._listening.cancel()
        await asyncio.wait({self._listening})
        self._bound = None

    async def send(self, contact_id: UUID, to: str, text: str, still: Still = at_any_time) -> str:
        """The centre's id of the message, once it has taken it. Unconfirmed says why not. `to` is as of E.164."""
        async with self._places:
            if self._bound is None or self._heard.qsize() > HEARD_MAX // 2:
                raise NotTaken
            still()
            answer = await self._submit(self._bound, contact_id, to, text)
        if answer.is_success:
            return answer.message_id or ""
        raise NotTaken if answer.command_status in NOT_NOW else Rejected

    async def heard(self, most: int) -> list[Receipt | Inbound]:
        """What has come, once anything has: each once, and after a restart what had come before may come again."""
        come = [await self._heard.get()]
        while len(come) < most and not self._heard.empty():
            come.append(self._heard.get_nowait())
        return come

    async def _submit(self, bound: _Bound, contact_id: UUID, to: str, text: str) -> SubmitSmResp:
        coding, short_message, tlvs = submission_of(contact_id, text)
        try:
            return await bound.session.submit_sm(
                to.removeprefix("+"),  # smpp34 says by itself that the number is international
                short_message,
                source_addr=self._sender,
                registered_delivery=RECEIPT_ALWAYS,
                data_coding=coding,
                tlvs=tlvs,
            )
        except SmppError:  # its one word for no answer in time, for a session that is lost, and for a generic_nack
            if not await bound.client.is_alive() and self._bound is bound:
                self._bound = None  # nobody else tries, and has to be told Unknown
            raise Unknown from None

    async def _bind(self) -> _Bound | None:
        client = Client(
            *self._centre, window_size=WINDOW, inbound_capacity=INBOUND_MAX, connect_timeout_ms=BIND_MILLISECONDS
        )
        try:
            self._bound = _Bound(client, await client.connect())
        except SmppError:
            log.warning("sms centre not bound")
            return None
        return self._bound

    async def _bind_again(self) -> _Bound | None:
        with suppress(TimeoutError):
            async with asyncio.timeout(BIND_AGAIN_SECONDS):
                await self._leaving.wait()
        return None if self._leaving.is_set() else await self._bind()

    async def _listen(self, bound: _Bound | None) -> None:
        """To one session until it is over and all that it brought is heard, then to the next."""
        while not self._leaving.is_set():
            if bound:
                while event := await _next(bound):
                    await self._hear(event)
                self._bound = None
                log.warning("sms session over")
            bound = await self._bind_again()

    async def _hear(self, event: DeliverSmEvent) -> None:
        heard = heard_in(event)
        if heard is None:
            log.warning("sms delivery not read", esm_class=event.esm_class, data_coding=event.data_coding)
        elif self._is_new(heard):
            await self._heard.put(heard)

    def _is_new(self, heard: Receipt | Inbound) -> bool:
        key = heard if isinstance(heard, Receipt) else heard.id
        is_new = key not in self._seen
        self._seen[key] = None
        if len(self._seen) > SEEN_MAX:
            del self._seen[next(iter(self._seen))]
        return is_new


async def _next(bound: _Bound) -> DeliverSmEvent | None:
    """None at the end of the session, of which smpp34 does not tell when its own queue was full."""
    coming = asyncio.ensure_future(bound.session.next())
    while not coming.done():
        await asyncio.wait({coming}, timeout=LOOK_SECONDS)
        if not coming.done() and not await bound.client.is_alive():
            return None
    event = coming.result()
    return None if isinstance(event, Disconnected) else event
