"""Money: a decimal amount with its ISO 4217 currency. Never a float, never added across currencies."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BeforeValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

DECIMALS = {
    "CNY": 2, "TWD": 2, "HKD": 2, "MOP": 2, "USD": 2, "EUR": 2, "GBP": 2, "AUD": 2, "CAD": 2, "CHF": 2, "SGD": 2,
    "MYR": 2, "THB": 2, "PHP": 2, "IDR": 2, "NZD": 2, "JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3, "JOD": 3,
}  # fmt: skip
"""Decimals of each currency that the system knows (ISO 4217, minor unit)."""

_WRITTEN = re.compile(r"-?(0|[1-9][0-9]{0,12})(\.[0-9]{2,3})?", re.ASCII)
_SUM_WRITTEN = re.compile(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{2,3})?", re.ASCII)


def _decimal_as_written(form: re.Pattern[str], value: object) -> Decimal:
    """A decimal from its one written form, a string without exponent, blank or sign of plus."""
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str) or not form.fullmatch(value):
        raise PydanticCustomError("money-amount", "An amount is a string of digits with the decimals of its currency")
    return Decimal(value)


def _known_currency(code: str) -> str:
    if code not in DECIMALS:
        raise PydanticCustomError("currency-unknown", "A currency is a known ISO 4217 code")
    return code


DecimalString = Annotated[
    Decimal,
    BeforeValidator(partial(_decimal_as_written, _WRITTEN)),
    PlainSerializer(lambda amount: format(amount, "f"), return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?(0|[1-9][0-9]{0,12})(\.[0-9]{2,3})?$"}),
]
Currency = Annotated[str, AfterValidator(_known_currency), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$"})]


DIGITS: Final = 13
"""An amount has so many digits before its decimals at most: what is written with more is not read again."""
_new, _set = object.__new__, object.__setattr__
_AMOUNT_AS_WRITTEN = core_schema.custom_error_schema(
    core_schema.str_schema(pattern=r"^-?(0|[1-9][0-9]{0,12})(\.[0-9]{2,3})?$", strict=True),
    custom_error_type="money-amount",
    custom_error_message="An amount is a string of digits with the decimals of its currency",
)


SumString = Annotated[
    Decimal,
    BeforeValidator(partial(_decimal_as_written, _SUM_WRITTEN)),
    PlainSerializer(lambda amount: format(amount, "f"), return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?(0|[1-9][0-9]{0,20})(\.[0-9]{2,3})?$"}),
]
"""A sum over many amounts: it may outgrow the digits of one."""


class AmountTooLarge(PydanticCustomError):
    """An amount that would be written with more than DIGITS before its decimals; a ValueError."""


def _too_large() -> AmountTooLarge:
    return AmountTooLarge("money-amount", "An amount has 13 digits before its decimals at most")


def with_decimals(number: Decimal, currency: str) -> Decimal:
    """An amount or a sum of many, written with the decimals of its currency."""
    return number.quantize(Decimal(1).scaleb(-DECIMALS[currency]))


class CurrencyMismatch(TypeError):
    """Two currencies met in one sum."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with exactly the decimals of its currency, and 13 digits before them at most. It may be below zero.

    Raises ValueError otherwise, also as a sum: AmountTooLarge. So what is written is always read again.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if -int(self.amount.as_tuple().exponent) != DECIMALS[_known_currency(self.currency)]:
            raise PydanticCustomError("money-scale", "An amount has the decimals of its currency")
        if self.amount.is_zero() and self.amount.is_signed():
            raise PydanticCustomError("money-amount", "Zero has no sign")
        if self.amount.adjusted() >= DIGITS:
            raise _too_large()

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        """One call into Python for a whole amount: most of what decoding an event costs is its money."""
        fields = {
            "amount": core_schema.typed_dict_field(_AMOUNT_AS_WRITTEN),
            "currency": core_schema.typed_dict_field(core_schema.str_schema(pattern="^[A-Z]{3}$", strict=True)),
        }
        written = core_schema.no_info_after_validator_function(
            cls._from_written, core_schema.typed_dict_schema(fields, extra_behavior="forbid")
        )
        return core_schema.json_or_python_schema(
            json_schema=written,
            python_schema=core_schema.union_schema(
                [core_schema.is_instance_schema(cls), written], mode="left_to_right"
            ),
            serialization=core_schema.plain_serializer_function_ser_schema(
                cls._written, return_schema=core_schema.dict_schema()
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "examples": [{"amount": "1250.00", "currency": "TWD"}]}

    @classmethod
    def _from_written(cls, fields: dict[str, str]) -> "Money":
        return _read(fields["amount"], fields["currency"])

    def _written(self) -> dict[str, str]:
        return {"amount": format(self.amount, "f"), "currency": self.currency}

    def zero(self) -> "Money":
        return Money.of(0, self.currency)

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> "Money":
        """`amount` with the currency's decimals; an amount that has more of them is an error, never rounded."""
        number = Decimal(amount)
        if number.adjusted() >= DIGITS:
            raise _too_large()
        scaled = with_decimals(number, currency)
        if scaled != number:
            raise PydanticCustomError("money-scale", "An amount has the decimals of its currency")
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


@lru_cache(maxsize=4096)
def _read(amount: str, currency: str) -> Money:
    """Checked on the text, and made without `__init__`: a third of the time. Most amounts of an account are zero."""
    _, _, decimals = amount.partition(".")
    if len(decimals) != DECIMALS[_known_currency(currency)]:
        raise PydanticCustomError("money-scale", "An amount has the decimals of its currency")
    if amount[0] == "-" and not amount.strip("-0."):
        raise PydanticCustomError("money-amount", "Zero has no sign")
    money = _new(Money)
    _set(money, "amount", Decimal(amount))
    _set(money, "currency", currency)
    return money


def _not_negative(money: Money) -> Money:
    if money.amount < 0:
        raise PydanticCustomError("amount-negative", "This amount is never below zero")
    return money


Amount = Annotated[Money, AfterValidator(_not_negative)]
"""Money that is never below zero."""
