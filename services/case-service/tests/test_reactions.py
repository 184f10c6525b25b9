"""What a dispute that was heard in a contact asks of its account."""

from dataclasses import replace
from typing import Any

from arrears_events.envelope import StreamEvent
from arrears_runtime.policies import InForce
from case_service.reactions.dispute_heard import hear_dispute

from . import examples
from .examples import DISPUTE_ID, DISPUTES, day, dispute_heard, shipped


def test_it_is_heard_under_the_id_of_its_fact_with_the_deadlines_of_the_policy_in_force():
    heard = StreamEvent[Any].model_construct(id=DISPUTE_ID, data=dispute_heard())
    asked = hear_dispute.ask(heard, InForce(shipped("disputes"), DISPUTES))
    assert (hear_dispute.stream(heard), hear_dispute.policy) == ("account/A-1", "disputes")
    expected = examples.hear_dispute()
    what: dict[str, Any] = {"resolve_by": day("05-07"), "statement_id": "S-1", "line_id": "L-1"}
    assert asked == replace(expected, dispute=replace(expected.dispute, **what))
