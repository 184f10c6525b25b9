"""A payment that was taken back no longer counts towards the customer's promise."""

from arrears_events.catalogue.bank import PaymentReversed
from arrears_events.envelope import SourceEvent
from arrears_runtime.reaction import on

from plan_service.domain.promise import UncountPayment, stream_of


@on(PaymentReversed, stream=lambda fact: stream_of(fact.data.customer_id))
def uncount_payment(fact: SourceEvent[PaymentReversed]) -> UncountPayment:
    reversal = fact.data
    return UncountPayment(
        reversal_id=reversal.reversal_id,
        payment_id=reversal.payment_id,
        account_id=reversal.account_id,
        amount=reversal.amount,
    )
