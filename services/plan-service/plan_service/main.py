"""plan-service, put together."""

from arrears_events.catalogue.bank import BANK
from arrears_events.catalogue.plan import PLAN, PLAN_SETTINGS
from arrears_runtime.decider import Decider
from arrears_runtime.run import run
from arrears_runtime.service import Service

from plan_service.api import promises as promises_api
from plan_service.domain.errors import PROMISE_NOT_OPEN, PROMISE_OPEN
from plan_service.domain.promise import CloseDay, Promise, decide, due, evolve
from plan_service.reactions.payment_received import count_payment
from plan_service.reactions.payment_reversed import uncount_payment
from plan_service.settings import PlanSettings
from plan_service.views import accounts, metadata, promises

SERVICE = Service(
    name="plan",
    topic=PLAN,
    settings_topic=PLAN_SETTINGS,
    reads=(BANK,),
    metadata=metadata,
    deciders=(Decider("promise", Promise, decide, evolve, due=due, at_close=CloseDay),),
    views=(accounts.fold, promises.fold),
    reactions=(count_payment, uncount_payment),
)
ROUTERS = (promises_api.router,)
REFUSALS = {PROMISE_OPEN: 409, PROMISE_NOT_OPEN: 409}

if __name__ == "__main__":
    run(SERVICE, PlanSettings(), routers=ROUTERS, refusals=REFUSALS)  # pyright: ignore[reportCallIssue]
