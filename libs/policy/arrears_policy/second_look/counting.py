"""How many contacts a rule counts together with one that is asked for. The auditor's own reckoning: day by day."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from arrears_events.catalogue.contact import Channel, Party, Purpose

from arrears_policy.rules import Count
from arrears_policy.second_look.diary import Place, State

_COUNTS: dict[str, set[State]] = {
    "conversation": {"talked"},
    "unanswered": {"unanswered"},
    "contact": {"talked", "arrived"},
}


def counted(rule: Count, places: Iterable[Place], asked: Place, zone: ZoneInfo) -> int:
    """Of those before `asked`, how many the rule counts with it; of several accounts the one with most."""
    today = asked.at.astimezone(zone).date()
    first = rule.first_day(today)
    together = [each for each in places if _counts(rule, each) and first <= _day(each.at, zone)]
    match rule.by:
        case "person":
            return sum(each.party_id == asked.party_id for each in together)
        case "number":
            return sum(each.digest == asked.digest for each in together)
        case "debt":
            return max((sum(account in each.accounts for each in together) for account in asked.accounts), default=0)


def _counts(rule: Count, place: Place) -> bool:
    bound: tuple[Purpose, Channel, Party] = place.purpose, place.channel, place.party
    return place.ours and rule.binds(*bound) and (place.state == "open" or place.state in _COUNTS[rule.counts])


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
