"""Where the bank's mail system hands in what customers write back to our mails: signed, and heard once."""

from dataclasses import replace
from datetime import UTC, datetime

from arrears_runtime.decider import Stopped
from arrears_runtime.http.logs import log
from starlette.requests import Request
from starlette.responses import Response

from contact_service.api.hooks import Told, told
from contact_service.effects.replying import Reply, Writer, note_reply, writer_at
from contact_service.gateways.mail_addresses import UNSUBSCRIBE
from contact_service.gateways.mail_replies import BODY_BYTES_MAX, MailReply, Unreadable, verified
from contact_service.settings import ContactSettings
from contact_service.views.contacts import ContactRow, contact_of_id

PATH = "/mail/replies"


async def mail_came(request: Request) -> Response:
    """401 for what the mail system did not sign just now, 422 for what it signed and is no mail.

    404 where no mail of ours is answered, 409 of the erased. 204 for what was heard, and for what a machine wrote; 503
    while it cannot be heard yet, and is to come again.
    """
    try:
        mail = _verified(request, await told(request, BODY_BYTES_MAX))
    except Unreadable:
        log.warning("a mail that cannot be read")
        return Response(status_code=422)
    if mail is None:
        return Response(status_code=401)
    service = request.app.state.service
    row = await contact_of_id(service.db, mail.to.contact_id) if mail.to else None
    if row is None or row.channel != "email":
        return Response(status_code=404)
    writer = await writer_at(service.db, row.customer_id, {row.contact_point_id or ""})
    reply = _reply(row, replace(writer, party_id=row.party_id), mail)
    if mail.is_automatic and not reply.opts_out:
        log.info("a mail that a machine wrote")
        return Response(status_code=204)
    outcome = await note_reply(service, reply, request.app.state.settings.claim_silence)
    return Response(status_code=503 if isinstance(outcome, Stopped) else 204)


def _reply(row: ContactRow, writer: Writer, mail: MailReply) -> Reply:
    """A Message-ID is its sender's word: it tells a mail from others that answer the same contact, and from no more."""
    opts_out = mail.to is not None and mail.to.wish == UNSUBSCRIBE
    id_ = f"{row.contact_id}\n{mail.message_id}"
    return Reply(row.customer_id, writer, "email", id_, mail.text, mail.own_words, opts_out)


def _verified(request: Request, said: Told) -> MailReply | None:
    settings = request.app.state.settings
    assert isinstance(settings, ContactSettings)
    if settings.mail is None:
        return None
    secret = settings.mail.ask_secret.get_secret_value()
    return verified(*said, datetime.now(UTC), secret)
