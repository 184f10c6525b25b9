"""Gates: what each condition of a rule pack means in the facts. Where a fact is missing it does not hold."""

from collections.abc import Mapping

from arrears_policy.rules import Condition, Gate

from contact_service.domain.facts import Contact, Facts, Look


def look(rule: Gate, contact: Contact, facts: Facts) -> Look:
    holds, told = _condition(rule, contact, facts)
    return Look(holds == (rule.must == "hold"), {"condition": rule.condition.value, "must": rule.must, **told})


def _condition(rule: Gate, contact: Contact, facts: Facts) -> tuple[bool, Mapping[str, str | int]]:
    match rule.condition:
        case Condition.ARREARS_NOT_COVERED_BY_PAYMENTS:
            return _arrears_left(contact, facts)
        case Condition.DEBTOR_UNREACHABLE:
            return _unreachable(facts, rule.number or 0)
        case Condition.IS_DEBTOR_OR_GUARANTOR:
            return contact.party in ("customer", "guarantor"), {"party": contact.party}
        case Condition.LAST_CLOSE_FRESH:
            return _fresh(facts)
        case Condition.NAMES_ITSELF:
            return contact.names_itself, {}
        case Condition.NO_FRESH_PAYMENT_CLAIM:
            return _unclaimed(facts)
        case Condition.POINT_NOT_BARRED:
            return contact.digest not in facts.barred, {}
        case Condition.POINT_RESERVED_OR_CONSENTED:
            told = {"reserved": _word(contact.point_reserved), "agreed": _word(contact.point_agreed)}
            return contact.point_reserved or contact.point_agreed, told
        case Condition.READER_IN_STEP:
            lag, most = facts.reader_lag_seconds, rule.number or 0
            return lag <= most, {"lag_seconds": lag, "at_most": most}


def _arrears_left(contact: Contact, facts: Facts) -> tuple[bool, Mapping[str, str | int]]:
    """An account of which nothing is known to be owed is covered. The first that is covered is told."""
    for account_id in sorted(contact.accounts):
        ledgers = list(facts.owed_on(account_id))
        if all(ledger.covered for ledger in ledgers):
            told = {f"arrears_{each.arrears.currency}": f"{each.arrears.amount:f}" for each in ledgers}
            paid = {f"paid_since_{each.arrears.currency}": f"{each.paid_since.amount:f}" for each in ledgers}
            return False, {"account": account_id, **told, **paid}
    return True, {}


def _unreachable(facts: Facts, failures: int) -> tuple[bool, Mapping[str, str | int]]:
    holds = facts.mobile_invalid or facts.failures_in_a_row >= failures
    told = {"mobile_invalid": _word(facts.mobile_invalid), "failures_in_a_row": facts.failures_in_a_row}
    return holds, {**told, "at_least": failures}


def _fresh(facts: Facts) -> tuple[bool, Mapping[str, str | int]]:
    """The day after the last close is the bank's own word, so that its holidays count for nothing."""
    told = {"last_close": str(facts.last_close), "today": str(facts.today)}
    return facts.next_business_date is not None and facts.today <= facts.next_business_date, told


def _unclaimed(facts: Facts) -> tuple[bool, Mapping[str, str | int]]:
    told = {"silent_until": str(facts.silent_until), "today": str(facts.today)}
    return facts.silent_until is None or facts.today > facts.silent_until, told


def _word(fact: bool) -> str:
    return "yes" if fact else "no"
