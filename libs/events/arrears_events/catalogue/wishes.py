"""What a customer said about being contacted at all, and at which numbers: events of topic contact.events."""

from typing import ClassVar

from arrears_events.catalogue.base import CustomerEvent
from arrears_events.catalogue.ledger import BusinessDate


class CeaseRequested(CustomerEvent):
    """The customer asked in writing not to be contacted any more (US-05)."""

    wire: ClassVar[str] = "CeaseRequested"
    on: BusinessDate


class _Consent(CustomerEvent):
    digest: str
    on: BusinessDate


class ConsentGiven(_Consent):
    """The person of the number or address with this `digest` agrees to its use."""

    wire: ClassVar[str] = "ConsentGiven"


class ConsentWithdrawn(_Consent):
    """The person of the number or address with this `digest` does not agree to its use any more."""

    wire: ClassVar[str] = "ConsentWithdrawn"
