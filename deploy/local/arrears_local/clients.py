"""The customers of the demo, who answer what they get in writing: by a model drawn from a seed, as real ones might."""

import asyncio
from collections.abc import Callable
from datetime import date, timedelta
from email.message import EmailMessage
from random import Random
from smtplib import SMTP

import httpx

from arrears_local import received, sms
from arrears_local.home import Home
from arrears_local.mail import EXCHANGE, Mail
from arrears_local.ports import port_of

STOP, PAID, PROMISE, OTHER = 0.08, 0.2, 0.5, 0.6
"""Below the first a customer opts out, below the second claims to have paid, then names a day, then writes anything."""
STOP_WORD = "T"
PROMISED_WITHIN_DAYS = (5, 35)
"""Some name a day beyond what may be promised."""
HEARD_SECONDS_MAX = 30.0
LOOK_SECONDS = 0.05


class Clients:
    """What they write depends on the seed and on the message alone."""

    def __init__(self, home: Home, seed: int) -> None:
        self._home, self._seed = home, seed
        self._messages, self._mails = len(received.messages(home)), len(received.mails(home))
        url, secret = sms.inbound_door(home)
        self._door, self._http = url, httpx.AsyncClient(headers={"Authorization": f"Bearer {secret}"}, trust_env=False)

    async def __aenter__(self) -> "Clients":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def answer(self, day: date) -> None:
        """Answer what came since the last time; returns once the answers have been heard.

        Mails after messages, so that who answers both says the same things in the same order in every run.
        """
        await self._answer_messages(day)
        await self._answer_mails(day)

    async def _answer_messages(self, day: date) -> None:
        messages = received.messages(self._home)
        for message in messages[self._messages :]:
            text = self._text(message.to, day)
            if text is not None:
                said = {"from": message.to, "to": message.sender, "text": text}
                (await self._http.post(self._door, json=said)).raise_for_status()
        self._messages = len(messages)
        await _until(lambda: all(each.handed_over_at for each in received.inbound(self._home)))

    async def _answer_mails(self, day: date) -> None:
        mails = received.mails(self._home)
        answers = [answer for mail in mails[self._mails :] if mail.reply_to and (answer := self._answer_to(mail, day))]
        if answers:
            await asyncio.to_thread(_write, port_of(self._home, EXCHANGE), answers)
        self._mails = len(mails)
        await _until(lambda: all(each.taken is not None for each in received.mail_replies(self._home)))

    def _answer_to(self, mail: Mail, day: date) -> EmailMessage | None:
        text = self._text(mail.to[0], day)
        if text is None:
            return None
        return answer_to(mail, text) if text != STOP_WORD else unsubscribing(mail)

    def _text(self, who: str, day: date) -> str | None:
        draw = Random(f"{self._seed} {who} {day}")  # noqa: S311 - a repeatable draw, no secret
        chance = draw.random()
        if chance < STOP:
            return STOP_WORD
        if chance < PAID:
            return "已还"
        if chance < PROMISE:
            return f"{day + timedelta(days=draw.randint(*PROMISED_WITHIN_DAYS))} 还"
        return "谁啊？" if chance < OTHER else None


def answer_to(mail: Mail, text: str) -> EmailMessage:
    """As a mail program writes it: what is answered stands quoted below."""
    made = _to(mail, mail.reply_to)
    quoted = "".join(f"> {line}\n" for line in mail.text.splitlines())
    made.set_content(f"{text}\n\n在 {mail.received_at}，{mail.sender} 写道：\n{quoted}")
    return made


def unsubscribing(mail: Mail) -> EmailMessage:
    """As a mail program writes it when its button is pressed."""
    made = _to(mail, mail.unsubscribe)
    made["Subject"] = "unsubscribe"
    made.set_content("")
    return made


def _to(mail: Mail, address: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"] = mail.to[0], address
    made["Message-ID"], made["In-Reply-To"] = f"<re-{mail.message_id}>", f"<{mail.message_id}>"
    return made


def _write(port: int, answers: list[EmailMessage]) -> None:
    with SMTP("127.0.0.1", port, local_hostname="customers.example") as smtp:
        for answer in answers:
            smtp.send_message(answer)


async def _until(heard: Callable[[], bool]) -> None:
    async with asyncio.timeout(HEARD_SECONDS_MAX):
        while not heard():  # noqa: ASYNC110 - others hear
            await asyncio.sleep(LOOK_SECONDS)
