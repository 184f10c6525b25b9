"""A treatment step asks for a contact with the customer in person."""

from arrears_events.catalogue.case import TreatmentStepDue
from arrears_events.envelope import StreamEvent
from arrears_runtime.reaction import on

from contact_service.domain.contacts import RequestContact, stream_of
from contact_service.domain.decision import LAPSES_AFTER


@on(TreatmentStepDue, stream=lambda fact: stream_of(fact.data.customer_id))
def request_the_step(fact: StreamEvent[TreatmentStepDue]) -> RequestContact:
    step = fact.data
    return RequestContact(
        contact_id=fact.id,
        customer_id=step.customer_id,
        purpose=step.purpose,
        channel=step.channel,
        party_id=step.customer_id,
        accounts=frozenset({step.account_id}),
        requested_on=step.due_on,
        lapses_on=step.due_on + LAPSES_AFTER,
        joins=True,
    )
