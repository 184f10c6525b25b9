"""A payment that was taken back pays no instalment any more, and counts to no promise."""

from arrears_events.catalogue.bank import PaymentReversed
from arrears_events.envelope import SourceEvent
from arrears_runtime.reaction import on

from plan_service.domain.commitments import stream_of
from plan_service.domain.payments import UncountPayment


@on(PaymentReversed, stream=lambda fact: stream_of(fact.data.customer_id))
def uncount_payment(fact: SourceEvent[PaymentReversed]) -> UncountPayment:
    reversal = fact.data
    return UncountPayment(
        customer_id=reversal.customer_id,
        reversal_id=reversal.reversal_id,
        payment_id=reversal.payment_id,
        account_id=reversal.account_id,
        amount=reversal.amount,
    )
