"""case-service, put together."""

from arrears_events.catalogue.bank import BANK
from arrears_events.catalogue.case import CASE, CASE_KEYS, CASE_SETTINGS
from arrears_events.catalogue.contact import CONTACT, PersonErased
from arrears_runtime.decider import Decider
from arrears_runtime.policies import Need
from arrears_runtime.run import run
from arrears_runtime.service import Service
from arrears_runtime.settings import from_environment

from case_service.api import cases as cases_api
from case_service.api import complaints as complaints_api
from case_service.api import disputes as disputes_api
from case_service.api import figures as figures_api
from case_service.api import not_accepted as not_accepted_api
from case_service.api import notes as notes_api
from case_service.domain import complaint, dispute, treatment
from case_service.domain.account import CloseDay, decide, due
from case_service.domain.errors import (
    CASE_NOT_OPEN,
    COMPLAINED_OF,
    COMPLAINT_NOT_EXTENDABLE,
    COMPLAINT_RESOLVED,
    DISPUTE_RESOLVED,
)
from case_service.domain.history import Account, evolve
from case_service.reactions.account_sold import close_the_sold
from case_service.reactions.account_written_off import move_to_recovery
from case_service.reactions.arrears_cleared import clear_the_arrears
from case_service.reactions.arrears_updated import note_the_arrears
from case_service.reactions.complaint_heard import hear_complaint
from case_service.reactions.dispute_heard import hear_dispute
from case_service.reactions.payment_missed import note_the_miss
from case_service.reactions.payment_reversed import note_the_reversal
from case_service.settings import CaseSettings
from case_service.views import (
    accounts,
    arrears,
    cases,
    complaints,
    disputes,
    intervals,
    metadata,
    not_accepted,
    notes,
    timeline,
)

SERVICE = Service(
    name="case",
    topic=CASE,
    settings_topic=CASE_SETTINGS,
    reads=(BANK, CONTACT),
    metadata=metadata,
    deciders=(
        Decider("account", Account, decide, evolve, due=due, at_close=CloseDay),
        Decider(
            complaint.CATEGORY,
            complaint.Complaint,
            complaint.decide,
            complaint.evolve,
            due=complaint.due,
            at_close=complaint.CloseDay,
        ),
    ),
    views=(
        *(accounts.fold, cases.fold, arrears.fold, timeline.fold, intervals.fold),
        *(disputes.fold, not_accepted.fold, notes.fold, complaints.fold),
    ),
    reactions=(
        *(note_the_miss, note_the_arrears, clear_the_arrears, note_the_reversal, move_to_recovery),
        *(close_the_sold, hear_dispute, hear_complaint),
    ),
    policies={
        "treatment": Need("decision-table", treatment.faults),
        "disputes": Need("values", dispute.faults),
        "complaints": Need("values", complaint.faults),
    },
    keys_topic=CASE_KEYS,
    shreds_on=(PersonErased,),
)
ROUTERS = (
    *(cases_api.router, disputes_api.router, not_accepted_api.router, figures_api.router, notes_api.router),
    complaints_api.router,
)
REFUSALS = {
    CASE_NOT_OPEN: 409,
    DISPUTE_RESOLVED: 409,
    COMPLAINT_RESOLVED: 409,
    COMPLAINT_NOT_EXTENDABLE: 409,
    COMPLAINED_OF: 403,
}

if __name__ == "__main__":
    run(SERVICE, from_environment(CaseSettings), routers=ROUTERS, refusals=REFUSALS)
