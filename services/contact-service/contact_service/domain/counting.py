"""Counts: at most so many of the contacts that the rule binds, in days or a month of the person's calendar.

The past is in order of time, so that only its end is read.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from operator import attrgetter
from typing import Literal
from zoneinfo import ZoneInfo

from arrears_policy.rules import Count

from contact_service.domain.facts import Contact, Look, Outcome, PastContact
from contact_service.domain.local_time import day_of, start_of

_moment = attrgetter("at")
_COUNTED: dict[Literal["conversation", "unanswered", "contact"], frozenset[Outcome]] = {
    "conversation": frozenset({"conversation", "open"}),
    "unanswered": frozenset({"unanswered", "open"}),
    "contact": frozenset({"conversation", "delivered", "open"}),
}


def look(rule: Count, contact: Contact, past: Sequence[PastContact], zone: ZoneInfo, day: date) -> Look:
    """On `day`. It passes again on the day on which enough of those counted have gone out of the time."""
    since = bisect_left(past, start_of(zone, rule.first_day(day)), key=_moment)
    told: dict[str, str | int] = {"at_most": rule.at_most, "over": rule.over, "by": rule.by}
    fullest: tuple[int, str] = (0, "")
    freed: list[datetime] = []
    for about in sorted(contact.accounts) if rule.by == "debt" else [""]:
        found = list(islice(_counted(rule, contact, about, past, since), rule.at_most))
        fullest = max(fullest, (len(found), about))
        if len(found) == rule.at_most:
            freed.append(start_of(zone, rule.freed_on(day_of(zone, found[-1].at))))
    told["counted"] = fullest[0]
    if fullest[1]:
        told["account"] = fullest[1]
    return Look(not freed, told, max(freed, default=None))


def _counted(
    rule: Count, contact: Contact, about: str, past: Sequence[PastContact], since: int
) -> Iterator[PastContact]:
    """Newest first."""
    outcomes = _COUNTED[rule.counts]
    for place in range(len(past) - 1, since - 1, -1):
        each = past[place]
        if each.ours and each.outcome in outcomes and _same(rule, contact, about, each):
            yield each


def _same(rule: Count, contact: Contact, about: str, each: PastContact) -> bool:
    if not rule.binds(each.purpose, each.medium, each.party):
        return False
    match rule.by:
        case "person":
            return each.party_id == contact.party_id
        case "debt":
            return about in each.accounts
        case "number":
            return each.digest == contact.digest
