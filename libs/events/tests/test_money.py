"""Money has one written form, and is never added across currencies."""

from decimal import Decimal

import pytest
from arrears_events.money import Amount, CurrencyMismatch, Money
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

MONEY, AMOUNT = TypeAdapter(Money), TypeAdapter(Amount)
cents = st.integers(-(10**14), 10**14)


@given(cents)
def test_what_is_written_is_read_again(number):
    money = Money.of(Decimal(number).scaleb(-2), "TWD")
    assert MONEY.validate_json(MONEY.dump_json(money)) == money


@given(cents, cents)
def test_sums_are_exact(one, other):
    a, b = (Money.of(Decimal(number).scaleb(-2), "CNY") for number in (one, other))
    assert a + b - b == a
    assert (a < b) == (one < other)


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("1.5", "money-amount"),
        ("1", "money-scale"),
        ("1.500", "money-scale"),
        ("01.00", "money-amount"),
        ("+1.00", "money-amount"),
        (" 1.00", "money-amount"),
        ("1_0.00", "money-amount"),
        ("1E+2", "money-amount"),
        ("\uff11.00", "money-amount"),  # a full-width digit
        ("-0.00", "money-amount"),
        ("NaN", "money-amount"),
        ("12345678901234.00", "money-amount"),
        (1, "money-amount"),
        (True, "money-amount"),
    ],
)
def test_any_other_writing_is_refused(amount, code):
    with pytest.raises(ValidationError) as refused:
        MONEY.validate_python({"amount": amount, "currency": "TWD"})
    assert code in {error["type"] for error in refused.value.errors()}


def test_decimals_are_those_of_the_currency():
    assert Money.of(5, "JPY").amount.as_tuple().exponent == 0
    assert Money.of("1.250", "KWD") == MONEY.validate_python({"amount": "1.250", "currency": "KWD"})
    with pytest.raises(ValueError, match="decimals"):
        Money(Decimal("1.0"), "TWD")


def test_an_unknown_currency_is_refused():
    with pytest.raises(ValidationError):
        MONEY.validate_python({"amount": "1.00", "currency": "XXX"})


def test_currencies_never_meet_in_a_sum():
    with pytest.raises(CurrencyMismatch):
        _ = Money.of(1, "TWD") + Money.of(1, "CNY")


def test_an_amount_is_never_below_zero():
    with pytest.raises(ValidationError):
        AMOUNT.validate_python({"amount": "-1.00", "currency": "TWD"})
