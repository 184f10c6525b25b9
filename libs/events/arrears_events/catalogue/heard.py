"""What a customer said in a contact beside the promises and wishes of contact.py: events of topic contact.events."""

from typing import ClassVar, Literal
from uuid import UUID

from arrears_events.catalogue.base import CustomerEvent, Id
from arrears_events.catalogue.complaints import Actor, ComplaintFrom, ComplaintKind
from arrears_events.catalogue.ledger import BusinessDate, LedgerEvent
from arrears_events.money import Amount
from arrears_events.sealed import Sealed

DisputeKind = Literal["unauthorised", "wrong_amount", "already_paid", "fee_or_interest", "not_as_described", "identity"]


class DisputeHeard(LedgerEvent):
    """The customer contests (异议) a part of the arrears; whether it is a dispute, case-service decides.

    `statement_id` and `line_id` say what is contested, where it was said.
    """

    wire: ClassVar[str] = "DisputeHeard"
    contact_id: UUID | None
    kind: DisputeKind
    disputed_amount: Amount
    heard_on: BusinessDate
    statement_id: Id | None = None
    line_id: Id | None = None


class ComplaintHeard(CustomerEvent):
    """Somebody complained of how the customer was treated; case-service takes it in under the id of this fact.

    `about`: the contact it is about, by its id; `against`: who is complained of; where it was said. The words stand in
    a note alone, sealed.
    """

    wire: ClassVar[str] = "ComplaintHeard"
    contact_id: UUID | None
    kind: ComplaintKind
    received_from: ComplaintFrom
    heard_on: BusinessDate
    about: Id | None = None
    against: Actor | None = None


class HardshipReported(CustomerEvent):
    """The customer says that the debt is more than they can pay (CN-16), and whether they are willing to.

    Why is theirs to tell and may be about their health or family: it stands in a note alone, sealed.
    """

    wire: ClassVar[str] = "HardshipReported"
    contact_id: UUID | None
    willing_to_pay: bool
    reported_on: BusinessDate


class CallNoted(CustomerEvent):
    """Who made a call wrote down (备注) what no other event says. When and who, the envelope says."""

    wire: ClassVar[str] = "CallNoted"
    contact_id: UUID
    text: Sealed
