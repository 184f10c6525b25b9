"""Complaints (投诉) about how we behaved, not about the debt: events of topic case.events.

A complaint is the customer's and of no one account, so each has a stream of its own, `complaint/<complaint_id>`.
"""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import PlainSerializer, StringConstraints

from arrears_events.catalogue.base import CustomerEvent, Id, PolicyRef
from arrears_events.catalogue.ledger import BusinessDate
from arrears_events.sealed import Sealed

ComplaintKind = Literal[
    "threat", "false_statement", "rudeness", "too_often", "at_night", "third_person_told", "personal_data", "other"
]
"""What is said to be against CN-09 (the first three), CN-03 and CN-05, CN-01, CN-08, CN-23; `other` is in the words."""
ComplaintFrom = Literal["customer", "guarantor", "third_person", "representative", "authority"]
"""Who complains; `authority`: one passed it on to the bank (转办)."""
ExtensionReason = Literal["complex", "approved"]
ComplaintOutcome = Literal["upheld", "partly_upheld", "not_upheld"]
Redress = Literal["apology", "record_corrected", "collector_changed", "staff_instructed", "compensation"]
"""What is done about it. A compensation is the bank's to book."""
Redresses = Annotated[frozenset[Redress], PlainSerializer(sorted, return_type=list[str])]
"""A set of them; written in order, so that the same set has the same bytes."""

Actor = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,120}$")]
"""A person of ours, as envelopes name who acted: the subject of their token."""


class ComplaintFact(CustomerEvent):
    """A fact about one complaint."""

    complaint_id: UUID


class ComplaintRaised(ComplaintFact):
    """Somebody complains of how the customer was treated. It holds nothing of the arrears.

    `answer_due_on` is the last day for the answer, by the policy: at the bank's close of that day it is overdue.
    `about`: the contact it is about, by its id; `against`: who is complained of; where they are known. `text`: what was
    said.
    """

    wire: ClassVar[str] = "ComplaintRaised"
    kind: ComplaintKind
    received_from: ComplaintFrom
    received_on: BusinessDate
    answer_due_on: BusinessDate
    policy: PolicyRef
    about: Id | None = None
    against: Actor | None = None
    text: Sealed | None = None


class ComplaintAcknowledged(ComplaintFact):
    """Who complained was told that it is being looked at."""

    wire: ClassVar[str] = "ComplaintAcknowledged"
    acknowledged_on: BusinessDate


class ComplaintExtended(ComplaintFact):
    """The answer is due on a later day (CN-25), by the policy: `complex`, or after that `approved` by a supervisor.

    `told_on`: the day on which who complained was given notice of an approved extension; None for the other.
    """

    wire: ClassVar[str] = "ComplaintExtended"
    reason: ExtensionReason
    extended_on: BusinessDate
    answer_due_on: BusinessDate
    policy: PolicyRef
    told_on: BusinessDate | None = None


class ComplaintResolved(ComplaintFact):
    """The complaint was decided and answered; `text` is the answer. In time unless a ComplaintOverdue came before."""

    wire: ClassVar[str] = "ComplaintResolved"
    outcome: ComplaintOutcome
    redress: Redresses
    resolved_on: BusinessDate
    text: Sealed | None = None


class ComplaintOverdue(ComplaintFact):
    """Business day `on` closed and there was no answer by `answer_due_on`; it is still owed. Once a complaint."""

    wire: ClassVar[str] = "ComplaintOverdue"
    answer_due_on: BusinessDate
    on: BusinessDate


ComplaintEvent = ComplaintRaised | ComplaintAcknowledged | ComplaintExtended | ComplaintResolved | ComplaintOverdue
