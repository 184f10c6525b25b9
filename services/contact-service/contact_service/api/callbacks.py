"""Where the dialler tells how a call ended: signed, and heard once."""

from datetime import UTC, date, datetime

from arrears_events.catalogue.contact import FailureReason
from arrears_events.ids import event_id, reaction_command_id
from arrears_runtime.decider import Command, Stopped
from arrears_runtime.reactor import ROLE
from starlette.requests import Request
from starlette.responses import Response

from contact_service.api.hooks import Told, told
from contact_service.domain.hearing import Conversation, Heard
from contact_service.gateways.dialler import CallResult, verified
from contact_service.settings import ContactSettings
from contact_service.views.contacts import ContactRow, contact_of_id

PATH = "/dialler/results"
BODY_BYTES_MAX = 4_096


async def call_ended(request: Request) -> Response:
    """401 for what the dialler did not sign just now; 404 for a call that we did not place.

    503 while it cannot be heard yet, and is to come again.
    """
    result = _verified(request, await told(request, BODY_BYTES_MAX))
    if result is None:
        return Response(status_code=401)
    service = request.app.state.service
    row = await contact_of_id(service.db, result.contact_id)
    if row is None or not row.is_a_call_that_was_placed:
        return Response(status_code=404)
    said = _command(row, result, service.now(row.customer_id), service.today(row.customer_id))
    [outcome] = await service.append([said])
    return Response(status_code=503 if isinstance(outcome, Stopped) else 204)


def _verified(request: Request, said: Told) -> CallResult | None:
    settings = request.app.state.settings
    assert isinstance(settings, ContactSettings)
    if settings.dialler is None:
        return None
    secret = settings.dialler.secret.get_secret_value()
    return verified(*said, datetime.now(UTC), secret)


def _command(row: ContactRow, result: CallResult, now: datetime, today: date) -> Command:
    cause = str(event_id(row.streamid, row.version))
    return Command(
        id=reaction_command_id(str(row.contact_id), "call-ended", row.streamid),
        streamid=row.streamid,
        customer_id=row.customer_id,
        body=Heard(customer_id=row.customer_id, contact_id=row.contact_id, on=today, call=_call(result)),
        time=now,
        actor="dialler",
        actorrole=ROLE,
        causationid=cause,
        correlationid=str(row.contact_id),
    )


def _call(result: CallResult) -> Conversation | FailureReason:
    if result.outcome == "conversation":
        return Conversation("us", "customer", result.seconds, surmised=True)
    return result.outcome
