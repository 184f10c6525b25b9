"""Which of a customer's records belong to the story of one account, or of one case."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from arrears_events.audit.entries import Entry

_PERSONS = frozenset({"customer_id", "account_id", "party_id", "contact_point_id"})
"""Ids that say who, not what: they tie a record to no account."""


def of_account(entries: Sequence[Entry], account_id: str) -> list[Entry]:
    """What names the account, by itself or through a case or promise, and what concerns the customer as a whole."""
    accounts = _accounts_by_thing(entries)
    return [entry for entry in entries if not (named := _accounts_named(entry, accounts)) or account_id in named]


def of_case(entries: Sequence[Entry], case_id: str) -> list[Entry]:
    """What names the case, all that led to it, and all that came of it and names no other case."""
    by_id = {entry.id: entry for entry in reversed(entries)}
    effects: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        effects[entry.cause or ""].append(entry.id)
    own = {entry.id for entry in entries if _case_of(entry) == case_id}
    strange = {entry.id for entry in entries if _case_of(entry) not in (None, case_id)}
    came_of_it = _reach(own, lambda id_: [each for each in effects[id_] if each not in strange])
    told = _reach(came_of_it, lambda id_: [cause] if (cause := by_id[id_].cause) in by_id else [])
    return [entry for entry in entries if entry.id in told]


def _reach(start: Iterable[str], next_: Callable[[str], Iterable[str]]) -> set[str]:
    reached: set[str] = set()
    left = list(start)
    while left:
        id_ = left.pop()
        if id_ not in reached:
            reached.add(id_)
            left.extend(next_(id_))
    return reached


def _accounts_by_thing(entries: Iterable[Entry]) -> dict[tuple[str, str], set[str]]:
    accounts: dict[tuple[str, str], set[str]] = defaultdict(set)
    for entry in entries:
        for thing in _things(entry):
            accounts[thing] |= _accounts(entry)
    return accounts


def _accounts_named(entry: Entry, by_thing: dict[tuple[str, str], set[str]]) -> set[str]:
    return _accounts(entry) or {account for thing in _things(entry) for account in by_thing[thing]}


def _accounts(entry: Entry) -> set[str]:
    data: Any = entry.envelope.data if entry.envelope else None
    many = getattr(data, "accounts", None) or ()
    named = [getattr(data, "account_id", None), *(getattr(one, "account_id", one) for one in many)]
    return {str(account) for account in named if account}


def _things(entry: Entry) -> set[tuple[str, str]]:
    if not entry.envelope:
        return set()
    named = [name for name in entry.envelope.data.__class__.model_fields if name.endswith("_id")]
    found = {(name, getattr(entry.envelope.data, name)) for name in named if name not in _PERSONS}
    return {(name, str(value)) for name, value in found if value is not None}


def _case_of(entry: Entry) -> str | None:
    case = getattr(entry.envelope.data, "case_id", None) if entry.envelope else None
    return str(case) if case else None
