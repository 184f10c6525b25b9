"""The mail server: what it takes it keeps, once, and it tells a sender that has to ask."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from smtplib import SMTP, SMTPAuthenticationError, SMTPRecipientsRefused, SMTPSenderRefused
from urllib.parse import quote
from uuid import uuid4

import aiosmtplib
import httpx
import pytest
from arrears_local import mail
from arrears_local.home import Home
from arrears_local.mail import Mail
from arrears_local.received import mails

from .conftest import killed_and_back, worked_seconds

MANY = 600
CONNECTIONS = 6
PER_SECOND = 300


def letter(
    to: str = "wang@customer.example", text: str = "请于本月还款。", message_id: str | None = None
) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "bank@bank.example", to, "账单提醒"
    made["Message-ID"] = f"<{message_id or uuid4()}@bank.example>"
    made.set_content(text)
    return made


def id_of(sent: EmailMessage) -> str:
    return sent["Message-ID"].strip("<>")


@contextmanager
def session(home: Home, password: str | None = None) -> Iterator[SMTP]:
    told = mail.settings(home)
    with SMTP(told["ARREARS_SMTP_HOST"], int(told["ARREARS_SMTP_PORT"]), local_hostname="test") as smtp:
        if password != "":
            smtp.login(told["ARREARS_SMTP_USER"], password or told["ARREARS_SMTP_PASSWORD"])
        yield smtp


def send(home: Home, sent: EmailMessage) -> None:
    with session(home) as smtp:
        smtp.send_message(sent)


def received(home: Home, sent: EmailMessage) -> list[Mail]:
    return [one for one in mails(home) if one.message_id == id_of(sent)]


def ask(home: Home, message_id: str, secret: str | None = None) -> httpx.Response:
    told = mail.settings(home)
    head = {"Authorization": f"Bearer {secret or told['ARREARS_MAIL_ASK_SECRET']}"}
    return httpx.get(f"{told['ARREARS_MAIL_ASK_URL']}/{quote(message_id, safe='')}", headers=head)


def test_a_mail_is_kept_as_its_reader_would_see_it(outside: Home):
    sent = letter(text="您好：\n\n欠款 1,500.00 元。\n.\n")
    send(outside, sent)
    (kept,) = received(outside, sent)
    assert (kept.sender, kept.to, kept.subject) == ("bank@bank.example", ("wang@customer.example",), "账单提醒")
    assert kept.text == "您好：\n\n欠款 1,500.00 元。\n."


def test_the_same_message_id_is_kept_once_and_taken_again(outside: Home):
    sent = letter()
    for _ in range(3):
        send(outside, sent)
    assert len(received(outside, sent)) == 1


def test_who_has_no_password_sends_nothing(outside: Home):
    with session(outside, password="") as smtp, pytest.raises(SMTPSenderRefused, match="530"):
        smtp.send_message(letter())
    with pytest.raises(SMTPAuthenticationError), session(outside, password="guess"):
        pass


def test_an_address_that_bounces_is_refused(outside: Home):
    sent = letter(to="nobody@bounce.example")
    with session(outside) as smtp, pytest.raises(SMTPRecipientsRefused) as refused:
        smtp.send_message(sent)
    assert refused.value.recipients["nobody@bounce.example"][0] == 550
    assert received(outside, sent) == []


def test_a_sender_asks_whether_a_mail_was_taken(outside: Home):
    sent = letter(message_id="a/b c+" + uuid4().hex)
    assert ask(outside, id_of(sent)).status_code == 404
    send(outside, sent)
    (kept,) = received(outside, sent)
    assert ask(outside, id_of(sent)).json() == {"message_id": id_of(sent), "received_at": kept.received_at}
    assert ask(outside, id_of(sent), secret="guess").status_code == 401


def test_a_sender_that_dies_while_a_slow_mail_is_taken_hears_of_it_when_it_asks(outside: Home):
    sent = letter(to="li@slow.example")
    with session(outside) as smtp:
        smtp.ehlo()
        smtp.mail("bank@bank.example")
        smtp.rcpt("li@slow.example")
        smtp.docmd("DATA")
        smtp.send(sent.as_bytes() + b"\r\n.\r\n")
        smtp.close()
    deadline = time.monotonic() + 1.5
    while ask(outside, id_of(sent)).status_code != 200:
        assert time.monotonic() < deadline, "it was not kept before it was answered"


def test_a_slow_mail_is_answered_after_two_seconds(outside: Home):
    began = time.monotonic()
    send(outside, letter(to="li@slow.example"))
    assert time.monotonic() - began >= 2


def test_a_kill_loses_no_mail_that_was_answered(outside: Home):
    sent = [letter() for _ in range(20)]
    for one in sent:
        send(outside, one)
    before = mails(outside)
    with mail.journal_of(outside).open("ab") as torn:
        torn.write(b'{"kind": "mail", "message_id": "half of')
    killed_and_back(outside, mail.part)
    send(outside, sent[0])
    assert mails(outside) == before
    assert [ask(outside, id_of(one)).status_code for one in sent] == [200] * 20
    send(outside, letter())
    assert len(mails(outside)) == len(before) + 1


async def test_three_hundred_mails_are_less_than_a_second_of_work(outside: Home):
    told = mail.settings(outside)

    async def sender() -> None:
        smtp = aiosmtplib.SMTP(
            hostname=told["ARREARS_SMTP_HOST"],
            port=int(told["ARREARS_SMTP_PORT"]),
            username=told["ARREARS_SMTP_USER"],
            password=told["ARREARS_SMTP_PASSWORD"],
            start_tls=False,
        )
        async with smtp:
            for _ in range(MANY // CONNECTIONS):
                await smtp.send_message(letter())

    before, began = len(mails(outside)), worked_seconds(outside, "mail")
    await asyncio.gather(*(sender() for _ in range(CONNECTIONS)))
    rate = MANY / (worked_seconds(outside, "mail") - began)
    assert len(mails(outside)) - before == MANY
    assert rate > PER_SECOND, f"{rate:.0f} mails/s"
