"""The gate: what the bank says of an account that cannot be true of it."""

from typing import Any

import pytest
from arrears_events.catalogue.bank import AccountOpened, ArrearsCleared, PartyLinked
from arrears_events.catalogue.base import Event
from arrears_events.envelope import SourceEvent
from arrears_runtime.projection import BadRecord
from case_service.views.accounts import AccountRow, fold

from ..examples import day, money

ROW = AccountRow("A-1", "C-1", ["TWD"], day("01-01"))


def fact(event: Event) -> SourceEvent[Any]:
    return SourceEvent[Any].model_construct(data=event)


def account_opened(customer: str = "C-1") -> AccountOpened:
    return AccountOpened(
        customer_id=customer,
        account_id="A-1",
        product="card",
        currencies=("TWD",),
        opened_on=day("01-01"),
        billing_day=31,
        due_day=20,
    )


def cleared(customer: str = "C-1", currency: str = "TWD") -> ArrearsCleared:
    balance = money("0", currency)
    return ArrearsCleared(
        customer_id=customer, account_id="A-1", cleared_on=day("05-21"), reason="paid", balance=balance
    )


def test_an_account_is_known_once_it_is_opened():
    assert fold.fold(None, fact(account_opened())) == ROW


def test_an_event_of_a_known_account_leaves_the_row_as_it_is():
    assert fold.fold(ROW, fact(cleared())) is ROW


def test_an_event_of_no_account_is_let_through():
    assert fold.fold(None, fact(PartyLinked(customer_id="C-1", party_id="P-1", role="guarantor"))) is None


def test_an_unknown_account_stops_nobody():
    with pytest.raises(BadRecord) as bad:
        fold.fold(None, fact(cleared()))
    assert (bad.value.reason, bad.value.stops) == ("unknown-account", False)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (cleared(currency="USD"), "unknown-currency"),
        (cleared(customer="C-2"), "wrong-customer"),
        (account_opened(customer="C-2"), "wrong-customer"),
    ],
)
def test_what_cannot_be_true_of_an_account_stops_the_customer(event: Event, reason: str):
    with pytest.raises(BadRecord) as bad:
        fold.fold(ROW, fact(event))
    assert (bad.value.reason, bad.value.stops) == (reason, True)
