"""Publishing to Kafka: each event once, in its partition, whatever was killed before."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from arrears_events.bank.play import publish, publisher_of
from arrears_events.bank.portfolio import Portfolio, generated
from arrears_events.bank.publisher import BankPublisher
from arrears_events.bank.tail import read_tail
from arrears_events.catalogue.bank import BANK, BusinessDayClosed, PaymentReceived
from arrears_events.errors import AnotherPortfolio, LogUnreachable, PublishedOtherwise
from arrears_events.log import topics
from arrears_events.log.partitioning import partition_of
from arrears_events.log.reader import Reader, Record
from arrears_events.log.writer import Writer
from arrears_events.money import Money
from arrears_events.totals import control_entry, totals_of

DAY = date(2026, 4, 15)
NEXT = DAY + timedelta(days=1)
AT = datetime(2026, 4, 15, 10, tzinfo=UTC)


def payment(number: int, amount: str = "100") -> PaymentReceived:
    return PaymentReceived(
        customer_id=f"C-{number}",
        account_id=f"UCI-{number}",
        payment_id=f"UCI-{number}/payment/2026-04",
        amount=Money.of(amount, "TWD"),
        value_date=DAY,
        booked_on=DAY,
        channel="transfer",
    )


async def pay(bank: BankPublisher, number: int, amount: str = "100") -> None:
    await bank.publish(payment(number, amount), id=f"UCI-{number}/payment/2026-04", time=AT)


async def log_of(kafka: Any, prefix: str = "") -> list[list[Record]]:
    """All records of the bank's topic, by partition."""
    found: dict[int, list[Record]] = defaultdict(list)
    async with Reader(kafka.bootstrap, prefix or kafka.prefix) as reader:
        at = [(BANK.name, partition) for partition in await reader.partitions(BANK.name)]
        async for records in reader.until(await reader.starts(at), await reader.ends(at)):
            found[records[0].partition] += records
    return [found[partition] for _, partition in at]


def values(log: list[list[Record]]) -> list[list[tuple[bytes | None, bytes]]]:
    return [[(record.key, record.value) for record in records] for records in log]


def to(kafka: Any, source: str = "bank/core") -> BankPublisher:
    return BankPublisher(kafka.bootstrap, source=source, topic_prefix=kafka.prefix)


async def test_each_customer_lies_in_the_partition_of_murmur2_and_each_partition_is_closed_with_its_totals(kafka):
    async with to(kafka) as bank:
        for number in range(1, 41):
            await pay(bank, number)
        await bank.close_day(DAY, NEXT)
    for partition, records in enumerate(await log_of(kafka)):
        *events, closed = [BANK.decode(record.value) for record in records]
        assert all(
            record.key == event.data.customer_id.encode() for record, event in zip(records, events, strict=False)
        )
        assert {partition_of(record.key or b"", 8) for record in records[:-1]} <= {partition}
        assert (closed.id, records[-1].key) == (f"bank/core/close/2026-04-15/{partition}", None)
        assert isinstance(closed.data, BusinessDayClosed)
        assert closed.data.totals == totals_of(control_entry(event.data) for event in events)
        assert (closed.data.partition, closed.data.next_business_date) == (partition, NEXT)


async def test_a_day_published_anew_is_written_once_and_its_totals_are_whole(kafka):
    async with to(kafka) as bank:
        for number in range(1, 21):
            await pay(bank, number)
    async with to(kafka) as bank:
        assert bank.last_closed is None
        for number in range(1, 41):
            await pay(bank, number)
        await bank.close_day(DAY, NEXT)
    closes = [BANK.decode(records[-1].value).data for records in await log_of(kafka)]
    assert sum(len(records) for records in await log_of(kafka)) == 40 + 8
    assert sum(total.count for closed in closes for total in closed.totals) == 40
    async with to(kafka) as bank:
        assert bank.last_closed == DAY
        with pytest.raises(PublishedOtherwise, match="2026-04-15 is closed already"):
            await bank.close_day(DAY, NEXT)


async def test_a_known_id_with_other_content_is_refused_and_nothing_is_written(kafka):
    async with to(kafka) as bank:
        await pay(bank, 1)
    async with to(kafka) as bank:
        with pytest.raises(PublishedOtherwise, match="UCI-1/payment/2026-04"):
            await pay(bank, 1, "101")
    assert sum(len(records) for records in await log_of(kafka)) == 1


async def test_the_tail_is_found_in_steps_and_among_the_events_of_another_bank(kafka):
    async with to(kafka) as ours, to(kafka, "bank/other") as theirs:
        for number in range(1, 41):
            await pay(ours, number)
        await ours.close_day(DAY, NEXT)
        await pay(ours, 41)
        for number in range(50, 250):
            await pay(theirs, number)
        await theirs.close_day(DAY, NEXT)
    async with Reader(kafka.bootstrap, kafka.prefix) as reader:
        for step in (1, 7, 1_000):
            tail = await read_tail(reader, "bank/core", step)
            assert (tail.last_closed, tail.other_sources) == (DAY, {"bank/other"})
            assert [list(found.hashes) for found in tail.found if found.hashes] == [["UCI-41/payment/2026-04"]]


@pytest.mark.parametrize("value", [b"[" * 200_000, b'{"data":' * 100_000, b"7" * 5_000, b"{", b"null", b"\xff"])
async def test_bytes_that_are_no_event_do_not_stand_in_the_publishers_way(kafka, value):
    async with to(kafka) as bank:
        await pay(bank, 1)
        await bank.close_day(DAY, NEXT)
    async with Writer(kafka.bootstrap) as writer:
        await (await writer.send(kafka.prefix + BANK.name, b"C-1", value, partition_of(b"C-1", 8)))
    async with to(kafka) as bank:
        assert bank.last_closed == DAY


async def test_two_runs_of_a_portfolio_write_the_same_bytes(kafka, few: Portfolio):
    again = f"{kafka.prefix}again."
    await topics.apply(kafka.bootstrap, again)
    for prefix in (kafka.prefix, again):
        async with publisher_of(few, kafka.bootstrap, prefix) as bank:
            assert await publish(few, bank) == 184
    assert values(await log_of(kafka)) == values(await log_of(kafka, again))


async def test_whatever_a_run_has_written_the_next_one_completes_it(kafka, few: Portfolio):
    async with publisher_of(few, kafka.bootstrap, kafka.prefix) as bank:
        await publish(few, bank)
    whole = await log_of(kafka)
    draw = random.Random(1)
    for number in range(3):
        prefix = f"{kafka.prefix}{number}."
        await topics.apply(kafka.bootstrap, prefix)
        await _write(kafka.bootstrap, prefix, [_cut_short(draw, records, day=50 * number) for records in whole])
        async with publisher_of(few, kafka.bootstrap, prefix) as bank:
            await publish(few, bank)
        assert values(await log_of(kafka, prefix)) == values(whole)


def _cut_short(draw: random.Random, records: list[Record], day: int) -> list[Record]:
    """Up to somewhere in a business day and the three after it, all closes but the last of which may be missing."""
    closes = [at for at, record in enumerate(records) if record.key is None]
    return records[: draw.randint(closes[day - 1] + 1 if day else 0, closes[day])]


async def _write(bootstrap: str, prefix: str, log: list[list[Record]]) -> None:
    async with Writer(bootstrap) as writer:
        for partition, records in enumerate(log):
            for record in records:
                await (await writer.send(prefix + BANK.name, record.key, record.value, partition))


async def test_a_publisher_that_is_killed_again_and_again_writes_each_event_once(kafka):
    portfolio = generated(200, 1, date(2026, 4, 1))
    await asyncio.to_thread(_publish_with_kills, kafka, "--generate", "200")
    log = await log_of(kafka)
    ids = [BANK.decode(record.value).id for records in log for record in records]
    facts = sum(len(f) for day in portfolio.fact_days for f in portfolio.facts_on(day))
    assert len(ids) == len(set(ids)) == facts + 184 * 8
    for records in log:
        _check_totals(records)


def _publish_with_kills(kafka: Any, *words: str) -> None:
    command = [sys.executable, "-c", "from arrears_events.command import main; main()", "bank", "publish", *words]
    settings = {"ARREARS_KAFKA_BOOTSTRAP": kafka.bootstrap, "ARREARS_TOPIC_PREFIX": kafka.prefix}
    for seconds in (1.0, 1.5, 2.0, 2.5, 3.0):
        with (
            suppress(subprocess.TimeoutExpired),
            subprocess.Popen(command, env={**os.environ, **settings}, stdout=subprocess.DEVNULL) as run,
        ):
            try:
                run.wait(seconds)
            finally:
                run.send_signal(signal.SIGKILL)
    subprocess.run(command, env={**os.environ, **settings}, check=True, stdout=subprocess.DEVNULL)


def _check_totals(records: list[Record]) -> None:
    day: list[Any] = []
    for record in records:
        event = BANK.decode(record.value).data
        if isinstance(event, BusinessDayClosed):
            assert event.totals == totals_of(map(control_entry, day))
            day = []
        else:
            day.append(event)


async def test_another_size_of_a_portfolio_is_refused(kafka, few: Portfolio):
    async with publisher_of(few, kafka.bootstrap, kafka.prefix) as bank:
        await bank.close_day(few.days[0], few.days[1])
    more = generated(43, 1, few.first_month)
    async with publisher_of(more, kafka.bootstrap, kafka.prefix) as bank:
        with pytest.raises(AnotherPortfolio, match=r"holds the portfolio generated-1-42-2026-04, .* generated-1-43:"):
            await publish(more, bank)


async def test_kafka_that_does_not_answer_and_a_topic_that_is_not_there_are_told(kafka):
    with pytest.raises(LogUnreachable, match=r"does not answer at 127\.0\.0\.1:1"):
        await BankPublisher("127.0.0.1:1", source="bank").__aenter__()
    with pytest.raises(LogUnreachable, match="there is no topic"):
        await BankPublisher(kafka.bootstrap, source="bank", topic_prefix="none.").__aenter__()
