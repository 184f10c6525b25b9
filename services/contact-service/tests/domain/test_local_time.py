"""Days and clocks where a person is, over the changes that there have been."""

from datetime import date, datetime, timedelta

import pytest
from contact_service.domain.local_time import change_on, day_of, shows, start_of, zone_of
from hypothesis import given
from hypothesis import strategies as st

from .asking import NEW_YORK, at

CHANGEFUL = (
    NEW_YORK, "America/Havana", "America/St_Johns", "America/Toronto", "Africa/Cairo", "Asia/Beirut", "Pacific/Apia",
    "Australia/Lord_Howe", "Asia/Shanghai",
)  # fmt: skip


def utc(written: str) -> datetime:
    return at(written, "UTC")


@pytest.mark.parametrize(
    ("name", "day", "begins"),
    [
        ("Asia/Shanghai", date(2026, 4, 1), "2026-03-31 16:00"),
        (NEW_YORK, date(2026, 3, 9), "2026-03-09 04:00"),
        ("Africa/Cairo", date(2026, 4, 24), "2026-04-23 22:00"),  # midnight is jumped over: it begins at 01:00
        ("America/Toronto", date(1919, 3, 31), "1919-03-31 04:30"),  # from 23:30 to 00:30
        ("America/Havana", date(2026, 11, 1), "2026-11-01 04:00"),  # midnight comes twice: the first
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30 10:00"),  # a day that was left out
        ("Pacific/Apia", date(2011, 12, 31), "2011-12-30 10:00"),
    ],
)
def test_a_day_begins_at_the_first_moment_that_shows_it_or_a_later_one(name: str, day: date, begins: str):
    zone = zone_of(name)
    assert zone
    assert start_of(zone, day) == utc(begins)


def test_a_minute_of_a_day_is_not_given_back_to_the_day_before():
    """In St John's the clock went from 00:01 back to 23:01: the hour that comes again is the new day's already."""
    zone = zone_of("America/St_Johns")
    assert zone
    again = utc("2010-11-07 03:00")
    assert again.astimezone(zone).date() == date(2010, 11, 6)
    assert day_of(zone, again) == date(2010, 11, 7)


def test_a_clock_that_is_put_back_shows_an_hour_twice():
    zone = zone_of(NEW_YORK)
    assert zone
    half_past_one = shows(zone, date(2026, 11, 1), timedelta(hours=1, minutes=30))
    assert half_past_one == (utc("2026-11-01 05:30"), utc("2026-11-01 06:30"))
    assert change_on(zone, date(2026, 11, 1)) == utc("2026-11-01 06:00")


def test_a_day_without_a_change_has_none():
    zone = zone_of(NEW_YORK)
    assert zone
    assert change_on(zone, date(2026, 11, 2)) is None


@given(st.datetimes(datetime(1915, 1, 1), datetime(2037, 1, 1)).map(str), st.sampled_from(CHANGEFUL))  # noqa: DTZ001
def test_each_moment_lies_in_the_day_that_has_begun_and_not_ended(written: str, name: str):
    zone, moment = zone_of(name), utc(written)
    assert zone
    day = day_of(zone, moment)
    assert start_of(zone, day) <= moment < start_of(zone, day + timedelta(days=1))
    assert abs(day - moment.astimezone(zone).date()) <= timedelta(days=1)


@pytest.mark.parametrize("name", ["Factory", "localtime", "posixrules", "", "Mars/Base", "../UTC"])
def test_what_is_no_place_has_no_clock(name: str):
    assert zone_of(name) is None
