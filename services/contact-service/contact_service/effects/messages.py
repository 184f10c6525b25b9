"""The words of a message: the template in force, in the customer's language, with each amount beside its as_of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from arrears_events.catalogue.base import PolicyRef
from arrears_events.catalogue.contact import AmountShown
from arrears_policy.rules import Rule
from arrears_policy.template import Rendered, Template
from arrears_policy.wording import text_faults

from contact_service.domain.decision import Grounds
from contact_service.domain.facts import Facts, Owed
from contact_service.views.contacts import ContactRow

TEMPLATES: Final = {
    ("collection", "sms"): "reminder-sms",
    ("collection", "email"): "reminder-email",
    ("plan_reminder", "sms"): "plan-reminder-sms",
}


@dataclass(frozen=True)
class Words:
    """`refused`: by a rule of text; such words never go out."""

    template: PolicyRef
    rendered: Rendered
    amounts: tuple[AmountShown, ...]
    refused: bool


@dataclass(frozen=True)
class Bank:
    """How the bank introduces itself, and the number under which it is called back."""

    name: str
    phone: str


def words_of(
    row: ContactRow, grounds: Grounds, template: Template, ref: PolicyRef, language: str, bank: Bank
) -> Words | None:
    """For a contact that was allowed, about the accounts that it may speak of; None where nothing is left to pay."""
    amounts = _of_plans(row, grounds.facts) if row.purpose == "plan_reminder" else _overdue(row, grounds.facts)
    if not amounts:
        return None
    told = {f"{each.amount.amount:,f} {each.amount.currency}": str(each.as_of) for each in amounts}
    values = _values(amounts, told, bank)
    rendered = template.render(language, {name: values[name] for name in template.variables})
    faults = text_faults(_rules(row, grounds), f"{rendered.subject or ''}\n{rendered.body}", bank.name, told)
    return Words(ref, rendered, amounts, refused=bool(faults))


def _values(amounts: Sequence[AmountShown], told: Mapping[str, str], bank: Bank) -> dict[str, str]:
    """`told`: amount -> as_of, as they are written. What is due is of a plan's instalments."""
    return {
        "bank": bank.name,
        "phone": bank.phone,
        "amount": ", ".join(told) if len(set(told.values())) < 2 else ", ".join(f"{a} ({d})" for a, d in told.items()),
        "as_of": max(told.values()),
        **({"due": str(amounts[0].due)} if amounts[0].due else {}),
    }


def _rules(row: ContactRow, grounds: Grounds) -> list[Rule]:
    party = grounds.point.party if grounds.point else "third_person"
    return [
        rule
        for pack in grounds.packs
        for rule in pack.rules
        if rule.binds(row.purpose, row.channel, party) and rule.in_force(grounds.today)
    ]


def _overdue(row: ContactRow, facts: Facts) -> tuple[AmountShown, ...]:
    return tuple(_shown(owed) for owed in facts.owed if owed.account_id in row.accounts and _demanded(owed))


def _of_plans(row: ContactRow, facts: Facts) -> tuple[AmountShown, ...]:
    """What is due first of the plans that the contact is about; a message names one day."""
    about = [each for each in facts.upcoming if not each.accounts.isdisjoint(row.accounts)]
    first = min((each.due for each in about), default=None)
    return tuple(
        AmountShown(plan_id=each.plan_id, due=each.due, amount=each.left, as_of=each.as_of)
        for each in about
        if each.due == first
    )


def _shown(owed: Owed) -> AmountShown:
    """Neither what was paid since nor what is disputed is demanded (SYS-02)."""
    return AmountShown(account_id=owed.account_id, amount=owed.left - owed.disputed, as_of=owed.as_of)


def _demanded(owed: Owed) -> bool:
    return not (owed.covered or owed.disputed_in_full)
