"""What several of this service's endpoints ask: the limits in force, and whether accounts are the customer's."""

from collections.abc import Collection, Sequence

from arrears_events.money import Money
from arrears_policy.values import Values
from arrears_runtime.database import Database
from arrears_runtime.http.callers import CallerRequest
from arrears_runtime.http.problems import Problem

from plan_service.domain.errors import ACCOUNT_SOLD
from plan_service.domain.limits import Limits
from plan_service.views.accounts import accounts_of
from plan_service.views.balances import balances_of, ledger_of


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


async def check_shares(db: Database, customer_id: str, shares: Sequence[tuple[str, Money]]) -> None:
    """All in one currency, above zero, and of no account more than it owed by the bank's last word, where there is one.

    Raises Problem.
    """
    amounts = [amount for _, amount in shares]
    if len({amount.currency for amount in amounts}) > 1:
        raise Problem("currency-mixed")
    await check_ledgers(db, customer_id, [account for account, _ in shares], amounts[0].currency)
    if any(amount < amount.zero() for amount in amounts):
        raise Problem("plan-amount-zero")
    asked = {ledger_of(account, amount.currency): amount.amount for account, amount in shares}
    for row in await balances_of(db, asked):
        if asked[row.ledger] > row.amount:
            balance = Money.of(row.amount, amounts[0].currency)
            raise Problem("plan-above-balance", facts={"balance": balance, "as_of": row.as_of})
