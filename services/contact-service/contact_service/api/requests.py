"""What several of this service's endpoints ask: whether accounts are the customer's."""

from collections.abc import Collection

from arrears_runtime.database import Database
from arrears_runtime.http.problems import Problem

from contact_service.views.accounts import accounts_of


async def check_accounts(db: Database, customer_id: str, accounts: Collection[str]) -> None:
    """Each account is the customer's. Raises Problem."""
    if not {row.account_id for row in await accounts_of(db, customer_id)}.issuperset(accounts):
        raise Problem("unknown-account")
