"""What happened between a customer and us (topic contact.events): so far only that all of theirs waits, or goes on."""

from typing import get_args

from arrears_events.catalogue.base import CustomerResumed, CustomerStopped, DeadLetterSkipped
from arrears_events.codec import Topic
from arrears_events.envelope import StreamEvent

ContactEvent = CustomerStopped | CustomerResumed
CONTACT = Topic.of("contact.events", StreamEvent, get_args(ContactEvent))
CONTACT_SETTINGS = Topic.of("contact.settings", StreamEvent, (DeadLetterSkipped,))
