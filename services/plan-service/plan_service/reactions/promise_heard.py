"""The customer named a day by which they will pay: a promise, or no promise and why."""

from arrears_events.catalogue.contact import PromiseHeard
from arrears_events.envelope import StreamEvent
from arrears_policy.values import Values
from arrears_runtime.policies import InForce
from arrears_runtime.reaction import on

from plan_service.domain.commitments import stream_of
from plan_service.domain.limits import Limits
from plan_service.domain.promise import HearPromise, MakePromise


@on(PromiseHeard, stream=lambda fact: stream_of(fact.data.customer_id), policy="promises")
def hear_promise(fact: StreamEvent[PromiseHeard], promises: InForce) -> HearPromise:
    heard = fact.data
    return HearPromise(
        MakePromise(
            customer_id=heard.customer_id,
            promise_id=fact.id,
            accounts=heard.accounts,
            amount=heard.amount,
            made_on=heard.heard_on,
            due=heard.due,
            limits=Limits(promises.content(Values), promises.ref),
        )
    )
