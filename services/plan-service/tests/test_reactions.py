"""What the bank's events, and a promise heard in a contact, ask of promises and plans."""

from typing import Any

from arrears_events.catalogue.bank import BankInstructionAnswered, PaymentReceived, PaymentReversed
from arrears_events.catalogue.base import Event
from arrears_events.envelope import SourceEvent, StreamEvent
from arrears_policy.policy import load
from arrears_runtime.policies import InForce
from plan_service.domain.commitments import EndForSale
from plan_service.domain.plan import AnswerInstruction
from plan_service.reactions.account_sold import end_for_sale
from plan_service.reactions.bank_instruction_answered import answer_instruction
from plan_service.reactions.payment_received import count_payment
from plan_service.reactions.payment_reversed import uncount_payment
from plan_service.reactions.promise_heard import hear_promise

from . import builders
from .builders import CUSTOMER, FIRST, day, money
from .numbers import ref, text_of


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
    assert count_payment.stream(fact(received)) == "commitments/C-1"
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
    assert uncount_payment.stream(fact(reversed_)) == "commitments/C-1"
    assert uncount_payment.ask(fact(reversed_)) == builders.uncount_payment("p1", "500")


def test_the_banks_answer_is_taken_to_the_plan_that_it_is_of():
    answered = BankInstructionAnswered(
        customer_id=CUSTOMER, instruction_id="11/book", outcome="refused", reason="no-such-product"
    )
    assert answer_instruction.stream(fact(answered)) == "commitments/C-1"
    assert answer_instruction.ask(fact(answered)) == AnswerInstruction("11/book", "refused", None, "no-such-product")


def test_a_sale_is_taken_to_what_the_customer_committed_to():
    sold = builders.account_sold()
    assert (end_for_sale.stream(fact(sold)), end_for_sale.policy) == ("commitments/C-1", None)
    assert end_for_sale.ask(fact(sold)) == EndForSale(CUSTOMER, "A-1")


def test_a_promise_that_was_heard_is_judged_by_the_policy_in_force_under_the_id_of_its_fact():
    heard = StreamEvent[Any].model_construct(id=FIRST, data=builders.promise_heard())
    in_force = InForce(load(text_of("promises")), ref("promises"))
    assert (hear_promise.stream(heard), hear_promise.policy) == ("commitments/C-1", "promises")
    assert hear_promise.ask(heard, in_force) == builders.hear_promise()
