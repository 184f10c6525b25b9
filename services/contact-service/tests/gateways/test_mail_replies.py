"""What customers write back to a mail: whose it is, whether a machine wrote it, and which words are their own."""

import hmac
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from contact_service.gateways.mail_addresses import REPLY, UNSUBSCRIBE, Addressed, address_of, addressed
from contact_service.gateways.mail_replies import TEXT_CHARACTERS_MAX, MailReply, Unreadable, verified
from hypothesis import given
from hypothesis import strategies as st

SECRET, OURS = "the mail system's secret", UUID(int=1)
NOW = datetime(2026, 6, 22, 10, tzinfo=UTC)
THEN = str(int(NOW.timestamp()))


def told(secret: str = SECRET, **said: Any) -> MailReply | None:
    usual = {
        "message_id": "1@x",
        "recipient": f"reply+{OURS}@bank.example",
        "sender": "li@x",
        "headers": {},
        "text": "",
    }
    body = json.dumps(usual | said).encode()
    signature = hmac.digest(secret.encode(), THEN.encode() + b"." + body, "sha256").hex()
    return verified(THEN, signature, body, NOW, SECRET)


def mail(**said: Any) -> MailReply:
    found = told(**said)
    assert found
    return found


@pytest.mark.parametrize("wish", [REPLY, UNSUBSCRIBE])
@given(contact_id=st.uuids())
def test_an_address_of_ours_says_which_contact_is_answered(wish: Any, contact_id: UUID):
    address = address_of(wish, contact_id, "bank.example")
    assert addressed(address) == addressed(address.upper()) == Addressed(wish, contact_id)
    assert len(address.partition("@")[0]) <= 64, "RFC 5321 4.5.3.1.1"


@pytest.mark.parametrize(
    "address", ["", "cards@bank.example", f"{OURS}@bank.example", "reply+1@bank.example", "reply+"]
)
def test_any_other_address_answers_no_mail_of_ours(address: str):
    assert addressed(address) is None
    assert mail(recipient=address).to is None


@pytest.mark.parametrize("said", [{}, {"text": "\ud800"}])
def test_what_the_mail_system_did_not_sign_is_not_heard(said: dict[str, Any]):
    assert told(secret="another", **said) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"message_id": ""},
        {"headers": []},
        {"headers": {f"x-{n}": "" for n in range(201)}},
        {"note": ""},
        {"text": "\ud800"},
    ],
    ids=["no id", "no headers", "too many headers", "a word too many", "half a character"],
)
def test_what_is_signed_and_no_mail_is_said_to_be_unreadable(wrong: dict[str, Any]):
    with pytest.raises(Unreadable):
        told(**wrong)


def test_of_a_text_that_is_too_long_the_beginning_is_heard():
    quoted = "> 截至2026-03-31，您的欠款为 1,000.00 CNY。\n" * 1_000
    found = mail(text=f"退订\n\n{quoted}")
    assert len(found.text) == TEXT_CHARACTERS_MAX < len(quoted)
    assert found.own_words == "退订"


@pytest.mark.parametrize(
    "said",
    [
        {"headers": {"auto-submitted": "auto-replied"}},
        {"headers": {"auto-submitted": "auto-generated; owner-email=x"}},
        {"headers": {"list-id": "<debtors.example>"}},
        {"headers": {"precedence": "Bulk"}},
        {"sender": ""},
    ],
)
def test_a_machine_is_known_by_what_it_says_of_itself(said: dict[str, Any]):
    assert mail(**said).is_automatic


@pytest.mark.parametrize("headers", [{}, {"auto-submitted": "no"}, {"precedence": "first-class"}])
def test_anything_else_is_a_persons(headers: dict[str, str]):
    assert not mail(headers=headers).is_automatic


@pytest.mark.parametrize(
    "quoted",
    [
        "> 如已还款请忽略。",
        "On Mon, 22 Jun 2026 at 10:00, Example Bank <cards@bank.example> wrote:\n> 已还",
        "On Mon, 22 Jun 2026 at 10:00, Example Bank\n<reply+1@bank.example> wrote:\n> 已还",
        '在 2026-06-22 10:00:00，"Example Bank" <cards@bank.example> 写道：\n如已还款请忽略。',
        "------------------ 原始邮件 ------------------\n发件人: Example Bank\n如已还款请忽略。",
        "-----Original Message-----\nFrom: Example Bank\n如已还款请忽略。",
        "________________________________\nFrom: Example Bank\n如已还款请忽略。",
        "发件人： Example Bank\n如已还款请忽略。",
        "-- \n王，已还清的人",
    ],
)
def test_what_is_quoted_is_not_the_customers_word(quoted: str):
    assert mail(text=f"6月28日还\n\n{quoted}").own_words == "6月28日还"
    assert mail(text=f"6月28日还\r\n\r\n{quoted}".replace("\n", "\r\n")).own_words == "6月28日还"
    assert mail(text=quoted).own_words == ""


@pytest.mark.parametrize("text", ["已还", "On Monday I paid", "from Monday on", "5 > 3", "在家写道歉信"])
def test_words_that_quote_nothing_stay_whole(text: str):
    assert mail(text=text).own_words == text
