"""What is heard from a customer, in a conversation or a reply: each thing that was said is an event of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

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
from arrears_events.money import Money
from arrears_events.sealed import Sealed

from contact_service.domain.replies import ReadAs

BarReason = Literal["wrong_person", "recycled", "not_in_service", "refused"]


@dataclass(frozen=True)
class Conversation:
    initiated_by: Literal["us", "customer"]
    party: Party
    seconds: int


@dataclass(frozen=True)
class SaidPromise:
    accounts: frozenset[str]
    amount: Money
    due: date


@dataclass(frozen=True)
class Written:
    """A reply, and what it was read as."""

    channel: Channel
    text: Sealed
    read_as: ReadAs


@dataclass(frozen=True)
class Heard:
    """All of one conversation or reply. `contact_id`: the call that it ends; None when the customer wrote.

    `call` is how it ended: one that has its end already gets no other, and what was said in it counts all the same.
    `silent_until`: the last day of silence after a claim to have paid. `barred`: the digest of the point, and why
    nobody is to be reached there.
    """

    customer_id: str
    contact_id: UUID | None
    on: date
    call: Conversation | FailureReason | None = None
    promise: SaidPromise | None = None
    opts_out: Channel | None = None
    silent_until: date | None = None
    call_back_on: date | None = None
    barred: tuple[str, BarReason] | None = None
    night_agreed: bool | None = None
    written: Written | None = None


def events(heard: Heard, request: ContactRequested | None) -> Iterator[ContactEvent]:
    """How the call ended first: what was said in it comes after."""
    customer, contact_id = heard.customer_id, heard.contact_id
    if request is not None and heard.call is not None:
        yield _call(request, heard.call)
    if heard.written:
        yield _received(heard, heard.written)
    if heard.opts_out:
        yield OptedOut(customer_id=customer, channel=heard.opts_out, on=heard.on)
    if heard.silent_until:
        yield PaymentClaimed(customer_id=customer, claimed_on=heard.on, silent_until=heard.silent_until)
    if heard.promise:
        yield _promise(heard, heard.promise)
    if heard.call_back_on and contact_id:
        yield CallBackRequested(customer_id=customer, contact_id=contact_id, on=heard.call_back_on)
    if heard.barred:
        digest, reason = heard.barred
        yield ContactPointBarred(customer_id=customer, digest=digest, reason=reason)
    if heard.night_agreed is not None:
        yield NightConsent(customer_id=customer, given=heard.night_agreed)


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
