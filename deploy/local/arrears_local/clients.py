"""The customers of the demo, who answer the messages they get: by a model drawn from a seed, as real ones might."""

import asyncio
from datetime import date, timedelta
from random import Random

import httpx

from arrears_local import received, sms
from arrears_local.home import Home
from arrears_local.sms_messages import Message

STOP, PAID, PROMISE, OTHER = 0.08, 0.2, 0.5, 0.6
"""Below the first a customer opts out, below the second claims to have paid, then names a day, then writes anything."""
PROMISED_WITHIN_DAYS = (5, 35)
"""Some name a day beyond what may be promised."""
HEARD_SECONDS_MAX = 30.0
LOOK_SECONDS = 0.05


class Clients:
    """What they write depends on the seed and on the message alone."""

    def __init__(self, home: Home, seed: int) -> None:
        self._home, self._seed = home, seed
        self._seen = len(received.messages(home))
        url, secret = sms.inbound_door(home)
        self._door, self._http = url, httpx.AsyncClient(headers={"Authorization": f"Bearer {secret}"}, trust_env=False)

    async def __aenter__(self) -> "Clients":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def answer(self, day: date) -> None:
        """Answer what came since the last time; returns once the answers have been heard."""
        messages = received.messages(self._home)
        for message in messages[self._seen :]:
            text = self._text(message, day)
            if text is not None:
                said = {"from": message.to, "to": message.sender, "text": text}
                (await self._http.post(self._door, json=said)).raise_for_status()
        self._seen = len(messages)
        async with asyncio.timeout(HEARD_SECONDS_MAX):
            while not all(each.handed_over_at for each in received.inbound(self._home)):  # noqa: ASYNC110 - others hear
                await asyncio.sleep(LOOK_SECONDS)

    def _text(self, message: Message, day: date) -> str | None:
        draw = Random(f"{self._seed} {message.to} {day}")  # noqa: S311 - a repeatable draw, no secret
        chance = draw.random()
        if chance < STOP:
            return "T"
        if chance < PAID:
            return "已还"
        if chance < PROMISE:
            return f"{day + timedelta(days=draw.randint(*PROMISED_WITHIN_DAYS))} 还"
        return "谁啊？" if chance < OTHER else None
