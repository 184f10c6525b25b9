"""The real data set, against figures known beforehand and a count of its own straight from the file."""

import csv
import gzip
from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import islice, pairwise
from pathlib import Path

from arrears_events.bank.facts import facts_on
from arrears_events.bank.measure import as_text, measure
from arrears_events.bank.portfolio import Portfolio, from_file
from arrears_events.bank.rows import read_rows
from arrears_events.catalogue.bank import ArrearsCleared, BankEvent, PaymentMissed, PaymentReceived

STATUSES = ("PAY_6", "PAY_5", "PAY_4", "PAY_3", "PAY_2", "PAY_0")


def events_of(portfolio: Portfolio) -> list[BankEvent]:
    return [fact.event for day in portfolio.fact_days for facts in portfolio.facts_on(day) for fact in facts]


def episodes_of(events: list[BankEvent]) -> tuple[int, int]:
    """Cases that the bank's words open, and those left open: an account has at most one."""
    opened, open_ = 0, set[str]()
    for event in events:
        if isinstance(event, PaymentMissed):
            opened += event.account_id not in open_
            open_.add(event.account_id)
        elif isinstance(event, ArrearsCleared):
            open_.remove(event.account_id)
    return opened, len(open_)


def test_the_first_thousand_rows_give_the_figures_of_the_trade(real_data: Path, april):
    events = events_of(from_file(real_data, 1_000, april))
    payments = [event for event in events if isinstance(event, PaymentReceived)]
    assert len(payments) == 4_648
    assert sum(payment.amount.amount for payment in payments) == 29_514_518
    misses = Counter(event.as_of.month for event in events if isinstance(event, PaymentMissed))
    assert [misses[month] for month in range(4, 10)] == [112, 103, 101, 142, 140, 234]
    assert sum(isinstance(event, ArrearsCleared) for event in events) == 158
    assert episodes_of(events) == (392, 234)


def test_all_rows_give_what_the_file_says(real_data: Path, real_portfolio: Portfolio):
    with gzip.open(real_data, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    late = [[int(row[status]) >= 1 for status in STATUSES] for row in rows]
    found = Counter[str]()
    money = Counter[tuple[str, date]]()
    for day in real_portfolio.fact_days:
        for facts in real_portfolio.facts_on(day):
            for fact in facts:
                found[fact.event.wire] += 1
                if fact.event.control:
                    money[fact.event.wire, day] += getattr(fact.event, fact.event.control).amount
    assert found == {
        "AccountOpened": 30_000,
        "CustomerProfileChanged": 30_000,
        "CreditProfileUpdated": 30_000,
        "StatementIssued": 210_000,
        "PaymentReceived": sum(Decimal(row[f"PAY_AMT{month}"]) > 0 for row in rows for month in range(1, 7)),
        "PaymentMissed": sum(map(sum, late)),
        "ArrearsCleared": sum(before and not now for each in late for before, now in pairwise(each)),
    }
    assert found["PaymentMissed"] == 25_026
    ends = [day for day in real_portfolio.fact_days if day.day >= 28]
    for bill, day in zip((6, 6, 5, 4, 3, 2, 1), ends, strict=True):
        assert money["StatementIssued", day] == sum(Decimal(row[f"BILL_AMT{bill}"]) for row in rows)
    assert money["StatementIssued", ends[-1]] == 1_536_699_927
    paid = [amount for (wire, _), amount in money.items() if wire == "PaymentReceived"]
    assert sum(paid) == sum(Decimal(row[f"PAY_AMT{month}"]) for row in rows for month in range(1, 7))
    assert paid[-1] == 169_907_415
    assert sum(map(any, late)) == 10_069


def test_no_word_of_the_person_is_in_the_facts(real_portfolio: Portfolio):
    row = next(islice(real_portfolio.rows(), 1))
    for day in real_portfolio.fact_days:
        for fact in facts_on(row, real_portfolio.first_month, day):
            text = fact.event.model_dump_json()
            assert not any(word in text for word in ("+999", "example", "SEX", "AGE", "EDUCATION", "MARRIAGE"))


def test_the_rates_of_the_generator_are_measured_on_it(real_data: Path):
    rates = Path(measure.__code__.co_filename).with_name("rates.json")
    assert as_text(measure(read_rows(real_data))) == rates.read_text("utf-8")
