"""A question to the guard with boring defaults: a collection call to C-1 at noon on 1 April 2026, in Shanghai, over
1,000 CNY of arrears on A-1, nothing before it and nothing in its way. A test names only what it is about."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import contact_service
from arrears_events.catalogue.contact import Channel, Purpose
from arrears_events.money import Money
from arrears_policy.policy import load
from arrears_policy.rule_pack import RulePack
from contact_service.domain.facts import Contact, Facts, Owed, PastContact
from contact_service.domain.guard import RuleFinding, Verdict, guard

SHANGHAI, NEW_YORK = "Asia/Shanghai", "America/New_York"
POLICIES = Path(contact_service.__file__).parent / "policies"
CONTACT = Contact("collection", "call", "customer", "C-1", "d1", frozenset({"A-1"}), names_itself=True)
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
MEDIA: tuple[Channel, ...] = get_args(Channel)


@cache
def pack(name: str) -> RulePack:
    """As the service ships it."""
    content = load((POLICIES / f"{name}.yaml").read_text("utf-8")).content
    assert isinstance(content, RulePack)
    return content


def packs(*names: str) -> tuple[RulePack, ...]:
    return tuple(pack(name) for name in names or ("base", "cn", "tw"))


def owed(account_id: str = "A-1", arrears: str = "1000", paid: str = "0", disputed: str = "0", currency: str = "CNY"):
    return Owed(account_id, *(Money.of(each, currency) for each in (arrears, paid, disputed)), as_of=date(2026, 3, 21))


FACTS = Facts(
    "cn",
    SHANGHAI,
    today=date(2026, 4, 1),
    last_close=date(2026, 3, 31),
    next_business_date=date(2026, 4, 1),
    owed=(owed("A-1"), owed("A-2")),
)


def at(local: str, zone: str = SHANGHAI) -> datetime:
    """`04-01 12:00` of 2026, by the clock of the zone; with a year in front, of that year."""
    written = local if len(local.partition(" ")[0]) > 5 else f"2026-{local}"
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def contact(**fields: Any) -> Contact:
    accounts = {"accounts": frozenset(fields.pop("accounts"))} if "accounts" in fields else {}
    return replace(CONTACT, **fields, **accounts)


def facts(**known: Any) -> Facts:
    return replace(FACTS, **known)


def before(local: str, outcome: Any = "conversation", zone: str = SHANGHAI, **fields: Any) -> PastContact:
    """A contact like the one that is asked for, at another time."""
    like = contact(**{name: value for name, value in fields.items() if name != "ours"})
    kept = (like.purpose, like.medium, like.party, like.party_id, like.digest, like.accounts)
    return PastContact(at(local, zone), *kept, outcome=outcome, ours=fields.get("ours", True))


def ask(
    now: str = "04-01 12:00",
    *past: PastContact,
    contact: Contact = CONTACT,
    known: Facts = FACTS,
    rules: tuple[RulePack, ...] | None = None,
) -> Verdict:
    return guard(rules or packs(), contact, known, past, at(now, known.time_zone))


def against(verdict: Verdict) -> list[str]:
    """The rules that did not let it pass."""
    return [finding.rule for finding in verdict.rules if not finding.passed]


def finding(verdict: Verdict, rule: str) -> RuleFinding:
    [found] = [each for each in verdict.rules if each.rule == rule]
    return found
