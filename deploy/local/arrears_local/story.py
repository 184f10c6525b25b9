"""One account's story, from the case of its first SMS to its end, as the log tells it; the one that has the most."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from arrears_events.audit.entries import Entry
from arrears_events.audit.gist import business_date_of
from arrears_events.audit.reading import entries_of_customer
from arrears_events.audit.scope import of_account
from arrears_events.audit.timeline import timeline
from arrears_events.audit.topics import AUDITED
from arrears_events.catalogue.bank import AccountOpened, BankEvent
from arrears_events.catalogue.base import CustomerEvent, Event
from arrears_events.catalogue.case import CaseClosed, CaseOpened
from arrears_events.catalogue.contact import ContactRequested
from arrears_events.catalogue.plan import BankInstructionIssued
from arrears_events.envelope import StreamEvent
from arrears_events.log.reader import Reader
from arrears_events.money import Money

MILESTONES = (
    "MessageDelivered",
    "MessageSent",
    "ContactMade",
    "PromiseMade",
    "PlanAgreed",
    "InstalmentPaid",
    "CaseClosed",
)
"""What makes a story: an SMS, a mail or a call, a promise, a plan, its end."""
LEFT_OUT = frozenset(
    {"AccountOpened", "CustomerProfileChanged", "CreditProfileUpdated", "StatementIssued", "ArrearsChanged"}
    | {"TreatmentStepDue", "ContactAuthorised", "ContactAttempted", "PaymentNoted", "PlanProposed", "PlanBooked"}
)
"""Steps between, which the whole timeline has (`arrears audit timeline`)."""
DETAILS = {
    "channel": "{}", "purpose": "{}", "entered_at_stage": "at {}", "from_stage": "from {}", "to_stage": "to {}",
    "number": "no. {}", "kind": "{}", "agreed_by": "{}", "read_as": "read as {}", "outcome": "{}", "reason": "{}",
    "due": "due {}",
}  # fmt: skip
"""Fields that say which or how, in this order."""
AMOUNTS = ("amount", "arrears", "disputed_amount", "unpaid")


@dataclass
class Kinds:
    """Which kinds of events each customer has."""

    of: dict[str, set[str]] = field(default_factory=lambda: defaultdict[str, set[str]](set))
    accounts: dict[str, list[str]] = field(default_factory=lambda: defaultdict[str, list[str]](list))
    open_cases: dict[str, int] = field(default_factory=lambda: defaultdict[str, int](int))

    def take(self, event: Event) -> None:
        match event:
            case AccountOpened():
                self.accounts[event.customer_id].append(event.account_id)
            case ContactRequested():
                self.of[event.customer_id].add(f"{event.wire} {event.channel}")
            case CustomerEvent() if not isinstance(event, BankEvent):
                self.of[event.customer_id].add(event.wire)
                self.open_cases[event.customer_id] += isinstance(event, CaseOpened) - isinstance(event, CaseClosed)
            case _:
                pass

    def richest(self) -> tuple[str, str] | None:
        """Customer and account; of customers with one account and no open case. None where nobody got an SMS."""
        told = [
            each for each, kinds in self.of.items() if "ContactRequested sms" in kinds and len(self.accounts[each]) == 1
        ]
        best = max(sorted(told), key=self._worth, default=None)
        return (best, self.accounts[best][0]) if best else None

    def _worth(self, customer: str) -> tuple[int, int, int]:
        kinds = self.of[customer]
        return len(kinds.intersection(MILESTONES)), not self.open_cases[customer], len(kinds)


@dataclass(frozen=True)
class Step:
    """`because`: the number of the step that led to it, or who asked for it."""

    number: int
    day: date
    what: str
    amount: Money | None
    by: str
    because: str


async def told(reader: Reader, customer_id: str, account_id: str) -> list[Step]:
    return steps_of(await entries_of_customer(reader, AUDITED, customer_id), account_id)


def steps_of(entries: Sequence[Entry], account_id: str) -> list[Step]:
    """From what opened the case of the first SMS to the last that is ours; the bank's payments go on."""
    lines = timeline(of_account(entries, account_id), known=entries)
    sms = next(line for line in lines if getattr(_data(line.entry), "channel", None) == "sms")
    first = next((line for line in reversed(lines[: sms.number]) if line.entry.name == CaseOpened.wire), sms)
    by_id = {line.entry.id: line for line in lines}
    while first.entry.cause in by_id:
        first = by_id[first.entry.cause]
    shown = [line.entry for line in lines[first.number - 1 :] if line.entry.name not in LEFT_OUT]
    while shown and not isinstance(shown[-1].envelope, StreamEvent):
        shown.pop()
    return _steps(shown, {entry.id: entry for entry in entries})


def _steps(shown: Sequence[Entry], by_id: Mapping[str, Entry]) -> list[Step]:
    numbers = {entry.id: number for number, entry in enumerate(shown, 1)}
    asked = {_data(entry).instruction_id: entry.id for entry in shown if entry.name == BankInstructionIssued.wire}
    return [_step(entry, _because(entry, numbers, by_id, asked), numbers) for entry in shown]


def _step(entry: Entry, because: str, numbers: Mapping[str, int]) -> Step:
    event = _data(entry)
    day = business_date_of(event) if event else None
    return Step(
        number=numbers[entry.id],
        day=day or entry.time.date(),
        what=" ".join(_words(entry.name, event)),
        amount=next((found for name in AMOUNTS if isinstance(found := getattr(event, name, None), Money)), None),
        by=entry.envelope.actor if isinstance(entry.envelope, StreamEvent) else "the bank",
        because=because,
    )


def _words(name: str, event: Event | None) -> Iterator[str]:
    yield "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
    for detail, form in DETAILS.items():
        if (found := getattr(event, detail, None)) is not None:
            yield form.format(found)


def _because(entry: Entry, numbers: Mapping[str, int], by_id: Mapping[str, Entry], asked: Mapping[str, str]) -> str:
    """The nearest cause that is shown. The bank names none, but which instruction it answers."""
    cause = entry.cause or asked.get(getattr(_data(entry), "instruction_id", ""))
    while cause is not None and cause not in numbers:
        found = by_id.get(cause)
        if found is None:
            return "a request" if cause.startswith("request/") else ""
        if found.is_context:
            return "the close"
        cause = found.cause
    return f"#{numbers[cause]}" if cause else ""


def _data(entry: Entry) -> Any:
    return entry.envelope.data if entry.envelope else None
