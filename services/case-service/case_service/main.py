"""case-service, put together."""

from arrears_events.catalogue.bank import BANK
from arrears_events.catalogue.case import CASE, CASE_KEYS, CASE_SETTINGS
from arrears_events.catalogue.contact import CONTACT, PersonErased
from arrears_runtime.decider import Decider
from arrears_runtime.run import run
from arrears_runtime.service import Service

from case_service.api import cases as cases_api
from case_service.api import disputes as disputes_api
from case_service.api import figures as figures_api
from case_service.api import not_accepted as not_accepted_api
from case_service.api import notes as notes_api
from case_service.domain.account import Account, CloseDay, decide, due, evolve
from case_service.domain.errors import CASE_NOT_OPEN, DISPUTE_RESOLVED
from case_service.reactions.account_written_off import move_to_recovery
from case_service.reactions.arrears_cleared import clear_the_arrears
from case_service.reactions.arrears_updated import note_the_arrears
from case_service.reactions.dispute_heard import hear_dispute
from case_service.reactions.payment_missed import note_the_miss
from case_service.reactions.payment_reversed import note_the_reversal
from case_service.settings import CaseSettings
from case_service.views import accounts, arrears, cases, disputes, intervals, metadata, not_accepted, notes, timeline

SERVICE = Service(
    name="case",
    topic=CASE,
    settings_topic=CASE_SETTINGS,
    reads=(BANK, CONTACT),
    metadata=metadata,
    deciders=(Decider("account", Account, decide, evolve, due=due, at_close=CloseDay),),
    views=(
        *(accounts.fold, cases.fold, arrears.fold, timeline.fold, intervals.fold),
        *(disputes.fold, not_accepted.fold, notes.fold),
    ),
    reactions=(note_the_miss, note_the_arrears, clear_the_arrears, note_the_reversal, move_to_recovery, hear_dispute),
    policies={"treatment": "decision-table", "disputes": "values"},
    keys_topic=CASE_KEYS,
    shreds_on=(PersonErased,),
)
ROUTERS = (cases_api.router, disputes_api.router, not_accepted_api.router, figures_api.router, notes_api.router)
REFUSALS = {CASE_NOT_OPEN: 409, DISPUTE_RESOLVED: 409}

if __name__ == "__main__":
    run(SERVICE, CaseSettings(), routers=ROUTERS, refusals=REFUSALS)  # pyright: ignore[reportCallIssue]
