"""The rules of instalment plans, one test each."""

from dataclasses import replace

from arrears_runtime.testing.specification import Specification
from plan_service.domain.commitments import decide, evolve
from plan_service.domain.promise import CloseDay

from .. import plans
from ..builders import (
    day,
)
from ..plans import (
    OTHER,
    PLAN,
    agree,
    answer,
    booking_refused,
    cancel,
    instruction_issued,
    plan_agreed,
    plan_booked,
    plan_broken,
    plan_cancelled,
    plan_completed,
    plan_expired,
    plan_proposed,
    propose,
    running,
    shares_of,
    terms,
)

given = Specification(decide, evolve).given


def close(on: str) -> CloseDay:
    return CloseDay(day(on))


def test_a_plan_is_proposed_with_its_schedule_and_the_rule_in_force():
    proposed = plan_proposed()
    given().when(propose()).then(proposed)
    assert [each.due.isoformat() for each in proposed.schedule] == ["2026-07-01", "2026-08-01", "2026-09-01"]
    assert (proposed.rule.grace_days, proposed.agree_by) == (3, day("2026-06-15"))


def test_a_plan_may_hold_the_debt_of_several_accounts():
    proposed = plan_proposed(accounts={"A-1": "2000", "A-2": "1000"})
    given().when(propose(accounts={"A-1": "2000", "A-2": "1000"})).then(proposed)
    assert proposed.amount == sum((share.principal for share in proposed.shares), proposed.amount.zero())


def test_a_plan_proposed_again_is_the_same():
    given(plan_proposed()).when(propose()).then()


def test_there_is_no_instalment_of_an_instalment():
    for opened in [plan_proposed()], running():
        given(*opened).when(propose(OTHER)).then_refused("account-in-plan", plan_id=PLAN)
    given(*running()).when(propose(OTHER, accounts={"A-2": "3000"})).then(
        plan_proposed(OTHER, accounts={"A-2": "3000"})
    )


def test_a_plan_may_follow_one_that_ended():
    for ended in plan_cancelled(), plan_broken(2, unpaid="3000", at="2026-08-05"), plan_completed():
        given(*running(), ended).when(propose(OTHER)).then(plan_proposed(OTHER))


def test_a_plan_of_nothing_or_of_an_account_twice_is_refused():
    given().when(propose(accounts={"A-1": "1000", "A-2": "0"})).then_refused("plan-amount-zero")
    twice = replace(propose(), shares=shares_of({"A-1": "1000"}) * 2)
    given().when(twice).then_refused("account-twice")


def test_a_plan_of_more_than_an_amount_can_be_is_refused():
    most = "9999999999999.99"
    given().when(propose(accounts={"A-1": most})).then(plan_proposed(accounts={"A-1": most}))
    given().when(propose(accounts={"A-1": most, "A-2": most})).then_refused("plan-amount-too-large")


def test_a_plan_that_with_interest_is_more_than_an_amount_can_be_is_refused():
    most = {"A-1": "9999999999999.99"}
    for count in 1, 3:  # of one instalment it is that alone that is too large
        dear = terms(rate_ppm=50_000, count=count)
        given().when(propose(accounts=most, terms=dear)).then_refused("plan-amount-too-large")
    yearly = terms(rate_ppm=1_000_000, day_count="actual/364", first_due=day("2027-06-01"))
    late = day("2027-07-01")
    (
        given()
        .when(propose(accounts=most, terms=yearly, rate_ppm_max=1_000_000, first_due_latest=late))
        .then_refused("plan-amount-too-large")
    )


def test_a_plan_has_no_more_instalments_and_goes_on_no_longer_than_allowed():
    given().when(propose(terms=terms(count=4), terms_max=3)).then_refused("plan-too-long", terms_max=3)
    last = day("2026-08-31")
    given().when(propose(last_due_latest=last)).then_refused("plan-too-long", last_due_latest=last)


def test_the_first_instalment_is_due_within_its_days():
    for first in "2026-06-01", "2026-07-17":
        (
            given()
            .when(propose(terms=terms(first_due=day(first))))
            .then_refused("plan-date-out-of-range", earliest=day("2026-06-02"), latest=day("2026-07-16"))
        )


def test_terms_on_which_an_instalment_pays_nothing_off_are_refused():
    given().when(propose(accounts={"A-1": "0.10"}, terms=terms(count=60))).then_refused("plan-pays-nothing")


def test_a_plan_dearer_than_the_limit_is_refused():
    (
        given()
        .when(propose(terms=terms(rate_ppm=182_501)))
        .then_refused("plan-rate-above-limit", rate_ppm=182_501, most_ppm=182_500)
    )
    dearest = terms(rate_ppm=182_500)
    given().when(propose(terms=dearest)).then(plan_proposed(terms=dearest))


def test_a_plan_is_to_be_agreed_before_its_first_instalment():
    assert plan_proposed(agree_by=day("2026-07-15")).agree_by == day("2026-06-30")


def test_once_agreed_the_bank_is_asked_to_book_it():
    given(plan_proposed()).when(agree()).then(plan_agreed(), instruction_issued())
    given(*running()).when(agree()).then()


def test_what_is_agreed_by_word_of_mouth_is_recorded():
    given(plan_proposed()).when(agree(by="oral")).then_refused("recording-missing")
    agreed = plan_agreed().model_copy(update={"agreed_by": "oral", "recording_id": "rec-1"})
    given(plan_proposed()).when(agree(by="oral", recording="rec-1")).then(agreed, instruction_issued())


def test_what_is_agreed_already_is_not_agreed_in_another_way():
    oral = plan_agreed().model_copy(update={"agreed_by": "oral", "recording_id": "rec-1"})
    agreed = given(plan_proposed(), oral, instruction_issued())
    for again in agree(by="oral", recording="rec-1"), agree(by="oral", recording="rec-1", on="2026-06-20"):
        agreed.when(again).then()
    for other in agree(), agree(by="oral", recording="rec-2"), agree(by="oral"), agree(recording="rec-1"):
        agreed.when(other).then_refused("plan-not-proposed", state="agreed")


def test_a_proposal_cannot_be_agreed_when_its_days_are_over():
    given(plan_proposed()).when(agree(on="2026-06-15")).then(plan_agreed(on="2026-06-15"), instruction_issued())
    given(plan_proposed()).when(agree(on="2026-06-16")).then_refused("proposal-over", agree_by=day("2026-06-15"))


def test_a_proposal_expires_at_the_first_close_after_its_days():
    given(plan_proposed()).when(close("2026-06-15")).then()
    given(plan_proposed()).when(close("2026-06-16")).then(plan_expired("2026-06-16"))
    given(plan_proposed(), plan_expired("2026-06-16")).when(agree()).then_refused("plan-not-proposed", state="expired")


def test_a_plan_proposed_or_agreed_can_be_cancelled():
    for opened in [plan_proposed()], running():
        given(*opened).when(cancel()).then(plan_cancelled())
    given(*running(), plan_cancelled()).when(cancel()).then()
    given(*running(), plan_completed()).when(cancel()).then_refused("plan-not-open", state="completed")


def test_a_plan_that_is_not_there_can_be_neither_agreed_nor_cancelled():
    for command in agree(OTHER), cancel(OTHER):
        given(*running()).when(command).then_refused("plan-unknown")


def test_the_bank_books_it_or_does_not():
    given(*running()).when(answer("done", reference="B-7")).then(plan_booked("B-7"))
    refused = booking_refused("no-such-product")
    given(*running()).when(answer("refused", reason="no-such-product")).then(refused)
    given(*running(), refused).when(answer("done")).then(plan_booked())
    given(*running(), plan_booked()).when(answer("refused")).then()


def test_an_answer_to_an_instruction_of_somebody_else_says_nothing_here():
    given(*running()).when(plans.AnswerInstruction("case-9/waive", "done")).then()
    given().when(answer("done")).then()
