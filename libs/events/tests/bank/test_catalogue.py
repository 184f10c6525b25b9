"""The bank's language: what may stand in an event, and how money in it hangs together."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from arrears_events.catalogue.bank import BANK, ArrearsCleared, PaymentMissed, PaymentReceived, StatementIssued
from arrears_events.catalogue.ledger import Parts
from arrears_events.codec import Undecodable, canonical, encode
from arrears_events.envelope import SourceEvent
from arrears_events.money import Money
from pydantic import ValidationError

DAY = date(2026, 4, 21)


def twd(amount: str) -> Money:
    return Money.of(amount, "TWD")


def missed(**changed: Any) -> PaymentMissed:
    return PaymentMissed(
        **{
            "customer_id": "C-1",
            "account_id": "UCI-1",
            "statement_id": "UCI-1/statement/2026-03",
            "due_date": date(2026, 4, 20),
            "as_of": DAY,
            "minimum_due": twd("1000"),
            "arrears": twd("1000"),
            "balance": twd("8500"),
            "days_past_due": 1,
        }
        | changed
    )


def written(event: PaymentMissed) -> bytes:
    at = datetime(2026, 4, 21, tzinfo=UTC)
    return encode(SourceEvent(source="bank", id="1", type=BANK.type_of(type(event)), time=at, data=event))


def test_an_event_is_read_as_it_was_written():
    assert BANK.decode(written(missed())).data == missed()


@pytest.mark.parametrize("event", [pytest.param(event, id=event.wire) for event in sorted(BANK.events, key=str)])
def test_an_event_is_named_as_its_class_and_totals_money_that_it_has(event: type[Any]):
    assert event.wire == event.__name__
    assert event.__doc__
    assert event.control is None or event.model_fields[event.control].annotation is Money


def test_the_control_amounts_are_those_of_the_trade():
    controls = [event.control for event in (PaymentReceived, StatementIssued, PaymentMissed, ArrearsCleared)]
    assert controls == ["amount", "closing_balance", "arrears", "balance"]


def test_the_amounts_of_one_event_share_one_currency():
    with pytest.raises(ValidationError, match="share one currency"):
        missed(balance=Money.of("8500", "CNY"))
    with pytest.raises(ValidationError, match="share one currency"):
        Parts(**dict.fromkeys(Parts.model_fields, twd("1")) | {"fees": Money.of(1, "CNY")})


def test_arrears_are_never_below_zero_and_a_balance_may_be():
    assert missed(balance=twd("-1")).balance == twd("-1")
    with pytest.raises(ValidationError):
        missed(arrears=twd("-1"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("days_past_due", 0),
        ("days_past_due", "1"),
        ("as_of", "1969-12-31"),
        ("as_of", "2026-4-1"),
        ("account_id", "two words"),
        ("reason", "an extra field"),
        ("arrears", {"amount": 1000.0, "currency": "TWD"}),
        ("arrears", {"amount": "１000.00", "currency": "TWD"}),
        ("arrears", {"amount": "1000.0", "currency": "TWD"}),
        ("arrears", {"amount": "1000.00", "currency": "XXX"}),
    ],
)
def test_a_record_with_a_field_that_is_not_right_is_no_event(field: str, value: object):
    envelope = {
        "specversion": "1.0",
        "source": "bank",
        "id": "1",
        "type": "arrears.bank.PaymentMissed",
        "schemaversion": 1,
        "time": "2026-04-21T00:00:00Z",
        "data": missed().model_dump(mode="json") | {field: value},
    }
    with pytest.raises(Undecodable):
        BANK.decode(canonical(envelope))
