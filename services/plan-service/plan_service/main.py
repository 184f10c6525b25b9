"""plan-service, put together."""

from arrears_events.catalogue.bank import BANK
from arrears_events.catalogue.contact import CONTACT
from arrears_events.catalogue.plan import PLAN, PLAN_SETTINGS
from arrears_runtime.decider import Decider
from arrears_runtime.policies import Need
from arrears_runtime.run import run
from arrears_runtime.service import Service
from arrears_runtime.settings import from_environment

from plan_service.api import limits as limits_api
from plan_service.api import plans as plans_api
from plan_service.api import promises as promises_api
from plan_service.api import quotes as quotes_api
from plan_service.domain import limits
from plan_service.domain.commitments import CATEGORY, Commitments, decide, due, evolve
from plan_service.domain.errors import (
    ACCOUNT_IN_PLAN,
    ACCOUNT_SOLD,
    PLAN_NOT_OPEN,
    PLAN_NOT_PROPOSED,
    PLAN_UNKNOWN,
    POLICY_UNFIT,
    PROMISE_NOT_OPEN,
    PROMISE_OPEN,
    PROPOSAL_OVER,
)
from plan_service.domain.promise import CloseDay
from plan_service.reactions.account_sold import end_for_sale
from plan_service.reactions.bank_instruction_answered import answer_instruction
from plan_service.reactions.payment_received import count_payment
from plan_service.reactions.payment_reversed import uncount_payment
from plan_service.reactions.promise_heard import hear_promise
from plan_service.settings import PlanSettings
from plan_service.views import accounts, balances, metadata, plans, promises

SERVICE = Service(
    name="plan",
    topic=PLAN,
    settings_topic=PLAN_SETTINGS,
    reads=(BANK, CONTACT),
    metadata=metadata,
    deciders=(Decider(CATEGORY, Commitments, decide, evolve, due=due, at_close=CloseDay),),
    views=(accounts.fold, balances.fold, promises.fold, plans.fold),
    reactions=(count_payment, uncount_payment, answer_instruction, hear_promise, end_for_sale),
    policies=dict.fromkeys(limits.ASKED, Need("values", limits.faults)),
)
ROUTERS = (promises_api.router, plans_api.router, quotes_api.router, limits_api.router)
REFUSALS = {
    PROMISE_OPEN: 409,
    PROMISE_NOT_OPEN: 409,
    ACCOUNT_IN_PLAN: 409,
    ACCOUNT_SOLD: 409,
    PLAN_UNKNOWN: 404,
    PLAN_NOT_PROPOSED: 409,
    PLAN_NOT_OPEN: 409,
    PROPOSAL_OVER: 409,
    POLICY_UNFIT: 503,
}

if __name__ == "__main__":
    run(SERVICE, from_environment(PlanSettings), routers=ROUTERS, refusals=REFUSALS)
