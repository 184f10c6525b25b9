"""One account's story: that of the customer who met most, step by step, each with what led to it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from arrears_events.audit.entries import Entry
from arrears_events.catalogue.bank import AccountOpened, BankInstructionAnswered, PaymentMissed, PaymentReceived
from arrears_events.catalogue.base import Event
from arrears_events.catalogue.case import CaseClosed, CaseOpened
from arrears_events.catalogue.contact import ContactAttempted, ContactRequested, MessageSent
from arrears_events.catalogue.instalments import Share
from arrears_events.catalogue.plan import BankInstructionIssued, PlanAgreed
from arrears_events.envelope import SourceEvent, StreamEvent
from arrears_events.ids import event_id
from arrears_events.log.reader import Record
from arrears_events.money import Money
from arrears_local import report
from arrears_local.story import Kinds, steps_of

DAY = date(2026, 4, 21)
CASE, CONTACT, PLAN = UUID(int=1), UUID(int=2), UUID(int=3)
OWED = Money.of(1000, "TWD")
WIDTH = 100


class Story:
    """Of customer C-1, written down event by event."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def bank(self, event: Any, id_: str) -> str:
        at = datetime(2026, 4, 21, 1, tzinfo=UTC) + timedelta(hours=len(self.entries))
        self._add("bank.events", SourceEvent[Any](source="bank", id=id_, type="t", time=at, data=event))
        return id_

    def ours(self, topic: str, event: Any, cause: str = "request/1") -> str:
        version = len(self.entries) + 1
        envelope = StreamEvent[Any](
            source=topic,
            type="t",
            time=datetime(2026, 4, 21, 1, tzinfo=UTC) + timedelta(hours=len(self.entries)),
            data=event,
            id=event_id(topic, version),
            streamid=topic,
            streamversion=version,
            actor="supervisor-1",
            actorrole="supervisor",
            causationid=cause,
            commandid=UUID(int=9),
            correlationid="c",
        )
        self._add(topic, envelope)
        return str(envelope.id)

    def _add(self, topic: str, envelope: Any) -> None:
        self.entries.append(Entry(Record(topic, 0, len(self.entries), b"C-1", b"", 0), envelope))


def missed() -> PaymentMissed:
    return PaymentMissed(
        customer_id="C-1",
        account_id="A-1",
        statement_id="S-1",
        due_date=DAY,
        as_of=DAY,
        minimum_due=OWED,
        arrears=OWED,
        balance=OWED,
        days_past_due=31,
    )


def opened(customer: str = "C-1") -> CaseOpened:
    return CaseOpened(
        customer_id=customer,
        account_id="A-1",
        case_id=CASE,
        reason="missed",
        opened_by="m",
        entered_at_stage="M2",
        as_of=DAY,
        arrears=OWED,
        balance=OWED,
        days_past_due=31,
    )


def closed(customer: str = "C-1") -> CaseClosed:
    return CaseClosed(
        customer_id=customer, account_id="A-1", case_id=CASE, outcome="cured", closed_on=DAY, balance=OWED
    )


def message(customer: str = "C-1") -> ContactRequested:
    return ContactRequested(
        customer_id=customer,
        contact_id=CONTACT,
        purpose="collection",
        channel="sms",
        party_id=customer,
        accounts=frozenset({"A-1"}),
        requested_on=DAY,
        lapses_on=DAY,
    )


def agreed(customer: str = "C-1") -> PlanAgreed:
    return PlanAgreed(
        customer_id=customer,
        plan_id=PLAN,
        kind="ordinary",
        accounts=frozenset({"A-1"}),
        reminders=True,
        agreed_on=DAY,
        agreed_by="signed",
    )


def account(customer: str, account_id: str = "A-1") -> AccountOpened:
    return AccountOpened(
        customer_id=customer,
        account_id=account_id,
        product="card",
        currencies=("TWD",),
        opened_on=DAY,
        billing_day=31,
        due_day=20,
    )


def payment() -> PaymentReceived:
    return PaymentReceived(
        customer_id="C-1",
        account_id="A-1",
        payment_id="p",
        amount=OWED,
        value_date=DAY,
        booked_on=DAY,
        channel="transfer",
    )


def told() -> Story:
    """A miss, a message, a plan that the bank books, and the end; then a payment that is no part of it."""
    story = Story()
    story.bank(account("C-1"), "o")
    case = story.ours("case.events", opened(), story.bank(missed(), "m"))
    asked = story.ours("contact.events", message(), case)
    attempted = ContactAttempted(customer_id="C-1", contact_id=CONTACT, attempted_at=datetime(2026, 4, 21, tzinfo=UTC))
    story.ours(
        "contact.events",
        MessageSent(customer_id="C-1", contact_id=CONTACT, reference="r"),
        story.ours("contact.events", attempted, asked),
    )
    story.ours("plan.events", agreed())
    book = BankInstructionIssued(
        customer_id="C-1",
        plan_id=PLAN,
        instruction_id="i",
        kind="book_plan",
        shares=(Share(account_id="A-1", principal=OWED),),
    )
    story.ours("plan.events", book)
    story.bank(BankInstructionAnswered(customer_id="C-1", instruction_id="i", outcome="done"), "i/answered")
    story.ours("case.events", closed(), "m")
    story.bank(payment(), "p")
    return story


def richest(*events: Event) -> tuple[str, str] | None:
    kinds = Kinds()
    for event in events:
        kinds.take(event)
    return kinds.richest()


def test_it_goes_from_the_miss_that_opened_the_case_to_the_last_word_of_ours():
    steps = steps_of(told().entries, "A-1")
    assert [(step.what, step.because) for step in steps] == [
        ("payment missed", ""),
        ("case opened at M2 missed", "#1"),
        ("contact requested sms collection", "#2"),
        ("message sent", "#3"),
        ("plan agreed ordinary signed", "a request"),
        ("bank instruction issued book_plan", "a request"),
        ("bank instruction answered done", "#6"),
        ("case closed cured", "#1"),
    ]
    assert [step.by for step in steps[:2]] == ["the bank", "supervisor-1"]
    assert [str(step.amount.amount) if step.amount else None for step in steps[:3]] == ["1000.00", "1000.00", None]


def test_it_fits_a_line_of_a_hundred_and_names_no_person():
    text = report.story("A-1", steps_of(told().entries, "A-1"))
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "C-1" not in text


def test_the_customer_who_met_most_is_chosen_and_of_two_alike_the_first_by_name():
    two = [account("C-1"), message("C-1"), account("C-2"), message("C-2"), agreed("C-2")]
    assert richest(*two) == ("C-2", "A-1")
    assert richest(account("C-9"), message("C-9"), account("C-3"), message("C-3")) == ("C-3", "A-1")


def test_a_case_that_has_ended_goes_before_one_that_is_open():
    both = [account("C-1"), message("C-1"), opened("C-1"), account("C-2"), message("C-2"), opened("C-2")]
    assert richest(*both, closed("C-2")) == ("C-2", "A-1")


def test_who_got_no_message_or_has_two_accounts_is_not_chosen():
    assert richest(account("C-1"), agreed("C-1")) is None
    assert richest(account("C-1"), account("C-1", "A-2"), message("C-1")) is None
