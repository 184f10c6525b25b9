"""What customers answer: it is taken for the bank's own addresses alone, kept once, and handed over signed."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from smtplib import SMTP, SMTPRecipientsRefused
from typing import Any
from uuid import UUID, uuid4

import pytest
from arrears_local import mail
from arrears_local.calls import signature
from arrears_local.home import Home
from arrears_local.mail_replies import Reply
from arrears_local.ports import port_of
from arrears_local.received import mail_replies, mails

from .conftest import killed_and_back

SECONDS_MAX = 20


@dataclass
class Bank:
    """Where replies are told: `answer` is the status that they hear."""

    url: str = ""
    answer: int = 204
    told: list[tuple[str, str, bytes]] = field(default_factory=list)

    def heard(self, sent: EmailMessage) -> list[dict[str, Any]]:
        bodies = [json.loads(body) for _, _, body in list(self.told)]
        return [body for body in bodies if body["message_id"] == id_of(sent)]


@pytest.fixture
def bank(outside: Home) -> Iterator[Bank]:
    made = Bank()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.told.append((self.headers["X-Timestamp"], self.headers["X-Signature"], body))
            self.send_response(made.answer)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        made.url = f"http://127.0.0.1:{server.server_port}/mail/replies"
        mail.hand_replies_to(outside, made.url)
        yield made
        server.shutdown()


def answer(to: str = "", text: str = "已还", **headers: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"] = "wang@customers.example", to or f"reply+{uuid4()}@bank.example"
    made["Message-ID"] = f"<{uuid4()}@customers.example>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made


def id_of(sent: EmailMessage) -> str:
    return sent["Message-ID"].strip("<>")


def write(home: Home, *letters: EmailMessage) -> None:
    with SMTP("127.0.0.1", port_of(home, mail.EXCHANGE), local_hostname="test") as smtp:
        for letter in letters:
            smtp.send_message(letter)


def kept(home: Home, sent: EmailMessage) -> list[Reply]:
    return [each for each in mail_replies(home) if each.message_id == id_of(sent)]


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not happened():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


def test_an_answer_is_handed_over_signed_and_as_its_reader_would_see_it(outside: Home, bank: Bank):
    sent = answer(text="已还\n\n> 您好\n", Auto_Submitted="auto-replied", X_Other="x")
    write(outside, sent)
    until(lambda: [each.taken for each in kept(outside, sent)] == [True])
    [said] = bank.heard(sent)
    assert (said["sender"], said["recipient"]) == ("wang@customers.example", sent["To"])
    assert (said["text"], said["headers"]) == ("已还\n\n> 您好", {"auto-submitted": "auto-replied"})
    timestamp, signed, body = bank.told[-1]
    assert signed == signature(mail.settings(outside)["ARREARS_MAIL_ASK_SECRET"], timestamp, body)
    assert abs(time.time() - int(timestamp)) < SECONDS_MAX


def test_the_same_mail_is_kept_and_handed_over_once(outside: Home, bank: Bank):
    sent = answer()
    for _ in range(3):
        write(outside, sent)
    until(lambda: bool(bank.heard(sent)))
    write(outside, after := answer())
    until(lambda: bool(bank.heard(after)))
    assert (len(kept(outside, sent)), len(bank.heard(sent))) == (1, 1)


@pytest.mark.parametrize("to", ["cards@bank.example", f"reply+{UUID(int=7)}@elsewhere.example", "reply+1@bank.example"])
def test_it_takes_no_mail_for_anybody_else(outside: Home, to: str):
    with pytest.raises(SMTPRecipientsRefused) as refused:
        write(outside, answer(to))
    assert refused.value.recipients[to][0] == 550


@pytest.mark.parametrize("status", [404, 409, 413])
def test_what_the_bank_refuses_for_good_is_told_once(outside: Home, bank: Bank, status: int):
    bank.answer = status
    write(outside, sent := answer())
    until(lambda: [each.taken for each in kept(outside, sent)] == [False])
    assert len(bank.heard(sent)) == 1


@pytest.mark.parametrize("status", [401, 503])
def test_what_the_bank_did_not_take_is_told_again(outside: Home, bank: Bank, status: int):
    bank.answer = status
    write(outside, sent := answer())
    until(lambda: len(bank.heard(sent)) >= 2)
    bank.answer = 204
    until(lambda: [each.taken for each in kept(outside, sent)] == [True])


def test_a_kill_loses_no_answer_that_was_taken(outside: Home, bank: Bank):
    bank.answer = 503
    sent = [answer() for _ in range(20)]
    write(outside, *sent)
    killed_and_back(outside, mail.part)
    bank.answer = 204
    until(lambda: all(each.taken for letter in sent for each in kept(outside, letter)))
    assert [len(kept(outside, letter)) for letter in sent] == [1] * 20


def test_letters_of_no_charset_are_read_all_the_same(outside: Home, bank: Bank):
    sent = answer()
    sent.replace_header("Content-Type", 'text/plain; charset="no-such"')
    write(outside, sent)
    until(lambda: bool(bank.heard(sent)))


def test_what_customers_answer_is_not_among_what_they_were_sent(outside: Home, bank: Bank):
    before = len(mails(outside))
    write(outside, sent := answer())
    until(lambda: bool(bank.heard(sent)))
    assert len(mails(outside)) == before
