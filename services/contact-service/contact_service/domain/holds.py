"""Holds: while one of the statuses holds, the purposes that the rule binds rest."""

from arrears_policy.rules import Hold, Status

from contact_service.domain.facts import Contact, Facts, Look


def look(rule: Hold, contact: Contact, facts: Facts) -> Look:
    """The first status that holds is told, in the rule's order."""
    for status in rule.statuses:
        if account_id := _account_held(status, contact, facts):
            return Look(passed=False, facts={"status": status.value, "account": account_id})
        if status in facts.statuses or (status is Status.OPTED_OUT and contact.medium in facts.opted_out):
            return Look(passed=False, facts={"status": status.value})
    return Look(passed=True, facts={"none_of": ", ".join(rule.statuses)})


def _account_held(status: Status, contact: Contact, facts: Facts) -> str | None:
    if status is Status.PLAN_AGREED:
        return min(contact.accounts & facts.in_plan, default=None)
    if status is Status.DISPUTED_IN_FULL:
        held = (account_id for account_id in contact.accounts if _disputed_in_full(account_id, facts))
        return min(held, default=None)
    return None


def _disputed_in_full(account_id: str, facts: Facts) -> bool:
    """What is paid already is not asked of the dispute; BANK-01 sees to an account that is all paid."""
    left = [ledger for ledger in facts.owed_on(account_id) if not ledger.covered]
    return bool(left) and all(ledger.disputed_in_full for ledger in left)
