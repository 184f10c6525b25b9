"""The gate of the bank's events: what cannot be true of an account goes no further."""

from collections.abc import Collection
from functools import cache
from typing import Protocol

from arrears_events.card_numbers import is_card_number
from arrears_events.catalogue.bank import AccountOpened
from arrears_events.catalogue.base import CustomerEvent
from arrears_events.catalogue.ledger import LedgerEvent, currencies_in

UNKNOWN_ACCOUNT = "unknown-account"
"""The one reason that says nothing of a customer whom we know: it stops nobody."""


class Account(Protocol):
    """What is known of an account that the bank opened."""

    @property
    def customer_id(self) -> str: ...

    @property
    def currencies(self) -> Collection[str]: ...


def wrong(account: Account | None, event: CustomerEvent) -> str | None:
    """Why the event cannot be true of its account (None: not opened), as a dead letter's reason; None when it can."""
    if any(is_card_number(id_) for name in _named(type(event)) if (id_ := getattr(event, name)) is not None):
        return "card-number"
    if account is None:
        concerns_one = getattr(event, "account_id", None) is not None
        return UNKNOWN_ACCOUNT if concerns_one and not isinstance(event, AccountOpened) else None
    if account.customer_id != event.customer_id:
        return "wrong-customer"
    if isinstance(event, LedgerEvent) and not currencies_in(event) <= set(account.currencies):
        return "unknown-currency"
    return None


@cache
def _named(event: type[CustomerEvent]) -> tuple[str, ...]:
    """Its fields that hold ids. What customer and account are called is looked at once, when the account is opened."""
    known = () if event is AccountOpened else ("customer_id", "account_id")
    return tuple(name for name in event.model_fields if name.endswith("_id") and name not in known)
