"""The rows of contacts: how far each has come, and by which rules."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from arrears_events.catalogue.contact import (
    AuthorisationExpired,
    ContactAttempted,
    ContactAuthorised,
    ContactFailed,
    ContactMade,
    ContactRefused,
    ContactRequested,
    Known,
    MessageDelivered,
    MessageOutcomeUnknown,
    MessageSent,
    RuleApplied,
)
from contact_service.views.contacts import ContactRow, fold

from .folding import NOW, POLICY, rows_of

WHICH: dict[str, Any] = {"customer_id": "C-1", "contact_id": UUID(int=1)}
DAY, MORNING = date(2026, 4, 1), NOW + timedelta(hours=22)
REQUESTED = ContactRequested(
    **WHICH,
    purpose="collection",
    channel="sms",
    party_id="C-1",
    accounts=frozenset({"A-1"}),
    requested_on=DAY,
    lapses_on=date(2026, 4, 4),
)
AT_HOME = REQUESTED.model_copy(update={"contact_point_id": "CP-2"})
ATTEMPTED, SENT = ContactAttempted(**WHICH, attempted_at=NOW), MessageSent(**WHICH, reference="s-17")


def decided(*rules: str, passed: bool) -> dict[str, Any]:
    applied = tuple(RuleApplied(rule=rule, clause="a clause", passed=passed, facts={}) for rule in rules)
    known = Known(facts={}, positions={})
    return {**WHICH, "contact_point_id": "CP-1", "policies": (POLICY,), "rules": applied, "known": known}


AUTHORISED = ContactAuthorised(
    **decided("CN-01", passed=True),
    digest="d1",
    party="customer",
    accounts=frozenset({"A-2", "A-1"}),
    decided_at=NOW,
    valid_until=NOW,
)


def test_the_point_that_was_asked_for_stays_whatever_is_decided():
    [asked], [decided_] = rows_of(fold, AT_HOME), rows_of(fold, AT_HOME, AUTHORISED)
    assert (asked.asked_point_id, asked.contact_point_id) == ("CP-2", None)
    assert (decided_.asked_point_id, decided_.contact_point_id) == ("CP-2", "CP-1")


def refused(allowed_from: datetime | None, *, final: bool) -> ContactRefused:
    again_at = None if final else allowed_from
    return ContactRefused(**decided("CN-01", passed=False), allowed_from=allowed_from, final=final, again_at=again_at)


def row_after(*events: Any) -> ContactRow:
    [row] = rows_of(fold, REQUESTED, *events)
    return row


def test_what_is_asked_for_is_to_be_taken_up_at_once():
    assert rows_of(fold, REQUESTED) == [
        ContactRow(
            contact_id=UUID(int=1),
            streamid="contacts/C-1",
            customer_id="C-1",
            version=1,
            status="requested",
            purpose="collection",
            channel="sms",
            party_id="C-1",
            contact_point_id=None,
            accounts=["A-1"],
            requested_on=DAY,
            requested_at=NOW,
            requested_by="anna",
            lapses_on=date(2026, 4, 4),
            try_at=NOW,
        )
    ]


def test_what_is_allowed_shows_the_accounts_the_point_and_the_rules():
    row = row_after(AUTHORISED)
    assert (row.status, row.version, row.try_at) == ("authorised", 2, NOW)
    assert (row.accounts, row.contact_point_id) == (["A-1", "A-2"], "CP-1")
    assert [(rule["rule"], rule["passed"]) for rule in json.loads(row.rules)] == [("CN-01", True)]


def test_what_waits_is_taken_up_when_it_may_be():
    row = row_after(refused(MORNING, final=False))
    assert (row.status, row.allowed_from, row.try_at) == ("waiting", MORNING, MORNING)
    allowed = row_after(refused(MORNING, final=False), AUTHORISED)
    assert (allowed.status, allowed.allowed_from) == ("authorised", None)


def test_what_was_allowed_and_not_done_is_due_at_once():
    row = row_after(AUTHORISED, AuthorisationExpired(**WHICH, reason="too_late"))
    assert (row.status, row.reason, row.try_at is not None) == ("waiting", "too_late", True)
    assert row_after(AUTHORISED, AuthorisationExpired(**WHICH, reason="too_late"), AUTHORISED).status == "authorised"


@pytest.mark.parametrize("allowed_from", [None, MORNING])
def test_what_is_refused_for_good_is_taken_up_no_more(allowed_from: datetime | None):
    row = row_after(refused(allowed_from, final=True))
    assert (row.status, row.allowed_from, row.try_at) == ("refused", allowed_from, None)


def test_a_message_that_was_sent_has_the_providers_reference():
    row = row_after(AUTHORISED, ATTEMPTED, SENT)
    assert (row.status, row.reference, row.try_at, row.version) == ("sent", "s-17", None, 4)


@pytest.mark.parametrize(
    ("events", "status", "reason"),
    [
        ((AuthorisationExpired(**WHICH, reason="words_refused"),), "expired", "words_refused"),
        ((ATTEMPTED, SENT, MessageDelivered(**WHICH)), "delivered", None),
        ((ATTEMPTED, MessageOutcomeUnknown(**WHICH)), "unknown", None),
        ((ATTEMPTED, ContactFailed(**WHICH, reason="busy")), "failed", "busy"),
        ((ATTEMPTED, MessageOutcomeUnknown(**WHICH), MessageDelivered(**WHICH)), "delivered", None),
        (
            (ATTEMPTED, MessageOutcomeUnknown(**WHICH), ContactFailed(**WHICH, reason="undelivered")),
            "failed",
            "undelivered",
        ),
        ((ATTEMPTED, ContactFailed(**WHICH, reason="undelivered"), SENT), "sent", None),
        ((ATTEMPTED, ContactMade(**WHICH, initiated_by="us", party="customer", seconds=20)), "made", None),
    ],
)
def test_every_end_has_its_status(events: Sequence[Any], status: str, reason: str | None):
    row = row_after(AUTHORISED, *events)
    assert (row.status, row.reason, row.try_at) == (status, reason, None)


def test_who_attempted_a_contact_is_known_by_the_command():
    attempted = row_after(AUTHORISED, ATTEMPTED)
    assert (row_after(AUTHORISED).attempt, attempted.attempt) == (None, UUID(int=attempted.version))


def test_contacts_of_one_customer_are_rows_of_their_own():
    other = REQUESTED.model_copy(update={"contact_id": UUID(int=2)})
    found = rows_of(fold, REQUESTED, other, AUTHORISED)
    assert [(row.contact_id.int, row.status, row.version) for row in found] == [
        (1, "authorised", 3),
        (2, "requested", 2),
    ]
