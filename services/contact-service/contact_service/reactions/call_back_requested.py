"""The customer asked to be called back: the call is asked for, and waits for its day."""

from arrears_events.catalogue.contact import CallBackRequested
from arrears_events.envelope import StreamEvent
from arrears_runtime.reaction import on

from contact_service.domain.contacts import RequestContact, stream_of
from contact_service.domain.decision import LAPSES_AFTER


@on(CallBackRequested, stream=lambda fact: stream_of(fact.data.customer_id))
def call_back(fact: StreamEvent[CallBackRequested]) -> RequestContact:
    wish = fact.data
    return RequestContact(
        contact_id=fact.id,
        customer_id=wish.customer_id,
        purpose="collection",
        channel="call",
        party_id=wish.party_id,
        accounts=wish.accounts,
        requested_on=wish.requested_on,
        lapses_on=wish.on + LAPSES_AFTER,
        joins=True,
        not_before=wish.on,
        call_back_of=wish.contact_id,
    )
