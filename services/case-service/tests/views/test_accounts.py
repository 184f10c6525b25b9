"""The bank's accounts: kept as they were opened; what cannot be true of one is no record of its customer's."""

from typing import Any

import pytest
from arrears_events.catalogue.bank import ArrearsCleared
from arrears_events.catalogue.base import Event
from arrears_events.envelope import SourceEvent
from arrears_runtime.projection import BadRecord
from case_service.views.accounts import AccountRow, fold

from ..examples import WHO, account_opened, day, money

ROW = AccountRow("A-1", "C-1", ["TWD"], day("01-01"))
CLEARED = ArrearsCleared(**WHO, cleared_on=day("05-21"), reason="paid", balance=money("0"))


def fact(event: Event) -> SourceEvent[Any]:
    return SourceEvent[Any].model_construct(data=event)


def test_an_account_is_known_once_it_is_opened():
    assert fold.fold(None, fact(account_opened())) == ROW


def test_an_event_of_a_known_account_leaves_the_row_as_it_is():
    assert fold.fold(ROW, fact(CLEARED)) is ROW


def test_an_unknown_account_stops_nobody():
    with pytest.raises(BadRecord) as bad:
        fold.fold(None, fact(CLEARED))
    assert (bad.value.reason, bad.value.stops) == ("unknown-account", False)


def test_what_cannot_be_true_of_an_account_stops_the_customer():
    with pytest.raises(BadRecord) as bad:
        fold.fold(ROW._replace(currencies=["USD"]), fact(CLEARED))
    assert (bad.value.reason, bad.value.stops) == ("unknown-currency", True)
