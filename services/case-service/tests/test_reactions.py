"""What a dispute that was heard in a contact asks of its account; and what a complaint asks."""

from dataclasses import replace
from typing import Any

from arrears_events.catalogue.bank import AccountSold
from arrears_events.catalogue.heard import ComplaintHeard
from arrears_events.envelope import SourceEvent, StreamEvent
from arrears_runtime.policies import InForce
from case_service.reactions.account_sold import close_the_sold
from case_service.reactions.complaint_heard import hear_complaint
from case_service.reactions.dispute_heard import hear_dispute

from . import examples
from .complaint_examples import COMPLAINT_ID, COMPLAINTS, RECEIVED, raise_complaint
from .examples import DISPUTE_ID, DISPUTES, day, dispute_heard, money, shipped


def test_it_is_heard_under_the_id_of_its_fact_with_the_deadlines_of_the_policy_in_force():
    heard = StreamEvent[Any].model_construct(id=DISPUTE_ID, data=dispute_heard())
    asked = hear_dispute.ask(heard, InForce(shipped("disputes"), DISPUTES))
    assert (hear_dispute.stream(heard), hear_dispute.policy) == ("account/A-1", "disputes")
    expected = examples.hear_dispute()
    what: dict[str, Any] = {"resolve_by": day("05-07"), "statement_id": "S-1", "line_id": "L-1"}
    assert asked == replace(expected, dispute=replace(expected.dispute, **what))


def test_an_account_that_was_sold_is_sold_in_its_stream_and_no_policy_is_asked():
    sold = AccountSold(**examples.WHO, sold_on=day("10-21"), buyer_id="B-1", balance=money("1000"))
    said = SourceEvent[Any].model_construct(data=sold)
    assert (close_the_sold.stream(said), close_the_sold.policy) == ("account/A-1", None)
    assert close_the_sold.ask(said) == examples.sell()


def test_a_complaint_is_raised_under_the_id_of_its_fact_with_the_days_of_the_policy_in_force():
    said: dict[str, Any] = {"kind": "rudeness", "about": "contact-1", "against": "carl"}
    event = ComplaintHeard(
        customer_id="C-1", contact_id=DISPUTE_ID, received_from="customer", heard_on=RECEIVED, **said
    )
    heard = StreamEvent[Any].model_construct(id=COMPLAINT_ID, data=event)
    asked = hear_complaint.ask(heard, InForce(shipped("complaints"), COMPLAINTS))
    assert (hear_complaint.stream(heard), hear_complaint.policy) == (f"complaint/{COMPLAINT_ID}", "complaints")
    assert asked == raise_complaint(**said)
