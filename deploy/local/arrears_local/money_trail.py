"""Where the customers' money went, by the events of the log: to instalments, to promises, or to neither."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from arrears_events.catalogue.bank import PaymentReceived, PaymentReversed
from arrears_events.catalogue.base import Event
from arrears_events.catalogue.plan import (
    PaymentAllocated,
    PaymentCounted,
    PaymentUnallocated,
    PaymentUncounted,
    PlanProposed,
    PromiseMade,
)
from arrears_events.money import Money

Payer = tuple[UUID, int]
"""An instalment: its plan and number. A promise: its id and 0."""
Payment = tuple[str, str]
"""Its account, and its id there."""


@dataclass
class Sums:
    """In one currency."""

    payments: int = 0
    received: Decimal = Decimal(0)
    taken_back: Decimal = Decimal(0)
    to_instalments: Decimal = Decimal(0)
    to_promises: Decimal = Decimal(0)


def _by_currency() -> dict[str, Sums]:
    return defaultdict(Sums)


@dataclass
class MoneyTrail:
    """`left`: of each payment, what serves nothing. `asked` and `given`: of each instalment and promise."""

    sums: dict[str, Sums] = field(default_factory=_by_currency)
    left: dict[Payment, Money] = field(default_factory=dict[Payment, Money])
    asked: dict[Payer, Money] = field(default_factory=dict[Payer, Money])
    given: dict[Payer, Money] = field(default_factory=dict[Payer, Money])

    def take(self, event: Event) -> None:
        match event:
            case PaymentReceived(payment_id=id_, amount=amount):
                self._sums(amount).payments += 1
                self._sums(amount).received += amount.amount
                self.left[event.account_id, id_] = amount
            case PaymentReversed(payment_id=id_, amount=amount):
                self._sums(amount).taken_back += amount.amount
                self.left[event.account_id, id_] -= amount
            case PlanProposed(plan_id=id_, schedule=schedule):
                self.asked |= {(id_, each.number): each.principal + each.interest for each in schedule}
            case PromiseMade(promise_id=id_, amount=amount):
                self.asked[id_, 0] = amount
            case PaymentAllocated(plan_id=id_, number=number) | PaymentUnallocated(plan_id=id_, number=number):
                self._sums(event.amount).to_instalments += self._serves((id_, number), event)
            case PaymentCounted(promise_id=id_) | PaymentUncounted(promise_id=id_):
                self._sums(event.amount).to_promises += self._serves((id_, 0), event)
            case _:
                pass

    def rest(self, currency: str) -> Decimal:
        """The sum of what is left of each payment: by another way than what was received less what it served."""
        return sum((each.amount for each in self.left.values() if each.currency == currency), Decimal(0))

    def faults(self) -> list[str]:
        """What must not be: a payment that served more than it was, a cent too much anywhere, sums that differ."""
        overspent = [(id_, left) for id_, left in self.left.items() if left < left.zero()]
        overfed = [(id_, given) for id_, given in self.given.items() if not given.zero() <= given <= self.asked[id_]]
        return [
            *(f"payment {id_[1]} of {id_[0]} served {-left.amount:f} more than it was" for id_, left in overspent),
            *(f"{_named(id_)} was given {given.amount:f} of {self.asked[id_].amount:f}" for id_, given in overfed),
            *(
                f"the sums in {currency} differ"
                for currency, each in self.sums.items()
                if not self._add_up(currency, each)
            ),
        ]

    def _add_up(self, currency: str, sums: Sums) -> bool:
        return sums.received - sums.taken_back == sums.to_instalments + sums.to_promises + self.rest(currency)

    def _serves(
        self, payer: Payer, event: PaymentAllocated | PaymentUnallocated | PaymentCounted | PaymentUncounted
    ) -> Decimal:
        """Signed: below zero where it serves no more."""
        more = isinstance(event, PaymentAllocated | PaymentCounted)
        payment = event.account_id, event.payment_id
        before, left = self.given.get(payer, event.amount.zero()), self.left[payment]
        self.given[payer] = before + event.amount if more else before - event.amount
        self.left[payment] = left - event.amount if more else left + event.amount
        return event.amount.amount if more else -event.amount.amount

    def _sums(self, amount: Money) -> Sums:
        return self.sums[amount.currency]


def _named(payer: Payer) -> str:
    id_, number = payer
    return f"instalment {number} of plan {id_}" if number else f"promise {id_}"
