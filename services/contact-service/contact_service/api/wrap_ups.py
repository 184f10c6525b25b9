"""Wrap-ups (通话小结): a call recorded whole, how it ended and all that was said in it."""

from dataclasses import replace
from functools import partial
from typing import Annotated
from uuid import UUID

from arrears_events.card_numbers import holds_card_number
from arrears_events.catalogue.complaints import Actor, ComplaintKind
from arrears_events.catalogue.contact import Channel, FailureReason, Party
from arrears_events.catalogue.heard import DisputeKind
from arrears_events.catalogue.ledger import BusinessDate
from arrears_events.money import Amount
from arrears_events.sealed import Sealed
from arrears_runtime.http.callers import found
from arrears_runtime.http.card_numbers import FreeText, OpaqueId
from arrears_runtime.http.commands import Answer, CommandRequest
from arrears_runtime.http.problems import Problem
from arrears_runtime.http.routing import Router
from arrears_runtime.http.strict_json import Body
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from contact_service.api.requests import check_accounts
from contact_service.domain.call_backs import CallBack, days_to_be_had
from contact_service.domain.errors import CALL_NOT_MADE, Refused
from contact_service.domain.hearing import (
    BarReason,
    Conversation,
    Heard,
    SaidComplaint,
    SaidDispute,
    SaidHardship,
    SaidPromise,
)
from contact_service.domain.parties import standing_of
from contact_service.settings import ContactSettings
from contact_service.views.contacts import ContactRow, contact_of_id
from contact_service.views.parties import parties_of
from contact_service.views.profiles import ProfileRow, profile_of

router = Router(tag="contacts")


class WrapUpCommand(CommandRequest):
    """Knows the settings of contact-service."""

    @property
    def settings(self) -> ContactSettings:
        settings = super().settings
        assert isinstance(settings, ContactSettings)
        return settings


class Talked(Body):
    """An effective conversation with `party`, of so many seconds."""

    party: Party
    seconds: Annotated[int, Field(ge=0, le=86_400)]


class PromiseSaid(Body):
    amount: Amount
    due: BusinessDate


class DisputeSaid(Body):
    """What of the arrears on `account_id`, one of the call's accounts, the customer contests, and why."""

    account_id: OpaqueId
    kind: DisputeKind
    disputed_amount: Amount
    statement_id: OpaqueId | None = None
    line_id: OpaqueId | None = None


def _no_card_number(actor: str) -> str:
    if holds_card_number(actor):
        raise PydanticCustomError("card-number", "A card number may not stand here")
    return actor


class ComplaintSaid(Body):
    """How the customer was treated, by the word of who was reached. What exactly was said is for the note.

    `about`: the contact it is about, by its id. `against`: who is complained of, by the subject of their token.
    """

    kind: ComplaintKind
    about: OpaqueId | None = None
    against: Annotated[Actor, AfterValidator(_no_card_number)] | None = None


class HardshipSaid(Body):
    """The debt is more than the customer can pay. The reasons are for the note."""

    willing_to_pay: bool


class WrapUpRequest(Body):
    """A call whole: how it ended, and all that was said in it. Either `talked`, or why nobody was reached.

    `call_back_on`: the day, where the customer is, on which they want to be called. `wrong_number`: why nobody is to be
    reached there any more. `night_agreed`: whether the customer agrees to be contacted at night. `note`: what no other
    field says; it is kept sealed.
    """

    contact_id: UUID
    talked: Talked | None = None
    failed: FailureReason | None = None
    promise: PromiseSaid | None = None
    dispute: DisputeSaid | None = None
    complaint: ComplaintSaid | None = None
    hardship: HardshipSaid | None = None
    claims_paid: bool = False
    opts_out: Channel | None = None
    call_back_on: BusinessDate | None = None
    wrong_number: BarReason | None = None
    night_agreed: bool | None = None
    note: FreeText | None = None


@router.post("/wrap-ups", status_code=201, permission="contact:wrap-up")
async def wrap_up(ask: WrapUpRequest, request: WrapUpCommand) -> Answer:
    """Record a call whole; of one whose end the dialler has told already, with whom it was and what was said.

    409 when none was placed. 422 for what cannot all be so of one call, `unknown-account` for what is said of accounts
    that are not the customer's, `unknown-currency` for a promise of money that none of them is in: nothing of it is
    recorded. Whether a promise or a dispute that was heard is one, plan-service and case-service decide.
    """
    row = found(await contact_of_id(request.db, ask.contact_id))
    if not row.is_a_call_that_was_placed:
        raise Refused(CALL_NOT_MADE)
    if (ask.talked is None) == (ask.failed is None):
        raise Problem("call-end-unclear")
    return await request.make_and_send(
        partial(_wrapped_up, ask, row, request), streamid=row.streamid, customer_id=row.customer_id, id=row.contact_id
    )


async def _wrapped_up(ask: WrapUpRequest, row: ContactRow, request: WrapUpCommand) -> Heard:
    profile = found(await profile_of(request.db, row.customer_id))
    if ask.promise or ask.dispute or ask.call_back_on:
        currency = ask.promise.amount.currency if ask.promise else None
        await check_accounts(request.db, row.customer_id, row.accounts, currency)
    heard = _heard(ask, row, profile, request, await _sealed(ask.note, row.customer_id, request))
    return replace(heard, barred=await _barred(ask, row, profile, request))


async def _sealed(note: str | None, customer_id: str, request: WrapUpCommand) -> Sealed | None:
    return await request.sealing.seal(customer_id, note) if note else None


def _heard(
    ask: WrapUpRequest, row: ContactRow, profile: ProfileRow, request: WrapUpCommand, note: Sealed | None
) -> Heard:
    today = request.today(row.customer_id)
    return Heard(
        customer_id=row.customer_id,
        contact_id=row.contact_id,
        on=today,
        call=Conversation("us", ask.talked.party, ask.talked.seconds) if ask.talked else ask.failed,
        promise=_promise(ask.promise, row),
        dispute=_dispute(ask.dispute, row),
        complaint=_complaint(ask.complaint),
        hardship=SaidHardship(ask.hardship.willing_to_pay) if ask.hardship else None,
        opts_out=ask.opts_out,
        silent_until=today + request.settings.claim_silence if ask.claims_paid else None,
        call_back=_call_back(ask, row, profile, request),
        night_agreed=ask.night_agreed,
        note=note,
    )


def _promise(said: PromiseSaid | None, row: ContactRow) -> SaidPromise | None:
    return SaidPromise(frozenset(row.accounts), said.amount, said.due) if said else None


def _dispute(said: DisputeSaid | None, row: ContactRow) -> SaidDispute | None:
    if said is None:
        return None
    what = said.kind, said.disputed_amount, said.statement_id, said.line_id
    return SaidDispute(frozenset(row.accounts), said.account_id, *what)


def _complaint(said: ComplaintSaid | None) -> SaidComplaint | None:
    return SaidComplaint(said.kind, said.about, said.against) if said else None


def _call_back(ask: WrapUpRequest, row: ContactRow, profile: ProfileRow, request: WrapUpCommand) -> CallBack | None:
    if ask.call_back_on is None:
        return None
    days = days_to_be_had(profile.time_zone, request.service.now(row.customer_id))
    return CallBack(row.party_id, frozenset(row.accounts), ask.call_back_on, *days)


async def _is_third_person(row: ContactRow, request: WrapUpCommand) -> bool:
    """Whom the call was to."""
    ties = [each.as_tie() for each in await parties_of(request.db, [row.customer_id])]
    return standing_of(row.party_id, row.customer_id, row.accounts, ties).party == "third_person"


async def _barred(
    ask: WrapUpRequest, row: ContactRow, profile: ProfileRow, request: WrapUpCommand
) -> tuple[frozenset[str], BarReason] | None:
    """The number that was called. A third person who refused is reached at none that the bank told of (CN-08)."""
    if ask.wrong_number is None:
        return None
    refused = ask.wrong_number == "refused" and ask.talked is not None and ask.talked.party == "third_person"
    points = [each for each in profile.points if each.contact_point_id == row.contact_point_id]
    if refused and await _is_third_person(row, request):
        points += [each for each in profile.points if each.party_id == row.party_id]
    return frozenset(each.digest for each in points), ask.wrong_number
