"""An account that the bank sold: what the customer committed to of it is over."""

from arrears_runtime.testing.specification import Specification
from plan_service.domain.commitments import EndForSale, decide, evolve

from ..builders import CUSTOMER, promise_cancelled, promise_kept, promise_made
from ..plans import OTHER, plan_cancelled, plan_proposed, running

given = Specification(decide, evolve).given
SOLD, ANOTHER = EndForSale(CUSTOMER, "A-1"), EndForSale(CUSTOMER, "A-9")


def test_an_open_promise_on_it_is_cancelled_and_one_that_is_over_stays():
    given(promise_made()).when(SOLD).then(promise_cancelled(reason="account_sold"))
    given(promise_made(), promise_kept()).when(SOLD).then()


def test_a_plan_that_holds_it_is_cancelled_proposed_or_agreed():
    given(plan_proposed()).when(SOLD).then(plan_cancelled(reason="account_sold"))
    given(*running()).when(SOLD).then(plan_cancelled(reason="account_sold"))


def test_a_plan_of_several_accounts_is_cancelled_with_the_first_that_is_sold():
    given(plan_proposed(accounts={"A-1": "2000", "A-2": "1000"})).when(SOLD).then(plan_cancelled(reason="account_sold"))


def test_it_is_over_once():
    given(promise_made(), promise_cancelled(reason="account_sold")).when(SOLD).then()
    given(plan_proposed(), plan_cancelled(reason="account_sold")).when(SOLD).then()


def test_what_is_of_other_accounts_goes_on():
    given(promise_made(), plan_proposed(OTHER)).when(ANOTHER).then()
    given().when(SOLD).then()
