"""The gate: what the bank says of an account that cannot be true of it."""

from datetime import date
from typing import Any

import pytest
from arrears_events.catalogue.bank import AccountOpened, BankInstructionAnswered, PartyLinked, PaymentReceived
from arrears_events.catalogue.base import Event
from arrears_events.envelope import SourceEvent
from arrears_events.money import Money
from arrears_runtime.projection import BadRecord
from contact_service.views.accounts import AccountRow, fold

OPENED = date(2020, 1, 1)
ROW = AccountRow("A-1", "C-1", ["TWD"], OPENED)


def fact(event: Event) -> SourceEvent[Any]:
    return SourceEvent[Any].model_construct(data=event)


def account_opened(*currencies: str, customer: str = "C-1") -> AccountOpened:
    return AccountOpened(
        customer_id=customer,
        account_id="A-1",
        product="card",
        currencies=currencies,
        opened_on=OPENED,
        billing_day=31,
        due_day=20,
    )


def payment(currency: str = "TWD", *, customer: str = "C-1") -> PaymentReceived:
    return PaymentReceived(
        customer_id=customer,
        account_id="A-1",
        payment_id="p1",
        amount=Money.of(1, currency),
        value_date=date(2026, 6, 15),
        booked_on=date(2026, 6, 15),
        channel="transfer",
    )


def test_an_account_is_known_once_it_is_opened():
    assert fold.fold(None, fact(account_opened("TWD"))) == ROW


def test_an_event_of_a_known_account_leaves_the_row_as_it_is():
    assert fold.fold(ROW, fact(payment())) is ROW


def test_an_event_of_no_account_is_let_through():
    linked = PartyLinked(customer_id="C-1", party_id="P-1", role="guarantor")
    answered = BankInstructionAnswered(customer_id="C-1", instruction_id="I-1", outcome="done")
    assert fold.fold(None, fact(linked)) is fold.fold(None, fact(answered)) is None


def test_an_unknown_account_stops_nobody():
    with pytest.raises(BadRecord) as bad:
        fold.fold(None, fact(payment()))
    assert (bad.value.reason, bad.value.stops) == ("unknown-account", False)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (payment("USD"), "unknown-currency"),
        (payment(customer="C-2"), "wrong-customer"),
        (account_opened("TWD", customer="C-2"), "wrong-customer"),
    ],
)
def test_what_cannot_be_true_of_an_account_stops_the_customer(event: Event, reason: str):
    with pytest.raises(BadRecord) as bad:
        fold.fold(ROW, fact(event))
    assert (bad.value.reason, bad.value.stops) == (reason, True)
