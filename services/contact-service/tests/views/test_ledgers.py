"""What is owed on each ledger: arrears, what was paid since, what disputes hold."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from arrears_events.catalogue.bank import ArrearsUpdated, PaymentMissed, PaymentReceived, PaymentReversed
from arrears_events.catalogue.case import ArrearsChanged, CaseClosed, CaseOpened, DisputeRaised, DisputeResolved
from arrears_events.money import Money
from arrears_runtime import schema
from arrears_runtime.database import Database
from arrears_runtime.projection import fold_into
from arrears_runtime.unit_of_work import work_on
from contact_service.main import SERVICE
from contact_service.views import arrears, disputes, payments, words
from contact_service.views.arrears import ArrearsRow, arrears_of
from contact_service.views.disputes import DisputeRow
from contact_service.views.payments import PaidRow, PaymentRow, paid_since_the_word
from contact_service.views.words import WordRow

from .folding import POLICY, facts, rows_of

DAY, LATER, LAST = date(2026, 4, 21), date(2026, 4, 28), date(2026, 5, 21)
ACCOUNT: dict[str, Any] = {"customer_id": "C-1", "account_id": "A-1"}
CASE: dict[str, Any] = {**ACCOUNT, "case_id": UUID(int=1)}
DISPUTE: dict[str, Any] = {**CASE, "dispute_id": UUID(int=7)}


def cny(amount: str) -> Money:
    return Money.of(amount, "CNY")


def word(amount: Money, as_of: date = DAY) -> dict[str, Any]:
    balance = Money.of("9000", amount.currency)
    return {"as_of": as_of, "arrears": amount, "balance": balance, "days_past_due": 1}


def opened(amount: Money) -> CaseOpened:
    return CaseOpened(**CASE, **word(amount), reason="missed", opened_by="A-1/missed", entered_at_stage="M1")


def changed(amount: Money, as_of: date = LATER) -> ArrearsChanged:
    return ArrearsChanged(**CASE, **word(amount, as_of))


def missed(amount: str, as_of: date) -> PaymentMissed:
    bill: dict[str, Any] = {"statement_id": "s", "due_date": DAY, "minimum_due": cny(amount)}
    return PaymentMissed(**ACCOUNT, **word(cny(amount), as_of), **bill)


def updated(amount: Money, as_of: date) -> ArrearsUpdated:
    return ArrearsUpdated(**ACCOUNT, **word(amount, as_of))


def raised(amount: str = "400.00") -> DisputeRaised:
    return DisputeRaised(
        **DISPUTE,
        kind="wrong_amount",
        disputed_amount=cny(amount),
        raised_on=DAY,
        acknowledge_by=LATER,
        resolve_by=LATER,
        policy=POLICY,
    )


def paid(amount: str, on: date = LATER) -> PaymentReceived:
    return PaymentReceived(
        **ACCOUNT, payment_id="p1", amount=cny(amount), value_date=DAY, booked_on=on, channel="transfer"
    )


def taken_back(amount: str) -> PaymentReversed:
    return PaymentReversed(
        **ACCOUNT, reversal_id="r1", payment_id="p1", amount=cny(amount), reason="returned", booked_on=LATER
    )


def test_a_ledgers_arrears_are_the_last_word():
    found = rows_of(arrears.fold, opened(cny("1000.00")), changed(cny("700.00")))
    assert found == [ArrearsRow("A-1/CNY", "A-1", "CNY", Decimal("700.00"), LATER)]


def test_each_currency_is_a_ledger_of_its_own():
    found = rows_of(arrears.fold, opened(cny("1000.00")), changed(Money.of("20.00", "USD")))
    assert [(row.ledger, row.amount) for row in found] == [("A-1/CNY", 1000), ("A-1/USD", 20)]


def test_nothing_is_overdue_when_the_case_is_closed():
    cured = CaseClosed(**CASE, outcome="cured", closed_on=LATER, balance=cny("9000.00"))
    found = rows_of(arrears.fold, opened(cny("1000.00")), cured)
    assert found == [ArrearsRow("A-1/CNY", "A-1", "CNY", Decimal(0), LATER)]


def test_a_payment_is_a_row_and_its_reversal_one_below_zero():
    found = rows_of(payments.fold, paid("300.00"), taken_back("100.00"))
    assert found == [
        PaymentRow("bank/core fact-1", "A-1", "CNY", Decimal("300.00"), LATER),
        PaymentRow("bank/core fact-2", "A-1", "CNY", Decimal("-100.00"), LATER),
    ]


def test_an_open_dispute_holds_its_part():
    assert rows_of(disputes.fold, raised()) == [DisputeRow(UUID(int=7), "A-1", "CNY", Decimal("400.00"))]


def test_a_resolved_dispute_holds_nothing():
    resolved = DisputeResolved(**DISPUTE, outcome="upheld", resolved_on=LATER)
    assert rows_of(disputes.fold, raised(), resolved) == []


def test_the_banks_latest_word_of_each_ledger_counts_and_one_of_an_older_day_changes_nothing():
    dollars = updated(Money.of("20.00", "USD"), DAY)
    found = rows_of(words.fold, missed("1000.00", DAY), dollars, updated(cny("700.00"), LAST), missed("900.00", LATER))
    assert found == [WordRow("A-1/CNY", Decimal("700.00"), LAST), WordRow("A-1/USD", Decimal("20.00"), DAY)]


class Ledgers:
    """The tables in a database of their own."""

    def __init__(self, db: Database) -> None:
        self.db, self._heard = db, 0

    async def hear(self, *events: Any) -> None:
        for event, view in ((event, _view_of(event)) for event in events):
            self._heard += 1
            async with work_on(self.db) as work:
                await fold_into(work, {view: facts(*[event] * self._heard)[-1:]})

    async def owed(self) -> tuple[ArrearsRow, list[PaidRow]]:
        [row] = await arrears_of(self.db, ["A-1"])
        return row, await paid_since_the_word(self.db, ["A-1"])


def _view_of(event: Any) -> Any:
    return next(view for view in (arrears.fold, payments.fold, words.fold) if type(event) in view.takes)


def cny_owed(amount: str, as_of: date) -> ArrearsRow:
    return ArrearsRow("A-1/CNY", "A-1", "CNY", Decimal(amount), as_of)


def cny_paid(amount: str) -> PaidRow:
    return PaidRow("A-1", "CNY", Decimal(amount))


@pytest.fixture
async def ledgers(database: Callable[[], str]) -> AsyncIterator[Ledgers]:
    db = await Database.open(database())
    await schema.create(db, SERVICE.metadatas, SERVICE.fingerprint)
    yield Ledgers(db)
    await db.close()


async def test_a_word_that_the_bank_repeats_is_of_its_newer_day_and_has_the_payments_before_it(ledgers: Ledgers):
    await ledgers.hear(missed("1000.00", DAY), opened(cny("1000.00")), paid("400.00", on=LATER))
    assert await ledgers.owed() == (cny_owed("1000.00", DAY), [cny_paid("400.00")])
    await ledgers.hear(missed("1000.00", LATER))
    assert await ledgers.owed() == (cny_owed("1000.00", LATER), [])
    await ledgers.hear(paid("100.00", on=LAST))
    assert await ledgers.owed() == (cny_owed("1000.00", LATER), [cny_paid("100.00")])


async def test_a_word_of_another_amount_waits_until_case_service_tells_it(ledgers: Ledgers):
    await ledgers.hear(missed("1000.00", DAY), opened(cny("1000.00")), paid("400.00"), missed("700.00", LAST))
    assert await ledgers.owed() == (cny_owed("1000.00", DAY), [cny_paid("400.00")])
    await ledgers.hear(changed(cny("700.00"), LAST))
    assert await ledgers.owed() == (cny_owed("700.00", LAST), [])


async def test_a_word_of_an_older_day_or_of_another_currency_moves_nothing(ledgers: Ledgers):
    await ledgers.hear(missed("1000.00", LATER), opened(cny("1000.00")), changed(cny("1000.00"), LAST))
    await ledgers.hear(updated(cny("1000.00"), DAY), updated(Money.of("1000.00", "USD"), date(2026, 6, 1)))
    assert await ledgers.owed() == (cny_owed("1000.00", LAST), [])
