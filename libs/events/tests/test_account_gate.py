"""The gate: what the bank says of an account that cannot be true of it."""

from dataclasses import dataclass
from datetime import date

import pytest
from arrears_events.account_gate import wrong
from arrears_events.catalogue.bank import (
    AccountOpened,
    ArrearsCleared,
    BankInstructionAnswered,
    PartyLinked,
    PaymentMissed,
)
from arrears_events.catalogue.base import CustomerEvent
from arrears_events.catalogue.ledger import currencies_in
from arrears_events.money import Money

DAY = date(2026, 4, 21)


@dataclass
class Known:
    customer_id: str = "C-1"
    currencies: tuple[str, ...] = ("TWD",)


def account_opened(customer: str = "C-1", account: str = "A-1") -> AccountOpened:
    return AccountOpened(
        customer_id=customer,
        account_id=account,
        product="card",
        currencies=("TWD", "USD"),
        opened_on=DAY,
        billing_day=31,
        due_day=20,
    )


def cleared(customer: str = "C-1", currency: str = "TWD") -> ArrearsCleared:
    balance = Money.of(0, currency)
    return ArrearsCleared(customer_id=customer, account_id="A-1", cleared_on=DAY, reason="paid", balance=balance)


LINKED = PartyLinked(customer_id="C-1", party_id="P-1", role="guarantor")
ANSWERED = BankInstructionAnswered(customer_id="C-1", instruction_id="I-1", outcome="done")


@pytest.mark.parametrize("event", [account_opened(), cleared()])
def test_what_is_said_of_a_known_account_can_be_true(event: CustomerEvent):
    assert wrong(Known(), event) is None


@pytest.mark.parametrize("event", [account_opened(), LINKED, ANSWERED])
def test_what_opens_an_account_or_concerns_none_needs_none(event: CustomerEvent):
    assert wrong(None, event) is None


@pytest.mark.parametrize(
    ("account", "event", "reason"),
    [
        (None, cleared(), "unknown-account"),
        (Known(), cleared(currency="USD"), "unknown-currency"),
        (Known(), cleared(customer="C-2"), "wrong-customer"),
        (Known(), account_opened(customer="C-2"), "wrong-customer"),
        (None, account_opened(account="4000000000032906"), "card-number"),
        (Known(), LINKED.model_copy(update={"party_id": "4000 0000 0003 2906"}), "card-number"),
        (None, account_opened(customer="UCI/4000000000032906"), "card-number"),
    ],
)
def test_what_cannot_be_true_says_why(account: Known | None, event: CustomerEvent, reason: str):
    assert wrong(account, event) == reason


def test_the_currencies_in_an_event_are_those_of_all_its_money():
    twd = Money.of(1, "TWD")
    missed = PaymentMissed(
        customer_id="C-1",
        account_id="A-1",
        statement_id="S-1",
        due_date=DAY,
        as_of=DAY,
        minimum_due=twd,
        arrears=twd,
        balance=twd,
        days_past_due=1,
    )
    assert currencies_in(missed) == {"TWD"}
