"""What is heard from a customer, in a conversation or a reply: each thing that was said is an event of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from arrears_events.catalogue.complaints import ComplaintKind
from arrears_events.catalogue.contact import (
    CallBackRequested,
    Channel,
    ContactEvent,
    ContactFailed,
    ContactMade,
    ContactPointBarred,
    ContactRequested,
    FailureReason,
    MessageReceived,
    NightConsent,
    OptedOut,
    Party,
    PaymentClaimed,
    PromiseHeard,
)
from arrears_events.catalogue.heard import CallNoted, ComplaintHeard, DisputeHeard, DisputeKind, HardshipReported
from arrears_events.catalogue.wishes import CeaseRequested, ConsentGiven, ConsentWithdrawn
from arrears_events.money import Money
from arrears_events.sealed import Sealed

from contact_service.domain import call_backs
from contact_service.domain.call_backs import CallBack
from contact_service.domain.errors import (
    ACCOUNT_NOT_OF_CALL,
    CALL_BACK_OPTED_OUT,
    NUMBER_WAS_ANSWERED,
    SAID_BY_ANOTHER,
    SAID_BY_NOBODY,
    Refused,
)
from contact_service.domain.replies import ReadAs

BarReason = Literal["wrong_person", "recycled", "not_in_service", "refused"]
ABOUT_THE_DEBT = frozenset({"promise", "dispute", "claims_paid"})
ABOUT_THEMSELVES = frozenset({"hardship", "opts_out", "night_agreed"})
NOT_TO_SAY: dict[Party, frozenset[str]] = {
    "customer": frozenset(),
    "guarantor": ABOUT_THEMSELVES,
    "third_person": ABOUT_THE_DEBT | ABOUT_THEMSELVES,
}
"""What nobody but the customer says of themselves, nor a third person of the debt (CN-08). Anybody may complain."""
NOT_TO_BAR: dict[Party, frozenset[BarReason]] = {
    "customer": frozenset({"wrong_person", "recycled", "not_in_service"}),
    "guarantor": frozenset({"not_in_service"}),
    "third_person": frozenset({"not_in_service"}),
}
"""For these reasons no number is barred at which the party was talked to."""


@dataclass(frozen=True)
class Conversation:
    """`surmised`: the dialler tells of it, which does not know with whom; `party` is then whom the call was to."""

    initiated_by: Literal["us", "customer"]
    party: Party
    seconds: int
    surmised: bool = False


@dataclass(frozen=True)
class SaidPromise:
    accounts: frozenset[str]
    amount: Money
    due: date


@dataclass(frozen=True)
class SaidDispute:
    """`accounts`: what the call was about; the one that is contested is among them."""

    accounts: frozenset[str]
    account_id: str
    kind: DisputeKind
    amount: Money
    statement_id: str | None = None
    line_id: str | None = None


@dataclass(frozen=True)
class SaidComplaint:
    """`about`: the contact it is about, by its id; `against`: who is complained of; where it was said."""

    kind: ComplaintKind
    about: str | None = None
    against: str | None = None


@dataclass(frozen=True)
class SaidHardship:
    """The debt is more than they can pay."""

    willing_to_pay: bool


@dataclass(frozen=True)
class Written:
    """A reply, and what it was read as. `party_id`: who wrote it; None where nobody knows."""

    channel: Channel
    text: Sealed
    read_as: ReadAs
    party_id: str | None = None


@dataclass(frozen=True)
class Heard:
    """All of one conversation or reply. `contact_id`: the call that it ends; None when the customer wrote.

    `call` is how it ended: one that has its end gets no other (see `late`); what was said in it counts all the same.
    `silent_until`: the last day of silence after a claim to have paid. `barred`: the digests of points, and why
    nobody is to be reached there. `point_agreed`: its digest, and whether its person agrees to its use. `ceases`: the
    customer asks in writing not to be contacted any more. `note`: what the collector wrote down.
    """

    customer_id: str
    contact_id: UUID | None
    on: date
    call: Conversation | FailureReason | None = None
    promise: SaidPromise | None = None
    dispute: SaidDispute | None = None
    complaint: SaidComplaint | None = None
    hardship: SaidHardship | None = None
    opts_out: Channel | None = None
    silent_until: date | None = None
    call_back: CallBack | None = None
    barred: tuple[frozenset[str], BarReason] | None = None
    night_agreed: bool | None = None
    point_agreed: tuple[str, bool] | None = None
    ceases: bool = False
    note: Sealed | None = None
    written: Written | None = None


def events(heard: Heard, request: ContactRequested | None) -> Iterator[ContactEvent]:
    """How the call ended first: what was said in it comes after. Raises Refused when it cannot all be so."""
    _check(heard)
    if request is not None and heard.call is not None:
        yield _call(request, heard.call)
    if heard.written:
        yield _received(heard, heard.written)
    yield from _of_the_debt(heard)
    if heard.complaint:
        yield _complaint(heard, heard.complaint)
    yield from _of_being_contacted(heard)
    if heard.note and heard.contact_id:
        yield CallNoted(customer_id=heard.customer_id, contact_id=heard.contact_id, text=heard.note)


def _check(heard: Heard) -> None:
    """Raises Refused for what cannot all be so of one call."""
    if isinstance(heard.call, Conversation):
        _check_talk(heard, heard.call.party)
    elif heard.written and heard.written.party_id != heard.customer_id:
        _check_talk(heard, "third_person")
    elif heard.call and (said := _said(heard)):
        raise Refused(SAID_BY_NOBODY, said=said)
    if heard.dispute and heard.dispute.account_id not in heard.dispute.accounts:
        raise Refused(ACCOUNT_NOT_OF_CALL, accounts=heard.dispute.accounts)
    if heard.call_back and heard.opts_out == "call":
        raise Refused(CALL_BACK_OPTED_OUT)
    if heard.call_back:
        call_backs.check(heard.call_back)


def _check_talk(heard: Heard, party: Party) -> None:
    if said := _said(heard) & NOT_TO_SAY[party]:
        raise Refused(SAID_BY_ANOTHER, party=party, said=said)
    if heard.barred and heard.barred[1] in NOT_TO_BAR[party]:
        raise Refused(NUMBER_WAS_ANSWERED, party=party)


def _said(heard: Heard) -> frozenset[str]:
    """By the names that it has in the API."""
    told = {
        "promise": heard.promise,
        "dispute": heard.dispute,
        "complaint": heard.complaint,
        "hardship": heard.hardship,
        "claims_paid": heard.silent_until,
        "opts_out": heard.opts_out,
        "night_agreed": heard.night_agreed,
        "call_back_on": heard.call_back,
    }
    return frozenset(name for name, value in told.items() if value is not None)


def _of_the_debt(heard: Heard) -> Iterator[ContactEvent]:
    if heard.silent_until:
        yield PaymentClaimed(customer_id=heard.customer_id, claimed_on=heard.on, silent_until=heard.silent_until)
    if heard.promise:
        yield _promise(heard, heard.promise)
    if heard.dispute:
        yield _dispute(heard, heard.dispute)
    if heard.hardship:
        yield _hardship(heard, heard.hardship)


def _of_being_contacted(heard: Heard) -> Iterator[ContactEvent]:
    customer = heard.customer_id
    if heard.opts_out:
        yield OptedOut(customer_id=customer, channel=heard.opts_out, on=heard.on)
    if heard.call_back and heard.contact_id:
        yield _call_back(heard, heard.call_back, heard.contact_id)
    if heard.barred:
        digests, reason = heard.barred
        yield from (ContactPointBarred(customer_id=customer, digest=each, reason=reason) for each in sorted(digests))
    if heard.night_agreed is not None:
        yield NightConsent(customer_id=customer, given=heard.night_agreed)
    if heard.point_agreed:
        digest, agreed = heard.point_agreed
        consent = ConsentGiven if agreed else ConsentWithdrawn
        yield consent(customer_id=customer, digest=digest, on=heard.on)
    if heard.ceases:
        yield CeaseRequested(customer_id=customer, on=heard.on)


def _call(request: ContactRequested, call: Conversation | FailureReason) -> ContactMade | ContactFailed:
    which: dict[str, Any] = {"customer_id": request.customer_id, "contact_id": request.contact_id}
    if isinstance(call, Conversation):
        return ContactMade(**which, initiated_by=call.initiated_by, party=call.party, seconds=call.seconds)
    return ContactFailed(**which, reason=call)


def _received(heard: Heard, written: Written) -> MessageReceived:
    return MessageReceived(
        customer_id=heard.customer_id,
        channel=written.channel,
        text=written.text,
        read_as=written.read_as,
        received_on=heard.on,
        party_id=written.party_id,
    )


def _promise(heard: Heard, promise: SaidPromise) -> PromiseHeard:
    return PromiseHeard(
        customer_id=heard.customer_id,
        contact_id=heard.contact_id,
        accounts=promise.accounts,
        amount=promise.amount,
        due=promise.due,
        heard_on=heard.on,
    )


def _dispute(heard: Heard, dispute: SaidDispute) -> DisputeHeard:
    return DisputeHeard(
        customer_id=heard.customer_id,
        account_id=dispute.account_id,
        contact_id=heard.contact_id,
        kind=dispute.kind,
        disputed_amount=dispute.amount,
        heard_on=heard.on,
        statement_id=dispute.statement_id,
        line_id=dispute.line_id,
    )


def _complaint(heard: Heard, complaint: SaidComplaint) -> ComplaintHeard:
    """Who was reached complains, or who wrote."""
    return ComplaintHeard(
        customer_id=heard.customer_id,
        contact_id=heard.contact_id,
        kind=complaint.kind,
        received_from=heard.call.party if isinstance(heard.call, Conversation) else "customer",
        heard_on=heard.on,
        about=complaint.about,
        against=complaint.against,
    )


def _hardship(heard: Heard, hardship: SaidHardship) -> HardshipReported:
    return HardshipReported(
        customer_id=heard.customer_id,
        contact_id=heard.contact_id,
        willing_to_pay=hardship.willing_to_pay,
        reported_on=heard.on,
    )


def _call_back(heard: Heard, wish: CallBack, contact_id: UUID) -> CallBackRequested:
    return CallBackRequested(
        customer_id=heard.customer_id,
        contact_id=contact_id,
        party_id=wish.party_id,
        accounts=wish.accounts,
        on=wish.on,
        requested_on=heard.on,
    )
