"""Every contact on the log is decided anew, as known at its moment: partition by partition, customer by customer.

Memory: one customer's records, the closes of a partition, the ids of its customers, policies and barred numbers. The
rest lies on disk while its partition is looked at.
"""

from collections.abc import Iterable, Sequence

from arrears_events.catalogue.bank import BusinessDayClosed
from arrears_events.catalogue.base import CustomerResumed, Event
from arrears_events.catalogue.contact import CONTACT, ContactPointBarred
from arrears_events.log.reader import Record

from arrears_policy.second_look.findings import Report
from arrears_policy.second_look.law import Bars, Law, Policies, closes_of
from arrears_policy.second_look.spool import Spool
from arrears_policy.second_look.story import Story
from arrears_policy.second_look.tally import Tally
from arrears_policy.second_look.told import BANK, HEARD, Told, told

_A_BAR, _A_CLOSE = ContactPointBarred.wire.encode(), BusinessDayClosed.wire.encode()


class SecondLook:
    """`settings`, then `bars` of all contact.events, then each partition number: `begin`, `put`, `judge`.

    Of a partition number contact.events come first. `report` hears each finding at once.
    """

    def __init__(self, report: Report) -> None:
        self.tally = Tally()
        self._report = self.tally.heard_by(report)
        self._policies, self._bars = Policies((), self._report), Bars()
        self._spool, self._closes = Spool(), list[Record]()

    def settings(self, records: Iterable[Record]) -> None:
        """All of contact.settings."""
        self._policies = Policies(told(records), self._report)

    def bars(self, records: Iterable[Record]) -> None:
        for record in told(each for each in records if _A_BAR in each.value):
            self._bars.take(record)

    def put(self, records: Sequence[Record]) -> None:
        """Records of one topic."""
        self._spool.put(records, anybody=bool(records) and records[0].topic == CONTACT.name)
        keyless = (each for each in records if each.key is None and each.topic == BANK.name)
        self._closes += [each for each in keyless if _A_CLOSE in each.value]

    def judge(self) -> None:
        """What was put; then the next partition number begins."""
        law = Law(self._policies, closes_of(told(self._closes)), self._bars)
        with self._spool as spool:
            for customer_id, records in spool.by_customer():
                Story(customer_id, _lanes(list(records)), law, self._report, self.tally).tell()
        self._spool, self._closes = Spool(), []


def _lanes(of_customer: Sequence[Record]) -> dict[str, list[Told[Event]]]:
    """By topic. What contact-service passed over for the customer, it never knew."""
    own = list(told(each for each in of_customer if each.topic == CONTACT.name))
    skipped = {
        (event.topic, event.partition, event.offset)
        for event in (each.event for each in own)
        if isinstance(event, CustomerResumed) and event.outcome == "skipped"
    }
    taken_in = [each for each in of_customer if (each.topic, each.partition, each.offset) not in skipped]
    return {CONTACT.name: own} | {
        topic.name: list(told(each for each in taken_in if each.topic == topic.name)) for topic in HEARD
    }
