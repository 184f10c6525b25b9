"""A bank that opens as many accounts as a measurement needs, and misses payments on them."""

from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from arrears_events.bank.publisher import BankPublisher
from arrears_events.catalogue.bank import BANK, AccountOpened, PaymentMissed
from arrears_events.codec import encode
from arrears_events.envelope import SourceEvent
from arrears_events.money import Money

SOURCE = "bank/bench"
OPENED_ON, MISSED_ON = date(2026, 3, 1), date(2026, 3, 21)
AT = datetime(2026, 3, 31, 2, tzinfo=UTC)


async def open_accounts(bank: BankPublisher, many: int) -> None:
    """Account A-n of customer C-n, from 1 on."""
    for number in range(1, many + 1):
        opened = AccountOpened(
            customer_id=f"C-{number}",
            account_id=f"A-{number}",
            product="credit_card",
            currencies=("TWD",),
            opened_on=OPENED_ON,
            billing_day=31,
            due_day=20,
        )
        await bank.publish(opened, id=f"A-{number}/opened", time=AT)
    await bank.acknowledged()


def missed_id(number: int) -> str:
    return f"A-{number}/missed/{MISSED_ON}"


def missed(number: int, arrears: str = "1000") -> PaymentMissed:
    """Of account A-`number`: so much of 9,000.00 is overdue."""
    return PaymentMissed(
        customer_id=f"C-{number}",
        account_id=f"A-{number}",
        statement_id=f"A-{number}/statement/2026-02",
        due_date=date(2026, 3, 20),
        as_of=MISSED_ON,
        minimum_due=Money.of(arrears, "TWD"),
        arrears=Money.of(arrears, "TWD"),
        balance=Money.of("9000", "TWD"),
        days_past_due=1,
    )


class Made(NamedTuple):
    """A record made beforehand, so that making it costs nothing while time is taken."""

    key: bytes
    value: bytes


def missed_made(number: int, arrears: str) -> Made:
    event = missed(number, arrears)
    type_ = BANK.type_of(PaymentMissed)
    fact = SourceEvent[Any](source=SOURCE, id=missed_id(number), type=type_, time=AT, data=event)
    return Made(event.customer_id.encode(), encode(fact))
