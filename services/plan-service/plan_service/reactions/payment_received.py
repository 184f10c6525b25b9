"""A payment may pay the customer's instalments, and keep their promise."""

from arrears_events.catalogue.bank import PaymentReceived
from arrears_events.envelope import SourceEvent
from arrears_runtime.reaction import on

from plan_service.domain.commitments import stream_of
from plan_service.domain.payments import CountPayment


@on(PaymentReceived, stream=lambda fact: stream_of(fact.data.customer_id))
def count_payment(fact: SourceEvent[PaymentReceived]) -> CountPayment:
    payment = fact.data
    return CountPayment(
        customer_id=payment.customer_id,
        payment_id=payment.payment_id,
        account_id=payment.account_id,
        amount=payment.amount,
        value_date=payment.value_date,
    )
