"""An instalment is soon due: the customer, who agreed to it, is reminded by a message (CN-17)."""

from arrears_events.catalogue.plan import PlanReminderDue
from arrears_events.envelope import StreamEvent
from arrears_runtime.reaction import on

from contact_service.domain.contacts import RequestContact, stream_of


@on(PlanReminderDue, stream=lambda fact: stream_of(fact.data.customer_id))
def remind_of_the_instalment(fact: StreamEvent[PlanReminderDue]) -> RequestContact:
    """After the day on which it is due it would be no reminder."""
    reminder = fact.data
    return RequestContact(
        contact_id=fact.id,
        customer_id=reminder.customer_id,
        purpose="plan_reminder",
        channel="sms",
        party_id=reminder.customer_id,
        accounts=reminder.accounts,
        requested_on=reminder.day,
        lapses_on=reminder.due,
    )
