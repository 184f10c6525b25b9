"""The words of a message: the template in force, in the customer's language, with each amount beside its as_of."""

from dataclasses import dataclass
from typing import Final

from arrears_events.catalogue.base import PolicyRef
from arrears_events.catalogue.contact import AmountShown
from arrears_policy.template import Rendered, Template
from arrears_policy.wording import text_faults

from contact_service.domain.decision import Grounds
from contact_service.domain.facts import Owed
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


def words_of(row: ContactRow, grounds: Grounds, template: Template, ref: PolicyRef, language: str, bank: Bank) -> Words:
    """For a contact that was allowed, about the accounts that it may speak of."""
    amounts = tuple(_shown(owed) for owed in grounds.facts.owed if owed.account_id in row.accounts and _demanded(owed))
    told = {f"{each.amount.amount:,f} {each.amount.currency}": str(each.as_of) for each in amounts}
    values = {
        "bank": bank.name,
        "phone": bank.phone,
        "amount": ", ".join(told) if len(set(told.values())) < 2 else ", ".join(f"{a} ({d})" for a, d in told.items()),
        "as_of": max(told.values(), default=str(grounds.today)),
    }
    rendered = template.render(language, {name: values[name] for name in template.variables})
    rules = [
        rule
        for pack in grounds.packs
        for rule in pack.rules
        if rule.binds(row.purpose, row.channel, "customer") and rule.in_force(grounds.today)
    ]
    faults = text_faults(rules, f"{rendered.subject or ''}\n{rendered.body}", bank.name, told)
    return Words(ref, rendered, amounts, refused=bool(faults) or not amounts)


def _shown(owed: Owed) -> AmountShown:
    """Neither what was paid since nor what is disputed is demanded (SYS-02)."""
    return AmountShown(account_id=owed.account_id, amount=owed.left - owed.disputed, as_of=owed.as_of)


def _demanded(owed: Owed) -> bool:
    return not (owed.covered or owed.disputed_in_full)
