"""The bank's accounts: kept as they were opened; what cannot be true of one is no record of its customer's."""

from typing import Any

import pytest
from arrears_events.catalogue.bank import PaymentReceived
from arrears_events.catalogue.base import Event
from arrears_events.envelope import SourceEvent
from arrears_runtime.projection import BadRecord
from plan_service.views.accounts import AccountRow, fold

from ..builders import account_opened, account_sold, day, money

DAY = day("2026-06-15")
ROW = AccountRow("A-1", "C-1", ["TWD"], day("2026-05-01"))
PAID = PaymentReceived(
    customer_id="C-1",
    account_id="A-1",
    payment_id="p1",
    amount=money("1"),
    value_date=DAY,
    booked_on=DAY,
    channel="transfer",
)


def fact(event: Event) -> SourceEvent[Any]:
    return SourceEvent[Any].model_construct(data=event)


def test_an_account_is_known_once_it_is_opened():
    assert fold.fold(None, fact(account_opened())) == ROW


def test_an_event_of_a_known_account_leaves_the_row_as_it_is():
    assert fold.fold(ROW, fact(PAID)) is ROW


def test_an_account_that_was_sold_stays_known_as_such():
    assert fold.fold(ROW, fact(account_sold())) == ROW._replace(sold=True)


def test_an_unknown_account_stops_nobody():
    with pytest.raises(BadRecord) as bad:
        fold.fold(None, fact(PAID))
    assert (bad.value.reason, bad.value.stops) == ("unknown-account", False)


def test_what_cannot_be_true_of_an_account_stops_the_customer():
    with pytest.raises(BadRecord) as bad:
        fold.fold(ROW._replace(currencies=["USD"]), fact(PAID))
    assert (bad.value.reason, bad.value.stops) == ("unknown-currency", True)
