"""Windows: only in these hours, by the clock where the person is."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from arrears_policy.rules import Window

from contact_service.domain.facts import Contact, Look
from contact_service.domain.local_time import change_on, shows

_DAYS_AHEAD = 15
"""A week's hours come again in a week; a change of the clock may swallow those of one day."""
_MIDNIGHT = time()
_MOMENT = timedelta(microseconds=1)


def look(rule: Window, contact: Contact, zone: ZoneInfo, at: datetime) -> Look:
    local = at.astimezone(zone)
    told: dict[str, str | int] = {"local_time": local.isoformat(timespec="minutes")}
    if hours := rule.hours_on(local.date()):
        told["hours"] = str(hours)
    if rule.unless and contact.night_agreed:
        return Look(passed=True, facts={**told, "agreed": "yes"})
    if _is_open(rule, zone, at):
        return Look(passed=True, facts=told)
    return Look(False, told, _opens(rule, zone, at))


def _is_open(rule: Window, zone: ZoneInfo, at: datetime) -> bool:
    local = at.astimezone(zone)
    return rule.is_open(local.date(), local.replace(tzinfo=None) - datetime.combine(local.date(), _MIDNIGHT))


def _opens(rule: Window, zone: ZoneInfo, at: datetime) -> datetime | None:
    """A window opens as the clock reaches its first moment, or as the clock is put into it."""
    today = at.astimezone(zone).date()
    for day in (today + timedelta(days=ahead) for ahead in range(_DAYS_AHEAD)):
        candidates = [change_on(zone, day)]
        if hours := rule.hours_on(day):
            late = _MOMENT if rule.opens == "excluded" else timedelta()
            candidates += [moment + late for moment in shows(zone, day, hours.opens)]
        if found := [each for each in candidates if each and each > at and _is_open(rule, zone, each)]:
            return min(found)
    return None
