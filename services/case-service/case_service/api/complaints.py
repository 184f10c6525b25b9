"""Complaints (投诉): raised, acknowledged, extended, resolved, looked up."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Annotated
from uuid import UUID

from arrears_events.card_numbers import holds_card_number
from arrears_events.catalogue.complaints import (
    Actor,
    ComplaintFrom,
    ComplaintKind,
    ComplaintOutcome,
    ExtensionReason,
    Redress,
)
from arrears_events.catalogue.ledger import BusinessDate
from arrears_events.sealed import Sealed
from arrears_policy.values import Values
from arrears_runtime.http.callers import CallerRequest, found
from arrears_runtime.http.card_numbers import FreeText, OpaqueId
from arrears_runtime.http.commands import Answer, CommandRequest
from arrears_runtime.http.paging import ListRequest, Page
from arrears_runtime.http.routing import Router
from arrears_runtime.http.strict_json import Body
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from case_service.domain.complaint import (
    AcknowledgeComplaint,
    ComplaintCommand,
    ExtendComplaint,
    RaiseComplaint,
    ResolveComplaint,
    stream_of,
)
from case_service.views.accounts import an_account_of
from case_service.views.complaints import (
    ComplaintFilter,
    ComplaintRow,
    complaint_of_id,
    complaints_where,
    version_of_complaint,
)

router = Router(tag="complaints")


def _no_card_number(actor: str) -> str:
    if holds_card_number(actor):
        raise PydanticCustomError("card-number", "A card number may not stand here")
    return actor


class ComplaintRequest(Body):
    """How the customer was treated, by the word of `received_from`.

    `about`: the contact it is about, by its id. `against`: who is complained of, by the subject of their token. `text`:
    what was said; it is kept sealed.
    """

    kind: ComplaintKind
    received_from: ComplaintFrom
    about: OpaqueId | None = None
    against: Annotated[Actor, AfterValidator(_no_card_number)] | None = None
    text: FreeText | None = None


class FurtherExtensionRequest(Body):
    """`told_on`: when who complained was given notice."""

    told_on: BusinessDate


class ComplaintResolutionRequest(Body):
    """`redress`: what is done about it. `text`: the answer that was given; it is kept sealed."""

    outcome: ComplaintOutcome
    redress: Annotated[list[Redress], Field(max_length=5)]
    text: FreeText | None = None


@dataclass(frozen=True, slots=True)
class ComplaintAnswer:
    """Until it has an `outcome` an answer is owed, by `answer_due_on`. `overdue_on`: the day whose close found none.

    `extension`: the last one, if any; `told_on`: when who complained was given notice of it.
    """

    complaint_id: UUID
    customer_id: str
    kind: ComplaintKind
    received_from: ComplaintFrom
    about: str | None
    against: str | None
    received_on: date
    answer_due_on: date
    acknowledged_on: date | None
    extension: ExtensionReason | None
    extended_on: date | None
    told_on: date | None
    overdue_on: date | None
    resolved_on: date | None
    outcome: ComplaintOutcome | None
    redress: list[Redress] | None


@dataclass(frozen=True, slots=True)
class ComplaintWords:
    """Null where nothing was written down, and once the person has been erased."""

    text: str | None
    answer: str | None


@router.post("/customers/{customer_id}/complaints", status_code=201, permission="dispute:raise")
async def raise_complaint(customer_id: OpaqueId, ask: ComplaintRequest, request: CommandRequest) -> Answer:
    """Take it in, to be answered within the days of the policy. 409 when the person has been erased."""
    complaint_id, make = request.command_id, partial(_complaint, customer_id, ask, request)
    return await request.make_and_send(
        make, streamid=stream_of(complaint_id), customer_id=customer_id, location=f"/complaints/{complaint_id}"
    )


async def _complaint(customer_id: str, ask: ComplaintRequest, request: CommandRequest) -> RaiseComplaint:
    found(await an_account_of(request.db, customer_id))
    today, in_force = request.today(customer_id), await request.policy("complaints", customer_id)
    return RaiseComplaint(
        complaint_id=request.command_id,
        customer_id=customer_id,
        kind=ask.kind,
        received_from=ask.received_from,
        received_on=today,
        answer_due_on=today + timedelta(days=in_force.content(Values).integer("answer_days")),
        policy=in_force.ref,
        about=ask.about,
        against=ask.against,
        text=await _sealed(ask.text, customer_id, request),
    )


@router.post(
    "/complaints/{complaint_id}/acknowledgements", status_code=201, permission="dispute:acknowledge", if_match=True
)
async def acknowledge_complaint(complaint_id: UUID, request: CommandRequest) -> Answer:
    """Who complained was told that it is being looked at. 409 when it is resolved already."""
    row = found(await complaint_of_id(request.db, complaint_id))
    return await _sent(request, complaint_id, row.customer_id, AcknowledgeComplaint(request.today(row.customer_id)))


@router.post("/complaints/{complaint_id}/extensions", status_code=201, permission="dispute:acknowledge", if_match=True)
async def extend_complaint(complaint_id: UUID, request: CommandRequest) -> Answer:
    """It is complex: its answer is due later, once. 409 when it was extended before, or its day has passed."""
    return await _extended(request, complaint_id, "complex", "complex_days")


@router.post(
    "/complaints/{complaint_id}/further-extensions", status_code=201, permission="dispute:resolve", if_match=True
)
async def extend_complaint_further(complaint_id: UUID, ask: FurtherExtensionRequest, request: CommandRequest) -> Answer:
    """Approve that a complex one is answered later still, once. 422 when notice was not given by today."""
    return await _extended(request, complaint_id, "approved", "further_days", ask.told_on)


@router.post("/complaints/{complaint_id}/resolutions", status_code=201, permission="dispute:resolve", if_match=True)
async def resolve_complaint(complaint_id: UUID, ask: ComplaintResolutionRequest, request: CommandRequest) -> Answer:
    """Decide and answer it. 403 for who is complained of, 409 when it has another outcome already."""
    row = found(await complaint_of_id(request.db, complaint_id))
    resolution = ResolveComplaint(
        outcome=ask.outcome,
        redress=frozenset(ask.redress),
        resolved_on=request.today(row.customer_id),
        by=request.caller.subject,
        text=await _sealed(ask.text, row.customer_id, request),
    )
    return await _sent(request, complaint_id, row.customer_id, resolution)


@router.get("/complaints/{complaint_id}", permission="case:read")
async def get_complaint(complaint_id: UUID, request: CallerRequest) -> ComplaintAnswer:
    request.tag(found(await version_of_complaint(request.db, complaint_id)))
    return _answer(found(await complaint_of_id(request.db, complaint_id)))


@router.get("/complaints/{complaint_id}/words", permission="note:read")
async def get_complaint_words(complaint_id: UUID, request: CallerRequest) -> ComplaintWords:
    """What was said and what was answered, as far as it was written down."""
    row = found(await complaint_of_id(request.db, complaint_id))
    said, answered = [await _opened(text, row.customer_id, request) for text in (row.text, row.answer)]
    return ComplaintWords(said, answered)


@router.get("/complaints", permission="case:read")
async def list_complaints(
    request: ListRequest,
    customer_id: OpaqueId | None = None,
    open: bool | None = None,  # noqa: A002 - the parameter's name
    overdue: bool | None = None,
) -> Page[ComplaintAnswer]:
    """Those first whose answer is due first. `open`: not answered; `overdue`: its day passed without an answer."""
    asked = ComplaintFilter(customer_id, open, overdue)
    rows = await complaints_where(request.db, asked, request.after(tuple[date, UUID]), request.fetch)
    return request.page([_answer(row) for row in rows], lambda it: (it.answer_due_on, it.complaint_id))


async def _extended(
    request: CommandRequest, complaint_id: UUID, reason: ExtensionReason, days: str, told_on: date | None = None
) -> Answer:
    """By `days` of the policy."""
    customer_id = found(await complaint_of_id(request.db, complaint_id)).customer_id

    async def extension() -> ExtendComplaint:
        in_force = await request.policy("complaints", customer_id)
        return ExtendComplaint(
            reason=reason,
            days=in_force.content(Values).integer(days),
            extended_on=request.today(customer_id),
            by=request.caller.subject,
            policy=in_force.ref,
            told_on=told_on,
        )

    return await request.make_and_send(
        extension,
        streamid=stream_of(complaint_id),
        customer_id=customer_id,
        location=f"/complaints/{complaint_id}",
    )


async def _sent(request: CommandRequest, complaint_id: UUID, customer_id: str, body: ComplaintCommand) -> Answer:
    location = f"/complaints/{complaint_id}"
    return await request.send(streamid=stream_of(complaint_id), customer_id=customer_id, body=body, location=location)


async def _sealed(text: str | None, customer_id: str, request: CommandRequest) -> Sealed | None:
    return await request.sealing.seal(customer_id, text) if text else None


async def _opened(text: str | None, customer_id: str, request: CallerRequest) -> str | None:
    if text is None:
        return None
    [opened] = await request.sealing.open(customer_id, [Sealed.model_validate_json(text)])
    return opened


def _answer(row: ComplaintRow) -> ComplaintAnswer:
    return ComplaintAnswer(
        complaint_id=row.complaint_id,
        customer_id=row.customer_id,
        kind=row.kind,
        received_from=row.received_from,
        about=row.about,
        against=row.against,
        received_on=row.received_on,
        answer_due_on=row.answer_due_on,
        acknowledged_on=row.acknowledged_on,
        extension=row.extension,
        extended_on=row.extended_on,
        told_on=row.told_on,
        overdue_on=row.overdue_on,
        resolved_on=row.resolved_on,
        outcome=row.outcome,
        redress=row.redress,
    )
