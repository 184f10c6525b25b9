"""Windows: the night of CN-01, hours by day, and changes of the clock."""

from zoneinfo import ZoneInfo

import pytest
from contact_service.domain.guard import guard

from .asking import NEW_YORK, against, ask, at, contact, facts, finding
from .rules_of_a_test import rules, window


def test_a_minute_before_eight_it_waits_for_eight():
    verdict = ask("04-01 07:59")
    assert (verdict.allowed, against(verdict), verdict.allowed_from) == (False, ["CN-01"], at("04-01 08:00"))


@pytest.mark.parametrize(
    ("now", "allowed"),
    [("04-01 08:00", True), ("04-01 21:59:59.999999", True), ("04-01 22:00", False), ("04-02 00:00", False)],
)
def test_the_night_begins_at_ten_and_ends_at_eight(now: str, allowed: bool):
    assert ask(now).allowed == allowed


def test_after_ten_it_waits_for_the_next_morning():
    assert ask("04-01 22:00").allowed_from == at("04-02 08:00")


def test_who_agreed_to_the_night_is_called_at_night():
    verdict = ask("04-01 23:30", contact=contact(night_agreed=True))
    assert verdict.allowed
    assert finding(verdict, "CN-01").facts == {
        "local_time": "2026-04-01T23:30+08:00", "hours": "08:00-22:00", "agreed": "yes",
    }  # fmt: skip


def test_the_hour_is_the_persons_and_not_the_banks():
    """08:30 in Shanghai is 17:30 of the day before in Los Angeles, and 01:30 in Berlin."""
    now = at("04-01 08:30")
    for zone, allowed in {"America/Los_Angeles": True, "Europe/Berlin": False}.items():
        there = f"{now.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
        assert ask(there, known=facts(time_zone=zone)).allowed == allowed


def test_what_the_person_asked_for_is_answered_at_night():
    assert ask("04-01 23:00", contact=contact(purpose="service_answer")).allowed


def test_on_friday_evening_it_waits_for_the_hours_of_saturday_or_of_monday():
    friday_night = "04-03 21:00"
    thai = {"mon-fri": "08:00-20:00", "sat-sun": "08:00-18:00"}
    assert ask(friday_night, rules=rules(window(thai))).allowed_from == at("04-04 08:00")
    assert ask(friday_night, rules=rules(window({"mon-fri": "08:00-20:00"}))).allowed_from == at("04-06 08:00")


def test_two_windows_must_both_be_open():
    both = rules(window("08:00-12:00"), window("10:00-22:00", "XX-03"))
    assert ask("04-01 07:00", rules=both).allowed_from == at("04-01 10:00")
    assert ask("04-01 13:00", rules=both).allowed_from == at("04-02 10:00")


def test_windows_that_never_meet_name_no_moment():
    verdict = ask("04-01 09:00", rules=rules(window("08:00-10:00"), window("11:00-12:00", "XX-03")))
    assert (verdict.allowed, verdict.allowed_from) == (False, None)


def test_an_end_that_is_excluded_is_passed_by_a_moment():
    law = rules(window("08:00-22:00", opens="excluded", closes="included"))
    assert ask("04-01 08:00", rules=law).allowed_from == at("04-01 08:00:00.000001")
    assert ask("04-01 22:00", rules=law).allowed


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-03-07 23:00", "2026-03-08T12:00+00:00"),  # the clock goes forward in this night
        ("2026-03-06 23:00", "2026-03-07T13:00+00:00"),
        ("2026-10-31 23:00", "2026-11-01T13:00+00:00"),  # and back in this one
        ("2026-10-30 23:00", "2026-10-31T12:00+00:00"),
    ],
)
def test_eight_in_the_morning_is_eight_on_the_wall_when_the_clock_was_changed(now: str, opens: str):
    moment = ask(now, known=facts(time_zone=NEW_YORK)).allowed_from
    assert moment is not None
    assert moment.isoformat(timespec="minutes") == opens


def test_a_window_whose_first_moment_the_clock_jumps_over_opens_at_the_jump():
    verdict = ask("03-08 01:00", known=facts(time_zone=NEW_YORK), rules=rules(window("02:30-05:00")))
    assert verdict.allowed_from == at("03-08 03:00", NEW_YORK)


def test_a_window_opens_again_when_the_clock_is_put_back_into_it():
    """00:30 to 01:30; at 02:00 of summer time it is 01:00 once more."""
    law, there = rules(window("00:30-01:30")), facts(time_zone=NEW_YORK)
    verdict = guard(law, contact(), there, (), at("11-01 05:40", "UTC"))
    assert (verdict.allowed, verdict.allowed_from) == (False, at("11-01 06:00", "UTC"))


def test_a_window_opens_again_when_its_first_moment_comes_again():
    """01:30 to 05:00; after 01:59 of summer time it is 01:00 once more."""
    law, there = rules(window("01:30-05:00")), facts(time_zone=NEW_YORK)
    allowed = {
        minute: guard(law, contact(), there, (), at(f"11-01 {minute}", "UTC")).allowed
        for minute in ("05:29", "05:30", "05:59", "06:00", "06:29", "06:30")
    }
    assert list(allowed.values()) == [False, True, True, False, False, True]
    assert guard(law, contact(), there, (), at("11-01 06:10", "UTC")).allowed_from == at("11-01 06:30", "UTC")
