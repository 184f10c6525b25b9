"""Generated accounts: by chance as real ones are, and in agreement with themselves."""

import tracemalloc
from collections import Counter
from itertools import pairwise

from arrears_events.bank import generator
from arrears_events.bank.facts import arrears_of, balance_before, minimum_due
from arrears_events.bank.rows import AccountRow, Month
from hypothesis import given, settings
from hypothesis import strategies as st

FIRST = AccountRow(
    number=1,
    account_id="GEN1-1",
    customer_id="C-GEN1-1",
    credit_limit=220_000,
    months=(
        Month(0, 179_220, 27_958),
        Month(0, 180_840, 50_996),
        Month(0, 189_235, 18_084),
        Month(0, 172_697, 53_449),
        Month(0, 164_128, 17_270),
        Month(0, 169_198, 16_413),
    ),
)
accounts = st.builds(generator.row, st.integers(0, 2**31), st.integers(1, 10**9))


def late(row: AccountRow, index: int) -> bool:
    return row.months[index].status >= 1


def test_any_account_is_made_anew_from_its_seed_and_number():
    assert list(generator.rows(100, seed=5))[41] == generator.row(5, 42)
    assert generator.row(5, 42) != generator.row(6, 42)
    assert generator.row(5, 42).account_id == "GEN5-42"


def test_an_account_is_the_same_on_every_machine_and_for_ever():
    assert generator.row(1, 1) == FIRST


@settings(deadline=None)
@given(accounts)
def test_a_month_is_missed_when_less_than_the_minimum_due_was_paid(row: AccountRow):
    for index, month in enumerate(row.months):
        due = minimum_due(balance_before(row, index))
        assert (100 * month.paid < due) == late(row, index)


@settings(deadline=None)
@given(accounts)
def test_arrears_end_only_when_they_are_paid(row: AccountRow):
    for index in range(1, 6):
        if late(row, index - 1) and not late(row, index):
            owed = arrears_of(row.months[index - 1].status, balance_before(row, index - 1))
            assert 100 * row.months[index].paid >= owed


@settings(deadline=None)
@given(accounts)
def test_a_bill_is_not_below_the_arrears_in_it(row: AccountRow):
    for index in range(1, 6):
        if late(row, index):
            assert 100 * row.months[index].bill >= arrears_of(row.months[index].status, balance_before(row, index))


def test_about_a_third_of_the_accounts_are_late_once_and_statuses_follow_the_measured_rates():
    rows = list(generator.rows(10_000, seed=1))
    assert 0.31 < sum(any(late(row, index) for index in range(6)) for row in rows) / len(rows) < 0.38
    rates = generator.measured_rates()
    steps = Counter((a.status, b.status) for row in rows for a, b in pairwise(row.months[:-1]))
    stays = rates.next_status[2].up_to[4] - rates.next_status[2].up_to[3]
    share = steps[2, 2] / sum(count for (before, _), count in steps.items() if before == 2)
    assert abs(share - stays / rates.next_status[2].up_to[-1]) < 0.02


def test_one_customer_in_twenty_holds_two_accounts():
    held = Counter(row.customer_id for row in generator.rows(2_100, seed=1))
    assert Counter(held.values()) == {1: 1_900, 2: 100}


def test_every_status_that_can_come_up_has_rates():
    rates = generator.measured_rates()
    reached = set(rates.first_status.outcomes)
    for _ in range(4):
        assert reached <= rates.next_status.keys() & rates.last_status.keys() & rates.bill_to_limit.keys()
        reached |= {status for before in reached for status in rates.next_status[before].outcomes}
    assert reached <= rates.payment_to_bill_before.keys() & rates.last_status.keys()


def test_many_accounts_take_no_more_memory_than_few():
    generator.row(1, 1)
    tracemalloc.start()
    for _ in generator.rows(5_000, seed=1):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000
