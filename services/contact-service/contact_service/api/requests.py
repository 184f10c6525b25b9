"""What several of this service's endpoints ask: whether accounts are the customer's, and in which currencies."""

from collections.abc import Collection

from arrears_runtime.database import Database
from arrears_runtime.http.problems import Problem

from contact_service.views.accounts import accounts_of


async def check_accounts(
    db: Database, customer_id: str, accounts: Collection[str], currency: str | None = None, *, may_be_sold: bool = True
) -> None:
    """Each account is the customer's, and one of them has a ledger in the currency. Raises Problem."""
    known = {row.account_id: row for row in await accounts_of(db, customer_id)}
    if not known.keys() >= set(accounts):
        raise Problem("unknown-account")
    if not may_be_sold and any(known[account].sold for account in accounts):
        raise Problem("account-sold", status=409)
    if currency and not any(currency in known[account].currencies for account in accounts):
        raise Problem("unknown-currency")
