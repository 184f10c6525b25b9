"""What several of this service's endpoints ask: whether accounts are the customer's, and in which currencies."""

from collections.abc import Collection

from arrears_runtime.database import Database
from arrears_runtime.http.problems import Problem

from contact_service.views.accounts import accounts_of


async def check_accounts(
    db: Database, customer_id: str, accounts: Collection[str], currency: str | None = None
) -> None:
    """Each account is the customer's, and one of them has a ledger in the currency. Raises Problem."""
    currencies = {row.account_id: row.currencies for row in await accounts_of(db, customer_id)}
    if not currencies.keys() >= set(accounts):
        raise Problem("unknown-account")
    if currency and not any(currency in currencies[account] for account in accounts):
        raise Problem("unknown-currency")


async def check_not_sold(db: Database, customer_id: str, accounts: Collection[str]) -> None:
    """Raises Problem."""
    if any(row.sold for row in await accounts_of(db, customer_id) if row.account_id in accounts):
        raise Problem("account-sold", status=409)
