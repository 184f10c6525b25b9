"""A session with the SMS centre, as a sender has one, and what came to it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from arrears_local import sms
from arrears_local.home import Home
from arrears_local.sms_messages import INBOUND_ID, RECEIPTED_MESSAGE_ID
from smpp34 import Client, DeliverSmEvent, Smsc, Tlv

SECONDS_MAX = 20
WINDOW = 50


@dataclass
class Bound:
    session: Smsc
    came: list[DeliverSmEvent] = field(default_factory=list)

    async def send(self, text: str, to: str = "8613800000001", *tlvs: Tlv, **fields: Any) -> str | None:
        answer = await self.session.submit_sm(
            to,
            text.encode("utf-16-be"),
            source_addr="1069",
            **{"data_coding": 8, "registered_delivery": 1, "tlvs": list(tlvs), **fields},
        )
        return answer.message_id if answer.is_success else None

    async def until(self, seen: Callable[[DeliverSmEvent], bool]) -> DeliverSmEvent:
        await until(lambda: any(seen(one) for one in self.came))
        return next(one for one in self.came if seen(one))

    async def receipt_of(self, message_id: str | None) -> DeliverSmEvent:
        return await self.until(lambda one: receipted(one) == message_id)


async def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not happened():
        assert time.monotonic() < deadline, "it never came"
        await asyncio.sleep(0.02)


def tlvs_of(event: DeliverSmEvent) -> dict[int, bytes]:
    return {tlv.tag: tlv.value for tlv in event.tlvs}


def receipted(event: DeliverSmEvent) -> str:
    return tlvs_of(event).get(RECEIPTED_MESSAGE_ID, b"").rstrip(b"\0").decode()


def inbound_id(event: DeliverSmEvent) -> str:
    return tlvs_of(event).get(INBOUND_ID, b"").hex()


@asynccontextmanager
async def bound(home: Home, **changed: Any) -> AsyncIterator[Bound]:
    told = sms.settings(home)
    asks = {
        "port": int(told["ARREARS_SMPP_PORT"]),
        "system_id": told["ARREARS_SMPP_SYSTEM_ID"],
        "password": told["ARREARS_SMPP_PASSWORD"],
        "connect_timeout_ms": 3000,
        "window_size": WINDOW,
    }
    made = Bound(await Client(told["ARREARS_SMPP_HOST"], **{**asks, **changed}).connect())

    async def listen() -> None:
        while isinstance(event := await made.session.next(), DeliverSmEvent):
            made.came.append(event)

    listening = asyncio.create_task(listen())
    try:
        yield made
    finally:
        listening.cancel()
        await made.session.unbind()
