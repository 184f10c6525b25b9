"""What the bank's events ask of promises."""

from typing import Any

from arrears_events.catalogue.bank import PaymentReceived, PaymentReversed
from arrears_events.catalogue.base import Event
from arrears_events.envelope import SourceEvent
from plan_service.reactions.payment_received import count_payment
from plan_service.reactions.payment_reversed import uncount_payment

from . import builders
from .builders import CUSTOMER, day, money


def fact(event: Event) -> SourceEvent[Any]:
    return SourceEvent[Any].model_construct(data=event)


def test_a_payment_is_counted_by_its_value_date():
    received = PaymentReceived(
        customer_id=CUSTOMER,
        account_id="A-1",
        payment_id="p1",
        amount=money("500"),
        value_date=day("2026-06-05"),
        booked_on=day("2026-06-08"),
        channel="transfer",
    )
    assert count_payment.stream(fact(received)) == "promise/C-1"
    assert count_payment.ask(fact(received)) == builders.count_payment("p1", "500", on="2026-06-05")


def test_a_payment_taken_back_is_uncounted():
    reversed_ = PaymentReversed(
        customer_id=CUSTOMER,
        account_id="A-1",
        reversal_id="r1",
        payment_id="p1",
        amount=money("500"),
        reason="returned",
        booked_on=day("2026-06-08"),
    )
    assert uncount_payment.stream(fact(reversed_)) == "promise/C-1"
    assert uncount_payment.ask(fact(reversed_)) == builders.uncount_payment("p1", "500")
