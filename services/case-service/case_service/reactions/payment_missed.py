"""A missed payment opens a case, or is the next word of one."""

from arrears_events.catalogue.bank import PaymentMissed
from arrears_events.envelope import SourceEvent
from arrears_policy.decision_table import DecisionTable
from arrears_runtime.policies import InForce
from arrears_runtime.reaction import on

from case_service.domain.account import stream_of
from case_service.domain.bank_words import NoteArrears
from case_service.domain.treatment import Treatment


@on(PaymentMissed, stream=lambda fact: stream_of(fact.data.account_id), policy="treatment")
def note_the_miss(fact: SourceEvent[PaymentMissed], treatment: InForce) -> NoteArrears:
    missed = fact.data
    return NoteArrears(
        word_id=fact.id,
        customer_id=missed.customer_id,
        account_id=missed.account_id,
        as_of=missed.as_of,
        arrears=missed.arrears,
        balance=missed.balance,
        days_past_due=missed.days_past_due,
        parts=missed.parts,
        treatment=Treatment(treatment.content(DecisionTable), treatment.ref),
    )
