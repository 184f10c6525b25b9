"""`arrears stack mail | sms | calls`: what was delivered, for people and for programs."""

import json

import pytest
from arrears_local import dialler, mail, sms
from arrears_local.home import Home
from arrears_local.journal import Journal

from .conftest import command, ended

MORE_THAN_SHOWN = 25


@pytest.fixture
def delivered(empty_home: Home) -> Home:
    """Kept by the parts before; none of them runs."""
    for part in (mail, sms, dialler):
        empty_home.make_folder(part.NAME)
    letters, messages, calls = (Journal(part.journal_of(empty_home)) for part in (mail, sms, dialler))
    at = "2026-11-25T09:00:00.000+00:00"
    for number in range(MORE_THAN_SHOWN):
        told = {"message_id": f"m{number}@x", "sender": "bank@x", "to": ["wang@x"], "subject": f"账单 {number}\x1b[2J"}
        letters.append("mail", {**told, "text": "请于本月还款。", "received_at": at})
    told = {"message_id": "s1", "sender": "1069", "to": "8613800000100", "text": "您好\n再见", "received_at": at}
    messages.append("message", {**told, "reference": "", "user_message_reference": None, "registered_delivery": 1})
    messages.append("receipt", {"message_id": "s1", "at": at})
    asked = {"call_id": "c1", "to": "8613800000007", "caller": "400", "script": "s", "callback_url": "http://x"}
    calls.append("accepted", {**asked, "accepted_at": at})
    calls.append("ended", {"call_id": "c1", "result": "busy", "talk_seconds": 0, "at": at})
    return empty_home


def test_the_latest_are_shown_and_all_when_asked(delivered: Home):
    shown = ended(command(delivered, "mail"))
    assert shown.complained == "20 of 25.\n"
    assert shown.said.splitlines()[0].split() == ["received", "from", "to", "subject", "message", "id"]
    assert shown.said.splitlines()[-1].split()[-1] == "m24@x"
    assert ended(command(delivered, "mail", "--all")).complained == "25 of 25.\n"


def test_what_was_sent_gives_no_orders_to_the_terminal(delivered: Home):
    assert "\x1b" not in ended(command(delivered, "mail")).said
    assert "您好 再见" in ended(command(delivered, "sms")).said


def test_messages_and_calls_are_shown_with_their_end(delivered: Home):
    assert ended(command(delivered, "sms")).said.splitlines()[1].split()[2:5] == ["1069", "8613800000100", "no"]
    assert "busy" in ended(command(delivered, "calls")).said


def test_programs_read_them_whole(delivered: Home):
    (message,) = json.loads(ended(command(delivered, "sms", "--json")).said)
    assert (message["text"], message["receipt_at"]) == ("您好\n再见", "2026-11-25T09:00:00.000+00:00")
    (call,) = json.loads(ended(command(delivered, "calls", "--json", "--all")).said)
    assert call["outcome"] == {"result": "busy", "talk_seconds": 0}


def test_a_stack_that_was_never_started_has_delivered_nothing(empty_home: Home):
    shown = ended(command(empty_home, "mail"))
    assert (shown.code, shown.said, shown.complained) == (0, "", "0 of 0.\n")
