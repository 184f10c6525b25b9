"""Parties (关系人): what a person is to the customer's debt, by the ties that the bank told of."""

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from arrears_events.catalogue.bank import PartyRole
from arrears_events.catalogue.contact import Party

ANSWERING: Final[frozenset[PartyRole]] = frozenset({"guarantor", "co_debtor"})
"""Roles of those who answer for the debt (CN-12). Whether a spouse or heir does, a court says: third persons."""


class Tie(NamedTuple):
    """`account_id`: None for all of the customer's accounts."""

    party_id: str
    role: PartyRole
    account_id: str | None


class Standing(NamedTuple):
    """`answers_for`: the accounts of which the party may be told; None for all."""

    party: Party
    answers_for: frozenset[str] | None


def standing_of(party_id: str, customer_id: str, accounts: Collection[str], ties: Iterable[Tie]) -> Standing:
    """In a contact about `accounts`: who answers for one account is a third person to any other."""
    if party_id == customer_id:
        return Standing("customer", None)
    tied = {tie.account_id for tie in ties if tie.party_id == party_id and tie.role in ANSWERING}
    if None in tied:
        return Standing("guarantor", None)
    answers_for = frozenset(filter(None, tied))
    if accounts and answers_for.issuperset(accounts):
        return Standing("guarantor", answers_for)
    return Standing("third_person", frozenset())
