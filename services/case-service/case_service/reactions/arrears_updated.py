"""The word of the arrears between two due dates opens a case too, or is the next word of one."""

from arrears_events.catalogue.bank import ArrearsUpdated
from arrears_events.envelope import SourceEvent
from arrears_policy.decision_table import DecisionTable
from arrears_runtime.policies import InForce
from arrears_runtime.reaction import on

from case_service.domain.account import stream_of
from case_service.domain.bank_words import NoteArrears
from case_service.domain.treatment import Treatment


@on(ArrearsUpdated, stream=lambda fact: stream_of(fact.data.account_id), policy="treatment")
def note_the_arrears(fact: SourceEvent[ArrearsUpdated], treatment: InForce) -> NoteArrears:
    updated = fact.data
    return NoteArrears(
        word_id=fact.id,
        customer_id=updated.customer_id,
        account_id=updated.account_id,
        as_of=updated.as_of,
        arrears=updated.arrears,
        balance=updated.balance,
        days_past_due=updated.days_past_due,
        parts=updated.parts,
        treatment=Treatment(treatment.content(DecisionTable), treatment.ref),
    )
