"""What the outside received: mails, messages and calls, read from what the parts keep, also while they do not run."""

from arrears_local import dialler, mail, sms
from arrears_local.calls import Call
from arrears_local.calls import folded as calls_of
from arrears_local.home import Home
from arrears_local.journal import records
from arrears_local.mail import Mail
from arrears_local.mail_replies import Reply
from arrears_local.mail_replies import folded as replies_of
from arrears_local.sms_messages import Inbound, Message
from arrears_local.sms_messages import folded as messages_of


def mails(home: Home) -> list[Mail]:
    """All of these in the order in which they came."""
    return [mail.mail_of(record) for record in records(mail.journal_of(home))]


def mail_replies(home: Home) -> list[Reply]:
    """From customers to us, by mail."""
    return list(replies_of(records(mail.replies_journal_of(home))).values())


def messages(home: Home) -> list[Message]:
    """From us to customers; a message that was sent twice is here twice."""
    return list(messages_of(records(sms.journal_of(home)))[0].values())


def inbound(home: Home) -> list[Inbound]:
    """From customers to us."""
    return list(messages_of(records(sms.journal_of(home)))[1].values())


def calls(home: Home) -> list[Call]:
    return list(calls_of(records(dialler.journal_of(home)))[0].values())
