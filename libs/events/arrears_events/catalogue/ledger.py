"""What stands in a ledger, which is (account, currency): nothing is added or converted across two of them.

A balance above zero is owed by the customer, below zero to them.
"""

from datetime import date
from typing import Annotated, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from arrears_events.catalogue.base import CustomerEvent, Id
from arrears_events.money import Amount

M = TypeVar("M", bound=BaseModel)

BusinessDate = Annotated[date, Field(ge=date(1970, 1, 1))]
Days = Annotated[int, Field(ge=0, le=36_525)]


class Parts(BaseModel):
    """An amount split by what it is owed for, in one currency; the parts sum to the whole."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    purchases: Amount
    cash: Amount
    instalments: Amount
    interest: Amount
    penalties: Amount
    fees: Amount

    @property
    def currency(self) -> str:
        return self.purchases.currency

    @model_validator(mode="after")
    def _one_currency(self) -> "Parts":
        return _in_one_currency(self)


class LedgerEvent(CustomerEvent):
    """A fact about one account; all its money is in one currency."""

    account_id: Id

    @model_validator(mode="after")
    def _one_currency(self) -> "LedgerEvent":
        return _in_one_currency(self)


class PaymentFact(LedgerEvent):
    """A fact about a payment of the bank, or about `amount` of it."""

    payment_id: Id
    amount: Amount


class AccountSaleNoted(CustomerEvent):
    """The bank sold the claim on the account: nothing of it is promised or planned any more."""

    wire: ClassVar[str] = "AccountSaleNoted"
    account_id: Id


def currencies_in(model: BaseModel) -> set[str]:
    """Those of its amounts."""
    return {code for value in model.__dict__.values() if (code := getattr(value, "currency", None))}


def _in_one_currency(model: M) -> M:
    if len(currencies_in(model)) > 1:
        raise PydanticCustomError("currency-mixed", "The amounts of one event share one currency")
    return model
