"""What the bank's core and an auditor may do on the broker. What a service may follows from the service itself."""

from collections.abc import Iterator

from arrears_events.audit.topics import AUDITED
from arrears_events.bank.core import INSTRUCTING
from arrears_events.catalogue.bank import BANK
from arrears_events.catalogue.persons import BANK_CUSTOMERS
from arrears_events.log.topics import Right


def rights_of_bank(prefix: str) -> Iterator[Right]:
    """It alone says what happens on accounts, and who customers are; it reads what the services ask of its core."""
    for topic in (BANK, BANK_CUSTOMERS):
        yield Right("topic", prefix + topic.name, "write")
        yield Right("topic", prefix + topic.name, "read")
    yield from (Right("topic", prefix + topic.name, "read") for topic in INSTRUCTING)


def rights_of_auditor(prefix: str) -> Iterator[Right]:
    """Of all history, and of nothing that says who anybody is."""
    yield from (Right("topic", prefix + topic.name, "read") for topic in AUDITED)
