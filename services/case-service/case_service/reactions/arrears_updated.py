"""The word of the arrears between two due dates opens a case too, or is the next word of one."""

from arrears_events.catalogue.bank import ArrearsUpdated
from arrears_events.envelope import SourceEvent
from arrears_runtime.reaction import on

from case_service.domain.account import NoteArrears, stream_of


@on(ArrearsUpdated, stream=lambda fact: stream_of(fact.data.account_id))
def note_the_arrears(fact: SourceEvent[ArrearsUpdated]) -> NoteArrears:
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
    )
