"""Who the bank's customers are (bank.customers): the only home of personal data, and nowhere else in clear.

The topic is compacted: the last word on a customer counts, and a null value erases the person. It has no versions or
hashes, and is no part of the history.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from arrears_events.catalogue.base import CustomerEvent, Id
from arrears_events.codec import Topic
from arrears_events.envelope import SourceEvent

PersonalText = Annotated[str, Field(min_length=1, max_length=300)]
"""As the bank has it; it is sealed before it is kept."""


class CustomerDetailsUpdated(CustomerEvent):
    """All that the bank says of the customer in person, in place of what it said before.

    `restricted` (限制处理): what is told is kept and not used, as until a wish for erasure has been looked at. Contact
    points are by `contact_point_id`, each a number as +8613…, a mail address or a postal one; parties' names by
    `party_id`.
    """

    wire: ClassVar[str] = "CustomerDetailsUpdated"
    restricted: bool
    name: Annotated[PersonalText, Field(repr=False)]  # here and below: an error that prints the event tells nothing
    address: Annotated[PersonalText | None, Field(repr=False)] = None
    contact_points: Annotated[dict[Id, PersonalText], Field(repr=False)]
    parties: Annotated[dict[Id, PersonalText], Field(repr=False)]
    employer: Annotated[PersonalText | None, Field(repr=False)] = None


BANK_CUSTOMERS = Topic.of("bank.customers", SourceEvent, (CustomerDetailsUpdated,))
