"""Somebody complained in a contact of how the customer was treated: a complaint, under the id of that fact."""

from datetime import timedelta

from arrears_events.catalogue.heard import ComplaintHeard
from arrears_events.envelope import StreamEvent
from arrears_policy.values import Values
from arrears_runtime.policies import InForce
from arrears_runtime.reaction import on

from case_service.domain.complaint import RaiseComplaint, stream_of


@on(ComplaintHeard, stream=lambda fact: stream_of(fact.id), policy="complaints")
def hear_complaint(fact: StreamEvent[ComplaintHeard], complaints: InForce) -> RaiseComplaint:
    heard = fact.data
    return RaiseComplaint(
        complaint_id=fact.id,
        customer_id=heard.customer_id,
        kind=heard.kind,
        received_from=heard.received_from,
        received_on=heard.heard_on,
        answer_due_on=heard.heard_on + timedelta(days=complaints.content(Values).integer("answer_days")),
        policy=complaints.ref,
        about=heard.about,
        against=heard.against,
    )
