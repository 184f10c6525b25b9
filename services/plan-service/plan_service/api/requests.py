"""What several of this service's endpoints ask: the limits in force, and whether accounts are the customer's."""

from collections.abc import Collection

from arrears_policy.values import Values
from arrears_runtime.database import Database
from arrears_runtime.http.callers import CallerRequest
from arrears_runtime.http.problems import Problem

from plan_service.domain.errors import ACCOUNT_SOLD
from plan_service.domain.limits import Limits
from plan_service.views.accounts import accounts_of


async def limits_of(request: CallerRequest, policy: str, customer_id: str) -> Limits:
    """The numbers of the policy in force on the customer's business date."""
    in_force = await request.policy(policy, customer_id)
    return Limits(in_force.content(Values), in_force.ref)


async def check_ledgers(db: Database, customer_id: str, accounts: Collection[str], currency: str) -> None:
    """Each account is the customer's and not sold, and has a ledger in the currency. Raises Problem."""
    known = {row.account_id: row for row in await accounts_of(db, customer_id)}
    if not known.keys() >= set(accounts):
        raise Problem("unknown-account")
    if any(known[account].sold for account in accounts):
        raise Problem(ACCOUNT_SOLD, status=409)
    if any(currency not in known[account].currencies for account in accounts):
        raise Problem("unknown-currency")
