"""The clock and the calendar where a person is, right over the changes of summer time.

Moments are in UTC, days are the person's. A day begins at the first moment at which the calendar shows it or a later
one, and lasts until the next begins: so each moment lies in one day, also where the clock is put back over midnight.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NOWHERE = frozenset({"Factory", "localtime", "posixrules"})
"""The clock of this machine, or none."""
_MIDNIGHT = time()
_SECOND = timedelta(seconds=1)


def zone_of(name: str) -> ZoneInfo | None:
    """None for a name that the IANA database does not have, whatever is in it, or has for no place."""
    try:
        return None if name in NOWHERE else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def day_of(zone: ZoneInfo, at: datetime) -> date:
    shown = at.astimezone(zone).date()
    return shown + timedelta(days=1) if start_of(zone, shown + timedelta(days=1)) <= at else shown


def start_of(zone: ZoneInfo, day: date) -> datetime:
    first, second = shows(zone, day, timedelta())
    return first if first <= second else _change(zone, second, first)


def shows(zone: ZoneInfo, day: date, clock: timedelta) -> tuple[datetime, datetime]:
    """When the clock on the wall shows `clock`: twice the same moment, or the two of a clock that is put back.

    Where the clock is put forward over it, the second lies before the first, and the change between them.
    """
    wall = datetime.combine(day, _MIDNIGHT) + clock
    return wall.replace(tzinfo=zone).astimezone(UTC), wall.replace(tzinfo=zone, fold=1).astimezone(UTC)


def change_on(zone: ZoneInfo, day: date) -> datetime | None:
    """The moment at which the clock is put forward or back on that day."""
    begins, ends = start_of(zone, day), start_of(zone, day + timedelta(days=1))
    return _change(zone, begins, ends) if _offset(zone, begins) != _offset(zone, ends) else None


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second of the new offset, by halving."""
    old = _offset(zone, before)
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        before, after = (middle, after) if _offset(zone, middle) == old else (before, middle)
    return after


def _offset(zone: ZoneInfo, at: datetime) -> timedelta | None:
    return at.astimezone(zone).utcoffset()
