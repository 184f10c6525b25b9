"""What holds of every schedule, in a currency of no, two or three decimals."""

from datetime import timedelta
from decimal import ROUND_DOWN, Decimal, localcontext
from itertools import pairwise
from typing import Any

from arrears_events.catalogue.instalments import Instalment, PlanTerms
from arrears_events.money import DECIMALS, Money
from hypothesis import assume, given
from hypothesis import strategies as st
from plan_service.domain.errors import Refused
from plan_service.domain.schedule import extended, scheduled
from pydantic import TypeAdapter

from ..builders import day
from ..plans import terms

MONEY = TypeAdapter(Money)
Schedule = tuple[Instalment, ...]


@st.composite
def asked(draw: st.DrawFn) -> tuple[Money, PlanTerms]:
    """Amounts from one minor unit to 13 digits, rates to 100 %, first days up to 45 days off."""
    currency = draw(st.sampled_from(["TWD", "JPY", "KWD"]))
    units = draw(st.one_of(st.integers(1, 10_000), st.integers(1, 10 ** (13 + DECIMALS[currency]) - 1)))
    starts_on = draw(st.dates(day("2026-01-01"), day("2028-12-31")))
    chosen: dict[str, Any] = {
        "method": draw(st.sampled_from(["equal_instalments", "equal_principal"])),
        "frequency": draw(st.sampled_from(["monthly", "weekly"])),
        "count": draw(st.integers(1, 60)),
        "rate_ppm": draw(st.one_of(st.just(0), st.integers(0, 360_000), st.integers(0, 1_000_000))),
        "day_count": draw(st.sampled_from(["30/360", "actual/365", "actual/364"])),
        "starts_on": starts_on,
        "first_due": starts_on + timedelta(days=draw(st.integers(1, 45))),
    }
    return Money.of(Decimal(units).scaleb(-DECIMALS[currency]), currency), terms(**chosen)


def schedule_of(what: tuple[Money, PlanTerms]) -> Schedule:
    try:
        return scheduled(*what)
    except Refused:
        assume(False)
        raise


def check(amount: Money, schedule: Schedule) -> None:
    zero = amount.zero()
    assert sum((each.principal for each in schedule), zero) == amount
    assert schedule[-1].balance == zero
    assert all(each.principal > zero and each.interest >= zero for each in schedule)
    balances = [amount, *(each.balance for each in schedule)]
    assert all(after < before for before, after in pairwise(balances))
    dates = [each.due for each in schedule]
    assert dates == sorted(set(dates))
    assert [each.number for each in schedule] == list(range(1, len(schedule) + 1))


@given(asked())
def test_parts_sum_to_the_whole_nothing_is_left_and_every_instalment_pays_something_off(
    what: tuple[Money, PlanTerms],
):
    check(what[0], schedule_of(what))


@given(asked())
def test_equal_instalments_are_equal_but_for_the_last(what: tuple[Money, PlanTerms]):
    schedule = schedule_of(what)
    if what[1].method == "equal_instalments":
        assert len({each.principal + each.interest for each in schedule[:-1]}) <= 1
    else:
        assert len({each.principal for each in schedule[:-1]}) <= 1


@given(asked())
def test_monthly_dates_stand_on_the_first_ones_day_or_the_months_last(what: tuple[Money, PlanTerms]):
    """Whatever a date before it was: never chained."""
    schedule = schedule_of(what)
    anchor = what[1].first_due
    for each in schedule:
        if what[1].frequency == "weekly":
            assert each.due - anchor == timedelta(days=7 * (each.number - 1))
        elif each.due.day != anchor.day:
            assert (each.due + timedelta(days=1)).day == 1
            assert each.due.day < anchor.day


@given(asked(), st.integers(1, 12), st.data())
def test_an_extension_keeps_what_was_due_and_pays_off_the_rest(
    what: tuple[Money, PlanTerms], more: int, data: st.DataObject
):
    before = schedule_of(what)
    since = data.draw(st.sampled_from([each.due for each in before]))
    try:
        after = extended(*what, before, more, since=since)
    except Refused:
        assume(False)
        raise
    check(what[0], after)
    kept = [each for each in before if each.due < since]
    assert (list(after[: len(kept)]), len(after)) == (kept, len(before) + more)


@given(asked())
def test_all_that_is_to_be_paid_is_an_amount_that_can_be_written(what: tuple[Money, PlanTerms]):
    schedule = schedule_of(what)
    to_pay = sum((each.principal + each.interest for each in schedule), what[0].zero())
    assert MONEY.validate_json(MONEY.dump_json(to_pay)) == to_pay


@given(asked())
def test_no_setting_of_the_process_changes_a_cent(what: tuple[Money, PlanTerms]):
    usual = schedule_of(what)
    with localcontext(prec=6, rounding=ROUND_DOWN):
        assert scheduled(*what) == usual
