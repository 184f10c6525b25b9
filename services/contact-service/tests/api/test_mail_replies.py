"""Customers answer a mail of ours by mail, over real SMTP: the mail server hands it in, and it is heard once."""

import asyncio
import hmac
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from email.message import EmailMessage
from smtplib import SMTP, SMTPRecipientsRefused
from time import time
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import uvicorn
from arrears_events.bank.people import contact_values, digest_of
from arrears_events.catalogue.contact import (
    ContactPointBarred,
    MessageReceived,
    OptedOut,
    PaymentClaimed,
    PromiseHeard,
)
from arrears_local import infrastructure, mail, received
from arrears_local.clients import answer_to, unsubscribing
from arrears_local.home import Home
from arrears_local.mail import EXCHANGE, Mail
from arrears_local.ports import port_of
from arrears_runtime.http.application import application
from arrears_runtime.testing.api import serving, settings_of
from contact_service.api import mail_replies
from contact_service.domain.contacts import AttemptContact, DecideContact, NoteSent
from contact_service.effects.grounds import grounds_of
from contact_service.gateways.mail import MailGateway
from contact_service.main import REFUSALS, ROUTERS, SERVICE
from contact_service.settings import ContactSettings
from contact_service.views.contacts import contact_of_id

from .contacting import TEXTS, TODAY, YESTERDAY, Contacting

TO, SECONDS_MAX = "wang@customers.example", 20


class Writing(Contacting):
    """Customers who are written to, and write back."""

    home: Home

    async def mailed(self) -> tuple[UUID, Mail]:
        """A mail as it came to the customer; of another contact in every test, since the mail server is the same."""
        contact_id = UUID((await self.ask("email", key=str(uuid4()))).raise_for_status().json()["id"])
        await self._comes_to(contact_id)
        async with gateway(self.home, self.instance.settings) as sender:
            await sender.send(contact_id, TO, "账单", "截至2026-03-31，您的欠款为 1,000.00 CNY。如已还款，请忽略。")
        [found] = [each for each in received.mails(self.home) if each.message_id.startswith(str(contact_id))]
        return contact_id, found

    async def writes(self, *letters: EmailMessage, taken: bool = True) -> None:
        """Returns when the mail server has been told what became of each."""
        await asyncio.to_thread(written, self.home, letters)
        ids = {letter["Message-ID"].strip("<>") for letter in letters}
        async with asyncio.timeout(SECONDS_MAX):
            while {each.message_id for each in self._told(taken)} & ids != ids:
                await asyncio.sleep(0.02)

    async def heard(self) -> list[Any]:
        """Since the mail was sent."""
        return [each for each in await self.said() if isinstance(each, HEARD)]

    async def words(self) -> list[str | None]:
        assert self.instance.keys
        sealed = [each.text for each in await self.said() if isinstance(each, MessageReceived)]
        return await self.instance.keys.open("C-1", sealed)

    def _told(self, taken: bool) -> list[Any]:
        return [each for each in received.mail_replies(self.home) if each.taken is taken]

    async def _comes_to(self, contact_id: UUID) -> None:
        for deed in (DecideContact, AttemptContact):
            row = await contact_of_id(self.db, contact_id)
            assert row
            grounds = await grounds_of(self.instance, [row])
            await self.send(row.streamid, "C-1", deed(contact_id, grounds[contact_id]))
        await self.send("contacts/C-1", "C-1", NoteSent(contact_id, "m-1"))


async def answer_of(url: str, settings: Any, secret: str | None = None, **said: Any) -> int:
    """The status that the mail system hears at the hook."""
    usual = {"message_id": "1@x", "recipient": f"reply+{UUID(int=9)}@bank.example", "sender": TO, "headers": {}}
    body, at = json.dumps(usual | said).encode(), str(int(time()))
    key = (secret or settings.mail.ask_secret.get_secret_value()).encode()
    signature = hmac.digest(key, at.encode() + b"." + body, "sha256").hex()
    async with httpx.AsyncClient() as http:
        told = await http.post(url, content=body, headers={"X-Timestamp": at, "X-Signature": signature})
    return told.status_code


HEARD = (MessageReceived, OptedOut, PaymentClaimed, PromiseHeard, ContactPointBarred)


def gateway(home: Home, settings: Any) -> MailGateway:
    told: ContactSettings = settings
    assert told.mail
    where = told.mail.host, told.mail.port, told.mail.user, told.mail.password.get_secret_value()
    return MailGateway(*where, told.mail.ask_url, told.mail.ask_secret.get_secret_value(), told.mail.sender)


def written(home: Home, letters: tuple[EmailMessage, ...]) -> None:
    with SMTP("127.0.0.1", port_of(home, EXCHANGE), local_hostname="test") as smtp:
        for letter in letters:
            smtp.send_message(letter)


def letter(to: str, text: str = "", **headers: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Message-ID"] = TO, to, f"<{uuid4()}@customers.example>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


@pytest.fixture
async def customer(addresses: Any, database: Callable[[], str]) -> AsyncIterator[Writing]:
    home = Home(addresses.home)
    await asyncio.to_thread(infrastructure.up, addresses.home, outside=True)
    told = {name.removeprefix("ARREARS_").lower(): value for name, value in mail.settings(home).items()}
    told["mail_sender"] = "Example Bank <cards@bank.example>"
    settings = settings_of(ContactSettings, database(), clock_opens=TODAY, **told)
    async with serving(Writing, SERVICE, settings, routers=ROUTERS, refusals=REFUSALS, policies=TEXTS) as made:
        made.home = home
        await made.closed(YESTERDAY, TODAY)
        await made.in_arrears()
        async with listening(made) as url:
            mail.hand_replies_to(home, url)
            yield made


@asynccontextmanager
async def listening(made: Writing) -> AsyncIterator[str]:
    """The hook, on a port."""
    instance = made.instance
    app = application(
        title="contact-service",
        routers=(),
        service=instance,
        settings=instance.settings,
        refusals={},
        policies=instance.policies,
        keys=instance.keys,
        hooks={mail_replies.PATH: mail_replies.mail_came},
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        serving_ = asyncio.create_task(server.serve(sockets=[listener]))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}{mail_replies.PATH}"
        server.should_exit = True
        await serving_


async def test_a_day_that_is_named_is_heard_as_a_promise_and_what_is_quoted_is_not_read(customer: Writing):
    """Our own words speak of having paid."""
    _, came = await customer.mailed()
    await customer.writes(answer_to(came, "2026-04-20 还"))
    received_, promise = await customer.heard()
    assert (received_.channel, received_.read_as) == ("email", "promise")
    assert (promise.due, promise.amount.amount, promise.accounts) == (TODAY + timedelta(days=19), 1000, {"A-C-1"})
    [words] = await customer.words()
    assert words
    assert words.startswith("2026-04-20 还")
    assert "> 截至2026-03-31" in words, "a person reads all of it"


async def test_a_claim_to_have_paid_is_heard_once_however_often_it_comes(customer: Writing):
    _, came = await customer.mailed()
    said = answer_to(came, "已还")
    await customer.writes(said)
    await customer.writes(said)
    assert [type(each) for each in await customer.heard()] == [MessageReceived, PaymentClaimed]


async def test_the_button_of_a_mail_program_opts_out_of_mail(customer: Writing):
    _, came = await customer.mailed()
    await customer.writes(unsubscribing(came))
    _, opted_out = await customer.heard()
    assert opted_out == OptedOut(customer_id="C-1", channel="email", on=TODAY)


async def test_who_writes_to_the_address_of_the_button_opts_out_whatever_the_mail_says(customer: Writing):
    contact_id, _ = await customer.mailed()
    wish = letter(f"unsubscribe+{contact_id}@bank.example", "已还", Auto_Submitted="auto-generated")
    await customer.writes(wish)
    assert [type(each) for each in await customer.heard()] == [MessageReceived, OptedOut]


async def test_a_stop_in_a_reply_opts_out_of_mail(customer: Writing):
    _, came = await customer.mailed()
    await customer.writes(answer_to(came, "退订"))
    assert [getattr(each, "channel", None) for each in await customer.heard()] == ["email", "email"]


async def test_a_stop_of_who_is_not_the_customer_bars_their_address(customer: Writing):
    """As the address of the button does; the customer is opted out of nothing (CN-08)."""
    contact_id, came = await customer.mailed()
    await customer.db.pool.execute("UPDATE contacts SET party_id = 'P-1' WHERE contact_id = $1", contact_id)
    await customer.writes(answer_to(came, "2026-04-20 还"), letter(f"unsubscribe+{contact_id}@bank.example"))
    said = await customer.heard()
    assert [(each.read_as, each.party_id) for each in said if isinstance(each, MessageReceived)] == [
        ("unread", "P-1")
    ] * 2
    digest = digest_of(contact_values("C-1")["email"])
    [barred] = [each for each in said if not isinstance(each, MessageReceived)]
    assert barred == ContactPointBarred(customer_id="C-1", digest=digest, reason="refused")


async def test_what_a_machine_wrote_is_not_heard(customer: Writing):
    contact_id, _ = await customer.mailed()
    to = f"reply+{contact_id}@bank.example"
    notes = letter(to, "已还", Auto_Submitted="auto-replied"), letter(to, "已还", Precedence="bulk")
    await customer.writes(*notes, letter(to, "已还", List_Id="<all.example>"))
    assert await customer.heard() == []


async def test_a_mail_that_answers_none_of_ours_is_refused(customer: Writing):
    await customer.writes(letter(f"reply+{UUID(int=9)}@bank.example", "已还"), taken=False)
    for stranger in ("cards@bank.example", "li@elsewhere.example"):
        with pytest.raises(SMTPRecipientsRefused):
            written(customer.home, (letter(stranger),))
    assert await customer.heard() == []


async def test_the_hook_tells_what_is_not_signed_from_what_is_signed_and_cannot_be_read(customer: Writing):
    settings = customer.instance.settings
    contact_id, _ = await customer.mailed()
    async with listening(customer) as url:
        for wrong in ({"text": "\ud800"}, {"text": "", "headers": {f"x-{n}": "" for n in range(201)}}):
            assert await answer_of(url, settings, "another", **wrong) == 401
            assert await answer_of(url, settings, **wrong) == 422
        to = f"reply+{contact_id}@bank.example"
        assert await answer_of(url, settings, recipient=to, text="退订\n\n" + "> 如已还款请忽略。\n" * 2_500) == 204
    assert [type(each) for each in await customer.heard()] == [MessageReceived, OptedOut]


async def test_of_who_is_erased_nothing_is_kept(customer: Writing):
    _, came = await customer.mailed()
    keys = customer.instance.keys
    assert keys
    async with customer.db.transaction() as connection:
        await connection.execute("INSERT INTO erased VALUES ('C-1', '')")
        await keys.shred(connection, ["C-1"])
    await customer.writes(answer_to(came, "已还"), taken=False)
    assert await customer.heard() == []


async def test_a_customer_whom_a_bad_record_of_the_banks_stops_is_heard(customer: Writing):
    _, came = await customer.mailed()
    await customer.stop("C-1")
    await customer.writes(answer_to(came, "已还"))
    assert [type(each) for each in await customer.heard()] == [MessageReceived, PaymentClaimed]


async def test_a_customer_whose_own_stream_is_in_doubt_is_heard_later(customer: Writing):
    """The mail server tells it again until then."""
    _, came = await customer.mailed()
    await customer.stop("C-1")
    await customer.db.pool.execute("UPDATE stops SET topic = 'contact.events'")
    written(customer.home, (said := answer_to(came, "已还"),))
    await asyncio.sleep(0.5)
    assert await customer.heard() == []
    await customer.db.pool.execute("UPDATE stops SET outcome = 'skipped'")
    await customer.writes(said)
    assert [type(each) for each in await customer.heard()] == [MessageReceived, PaymentClaimed]
