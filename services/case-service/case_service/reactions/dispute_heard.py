"""The customer contested something in a contact: a dispute, or no dispute and why."""

from datetime import timedelta

from arrears_events.catalogue.heard import DisputeHeard
from arrears_events.envelope import StreamEvent
from arrears_policy.values import Values
from arrears_runtime.policies import InForce
from arrears_runtime.reaction import on

from case_service.domain.account import stream_of
from case_service.domain.dispute import HearDispute, RaiseDispute


@on(DisputeHeard, stream=lambda fact: stream_of(fact.data.account_id), policy="disputes")
def hear_dispute(fact: StreamEvent[DisputeHeard], disputes: InForce) -> HearDispute:
    heard, days = fact.data, disputes.content(Values)
    dispute = RaiseDispute(
        dispute_id=fact.id,
        case_id=None,
        kind=heard.kind,
        disputed_amount=heard.disputed_amount,
        raised_on=heard.heard_on,
        acknowledge_by=heard.heard_on + timedelta(days=days.integer("acknowledge_days")),
        resolve_by=heard.heard_on + timedelta(days=days.integer("resolve_days")),
        policy=disputes.ref,
        statement_id=heard.statement_id,
        line_id=heard.line_id,
    )
    return HearDispute(heard.customer_id, heard.account_id, dispute)
