"""The rules of promises to pay, one test each."""

from datetime import date

from arrears_runtime.testing.specification import Specification
from plan_service.domain.promise import CloseDay, decide, due, evolve

from ..builders import (
    FIRST,
    SECOND,
    cancel_promise,
    count_payment,
    day,
    make_promise,
    payment_counted,
    payment_uncounted,
    promise_broken,
    promise_cancelled,
    promise_kept,
    promise_made,
    promise_reopened,
    uncount_payment,
)

given = Specification(decide, evolve).given


def test_a_promise_is_made():
    given().when(make_promise()).then(promise_made())


def test_a_customer_has_at_most_one_open_promise():
    given(promise_made()).when(make_promise(SECOND)).then_refused("promise-open", promise_id=FIRST)


def test_a_promise_made_again_is_the_same():
    given(promise_made(), promise_broken()).when(make_promise()).then()


def test_a_promise_may_follow_one_that_was_kept_broken_or_cancelled():
    for ended in promise_kept(), promise_broken(), promise_cancelled():
        given(promise_made(), ended).when(make_promise(SECOND)).then(promise_made(SECOND))


def test_a_promise_beyond_the_latest_date_is_refused():
    (
        given()
        .when(make_promise(due="2026-08-01", latest="2026-07-01"))
        .then_refused("promise-date-out-of-range", latest=date(2026, 7, 1))
    )


def test_a_promise_for_a_day_that_has_passed_is_refused():
    (
        given()
        .when(make_promise(made="2026-06-11", due="2026-06-10"))
        .then_refused("promise-date-out-of-range", earliest=date(2026, 6, 11))
    )


def test_a_promise_of_nothing_is_refused():
    given().when(make_promise(amount="0")).then_refused("promise-amount-zero")


def test_a_promise_is_kept_when_payments_reach_its_amount():
    (
        given(promise_made(), payment_counted("p1", "1500", on="2026-06-09"))
        .when(count_payment("p2", "1500", on="2026-06-12"))
        .then(payment_counted("p2", "1500", on="2026-06-12"), promise_kept(paid="3000"))
    )


def test_payments_to_any_of_its_accounts_count():
    (
        given(promise_made(accounts=("A-1", "A-2")))
        .when(count_payment("p1", "1500", account="A-2"))
        .then(payment_counted("p1", "1500", account="A-2"))
    )


def test_a_payment_to_an_account_it_does_not_name_does_not_count():
    given(promise_made()).when(count_payment("p1", "3000", account="A-2")).then()


def test_a_payment_in_another_currency_does_not_count():
    given(promise_made()).when(count_payment("p1", "3000", currency="USD")).then()


def test_a_payment_counts_once():
    (
        given(promise_made(), payment_counted("p1", "1500", on="2026-06-09"))
        .when(count_payment("p1", "1500", on="2026-06-09"))
        .then()
    )


def test_a_payment_that_counted_for_an_earlier_promise_counts_for_no_other():
    (
        given(promise_made(), payment_counted("p1", "3000"), promise_kept(), promise_made(SECOND))
        .when(count_payment("p1", "3000"))
        .then()
    )


def test_a_payment_counts_from_the_day_the_promise_was_made_to_the_last_day_of_grace():
    for on in "2026-06-01", "2026-06-13":
        given(promise_made()).when(count_payment("p1", "1", on=on)).then(payment_counted("p1", "1", on=on))
    for on in "2026-05-31", "2026-06-14":
        given(promise_made()).when(count_payment("p1", "1", on=on)).then()


def test_a_kept_promise_goes_on_counting():
    (
        given(promise_made(), payment_counted("p1", "3000"), promise_kept())
        .when(count_payment("p2", "100"))
        .then(payment_counted("p2", "100"))
    )


def test_a_payment_without_a_promise_counts_for_nothing():
    given().when(count_payment("p1", "3000")).then()


def test_a_promise_is_broken_at_the_first_close_after_its_days_of_grace():
    given(promise_made()).when(CloseDay(day("2026-06-13"))).then()
    given(promise_made()).when(CloseDay(day("2026-06-14"))).then(promise_broken(at="2026-06-14"))


def test_a_promise_is_due_at_the_close_that_would_break_it():
    made = evolve(None, promise_made())
    assert due(made) == day("2026-06-14")
    assert due(evolve(made, promise_kept())) is None


def test_a_kept_broken_or_cancelled_promise_is_not_broken_at_a_close():
    for ended in promise_kept(), promise_broken(), promise_cancelled():
        given(promise_made(), ended).when(CloseDay(day("2026-06-20"))).then()


def test_a_payment_booked_late_corrects_a_promise_held_for_broken():
    (
        given(promise_made(due="2026-06-10"), promise_broken(paid="0"))
        .when(count_payment("p1", "3000", on="2026-06-10"))
        .then(payment_counted("p1", "3000", on="2026-06-10"), promise_kept(paid="3000"))
    )


def test_only_the_newest_promise_is_corrected():
    (
        given(promise_made(), promise_broken(), promise_made(SECOND, made="2026-06-15", due="2026-06-20"))
        .when(count_payment("p1", "3000", on="2026-06-10"))
        .then()
    )


def test_a_payment_taken_back_reopens_the_promise_that_it_kept():
    (
        given(promise_made(), payment_counted("p1", "3000"), promise_kept())
        .when(uncount_payment("p1", "3000"))
        .then(payment_uncounted("p1", "3000"), promise_reopened(paid="0"))
    )


def test_a_reopened_promise_past_its_days_is_broken_at_the_next_close():
    (
        given(promise_made(), promise_kept(), promise_reopened())
        .when(CloseDay(day("2026-06-30")))
        .then(promise_broken(at="2026-06-30"))
    )


def test_a_promise_stays_kept_while_the_other_payments_reach_its_amount():
    (
        given(promise_made(), payment_counted("p1", "3000"), promise_kept(), payment_counted("p2", "3000"))
        .when(uncount_payment("p1", "3000"))
        .then(payment_uncounted("p1", "3000"))
    )


def test_a_part_of_a_payment_may_be_taken_back():
    (
        given(promise_made(), payment_counted("p1", "2000"), payment_uncounted("p1", "500"))
        .when(uncount_payment("p1", "1500", reversal="r2"))
        .then(payment_uncounted("p1", "1500", reversal="r2"))
    )


def test_a_reversal_counts_once_and_only_for_a_payment_that_counted():
    given(promise_made()).when(uncount_payment("p1", "3000")).then()
    (
        given(promise_made(), payment_counted("p1", "2000"), payment_uncounted("p1", "500"))
        .when(uncount_payment("p1", "500"))
        .then()
    )


def test_more_than_was_paid_cannot_be_taken_back():
    for amount, currency in ("1501", "TWD"), ("1", "USD"):
        (
            given(promise_made(), payment_counted("p1", "1500"))
            .when(uncount_payment("p1", amount, currency=currency))
            .then_refused("reversal-unlike-payment")
        )


def test_an_open_promise_can_be_cancelled():
    given(promise_made()).when(cancel_promise()).then(promise_cancelled())
    given(promise_made(), promise_cancelled()).when(cancel_promise()).then()


def test_only_the_open_promise_can_be_cancelled():
    given().when(cancel_promise()).then_refused("promise-not-open")
    given(promise_made(), promise_kept()).when(cancel_promise()).then_refused("promise-not-open")
    given(promise_made(SECOND)).when(cancel_promise(FIRST)).then_refused("promise-not-open")


def test_no_payment_counts_for_a_cancelled_promise():
    given(promise_made(), promise_cancelled()).when(count_payment("p1", "3000")).then()
