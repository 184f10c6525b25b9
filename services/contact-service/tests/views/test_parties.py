"""Who is tied to a customer: given the bank's word, then rows."""

from typing import Any

from arrears_events.catalogue.bank import PartyLinked, PartyUnlinked
from contact_service.domain.parties import Tie
from contact_service.views import parties

from .folding import rows_of


def link(kind: Any = PartyLinked, role: str = "guarantor", account: str | None = None, customer: str = "C-1") -> Any:
    return kind(customer_id=customer, party_id="P-1", role=role, account_id=account)


def test_a_party_is_tied_in_each_role_and_to_each_account_apart():
    rows = rows_of(parties.fold, link(), link(account="A-1"), link(role="spouse"), link(customer="C-2"))
    ties = [(row.customer_id, row.as_tie()) for row in rows]
    assert ties == [
        ("C-1", Tie("P-1", "guarantor", None)),
        ("C-1", Tie("P-1", "guarantor", "A-1")),
        ("C-1", Tie("P-1", "spouse", None)),
        ("C-2", Tie("P-1", "guarantor", None)),
    ]


def test_the_tie_that_has_ended_is_gone_and_the_others_stay():
    [row] = rows_of(parties.fold, link(), link(account="A-1"), link(PartyUnlinked, account="A-1"))
    assert row.as_tie() == Tie("P-1", "guarantor", None)
    assert rows_of(parties.fold, link(PartyUnlinked)) == []
