"""A call that the customer asked for (回电): on the day that they named, by the calendar where they are.

They asked us to call about their debt and we begin the call, so it is a collection call like any other: every rule
binds it, and it counts as ours. Only it waits for its day.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from arrears_events.catalogue.contact import ContactRequested

from contact_service.domain.errors import CALL_BACK_OUT_OF_RANGE, Refused
from contact_service.domain.guard import RuleFinding, Verdict
from contact_service.domain.local_time import day_of, start_of, zone_of

FARTHEST = timedelta(days=31)
"""What is to be done in more than a month is for the customer to say again, nearer to it."""
CLAUSE = "Who asked to be called on a day is not called before it"


@dataclass(frozen=True)
class CallBack:
    """`party_id` is to be called on the day `on` about `accounts`; `earliest` and `latest` are the days to be had."""

    party_id: str
    accounts: frozenset[str]
    on: date
    earliest: date
    latest: date


def days_to_be_had(time_zone: str, now: datetime) -> tuple[date, date]:
    """The earliest and the latest, where the customer is. What is asked for today needs no machine to remember it."""
    zone = zone_of(time_zone)
    today = day_of(zone, now) if zone else now.date()
    return today + timedelta(days=1), today + FARTHEST


def check(wish: CallBack) -> None:
    """Raises Refused."""
    if not wish.earliest <= wish.on <= wish.latest:
        raise Refused(CALL_BACK_OUT_OF_RANGE, earliest=wish.earliest, latest=wish.latest)


def too_early(request: ContactRequested, time_zone: str, now: datetime) -> Verdict | None:
    """The verdict on a call before its day; None when that has come. Where the zone is not known the guard says no."""
    zone = zone_of(time_zone)
    if request.not_before is None or zone is None:
        return None
    begins = start_of(zone, request.not_before)
    if now >= begins:
        return None
    told: dict[str, str | int] = {"asked_for": str(request.not_before), "time_zone": time_zone}
    return Verdict(False, (RuleFinding("CALL-BACK", CLAUSE, False, told, begins),), begins)
