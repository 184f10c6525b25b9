"""The arithmetic of plans, on the vectors of Apache Fineract and numpy-financial."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from arrears_events.catalogue.instalments import Instalment
from plan_service.domain.errors import Refused
from plan_service.domain.schedule import annuity, due_on, extended, moved, scheduled

from ..builders import day, money
from ..plans import terms

JULY = {"starts_on": day("2026-07-01"), "first_due": day("2026-08-01")}


def amounts(schedule: Sequence[Instalment]) -> list[str]:
    return [str((each.principal + each.interest).amount) for each in schedule]


def interest(schedule: Sequence[Instalment]) -> list[str]:
    return [str(each.interest.amount) for each in schedule]


def balances(schedule: Sequence[Instalment]) -> list[str]:
    return [str(each.balance.amount) for each in schedule]


def test_equal_instalments_by_the_month():
    schedule = scheduled(money("100"), terms(count=6, rate_ppm=94_822))
    assert amounts(schedule) == ["17.13"] * 6
    assert interest(schedule) == ["0.79", "0.66", "0.53", "0.40", "0.27", "0.13"]
    assert balances(schedule) == ["83.66", "67.19", "50.59", "33.86", "17.00", "0.00"]


def test_equal_instalments_by_the_week():
    weekly = terms(count=6, rate_ppm=94_822, frequency="weekly", day_count="actual/364", first_due=day("2026-06-08"))
    schedule = scheduled(money("100"), weekly)
    assert amounts(schedule) == ["16.77"] * 5 + ["16.78"]
    assert balances(schedule) == ["83.41", "66.79", "50.14", "33.46", "16.75", "0.00"]


def test_equal_principal():
    schedule = scheduled(money("5000"), terms(method="equal_principal", count=18, rate_ppm=120_000))
    assert [str(each.principal.amount) for each in schedule] == ["277.78"] * 17 + ["277.74"]
    assert sum(each.interest.amount for each in schedule) == Decimal("475.00")


def test_without_interest_the_last_takes_what_is_left():
    assert amounts(scheduled(money("1000"), terms())) == ["333.33", "333.33", "333.34"]


def test_an_annuity_is_what_others_compute():
    """Theirs is a binary float; the exact one differs in its 15th digit."""
    assert float(annuity(Decimal(200_000), [Decimal("0.075") / 12] * 180)) == pytest.approx(
        1854.0247200054619, rel=1e-14
    )
    assert annuity(Decimal(15_000), [Decimal(0)] * 60) == 250


def test_an_annuity_heeds_the_rate_of_each_period():
    """1,100 and 1,210 a year and two years on are 1,000 each today."""
    assert annuity(Decimal(1000), [Decimal("0.10")]) == 1100
    rates = [Decimal("0.10"), Decimal("0.20")]
    assert annuity(Decimal(1000), rates) == Decimal(1000) * Decimal("1.32") / Decimal("2.2")


def test_an_extension_spreads_what_is_owed_from_its_day_on():
    without = terms(**JULY)
    before = scheduled(money("3000"), without)
    assert amounts(before) == ["1000.00"] * 3
    after = extended(money("3000"), without, before, 2, since=day("2026-09-01"))
    assert amounts(after) == ["1000.00", "500.00", "500.00", "500.00", "500.00"]
    assert [each.due.isoformat() for each in after][-1] == "2026-12-01"


def test_nothing_is_paid_on_a_holiday():
    schedule = scheduled(money("3000"), terms(**JULY), holidays=frozenset({2}))
    assert amounts(schedule) == ["1000.00", "0.00", "1000.00", "1000.00"]


def test_interest_of_a_holiday_is_paid_with_the_next():
    schedule = scheduled(money("3000"), terms(method="equal_principal", rate_ppm=120_000), holidays=frozenset({2}))
    assert interest(schedule) == ["30.00", "0.00", "40.00", "10.00"]


def test_dates_are_anchored_to_the_first_day():
    from_january = terms(starts_on=day("2026-01-01"), first_due=day("2026-01-31"))
    dates = [due_on(from_january, number).isoformat() for number in (1, 2, 3, 4)]
    assert dates == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]


def test_a_day_on_which_the_bank_is_closed_is_moved_to_the_next_that_is_not():
    assert moved(day("2026-10-01"), frozenset()) == day("2026-10-01")
    week = frozenset(day(f"2026-10-0{number}") for number in range(1, 8))
    assert moved(day("2026-10-01"), week) == day("2026-10-08")


def test_a_first_period_bears_interest_for_its_own_days():
    """45 days at 12 % of 30/360 are 1.5 %; as actual/365 they are counted in days."""
    longer = {"count": 2, "rate_ppm": 120_000, "first_due": day("2026-07-16"), "method": "equal_principal"}
    assert interest(scheduled(money("1000"), terms(**longer)))[0] == "15.00"
    by_days = scheduled(money("1000"), terms(**longer, day_count="actual/365"))
    assert interest(by_days) == ["14.79", "5.10"]


def test_a_month_of_30_360_has_thirty_days_whatever_its_length():
    january = terms(rate_ppm=120_000, starts_on=day("2026-01-31"), first_due=day("2026-02-28"))
    assert interest(scheduled(money("1000"), january))[0] == "10.00"


def test_half_a_cent_goes_to_the_even_one():
    for amount, expected in ("0.25", "0.12"), ("0.35", "0.18"):
        assert amounts(scheduled(money(amount), terms(count=2)))[0] == expected


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [("1000", "JPY", ["333", "333", "334"]), ("1", "KWD", ["0.333", "0.333", "0.334"])],
)
def test_the_currency_says_how_many_decimals(amount: str, currency: str, expected: list[str]):
    assert amounts(scheduled(money(amount, currency), terms())) == expected


def test_an_instalment_that_would_pay_nothing_off_is_refused():
    too_small, much_interest = terms(count=60), terms(count=60, rate_ppm=600_000, first_due=day("2026-07-16"))
    for amount, offered in ("0.20", too_small), ("0.40", too_small), ("1000", much_interest):
        with pytest.raises(Refused) as refused:
            scheduled(money(amount), offered)
        assert refused.value.code == "plan-pays-nothing"
