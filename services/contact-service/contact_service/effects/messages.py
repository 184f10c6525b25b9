"""The words of a message: the template in force, in the customer's language, with each amount beside its as_of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from arrears_events.catalogue.base import PolicyRef
from arrears_events.catalogue.contact import AmountShown
from arrears_policy.rules import Rule
from arrears_policy.template import Rendered, Template
from arrears_policy.wording import text_faults

from contact_service.domain.decision import Grounds, WhyUnsaid
from contact_service.domain.facts import Facts, Owed
from contact_service.views.contacts import ContactRow

TEMPLATES: Final = {
    ("collection", "sms"): "reminder-sms",
    ("collection", "email"): "reminder-email",
    ("plan_reminder", "sms"): "plan-reminder-sms",
}


@dataclass(frozen=True)
class Unsaid:
    """No words were made, and why."""

    reason: WhyUnsaid


@dataclass(frozen=True)
class Words:
    """`reason`: why they never go out."""

    template: PolicyRef
    rendered: Rendered
    amounts: tuple[AmountShown, ...]
    reason: WhyUnsaid | None


@dataclass(frozen=True)
class Bank:
    """How the bank introduces itself, and the number under which it is called back."""

    name: str
    phone: str


def words_of(
    row: ContactRow, grounds: Grounds, template: Template, ref: PolicyRef, language: str, bank: Bank
) -> Words | Unsaid:
    """For a contact that was allowed, about the accounts that it may speak of; Unsaid where nothing is left to pay.

    Raises RenderingWrong where the template asks for what no message has, or what it is to say is too long for it.
    """
    amounts = _of_plans(row, grounds.facts) if row.purpose == "plan_reminder" else _overdue(row, grounds.facts)
    if not amounts:
        return Unsaid("words_refused")
    values = _values(amounts, bank)
    rendered = template.render(language, {name: values[name] for name in template.variables if name in values})
    told = {_written(each): str(each.as_of) for each in amounts}
    faults = text_faults(_rules(row, grounds), f"{rendered.subject or ''}\n{rendered.body}", bank.name, told)
    return Words(ref, rendered, amounts, reason="words_refused" if faults else None)


def _values(amounts: Sequence[AmountShown], bank: Bank) -> dict[str, str]:
    """What is due is of a plan's instalments."""
    return {
        "bank": bank.name,
        "phone": bank.phone,
        "amount": _listed(amounts),
        "as_of": str(max(each.as_of for each in amounts)),
        **({"due": str(amounts[0].due)} if amounts[0].due else {}),
    }


def _listed(amounts: Sequence[AmountShown]) -> str:
    """Each ledger's, none added to another. Those of one day stand together, with their day where there are several."""
    of_day: dict[date, list[str]] = {}
    for each in amounts:
        of_day.setdefault(each.as_of, []).append(_written(each))
    listed = {day: ", ".join(written) for day, written in of_day.items()}
    return "; ".join(listed.values() if len(listed) == 1 else (f"{each} ({day})" for day, each in listed.items()))


def _written(shown: AmountShown) -> str:
    return f"{shown.amount.amount:,f} {shown.amount.currency}"


def _rules(row: ContactRow, grounds: Grounds) -> list[Rule]:
    party = grounds.point.party if grounds.point else "third_person"
    return [
        rule
        for pack in grounds.packs
        for rule in pack.rules
        if rule.binds(row.purpose, row.channel, party) and rule.in_force(grounds.today)
    ]


def _overdue(row: ContactRow, facts: Facts) -> tuple[AmountShown, ...]:
    return tuple(_shown(owed) for owed in facts.owed if owed.account_id in row.accounts and owed.is_demanded)


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
    return AmountShown(account_id=owed.account_id, amount=owed.demanded, as_of=owed.as_of)
