"""What facts of others ask for: given an event, then the command."""

from datetime import date
from typing import Any
from uuid import UUID

from arrears_events.catalogue.base import PolicyRef
from arrears_events.catalogue.case import TreatmentStepDue
from arrears_events.envelope import StreamEvent
from arrears_events.money import Money
from contact_service.domain.contacts import RequestContact
from contact_service.reactions.plan_reminder_due import remind_of_the_instalment
from contact_service.reactions.treatment_step_due import request_the_step

from .plans import FIRST, reminder_due

CAUSE = UUID(int=7)


def fact(event: Any) -> StreamEvent[Any]:
    return StreamEvent[Any].model_construct(data=event, id=CAUSE)


def test_an_instalment_that_is_soon_due_asks_for_a_message_that_lapses_with_its_day():
    told = fact(reminder_due(on=date(2026, 4, 6)))
    assert remind_of_the_instalment.stream(told) == "contacts/C-1"
    assert remind_of_the_instalment.ask(told) == RequestContact(
        contact_id=CAUSE,
        customer_id="C-1",
        purpose="plan_reminder",
        channel="sms",
        party_id="C-1",
        accounts=frozenset({"A-1"}),
        requested_on=date(2026, 4, 6),
        lapses_on=FIRST,
    )


def test_a_step_of_treatment_asks_for_its_contact_which_waits_over_a_weekend_at_most():
    step = TreatmentStepDue(
        customer_id="C-1",
        account_id="A-1",
        case_id=UUID(int=1),
        stage="M1",
        due_on=date(2026, 4, 3),
        channel="sms",
        purpose="collection",
        amount=Money.of("100.00", "CNY"),
        policy=PolicyRef(name="treatment", version=1, sha256="0" * 64),
        row=0,
    )
    asked = request_the_step.ask(fact(step))
    assert (asked.channel, asked.purpose, asked.accounts, asked.joins) == ("sms", "collection", {"A-1"}, True)
    assert (asked.requested_on, asked.lapses_on) == (date(2026, 4, 3), date(2026, 4, 6))
