"""What happened between a customer and us (topic contact.events, streams contacts/<customer_id>).

A contact is asked for, decided by the rules of law in force, made over a channel, and has an outcome. Times of day are
moments; dates are business dates.
"""

from typing import Annotated, ClassVar, Literal, get_args
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

from arrears_events.catalogue.base import (
    STOP_EVENTS,
    Code,
    CustomerEvent,
    DeadLetterSkipped,
    Id,
    Ids,
    PolicyProposed,
    PolicyPublished,
    PolicyRef,
)
from arrears_events.catalogue.heard import CallNoted, ComplaintHeard, DisputeHeard, HardshipReported
from arrears_events.catalogue.ledger import BusinessDate
from arrears_events.catalogue.wishes import CeaseRequested, ConsentGiven, ConsentWithdrawn
from arrears_events.codec import Topic
from arrears_events.envelope import StreamEvent
from arrears_events.money import Amount
from arrears_events.sealed import Sealed

Purpose = Literal["pre_due_reminder", "plan_reminder", "service_answer", "statutory_notice", "collection", "legal"]
"""联系目的: each rule of law names the purposes that it stops."""
Channel = Literal["call", "sms", "email"]
Channels = Annotated[frozenset[Channel], PlainSerializer(sorted, return_type=list[str])]
"""A set of channels; written in order, so that the same set has the same bytes."""
FailureReason = Literal["no_answer", "busy", "voicemail", "not_in_service", "rejected", "undelivered"]
Party = Literal["customer", "guarantor", "third_person"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class RuleApplied(_Frozen):
    """One rule that was looked at, whether it lets the contact pass, and the facts that decided.

    `allowed_from`: the first moment at which this rule would let it pass; None where no moment can be named.
    """

    rule: str
    clause: str
    passed: bool
    facts: dict[str, str | int]
    allowed_from: AwareDatetime | None = None


class Known(_Frozen):
    """What was known when a contact was decided: facts by name, and how far each topic was read for the customer.

    `positions`: topic -> the next offset of the customer's partition; what lies behind it was not known.
    """

    facts: dict[str, str | int]
    positions: dict[str, int]


class AmountShown(_Frozen):
    """An amount that a message names, by the word of `as_of` and what was paid since (SYS-02).

    Of an account's arrears, by the bank's word; or of the instalment of `plan_id` that is due on `due`, by the plan's.
    """

    account_id: Id | None = None
    plan_id: UUID | None = None
    due: BusinessDate | None = None
    amount: Amount
    as_of: BusinessDate


class Message(_Frozen):
    """The words of a message, sealed, by which template and in which language, and the amounts that they name."""

    template: PolicyRef
    language: str
    text: Sealed
    amounts: tuple[AmountShown, ...]


class ContactFact(CustomerEvent):
    """A fact about one contact."""

    contact_id: UUID


class ContactRequested(ContactFact):
    """Somebody wants the customer contacted about `accounts`; whether it may be done is not yet decided.

    `party_id` is the customer's own id for the customer in person; without a `contact_point_id` the channel's first
    point of the party is taken. It lapses undone at the end of `lapses_on`.

    `call_back_of`: the contact in which the customer asked for this one, on the day `not_before` where they are.
    """

    wire: ClassVar[str] = "ContactRequested"
    purpose: Purpose
    channel: Channel
    party_id: Id
    accounts: Annotated[Ids, Field(min_length=1)]
    requested_on: BusinessDate
    lapses_on: BusinessDate
    contact_point_id: Id | None = None
    not_before: BusinessDate | None = None
    call_back_of: UUID | None = None


class _Decided(ContactFact):
    """`policies`: the rule packs in force that it was decided by."""

    contact_point_id: Id | None
    policies: tuple[PolicyRef, ...]
    rules: tuple[RuleApplied, ...]
    known: Known


class ContactAuthorised(_Decided):
    """Every rule lets it pass, now and until `valid_until`: to speak of `accounts`, at the point with this `digest`."""

    wire: ClassVar[str] = "ContactAuthorised"
    digest: str
    party: Party
    accounts: Annotated[Ids, Field(min_length=1)]
    decided_at: AwareDatetime
    valid_until: AwareDatetime


class ContactRefused(_Decided):
    """A rule does not let the contact pass. `allowed_from`: the earliest lawful moment, when there is one.

    `final`: it is over, since nothing lets it pass before the request lapses. Otherwise it is decided again at
    `again_at`: then, or, where only the state of this system is against it, after a while.
    """

    wire: ClassVar[str] = "ContactRefused"
    allowed_from: AwareDatetime | None
    final: bool
    again_at: AwareDatetime | None = None


class AuthorisationExpired(ContactFact):
    """What was allowed is not done: a fact changed, or time passed, between the decision and the sending.

    After `facts_changed` and `too_late` it is decided again. `words_refused`: a rule of text is against its words, or
    there are none. `words_failed`: they could not be made.
    """

    wire: ClassVar[str] = "AuthorisationExpired"
    reason: Literal["facts_changed", "too_late", "lapsed", "words_refused", "words_failed"]

    @property
    def final(self) -> bool:
        """Whether the contact is over, and not its authorisation alone."""
        return self.reason not in ("facts_changed", "too_late")


class ContactAttempted(ContactFact):
    """It is handed to the provider now: from here on it may have been made. A call has no `message`."""

    wire: ClassVar[str] = "ContactAttempted"
    attempted_at: AwareDatetime
    message: Message | None = None


class MessageSent(ContactFact):
    """The provider took the message; `reference` is its own id of it. A mail has no further outcome."""

    wire: ClassVar[str] = "MessageSent"
    reference: str


class MessageDelivered(ContactFact):
    """The receiver's own network says that the message arrived."""

    wire: ClassVar[str] = "MessageDelivered"


class MessageOutcomeUnknown(ContactFact):
    """Nobody can say whether the message went out: it is not sent again."""

    wire: ClassVar[str] = "MessageOutcomeUnknown"


class ContactFailed(ContactFact):
    """The contact was tried and did not come about."""

    wire: ClassVar[str] = "ContactFailed"
    reason: FailureReason


class ContactMade(ContactFact):
    """An effective voice conversation. `party` is who was reached; `initiated_by` says who called."""

    wire: ClassVar[str] = "ContactMade"
    initiated_by: Literal["us", "customer"]
    party: Party
    seconds: Annotated[int, Field(ge=0, le=86_400)]


class MessageReceived(CustomerEvent):
    """Somebody wrote back; the words are sealed. `unread`: a person has to look at what they mean.

    `party_id`: whose number or address it came from, the customer's own id for the customer in person. None where that
    is not known, as of a number that several have.
    """

    wire: ClassVar[str] = "MessageReceived"
    channel: Channel
    text: Sealed
    read_as: Literal["stop", "paid", "promise", "unread"]
    received_on: BusinessDate
    party_id: Id | None = None


class ReplySetAside(CustomerEvent):
    """Somebody read what the customer wrote, and it waits for nobody any more. `reply_id`: of the MessageReceived."""

    wire: ClassVar[str] = "ReplySetAside"
    reply_id: UUID


class OptedOut(CustomerEvent):
    """The customer does not want to be contacted over `channel` any more (退订)."""

    wire: ClassVar[str] = "OptedOut"
    channel: Channel
    on: BusinessDate


class NightConsent(CustomerEvent):
    """Whether the customer agrees to be contacted at night (CN-01)."""

    wire: ClassVar[str] = "NightConsent"
    given: bool


class PaymentClaimed(CustomerEvent):
    """The customer says that they paid: a short silence, to the end of `silent_until`, while it is looked for."""

    wire: ClassVar[str] = "PaymentClaimed"
    claimed_on: BusinessDate
    silent_until: BusinessDate


class PromiseHeard(CustomerEvent):
    """The customer named a day by which they will pay; whether it is a promise, plan-service decides by its limits."""

    wire: ClassVar[str] = "PromiseHeard"
    contact_id: UUID | None
    accounts: Annotated[Ids, Field(min_length=1)]
    amount: Amount
    due: BusinessDate
    heard_on: BusinessDate


class CallBackRequested(ContactFact):
    """The party wants to be called back about `accounts` on `on`, a day where the customer is."""

    wire: ClassVar[str] = "CallBackRequested"
    party_id: Id
    accounts: Annotated[Ids, Field(min_length=1)]
    on: BusinessDate
    requested_on: BusinessDate


class ContactPointBarred(CustomerEvent):
    """Nobody is reached at the number with this `digest` any more, for whichever customer it stands."""

    wire: ClassVar[str] = "ContactPointBarred"
    digest: str
    reason: Literal["wrong_person", "recycled", "not_in_service", "refused"]


class PersonErased(CustomerEvent):
    """The bank erased the person: the keys of all that was sealed about them are destroyed."""

    wire: ClassVar[str] = "PersonErased"
    reason: Code


ContactEvent = (
    ContactRequested | ContactAuthorised | ContactRefused | AuthorisationExpired | ContactAttempted | MessageSent
    | MessageDelivered | MessageOutcomeUnknown | ContactFailed | ContactMade | MessageReceived | OptedOut
    | NightConsent | PaymentClaimed | PromiseHeard | CallBackRequested | ContactPointBarred | DisputeHeard
    | ComplaintHeard | HardshipReported | CallNoted | CeaseRequested | ConsentGiven | ConsentWithdrawn
    | ReplySetAside
)  # fmt: skip
CONTACT = Topic.of("contact.events", StreamEvent, (*get_args(ContactEvent), PersonErased, *STOP_EVENTS))
CONTACT_KEYS = "contact.keys"
"""Where the keys of the sealed texts are kept, wrapped; a null value shreds."""
CONTACT_SETTINGS = Topic.of("contact.settings", StreamEvent, (DeadLetterSkipped, PolicyProposed, PolicyPublished))
