"""What payments and closes make of a plan, and of a promise beside it."""

from typing import Any

from arrears_events.catalogue.ledger import AccountSaleNoted
from arrears_runtime.testing.specification import Specification
from plan_service.domain.commitments import decide, due, evolve
from plan_service.domain.promise import CloseDay

from .. import plans
from ..builders import (
    CUSTOMER,
    count_payment,
    day,
    payment,
    payment_counted,
    payment_noted,
    payment_taken_back,
    payment_uncounted,
    promise_kept,
    promise_made,
    promise_reopened,
)
from ..plans import (
    OTHER,
    agree,
    allocated,
    instruction_issued,
    missed,
    paid,
    partly_paid,
    pay,
    plan_agreed,
    plan_broken,
    plan_cancelled,
    plan_completed,
    plan_expired,
    plan_proposed,
    plan_reinstated,
    reopened,
    running,
    take_back,
    unallocated,
)

given = Specification(decide, evolve).given


def close(on: str) -> CloseDay:
    return CloseDay(day(on))


def decide_all(*commands: Any) -> list[Any]:
    """What the commands give once the plan is running."""
    specification = Specification(decide, evolve)
    state = specification.fold(None, running())
    said: list[Any] = []
    for command in commands:
        state, events = specification.run(state, command)
        said += events
    return said


def test_a_payment_pays_the_oldest_instalment_first_and_the_rest_the_next():
    (
        given(*running())
        .when(pay("p1", "1200", on="2026-06-20"))
        .then(
            payment_noted("p1", "1200", on="2026-06-20"),
            allocated(1, "p1", "1000", on="2026-06-20"),
            allocated(2, "p1", "200", on="2026-06-20"),
            paid(1, on="2026-06-20"),
        )
    )


def test_every_instalment_paid_completes_it_and_more_is_only_noted():
    given(*running()).when(pay("p1", "3500", on="2026-06-20")).then(
        payment_noted("p1", "3500", on="2026-06-20"),
        *(allocated(number, "p1", "1000", on="2026-06-20") for number in (1, 2, 3)),
        *(paid(number, on="2026-06-20") for number in (1, 2, 3)),
        plan_completed(),
    )


def test_payments_to_any_of_its_accounts_pay_it():
    two = plan_proposed(accounts={"A-1": "2000", "A-2": "1000"})
    (
        given(two, plan_agreed(accounts=("A-1", "A-2")))
        .when(pay("p1", "500", on="2026-06-20", account="A-2"))
        .then(
            payment_noted("p1", "500", on="2026-06-20", account="A-2"),
            allocated(1, "p1", "500", on="2026-06-20", account="A-2"),
        )
    )


def test_a_payment_counts_from_the_day_it_was_agreed_and_to_its_accounts_alone():
    given(*running()).when(pay("p1", "500", on="2026-06-02")).then()
    given(*running()).when(pay("p1", "500", on="2026-06-20", account="A-9")).then()
    given(*running()).when(count_payment("p1", "500", on="2026-06-20", currency="USD")).then()
    given(plan_proposed()).when(pay("p1", "500", on="2026-06-20")).then()


def test_a_payment_pays_once():
    first = payment_noted("p1", "500", on="2026-06-20"), allocated(1, "p1", "500", on="2026-06-20")
    given(*running(), *first).when(pay("p1", "500", on="2026-06-20")).then()


def test_an_earlier_payment_that_is_booked_later_takes_its_place():
    given(
        *running(),
        payment_noted("p1", "1000", on="2026-06-25"),
        allocated(1, "p1", "1000", on="2026-06-25"),
        paid(1, on="2026-06-25"),
    ).when(pay("p2", "400", on="2026-06-20")).then(
        payment_noted("p2", "400", on="2026-06-20"),
        unallocated(1, "p1", "400"),
        allocated(1, "p2", "400", on="2026-06-20"),
        allocated(2, "p1", "400", on="2026-06-25"),
    )


def test_a_payment_taken_back_reopens_what_it_paid():
    first = (
        payment_noted("p1", "1000", on="2026-06-20"),
        allocated(1, "p1", "1000", on="2026-06-20"),
        paid(1, on="2026-06-20"),
    )
    given(*running(), *first).when(take_back("p1", "300")).then(
        payment_taken_back("p1", "300"), unallocated(1, "p1", "300"), reopened(1, paid="700")
    )


def test_a_payment_taken_back_reinstates_a_completed_plan():
    given(*running(), *decide_all(pay("p1", "3000", on="2026-06-20"))).when(take_back("p1", "100")).then(
        payment_taken_back("p1", "100"),
        unallocated(3, "p1", "100"),
        reopened(3, paid="900"),
        plan_reinstated("100"),
    )


def test_an_instalment_is_due_at_the_close_of_its_day_unless_it_is_paid():
    reminded = plans.reminder(1, at="2026-06-27")
    given(*running(), reminded).when(close("2026-06-30")).then()
    given(*running(), reminded).when(close("2026-07-01")).then(plans.due(1))
    given(*running(), plans.due(1)).when(close("2026-07-02")).then()
    given(*running(), *decide_all(pay("p1", "1000", on="2026-06-20"))).when(close("2026-07-01")).then()


def test_an_instalment_is_missed_after_its_days_of_grace():
    given(*running(), plans.due(1)).when(close("2026-07-04")).then()
    given(*running(), plans.due(1)).when(close("2026-07-05")).then(missed(1))


def test_an_instalment_of_which_the_least_share_is_paid_is_not_missed():
    for amount, said in ("900", partly_paid(1, paid="900")), ("899.99", missed(1, paid="899.99")):
        given(*running(), *decide_all(pay("p1", amount, on="2026-07-04"))).when(close("2026-07-05")).then(said)


def test_an_instalment_missed_is_paid_late():
    given(*running(), missed(1)).when(pay("p1", "1000", on="2026-07-05")).then(
        payment_noted("p1", "1000", on="2026-07-05"),
        allocated(1, "p1", "1000", on="2026-07-05"),
        paid(1, on="2026-07-05"),
    )


def test_a_payment_booked_late_corrects_an_instalment_held_for_missed():
    given(*running(), missed(1)).when(pay("p1", "950", on="2026-07-04")).then(
        payment_noted("p1", "950", on="2026-07-04"),
        allocated(1, "p1", "950", on="2026-07-04"),
        partly_paid(1, paid="950"),
    )


def test_less_than_the_least_share_after_a_payment_was_taken_back_is_missed():
    given(*running(), *decide_all(pay("p1", "950", on="2026-07-04"), close("2026-07-05"))).when(
        take_back("p1", "500")
    ).then(payment_taken_back("p1", "500"), unallocated(1, "p1", "500"), missed(1, paid="450"))


def test_two_missed_in_a_row_break_it():
    given(*running(), missed(1), plans.due(2)).when(close("2026-08-05")).then(
        missed(2), plan_broken(2, unpaid="3000", at="2026-08-05")
    )


def test_one_paid_late_but_before_the_next_is_missed_does_not_break_it():
    given(*running(), missed(1), *decide_all(pay("p1", "1000", on="2026-08-04"))).when(close("2026-08-05")).then(
        missed(2)
    )


def test_anything_unpaid_after_the_last_instalments_grace_breaks_it():
    most = decide_all(pay("p1", "2950", on="2026-08-01"))
    given(*running(), *most, plans.due(3, paid="950")).when(close("2026-09-05")).then(
        partly_paid(3, paid="950"), plan_broken(3, unpaid="50", at="2026-09-05")
    )


def test_what_comes_after_it_broke_pays_it_no_more():
    broken = missed(1), missed(2), plan_broken(2, unpaid="3000", at="2026-08-05")
    given(*running(), *broken).when(pay("p1", "3000", on="2026-08-05")).then(
        payment_noted("p1", "3000", on="2026-08-05")
    )


def test_a_payment_booked_late_reinstates_a_plan_held_for_broken():
    broken = missed(1), missed(2), plan_broken(2, unpaid="3000", at="2026-08-05")
    given(*running(), *broken).when(pay("p1", "1000", on="2026-08-04")).then(
        payment_noted("p1", "1000", on="2026-08-04"),
        allocated(1, "p1", "1000", on="2026-08-04"),
        paid(1, on="2026-08-04"),
        plan_reinstated("2000"),
    )


def test_a_plan_that_a_newer_has_followed_is_corrected_no_more():
    broken = missed(1), missed(2), plan_broken(2, unpaid="3000", at="2026-08-05")
    given(*running(), *broken, plan_proposed(OTHER), plan_agreed(OTHER)).when(pay("p1", "1000", on="2026-05-01")).then()


def test_while_a_newer_is_proposed_a_plan_waits_and_is_corrected_when_nothing_comes_of_that():
    broken = missed(1), missed(2), plan_broken(2, unpaid="3000", at="2026-08-05")
    waiting = given(*running(), *broken, plan_proposed(OTHER))
    noted = payment_noted("p1", "1000", on="2026-08-04")
    waiting.when(pay("p1", "1000", on="2026-08-04")).then(noted)
    given(*running(), *broken, plan_proposed(OTHER), noted).when(close("2026-09-05")).then(
        plan_expired("2026-09-05", OTHER),
        allocated(1, "p1", "1000", on="2026-08-04"),
        paid(1, on="2026-08-04"),
        plan_reinstated("2000"),
    )


def test_a_plan_of_an_account_that_was_sold_is_corrected_no_more():
    broken = missed(1), missed(2), plan_broken(2, unpaid="3000", at="2026-08-05")
    sold = AccountSaleNoted(customer_id=CUSTOMER, account_id="A-1")
    given(*running(), *broken, sold).when(pay("p1", "1000", on="2026-08-04")).then()


def test_what_paid_a_cancelled_plan_stays_with_it_until_it_is_taken_back():
    first = decide_all(pay("p1", "500", on="2026-06-20"))
    cancelled = given(*running(), *first, plan_cancelled())
    cancelled.when(pay("p2", "500", on="2026-06-21")).then()
    cancelled.when(take_back("p1", "500")).then(payment_taken_back("p1", "500"), unallocated(1, "p1", "500"))


def test_it_is_due_at_the_close_that_has_something_to_say():
    state = given(plan_proposed()).state
    assert state
    assert due(state) == day("2026-06-16")
    for events, on in (
        ([], "2026-06-27"),
        ([plans.reminder(1, at="2026-06-27")], "2026-07-01"),
        ([plans.due(1)], "2026-07-05"),
        ([missed(1)], "2026-07-28"),
        ([missed(1), plans.reminder(2, at="2026-07-28")], "2026-08-01"),
        ([missed(1), plans.due(2)], "2026-08-05"),
        ([missed(1), missed(2), plan_broken(2, unpaid="3000", at="2026-08-05")], None),
        ([plan_completed()], None),
    ):
        state = given(*running(), *events).state
        assert state
        assert due(state) == (day(on) if on else None)


def test_what_no_instalment_asks_for_counts_to_the_promise():
    (
        given(*running(), promise_made(amount="500"))
        .when(pay("p1", "3300", on="2026-06-05"))
        .then(
            payment_noted("p1", "3300", on="2026-06-05"),
            *(allocated(number, "p1", "1000", on="2026-06-05") for number in (1, 2, 3)),
            payment_counted("p1", "300"),
            *(paid(number, on="2026-06-05") for number in (1, 2, 3)),
            plan_completed(),
        )
    )


def test_what_is_left_of_another_payment_pays_an_instalment_that_is_short_again():
    before = *decide_all(pay("p1", "3000", on="2026-06-05")), payment_noted("p2", "500", on="2026-06-06")
    given(*running(), *before).when(take_back("p1", "1000")).then(
        payment_taken_back("p1", "1000"),
        unallocated(3, "p1", "1000"),
        allocated(3, "p2", "500", on="2026-06-06"),
        reopened(3, paid="500"),
        plan_reinstated("500"),
    )


def test_what_counted_to_a_promise_pays_an_instalment_that_is_short_again():
    kept = [
        *decide_all(pay("p1", "3000", on="2026-06-05")),
        promise_made(amount="500"),
        *payment("p2", "500", on="2026-06-06"),
        promise_kept("500"),
    ]
    given(*running(), *kept).when(take_back("p1", "500")).then(
        payment_taken_back("p1", "500"),
        unallocated(3, "p1", "500"),
        payment_uncounted("p2", "500"),
        allocated(3, "p2", "500", on="2026-06-06"),
        promise_reopened("0"),
    )


def test_a_payment_that_came_before_a_plan_was_agreed_stays_with_the_promise():
    first = [promise_made(amount="500"), *payment("p1", "500", on="2026-06-03"), promise_kept("500")]
    given(*first, plan_proposed()).when(agree()).then(plan_agreed(), instruction_issued())
