"""What is printed of contacts, promises, plans, instructions and complaints is what the log says last of each."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from arrears_events.catalogue.bank import BankInstructionAnswered
from arrears_events.catalogue.base import Event, PolicyRef
from arrears_events.catalogue.complaints import ComplaintOverdue, ComplaintRaised, ComplaintResolved
from arrears_events.catalogue.contact import (
    ContactFailed,
    ContactRefused,
    ContactRequested,
    Known,
    MessageDelivered,
    MessageSent,
    RuleApplied,
)
from arrears_events.catalogue.instalments import Share
from arrears_events.catalogue.plan import BankInstructionIssued, PlanAgreed, PlanBroken, PlanReinstated
from arrears_events.money import Money
from arrears_local import report
from arrears_local.outcomes import Outcomes

ONE, OTHER = UUID(int=1), UUID(int=2)
DAY = date(2026, 4, 21)


def given(*events: Event) -> Outcomes:
    found = Outcomes()
    for event in events:
        found.take(event)
    return found


def asked_for(contact: UUID, channel: Any = "sms") -> ContactRequested:
    return ContactRequested(
        customer_id="C-1",
        contact_id=contact,
        purpose="collection",
        channel=channel,
        party_id="C-1",
        accounts=frozenset({"A-1"}),
        requested_on=DAY,
        lapses_on=DAY,
    )


def refused(contact: UUID, *rules: str, final: bool) -> ContactRefused:
    looked_at = [RuleApplied(rule=rule, clause=f"clause of {rule}", passed=False, facts={}) for rule in rules]
    let_pass = RuleApplied(rule="CN-01", clause="clause of CN-01", passed=True, facts={})
    return ContactRefused(
        customer_id="C-1",
        contact_id=contact,
        contact_point_id=None,
        policies=(),
        rules=(*looked_at, let_pass),
        known=Known(facts={}, positions={}),
        allowed_from=None if final else datetime(2026, 4, 22, tzinfo=UTC),
        final=final,
    )


def instruction(plan: UUID) -> BankInstructionIssued:
    return BankInstructionIssued(
        customer_id="C-1",
        plan_id=plan,
        instruction_id=f"{plan}/book",
        kind="book_plan",
        shares=(Share(account_id="A-1", principal=Money.of(900, "TWD")),),
    )


def agreed(plan: UUID) -> PlanAgreed:
    return PlanAgreed(
        customer_id="C-1",
        plan_id=plan,
        kind="ordinary",
        accounts=frozenset({"A-1"}),
        reminders=True,
        agreed_on=DAY,
        agreed_by="signed",
    )


def test_a_contact_counts_once_for_its_channel_by_what_became_of_it_last():
    found = given(
        asked_for(ONE),
        MessageSent(customer_id="C-1", contact_id=ONE, reference="r"),
        MessageDelivered(customer_id="C-1", contact_id=ONE),
        asked_for(OTHER, "call"),
        ContactFailed(customer_id="C-1", contact_id=OTHER, reason="busy"),
    )
    lines = report.contacts(found).splitlines()
    assert lines[:4] == ["contacts   2 asked for", "  sms      1 delivered", "  email    none", "  call     1 failed"]


def test_a_contact_that_was_put_off_and_then_refused_stands_in_both_columns_of_its_rules():
    found = given(
        asked_for(ONE),
        refused(ONE, "CN-03", final=False),
        refused(ONE, "BANK-04", "CN-17", final=True),
        asked_for(OTHER),
    )
    assert report.contacts(found).splitlines()[4:] == [
        "refused    1 for good; by rule, put off to a later moment too:",
        "  BANK-04     1 refused     0 put off   clause of BANK-04",
        "  CN-03       0 refused     1 put off   clause of CN-03",
        "  CN-17       1 refused     0 put off   clause of CN-17",
    ]


def test_a_plan_that_was_held_for_broken_and_is_not_runs():
    money = Money.of(1, "TWD")
    found = given(
        agreed(ONE),
        PlanBroken(customer_id="C-1", plan_id=ONE, number=2, unpaid=money, day=DAY),
        PlanReinstated(customer_id="C-1", plan_id=ONE, unpaid=money),
    )
    assert "1 running" in report.commitments(found)


def test_an_instruction_is_told_with_the_banks_answer_whichever_was_read_first():
    answered = BankInstructionAnswered(customer_id="C-1", instruction_id=f"{ONE}/book", outcome="done")
    found = given(answered, instruction(ONE), instruction(OTHER))
    assert "2 instructions: 1 book_plan done, 1 book_plan not answered yet" in report.commitments(found)


def complaint(id_: UUID) -> ComplaintRaised:
    return ComplaintRaised(
        customer_id="C-1",
        complaint_id=id_,
        kind="rudeness",
        received_from="customer",
        received_on=DAY,
        answer_due_on=DAY,
        policy=PolicyRef(name="complaints", version=1, sha256="0" * 64),
    )


def overdue(id_: UUID) -> ComplaintOverdue:
    return ComplaintOverdue(customer_id="C-1", complaint_id=id_, answer_due_on=DAY, on=DAY)


def answered(id_: UUID) -> ComplaintResolved:
    return ComplaintResolved(
        customer_id="C-1", complaint_id=id_, outcome="upheld", redress=frozenset(["apology"]), resolved_on=DAY
    )


def test_a_complaint_is_told_as_in_time_late_or_still_owed_an_answer():
    late, owed, open_ = (UUID(int=number) for number in (3, 4, 5))
    in_time = [complaint(ONE), answered(ONE), complaint(OTHER), answered(OTHER)]
    found = given(*in_time, complaint(late), overdue(late), answered(late), complaint(owed), overdue(owed))
    found.take(complaint(open_))
    assert report.commitments(found).splitlines()[-1] == (
        "complaints 5 raised: 2 answered in time, 1 answered late, 1 open, 1 overdue; "
        "2 passed the last day for an answer"
    )
