"""A payment is the account's that it was paid to: the bank may use its id again on another account."""

from arrears_runtime.testing.specification import Specification
from plan_service.domain.commitments import decide, evolve

from ..builders import (
    count_payment,
    payment,
    payment_counted,
    payment_noted,
    payment_taken_back,
    payment_uncounted,
    promise_kept,
    promise_made,
    promise_reopened,
    uncount_payment,
)
from ..plans import allocated, pay, plan_agreed, plan_proposed

given = Specification(decide, evolve).given
BOTH = promise_made(accounts=("A-1", "A-2"))


def test_two_payments_of_one_id_on_two_accounts_both_count():
    (
        given(BOTH, *payment("p1", "1000", account="A-1"))
        .when(count_payment("p1", "2000", account="A-2"))
        .then(*payment("p1", "2000", account="A-2"), promise_kept())
    )
    given(BOTH, *payment("p1", "1000")).when(count_payment("p1", "1000")).then()


def test_two_payments_of_one_id_on_two_accounts_both_pay_a_plan():
    shares = {"A-1": "2000", "A-2": "1000"}
    (
        given(
            *(plan_proposed(accounts=shares), plan_agreed(accounts=("A-1", "A-2"))),
            *(payment_noted("p1", "400"), allocated(1, "p1", "400", on="2026-06-05")),
        )
        .when(pay("p1", "500", on="2026-06-05", account="A-2"))
        .then(
            payment_noted("p1", "500", account="A-2"),
            allocated(1, "p1", "500", on="2026-06-05", account="A-2"),
        )
    )


def test_a_payment_that_had_come_before_keeps_no_other_of_its_id_from_paying():
    (
        given(
            *(plan_proposed(accounts={"A-2": "3000"}), promise_made(), *payment("p1", "3000"), promise_kept()),
            plan_agreed(accounts=("A-2",)),
        )
        .when(pay("p1", "300", on="2026-06-05", account="A-2"))
        .then(
            payment_noted("p1", "300", account="A-2"),
            allocated(1, "p1", "300", on="2026-06-05", account="A-2"),
        )
    )


def test_a_reversal_takes_back_the_payment_of_its_account():
    kept = (BOTH, *payment("p1", "1000"), *payment("p1", "2000", account="A-2"), promise_kept())
    (
        given(*kept)
        .when(uncount_payment("p1", "2000", account="A-2"))
        .then(
            payment_taken_back("p1", "2000", account="A-2"),
            payment_uncounted("p1", "2000", account="A-2"),
            promise_reopened("1000"),
        )
    )
    given(*kept).when(uncount_payment("p1", "2000", account="A-3")).then()


def test_two_reversals_of_one_id_on_two_accounts_both_take_back():
    (
        given(
            *(BOTH, *payment("p1", "1000"), *payment("p2", "500", account="A-2")),
            *(payment_taken_back("p1", "1000"), payment_uncounted("p1", "1000")),
        )
        .when(uncount_payment("p2", "500", account="A-2"))
        .then(payment_taken_back("p2", "500", account="A-2"), payment_uncounted("p2", "500", account="A-2"))
    )


def test_of_two_payments_of_one_id_and_day_the_first_account_comes_first_whichever_was_told_first():
    first, second = count_payment("p1", "2000"), count_payment("p1", "2000", account="A-2")
    told = given(BOTH, *payment("p1", "2000", account="A-2"))
    told.when(first).then(
        payment_noted("p1", "2000"),
        payment_uncounted("p1", "1000", account="A-2"),
        payment_counted("p1", "2000"),
        promise_kept(),
    )
    given(BOTH, *payment("p1", "2000")).when(second).then(
        payment_noted("p1", "2000", account="A-2"), payment_counted("p1", "1000", account="A-2"), promise_kept()
    )
