"""An account that the bank sold: what the customer committed to of it is over, and nothing new is."""

from arrears_events.catalogue.ledger import AccountSaleNoted
from arrears_runtime.testing.specification import Specification
from plan_service.domain.commitments import EndForSale, decide, evolve

from ..builders import (
    CUSTOMER,
    SECOND,
    hear_promise,
    make_promise,
    payment_counted,
    payment_noted,
    payment_taken_back,
    payment_uncounted,
    promise_cancelled,
    promise_kept,
    promise_made,
    promise_not_accepted,
    uncount_payment,
)
from ..plans import OTHER, plan_cancelled, plan_proposed, propose, running

given = Specification(decide, evolve).given
SOLD, ANOTHER = EndForSale(CUSTOMER, "A-1"), EndForSale(CUSTOMER, "A-9")
NOTED = AccountSaleNoted(customer_id=CUSTOMER, account_id="A-1")
ANOTHER_NOTED = AccountSaleNoted(customer_id=CUSTOMER, account_id="A-9")


def test_an_open_promise_on_it_is_cancelled_and_one_that_is_over_stays():
    given(promise_made()).when(SOLD).then(NOTED, promise_cancelled(reason="account_sold"))
    given(promise_made(), promise_kept()).when(SOLD).then(NOTED)


def test_a_plan_that_holds_it_is_cancelled_proposed_or_agreed():
    given(plan_proposed()).when(SOLD).then(NOTED, plan_cancelled(reason="account_sold"))
    given(*running()).when(SOLD).then(NOTED, plan_cancelled(reason="account_sold"))


def test_a_plan_of_several_accounts_is_cancelled_with_the_first_that_is_sold():
    of_two = plan_proposed(accounts={"A-1": "2000", "A-2": "1000"})
    given(of_two).when(SOLD).then(NOTED, plan_cancelled(reason="account_sold"))


def test_it_is_over_once():
    given(promise_made(), NOTED, promise_cancelled(reason="account_sold")).when(SOLD).then()
    given(NOTED).when(SOLD).then()


def test_what_is_of_other_accounts_goes_on():
    given(promise_made(), plan_proposed(OTHER)).when(ANOTHER).then(ANOTHER_NOTED)
    given(ANOTHER_NOTED).when(make_promise()).then(promise_made())


def test_nothing_is_promised_or_planned_of_it_any_more():
    """Who asked for it knew only what the view knew a moment ago."""
    given(NOTED).when(make_promise()).then_refused("account-sold", accounts={"A-1"})
    given(NOTED).when(propose()).then_refused("account-sold", accounts={"A-1"})


def test_a_promise_that_was_heard_of_it_is_none_and_one_that_was_made_before_is_not_told_again():
    given(NOTED).when(hear_promise()).then(promise_not_accepted("account-sold"))
    made = promise_made(), NOTED, promise_cancelled(reason="account_sold")
    given(*made).when(hear_promise()).then()
    given(*made).when(hear_promise(id_=SECOND)).then(promise_not_accepted("account-sold", SECOND))


def test_a_promise_that_was_kept_stays_so_whatever_the_bank_takes_back():
    kept = promise_made(), payment_noted("p1", "3000"), payment_counted("p1", "3000"), promise_kept()
    given(*kept, NOTED).when(uncount_payment("p1", "3000")).then(
        payment_taken_back("p1", "3000"), payment_uncounted("p1", "3000")
    )
