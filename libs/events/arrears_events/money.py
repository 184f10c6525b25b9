"""Money: a decimal amount with its ISO 4217 currency. Never a float, never added across currencies."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

DECIMALS = {
    "CNY": 2, "TWD": 2, "HKD": 2, "MOP": 2, "USD": 2, "EUR": 2, "GBP": 2, "AUD": 2, "CAD": 2, "CHF": 2, "SGD": 2,
    "MYR": 2, "THB": 2, "PHP": 2, "IDR": 2, "NZD": 2, "JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3, "JOD": 3,
}  # fmt: skip
"""Decimals of each currency that the system knows (ISO 4217, minor unit)."""

_WRITTEN = re.compile(r"-?(0|[1-9][0-9]{0,12})(\.[0-9]{2,3})?", re.ASCII)


def _decimal_as_written(value: object) -> Decimal:
    """A decimal from its one written form, a string without exponent, blank or sign of plus."""
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str) or not _WRITTEN.fullmatch(value):
        raise PydanticCustomError("money-amount", "An amount is a string of digits with the decimals of its currency")
    return Decimal(value)


def _known_currency(code: str) -> str:
    if code not in DECIMALS:
        raise PydanticCustomError("currency-unknown", "A currency is a known ISO 4217 code")
    return code


DecimalString = Annotated[
    Decimal,
    BeforeValidator(_decimal_as_written),
    PlainSerializer(lambda amount: format(amount, "f"), return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?(0|[1-9][0-9]{0,12})(\.[0-9]{2,3})?$"}),
]
Currency = Annotated[str, AfterValidator(_known_currency), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$"})]


class CurrencyMismatch(TypeError):
    """Two currencies met in one sum."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with exactly the decimals of its currency; a balance may be below zero. Raises ValueError otherwise."""

    amount: DecimalString
    currency: Currency

    def __post_init__(self) -> None:
        if -self.amount.as_tuple().exponent != DECIMALS.get(self.currency):  # type: ignore[operator]
            raise ValueError("an amount has the decimals of its currency")
        if self.amount.is_zero() and self.amount.is_signed():
            raise ValueError("zero has no sign")

    def zero(self) -> "Money":
        return Money.of(0, self.currency)

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> "Money":
        """`amount` with the currency's decimals; an amount that has more of them is an error, never rounded."""
        scaled = Decimal(amount).quantize(Decimal(1).scaleb(-DECIMALS[currency]))
        if scaled != Decimal(amount):
            raise ValueError("an amount has the decimals of its currency")
        return cls(scaled + 0, currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other) + 0, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.amount >= self._same(other)

    def __bool__(self) -> bool:
        return not self.amount.is_zero()

    def _same(self, other: "Money") -> Decimal:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} are never added or compared")
        return other.amount


def _not_negative(money: Money) -> Money:
    if money.amount < 0:
        raise PydanticCustomError("amount-negative", "This amount is never below zero")
    return money


Amount = Annotated[Money, AfterValidator(_not_negative)]
"""Money that is never below zero."""
