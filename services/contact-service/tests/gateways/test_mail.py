"""Mail: what is sent arrives once and as it was written; where it does not, the sender knows how much is sure."""

import asyncio
from email import message_from_bytes, policy
from uuid import UUID, uuid4

import pytest
from arrears_local import mail
from arrears_local.home import Home
from arrears_local.mail import Mail
from arrears_local.received import mails
from contact_service.gateways.errors import NotTaken, Rejected, TooLate, Unknown
from contact_service.gateways.mail import MailGateway
from contact_service.gateways.mail_messages import message_of
from hypothesis import given
from hypothesis import strategies as st

from .conftest import away, back, frozen

SENDER = "某某银行信用卡中心 <collections@bank.example>"
TO = "wang@customers.example"
OURS = UUID(int=1)
SUBJECT = "信用卡账单提醒：您的账单已逾期，请尽快还款，如已还款请忽略本提醒，如有疑问请与我们联系。"
BODY = "尊敬的持卡人：\n\n截至2026-06-21，您的欠款为 1,500.00 元。\n.\n回复 T 退订。\n" * 20


def gateway(home: Home, **other: str) -> MailGateway:
    told = {**mail.settings(home), **other}
    return MailGateway(
        host=told["ARREARS_SMTP_HOST"],
        port=int(told["ARREARS_SMTP_PORT"]),
        user=told["ARREARS_SMTP_USER"],
        password=told["ARREARS_SMTP_PASSWORD"],
        ask_url=told["ARREARS_MAIL_ASK_URL"],
        ask_secret=told["ARREARS_MAIL_ASK_SECRET"],
        sender=SENDER,
        connections=4,
    )


def received(home: Home, contact_id: UUID) -> list[Mail]:
    return [one for one in mails(home) if one.message_id.startswith(str(contact_id))]


async def test_a_mail_arrives_as_it_was_written(outside: Home):
    contact_id = uuid4()
    async with gateway(outside) as sender:
        reference = await sender.send(contact_id, TO, SUBJECT, BODY)
    (kept,) = received(outside, contact_id)
    assert (kept.sender, kept.to, kept.subject) == ("collections@bank.example", (TO,), SUBJECT)
    assert kept.text == BODY.removesuffix("\n")
    assert kept.message_id == reference == f"{contact_id}@bank.example"


async def test_a_mail_that_is_sent_again_is_one_mail(outside: Home):
    contact_id = uuid4()
    async with gateway(outside) as sender:
        references = [await sender.send(contact_id, TO, SUBJECT, BODY) for _ in range(3)]
    assert len(set(references)) == len(received(outside, contact_id)) == 1


async def test_many_mails_at_a_time_share_a_few_connections(outside: Home):
    ids = [uuid4() for _ in range(40)]
    async with gateway(outside) as sender:
        await asyncio.gather(*(sender.send(id_, TO, SUBJECT, f"{id_}") for id_ in ids))
        assert len(sender._idle) == 4
    assert [one.text for id_ in ids for one in received(outside, id_)] == [f"{id_}" for id_ in ids]


async def test_the_provider_is_asked_what_it_has_taken(outside: Home):
    contact_id = uuid4()
    async with gateway(outside) as sender:
        assert await sender.has(contact_id) is False
        await sender.send(contact_id, TO, SUBJECT, BODY)
        assert await sender.has(contact_id) is True
    async with gateway(outside, ARREARS_MAIL_ASK_SECRET="guess") as stranger:
        assert await stranger.has(contact_id) is None


async def test_an_address_that_the_provider_refuses_is_rejected_and_the_next_mail_goes(outside: Home):
    refused, next_one = uuid4(), uuid4()
    async with gateway(outside) as sender:
        with pytest.raises(Rejected) as why:
            await sender.send(refused, "nobody@bounce.example", SUBJECT, BODY)
        await sender.send(next_one, TO, SUBJECT, BODY)
    assert why.value.reason == "rejected"
    assert (len(received(outside, refused)), len(received(outside, next_one))) == (0, 1)


@pytest.mark.parametrize(
    "to",
    ["", "wang", "wang@", "a@b@c.example", "王@customers.example", "a b@c.example", "a@c.example\r\nBcc: x@y.example"],
)
async def test_what_is_no_address_is_rejected_and_not_named(outside: Home, to: str):
    before = len(mails(outside))
    async with gateway(outside) as sender:
        with pytest.raises(Rejected, match=r"^rejected$"):
            await sender.send(uuid4(), to, SUBJECT, BODY)
    assert len(mails(outside)) == before


async def test_a_provider_that_is_away_has_taken_nothing_and_takes_it_when_it_is_back(outside: Home):
    contact_id = uuid4()
    async with gateway(outside) as sender:
        await sender.send(uuid4(), TO, SUBJECT, BODY)
        away(outside, mail.part)
        with pytest.raises(NotTaken):
            await sender.send(contact_id, TO, SUBJECT, BODY)
        assert await sender.has(contact_id) is None
        back(outside, mail.part)
        await sender.send(contact_id, TO, SUBJECT, BODY)
    assert len(received(outside, contact_id)) == 1


async def test_a_wrong_password_is_no_word_about_the_mail(outside: Home):
    async with gateway(outside, ARREARS_SMTP_PASSWORD="guess") as stranger:
        with pytest.raises(NotTaken):
            await stranger.send(uuid4(), TO, SUBJECT, BODY)


async def test_beyond_this_machine_nothing_is_said_in_the_clear(outside: Home):
    """127.1 is this machine by a name that the gateway does not know; the server here has no TLS."""
    async with gateway(outside, ARREARS_SMTP_HOST="127.1") as sender:
        with pytest.raises(NotTaken):
            await sender.send(uuid4(), TO, SUBJECT, BODY)


async def test_nobody_knows_whether_a_mail_was_taken_when_the_provider_dies_over_it_until_it_is_asked(outside: Home):
    """slow.example's is kept at once, and answered after two seconds."""
    contact_id = uuid4()
    async with gateway(outside) as sender:
        sending = asyncio.create_task(sender.send(contact_id, "li@slow.example", SUBJECT, BODY))
        while await sender.has(contact_id) is not True:
            await asyncio.sleep(0.02)
        away(outside, mail.part)
        with pytest.raises(Unknown):
            await sending
        back(outside, mail.part)
        assert await sender.has(contact_id) is True
        await sender.send(contact_id, "li@slow.example", SUBJECT, BODY)
    assert len(received(outside, contact_id)) == 1


async def test_a_provider_that_dies_before_it_was_given_the_mail_has_taken_nothing(outside: Home):
    async with gateway(outside) as sender:
        await sender.send(uuid4(), TO, SUBJECT, BODY)
        frozen(outside, mail.part)
        sending = asyncio.create_task(sender.send(uuid4(), TO, SUBJECT, BODY))
        await asyncio.sleep(0.1)
        away(outside, mail.part)
        with pytest.raises(NotTaken):
            await sending


async def test_a_mail_that_was_broken_off_leaves_no_trace_in_the_next(outside: Home):
    broken_off, next_one = uuid4(), uuid4()
    async with gateway(outside) as sender:
        sending = asyncio.create_task(sender.send(broken_off, "li@slow.example", SUBJECT, BODY))
        while await sender.has(broken_off) is not True:
            await asyncio.sleep(0.02)
        sending.cancel()
        await asyncio.wait([sending])
        await sender.send(next_one, TO, "下一封", "下一封的内容")
    (kept,) = received(outside, next_one)
    assert (kept.subject, kept.text) == ("下一封", "下一封的内容")


async def test_a_gateway_is_entered_again(outside: Home):
    contact_id, sender = uuid4(), gateway(outside)
    async with sender:
        await sender.send(uuid4(), TO, SUBJECT, BODY)
    async with sender:
        await sender.send(contact_id, TO, SUBJECT, BODY)
        assert await sender.has(contact_id) is True


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200)


@given(subject=WORDS, body=st.lists(WORDS, max_size=5).map("\n".join))
def test_any_words_are_written_in_ascii_and_read_as_they_were(subject: str, body: str):
    written = message_of(OURS, SENDER, TO, subject, body)
    read = message_from_bytes(written, policy=policy.SMTP)
    assert written.isascii()
    assert max(map(len, written.splitlines())) <= 998
    assert read.get_content().replace("\r\n", "\n").removesuffix("\n") == body.removesuffix("\n")
    assert "".join(read["Subject"].split()) == "".join(" ".join(subject.splitlines()).split())


def test_a_mail_says_who_it_is_from_and_where_it_is_answered():
    made = message_from_bytes(message_of(OURS, SENDER, TO, "两行\n主题", BODY), policy=policy.SMTP)
    assert (made["From"], made["Subject"], made["Message-ID"]) == (SENDER, "两行 主题", f"<{OURS}@bank.example>")
    assert made["Reply-To"] == f"reply+{OURS}@bank.example"
    assert made["List-Unsubscribe"] == f"<mailto:unsubscribe+{OURS}@bank.example?subject=unsubscribe>"
    assert made["Auto-Submitted"] == "auto-generated"


def test_where_to_unsubscribe_stands_in_clear_on_one_line_however_long_the_domain_is():
    sender = f"Example Bank <cards@{'a-long-name.' * 8}example>"
    written = message_of(OURS, sender, TO, SUBJECT, BODY).decode()
    assert f"List-Unsubscribe: <mailto:unsubscribe+{OURS}@{'a-long-name.' * 8}example?subject=unsubscribe>" in written


async def test_what_is_too_late_is_not_handed_over(outside: Home):
    """It is asked at the last moment, when the server waits for the mail itself."""
    contact_id, next_one = uuid4(), uuid4()

    def too_late() -> None:
        raise TooLate

    async with gateway(outside) as sender:
        with pytest.raises(TooLate):
            await sender.send(contact_id, TO, SUBJECT, BODY, too_late)
        await sender.send(next_one, TO, SUBJECT, BODY)
    assert (len(received(outside, contact_id)), len(received(outside, next_one))) == (0, 1)
