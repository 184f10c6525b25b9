"""A payment that was taken back is the reason of the next case."""

from arrears_events.catalogue.bank import PaymentReversed
from arrears_events.envelope import SourceEvent
from arrears_runtime.reaction import on

from case_service.domain.account import stream_of
from case_service.domain.bank_words import NoteReversal


@on(PaymentReversed, stream=lambda fact: stream_of(fact.data.account_id))
def note_the_reversal(fact: SourceEvent[PaymentReversed]) -> NoteReversal:
    taken_back = fact.data
    return NoteReversal(
        customer_id=taken_back.customer_id,
        account_id=taken_back.account_id,
        reversal_id=taken_back.reversal_id,
        payment_id=taken_back.payment_id,
        amount=taken_back.amount,
        booked_on=taken_back.booked_on,
    )
