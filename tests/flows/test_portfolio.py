"""From the bank's events to cases: the real card accounts, and generated ones that are always at hand.

The counts that the cases are compared with are taken straight from the portfolio's rows, by another way.
"""

import csv
import gzip
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from arrears_events.bank.play import play, publish, publisher_of
from arrears_events.bank.portfolio import Portfolio, from_file, generated
from arrears_events.bank.rows import write_rows
from arrears_events.catalogue.bank import BANK, ArrearsCleared, PaymentMissed, PaymentReceived
from arrears_events.catalogue.case import CASE, CaseClosed, CaseOpened
from arrears_events.log import topics
from arrears_runtime import replay_check

from tests.flows.installation import Installation, installed

FIRST_MONTH = date(2026, 4, 1)
MONTH_ENDS = (
    date(2026, 4, 30),
    date(2026, 5, 31),
    date(2026, 6, 30),
    date(2026, 7, 31),
    date(2026, 8, 31),
    date(2026, 9, 30),
)
STATUSES = ("PAY_6", "PAY_5", "PAY_4", "PAY_3", "PAY_2", "PAY_0")


class Expected:
    """What a portfolio must lead to, counted from its rows."""

    def __init__(self, file: Path, accounts: int) -> None:
        self.payments, self.paid = 0, Decimal(0)
        self.missed = [0] * 6
        self.opened = self.cured = 0
        with gzip.open(file, "rt") as text:
            for row in islice(csv.DictReader(text), accounts):
                self._count(row)

    def _count(self, row: dict[str, str]) -> None:
        paid = [Decimal(row[f"PAY_AMT{month}"]) for month in range(1, 7)]
        self.payments += sum(1 for amount in paid if amount)
        self.paid += sum(paid)
        late = False
        for month, name in enumerate(STATUSES):
            now = int(float(row[name])) >= 1
            self.missed[month] += now
            self.opened += now and not late
            self.cured += late and not now
            late = now


@pytest.fixture
async def played_on(addresses: Any, database: Any) -> AsyncIterator[Any]:
    """Installations by the name of their topics' prefix; each is made when it is first asked for."""
    async with AsyncExitStack() as stack:

        async def ask(prefix: str) -> Installation:
            await topics.apply(addresses.kafka, prefix)
            stack.push_async_callback(topics.remove, addresses.kafka, prefix)
            return await stack.enter_async_context(installed(addresses, prefix, database))

        yield ask


async def _play(portfolio: Portfolio, to: Installation) -> int:
    async with publisher_of(portfolio, to.bootstrap, to.prefix) as bank:
        return await play(portfolio, bank, to.urls, token=to.token())


async def _publish(portfolio: Portfolio, to: Installation) -> None:
    async with publisher_of(portfolio, to.bootstrap, to.prefix) as bank:
        await publish(portfolio, bank)
    await to.settled()


async def check_against(expected: Expected, found: Installation) -> None:
    """The bank's facts on the log, the cases' facts on the log, and the figures that the API gives."""
    said = [BANK.decode(record.value).data for record in await found.records("bank.events")]
    payments = [fact for fact in said if isinstance(fact, PaymentReceived)]
    assert (len(payments), sum(fact.amount.amount for fact in payments)) == (expected.payments, expected.paid)
    missed = Counter(fact.as_of.month for fact in said if isinstance(fact, PaymentMissed))
    assert [missed[month] for month in range(4, 10)] == expected.missed
    assert sum(isinstance(fact, ArrearsCleared) for fact in said) == expected.cured

    ours = [CASE.decode(record.value).data for record in await found.records("case.events")]
    opened = sum(isinstance(fact, CaseOpened) for fact in ours)
    closed = Counter(fact.outcome for fact in ours if isinstance(fact, CaseClosed))
    assert (opened, dict(closed)) == (expected.opened, {"cured": expected.cured})
    async with found.client("case-service") as client:
        figures = [(await client.get("/figures", params={"on": str(day)})).json()["cases"] for day in MONTH_ENDS]
    assert figures == expected.missed, "each account that is late in a month has an open case at its end, and no other"
    assert figures[-1] == expected.opened - expected.cured


async def _facts(found: Installation, topic: Any) -> dict[tuple[str, int], Any]:
    """Type and data by place in the stream: without time, hashes and trace."""
    envelopes = [topic.decode(record.value) for record in await found.records(topic.name)]
    return {(fact.streamid, fact.streamversion): (fact.type, fact.data) for fact in envelopes}


async def _no_difference(found: Installation) -> None:
    for name, service in replay_check.installed().items():
        compared = await replay_check.check(service, found.settings(name))
        assert compared.rows > 0
        assert compared.differences == []


async def test_the_first_thousand_real_accounts(real_data: Path, played_on):
    expected = Expected(real_data, 1_000)
    assert (expected.payments, expected.paid, expected.missed) == (4_648, 29_514_518, [112, 103, 101, 142, 140, 234])
    assert (expected.opened, expected.cured, expected.opened - expected.cured) == (392, 158, 234)
    portfolio = from_file(real_data, 1_000, FIRST_MONTH)

    first = await played_on("real-1.")
    assert await _play(portfolio, first) == 184
    await check_against(expected, first)
    ends = await first.ends()
    assert await _play(portfolio, first) == 0
    assert await first.ends() == ends, "played again nothing changes"

    second = await played_on("real-2.")
    await _play(portfolio, second)
    assert await _facts(second, CASE) == await _facts(first, CASE), "played twice on clean stacks: the same facts"
    await _no_difference(first)


async def test_generated_accounts(played_on, tmp_path):
    """The twin of the real ones; published at once instead of day by day gives the same facts too."""
    portfolio = generated(300, 7, FIRST_MONTH)
    write_rows(portfolio.rows(), tmp_path / "rows.csv.gz")
    expected = Expected(tmp_path / "rows.csv.gz", 300)
    assert expected.opened > expected.cured > 0

    first = await played_on("made-1.")
    await _play(portfolio, first)
    await check_against(expected, first)
    second = await played_on("made-2.")
    await _publish(portfolio, second)
    await check_against(expected, second)
    assert await _facts(second, CASE) == await _facts(first, CASE)
    await _no_difference(second)


@pytest.mark.slow
async def test_all_thirty_thousand_real_accounts(real_data: Path, played_on):
    found = await played_on("real-all.")
    await _publish(from_file(real_data, None, FIRST_MONTH), found)
    await check_against(Expected(real_data, 30_000), found)
    await _no_difference(found)
