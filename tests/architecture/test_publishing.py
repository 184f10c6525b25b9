"""The example of docs/how-to/publish-as-a-bank.md, run."""

# region publish
from datetime import UTC, date, datetime

from arrears_events.bank.publisher import BankPublisher
from arrears_events.catalogue.bank import BANK, AccountOpened, BusinessDayClosed, PaymentReceived
from arrears_events.log.reader import Reader
from arrears_events.money import Money


async def publish_a_day(bootstrap: str, topic_prefix: str = "") -> date | None:
    """One business day of a bank: an account, a payment, the close. The day that was closed last is returned."""
    day, next_business_date = date(2026, 4, 15), date(2026, 4, 16)
    async with BankPublisher(bootstrap, source="bank/core", topic_prefix=topic_prefix) as bank:
        if bank.last_closed and bank.last_closed >= day:
            return bank.last_closed  # closed already, by a run before this one
        await bank.publish(
            AccountOpened(
                customer_id="C-77001",
                account_id="A-77001",
                product="classic",
                currencies=("TWD",),
                opened_on=day,
                billing_day=31,
                due_day=20,
            ),
            id="A-77001/opened",  # made from the business: the same fact has the same id for ever
            time=datetime(2026, 4, 15, 9, 0, tzinfo=UTC),
        )
        await bank.publish(
            PaymentReceived(
                customer_id="C-77001",
                account_id="A-77001",
                payment_id="A-77001/payment/2026-04",
                amount=Money.of("1500", "TWD"),
                value_date=day,
                booked_on=day,
                channel="transfer",
            ),
            id="A-77001/payment/2026-04",
            time=datetime(2026, 4, 15, 14, 30, tzinfo=UTC),
        )
        await bank.close_day(day, next_business_date)  # control totals are counted on the way
        return bank.last_closed


# endregion


async def test_the_example_publishes_a_day_once_however_often_it_runs(kafka):
    assert await publish_a_day(kafka.bootstrap, kafka.prefix) == date(2026, 4, 15)
    assert await publish_a_day(kafka.bootstrap, kafka.prefix) == date(2026, 4, 15)
    found = []
    async with Reader(kafka.bootstrap, kafka.prefix) as reader:
        at = [(BANK.name, partition) for partition in await reader.partitions(BANK.name)]
        async for records in reader.until(await reader.starts(at), await reader.ends(at)):
            found += [BANK.decode(record.value).data for record in records]
    closes = [event for event in found if isinstance(event, BusinessDayClosed)]
    assert (len(found) - len(closes), len(closes)) == (2, 8)
    assert sum(total.count for close in closes for total in close.totals) == 2
