"""Money has one written form, and is never added across currencies."""

from collections.abc import Callable
from decimal import ROUND_DOWN, Decimal
from typing import Annotated

import pytest
from arrears_events.money import DECIMALS, Amount, AmountTooLarge, CurrencyMismatch, Money
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, TypeAdapter, ValidationError

MONEY, AMOUNT = TypeAdapter(Money), TypeAdapter(Amount)
cents = st.integers(-(10**14), 10**14)
edges = st.sampled_from([10**13, 10**14, 10**15, 10**16]).flatmap(lambda edge: st.integers(edge - 2, edge + 1))
units = st.one_of(st.integers(-(10**16), 10**16), edges, edges.map(int.__neg__))
currencies = st.sampled_from(["JPY", "TWD", "KWD"])
ROADS: list[Callable[[Decimal, str], Money]] = [
    lambda number, currency: Money(number, currency),
    lambda number, currency: Money.of(number, currency),
    lambda number, currency: Money.of(number.to_integral_value(), currency),
    lambda number, currency: _half(number, currency) + _half(number, currency),
    lambda number, currency: _half(number, currency) - _half(-number, currency),
    lambda number, currency: sum([_half(number, currency)] * 3, Money.of(0, currency)),
]
"""All the ways in which a Money comes about, but for reading."""


def _half(number: Decimal, currency: str) -> Money:
    scale = Decimal(1).scaleb(-DECIMALS[currency])
    return Money((number / 2).quantize(scale, rounding=ROUND_DOWN) + 0, currency)


MOST = [("9999999999999", "1", "JPY"), ("9999999999999.99", "0.01", "TWD"), ("9999999999999.999", "0.001", "KWD")]
DOUBLED = TypeAdapter(Annotated[Money, AfterValidator(lambda money: money + money)])


@given(cents)
def test_what_is_written_is_read_again(number):
    money = Money.of(Decimal(number).scaleb(-2), "TWD")
    assert MONEY.validate_json(MONEY.dump_json(money)) == money


@given(units, currencies, st.sampled_from(ROADS))
def test_whatever_money_is_made_its_written_form_is_read_again(number, currency, road):
    try:
        money = road(Decimal(number).scaleb(-DECIMALS[currency]), currency)
    except AmountTooLarge:
        return
    assert MONEY.validate_json(MONEY.dump_json(money)) == money


@pytest.mark.parametrize(("most", "least", "currency"), MOST)
def test_money_that_could_not_be_read_again_is_not_made(most, least, currency):
    largest, one = Money.of(most, currency), Money.of(least, currency)
    for beyond in (
        lambda: largest + one,
        lambda: largest.zero() - largest - one,
        lambda: Money.of(10**13, currency),
        lambda: Money.of(Decimal(10) ** 40, currency),
        lambda: Money(largest.amount + one.amount, currency),
    ):
        with pytest.raises(AmountTooLarge, match="13 digits"):
            beyond()
    assert largest.zero() - largest + largest == largest.zero()


def test_a_sum_that_grew_too_large_in_a_model_is_a_fault_of_its_field():
    with pytest.raises(ValidationError) as refused:
        DOUBLED.validate_python({"amount": "5000000000000.00", "currency": "TWD"})
    assert refused.value.errors()[0]["type"] == "money-amount"


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
