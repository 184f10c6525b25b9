"""The rules of promises to pay, one test each."""

from datetime import date

from arrears_runtime.testing.specification import Specification
from plan_service.domain.commitments import decide, due, evolve
from plan_service.domain.promise import CloseDay

from ..builders import (
    FIRST,
    SECOND,
    cancel_promise,
    count_payment,
    day,
    hear_promise,
    make_promise,
    money,
    payment,
    payment_counted,
    payment_noted,
    payment_taken_back,
    payment_uncounted,
    promise_broken,
    promise_cancelled,
    promise_kept,
    promise_made,
    promise_not_accepted,
    promise_reopened,
    uncount_payment,
)
from ..numbers import promise_limits

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
        .when(make_promise(due="2026-07-02", limits=promise_limits(latest_days=30)))
        .then_refused("promise-date-out-of-range", latest=date(2026, 7, 1))
    )


def test_a_promise_for_a_day_that_has_passed_is_refused():
    (
        given()
        .when(make_promise(made="2026-06-11", due="2026-06-10"))
        .then_refused("promise-date-out-of-range", earliest=date(2026, 6, 11))
    )


def test_a_promise_of_less_than_the_least_is_refused():
    for amount in "99.99", "0", "-3000":
        (
            given()
            .when(make_promise(amount=amount, limits=promise_limits(least_amount_minor=10_000)))
            .then_refused("promise-amount-below-least", least=money("100"))
        )
    (
        given()
        .when(make_promise(amount="100", limits=promise_limits(least_amount_minor=10_000)))
        .then(promise_made(amount="100"))
    )


def test_a_promise_is_not_decided_by_a_policy_that_makes_no_sense():
    for name in "latest_days", "grace_days", "least_amount_minor":
        given().when(make_promise(limits=promise_limits(**{name: -1}))).then_refused(
            "policy-unfit", policy="promises", value=name
        )


def test_a_promise_that_is_heard_is_made():
    given().when(hear_promise()).then(promise_made())
    given(promise_made(), promise_broken()).when(hear_promise()).then()


def test_what_is_heard_and_is_no_promise_says_why():
    given().when(hear_promise(due="2026-07-02")).then(
        promise_not_accepted("promise-date-out-of-range", due="2026-07-02")
    )
    given().when(hear_promise(amount="0.50")).then(promise_not_accepted("promise-amount-below-least", amount="0.50"))
    (given(promise_made()).when(hear_promise(id_=SECOND)).then(promise_not_accepted("promise-open", SECOND)))
    given().when(hear_promise(limits=promise_limits(grace_days=-1))).then(promise_not_accepted("policy-unfit"))


def test_what_was_not_accepted_stays_so_and_leaves_the_promise_as_it_was():
    no = promise_not_accepted("promise-open", SECOND)
    given(promise_made(), no, promise_cancelled()).when(hear_promise(id_=SECOND)).then()
    given(promise_made(), no).when(cancel_promise()).then(promise_cancelled())
    given(promise_made(), no).when(cancel_promise(SECOND)).then_refused("promise-not-open")
    given(promise_made(), no).when(count_payment("p1", "3000")).then(*payment("p1", "3000"), promise_kept())


def test_a_promise_is_kept_when_payments_reach_its_amount():
    (
        given(promise_made(), *payment("p1", "1500", on="2026-06-09"))
        .when(count_payment("p2", "1500", on="2026-06-12"))
        .then(*payment("p2", "1500", on="2026-06-12"), promise_kept(paid="3000"))
    )


def test_payments_to_any_of_its_accounts_count():
    (
        given(promise_made(accounts=("A-1", "A-2")))
        .when(count_payment("p1", "1500", account="A-2"))
        .then(*payment("p1", "1500", account="A-2"))
    )


def test_a_payment_to_an_account_it_does_not_name_does_not_count():
    given(promise_made()).when(count_payment("p1", "3000", account="A-2")).then()


def test_a_payment_in_another_currency_does_not_count():
    given(promise_made()).when(count_payment("p1", "3000", currency="USD")).then()


def test_a_payment_counts_once():
    (
        given(promise_made(), *payment("p1", "1500", on="2026-06-09"))
        .when(count_payment("p1", "1500", on="2026-06-09"))
        .then()
    )


def test_a_payment_that_came_before_a_promise_counts_for_it_never():
    (
        given(promise_made(), *payment("p1", "3000"), promise_kept(), payment_noted("p2", "500"))
        .when(make_promise(SECOND))
        .then(promise_made(SECOND))
    )
    (
        given(promise_made(), *payment("p1", "3000"), promise_kept(), promise_made(SECOND))
        .when(count_payment("p1", "3000"))
        .then()
    )


def test_a_payment_counts_from_the_day_the_promise_was_made_to_the_last_day_of_grace():
    for on in "2026-06-01", "2026-06-13":
        given(promise_made()).when(count_payment("p1", "1", on=on)).then(*payment("p1", "1", on=on))
    for on in "2026-05-31", "2026-06-14":
        given(promise_made()).when(count_payment("p1", "1", on=on)).then()


def test_no_more_counts_than_was_promised_but_the_rest_is_noted():
    (
        given(promise_made(), *payment("p1", "2000"))
        .when(count_payment("p2", "1500"))
        .then(payment_noted("p2", "1500"), payment_counted("p2", "1000"), promise_kept())
    )
    (
        given(promise_made(), *payment("p1", "3000"), promise_kept())
        .when(count_payment("p2", "100"))
        .then(payment_noted("p2", "100"))
    )


def test_the_first_by_value_date_count_whenever_they_were_booked():
    (
        given(promise_made(), *payment("p1", "3000", on="2026-06-09"), promise_kept())
        .when(count_payment("p2", "1000", on="2026-06-08"))
        .then(
            payment_noted("p2", "1000", on="2026-06-08"),
            payment_uncounted("p1", "1000"),
            payment_counted("p2", "1000", on="2026-06-08"),
        )
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
        .then(*payment("p1", "3000", on="2026-06-10"), promise_kept(paid="3000"))
    )


def test_only_the_newest_promise_is_corrected():
    (
        given(promise_made(), promise_broken(), promise_made(SECOND, made="2026-06-15", due="2026-06-20"))
        .when(count_payment("p1", "3000", on="2026-06-10"))
        .then()
    )


def test_what_counted_to_an_earlier_promise_and_is_taken_back_counts_no_more_and_changes_no_outcome():
    (
        given(promise_made(), *payment("p1", "3000"), promise_kept(), promise_made(SECOND))
        .when(uncount_payment("p1", "3000"))
        .then(payment_taken_back("p1", "3000"), payment_uncounted("p1", "3000"))
    )


def test_a_payment_taken_back_reopens_the_promise_that_it_kept():
    (
        given(promise_made(), *payment("p1", "3000"), promise_kept())
        .when(uncount_payment("p1", "3000"))
        .then(payment_taken_back("p1", "3000"), payment_uncounted("p1", "3000"), promise_reopened(paid="0"))
    )


def test_a_reopened_promise_past_its_days_is_broken_at_the_next_close():
    (
        given(promise_made(), promise_kept(), promise_reopened())
        .when(CloseDay(day("2026-06-30")))
        .then(promise_broken(at="2026-06-30"))
    )


def test_the_rest_of_other_payments_takes_the_place_of_one_taken_back():
    (
        given(promise_made(), *payment("p1", "3000"), promise_kept(), payment_noted("p2", "3500"))
        .when(uncount_payment("p1", "3000"))
        .then(payment_taken_back("p1", "3000"), payment_uncounted("p1", "3000"), payment_counted("p2", "3000"))
    )


def test_a_part_of_a_payment_may_be_taken_back():
    (
        given(promise_made(), *payment("p1", "2000"), payment_taken_back("p1", "500"), payment_uncounted("p1", "500"))
        .when(uncount_payment("p1", "1500", reversal="r2"))
        .then(payment_taken_back("p1", "1500", reversal="r2"), payment_uncounted("p1", "1500"))
    )


def test_a_reversal_counts_once_and_only_for_a_payment_that_was_noted():
    given(promise_made()).when(uncount_payment("p1", "3000")).then()
    (
        given(promise_made(), *payment("p1", "2000"), payment_taken_back("p1", "500"), payment_uncounted("p1", "500"))
        .when(uncount_payment("p1", "500"))
        .then()
    )


def test_more_than_a_payment_cannot_be_taken_back():
    for amount, currency in ("1501", "TWD"), ("1", "USD"):
        (
            given(promise_made(), *payment("p1", "1500"), *payment("p2", "1000"))
            .when(uncount_payment("p1", amount, currency=currency))
            .then_refused("reversal-unlike-payment", paid=money("1500"))
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
