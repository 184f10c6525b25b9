"""Figures of any day, and the same by another road."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

from ..another_road import Ledgers, date_and_ledger
from ..examples import clear_arrears, day, note_arrears, write_off
from .conftest import Case

FIRST = day("06-10")


async def stages(case: Case, on: str) -> list[tuple[str, int, list[str]]]:
    figures = await case.get("/figures", on=f"2026-{on}")
    assert figures["cases"] == sum(stage["cases"] for stage in figures["stages"])
    return [(each["stage"], each["cases"], _amounts(each["arrears"])) for each in figures["stages"]]


def _amounts(arrears: list[dict[str, str]]) -> list[str]:
    return [f"{money['amount']} {money['currency']}" for money in arrears]


async def test_a_case_counts_from_its_opening_to_the_day_before_it_closed(case: Case):
    await case.tell(note_arrears("04-21"), note_arrears("05-21", "200", dpd=31), clear_arrears("06-15"))
    assert await stages(case, "04-20") == []
    assert await stages(case, "04-21") == await stages(case, "05-20") == [("M1", 1, ["100.00 TWD"])]
    assert await stages(case, "05-21") == await stages(case, "06-14") == [("M2", 1, ["200.00 TWD"])]
    assert await stages(case, "06-15") == []


async def test_a_case_in_recovery_counts_there_from_the_write_off_on(case: Case):
    await case.tell(note_arrears("04-21"), write_off("05-01"))
    assert await stages(case, "04-30") == [("M1", 1, ["100.00 TWD"])]
    assert await stages(case, "05-01") == [("recovery", 1, ["100.00 TWD"])]


async def test_a_case_in_two_currencies_counts_once_at_its_worst_stage(case: Case):
    await case.tell(note_arrears("04-21"), note_arrears("04-22", "20", dpd=31, currency="USD"))
    assert await stages(case, "04-21") == [("M1", 1, ["100.00 TWD"])]
    assert await stages(case, "04-22") == [("M2", 1, ["100.00 TWD", "20.00 USD"])]


async def test_a_word_that_was_told_late_counts_from_its_day(case: Case):
    await case.tell(note_arrears("04-22"), note_arrears("04-21", "20", dpd=31, currency="USD"))
    assert await stages(case, "04-22") == [("M2", 1, ["100.00 TWD", "20.00 USD"])]


async def test_a_figure_may_have_more_digits_than_an_amount(case: Case):
    for account_id in "A-1", "A-2":
        most = replace(note_arrears("04-21", "9999999999999.99"), account_id=account_id)
        await case.tell(most, account_id=account_id)
    assert await stages(case, "04-21") == [("M1", 2, ["19999999999999.98 TWD"])]


async def test_a_day_is_a_date(case: Case):
    for on in ("", "2026-02-30", "yesterday", "1777852800", "2026-05-04T00:00:00", "20260504"):
        assert (await case.http.get("/figures", params={"on": on})).status_code == 400, on


def history(random: Random, account_id: str) -> list[Any]:
    """Some months of an account, in the order of their dates, one fact a day and ledger."""
    facts: dict[Any, Any] = {}
    for _ in range(random.randint(1, 12)):
        on = f"{random.randint(6, 8):02}-{random.randint(10, 28)}"
        currency = random.choice(["TWD", "USD"])
        amount = random.choice([0, 50, 100])
        word = note_arrears(on, str(amount), random.randint(1, 200) if amount else 0, currency)
        word = replace(word, word_id=f"{account_id}/{on}")
        clearing = clear_arrears(on, random.choice(["paid", "paid", "restructured"]), currency)
        fact = random.choice([word, word, clearing, write_off(on) if random.random() < 0.2 else word])
        facts[date_and_ledger(fact)] = replace(fact, account_id=account_id)
    return [facts[key] for key in sorted(facts)]


def by_another_road(histories: list[list[Any]], on: date) -> dict[str, tuple[int, dict[str, int]]]:
    cases, arrears = Counter[str](), dict[str, Counter[str]]()
    for facts in histories:
        account = Ledgers()
        for fact in facts:
            if date_and_ledger(fact)[0] <= on:
                account.hear(fact)
        if account.open:
            cases[account.stage] += 1
            arrears.setdefault(account.stage, Counter()).update(account.arrears)
    return {stage: (count, dict(arrears[stage])) for stage, count in cases.items()}


async def figures(case: Case, on: date) -> dict[str, tuple[int, dict[str, int]]]:
    found = (await case.get("/figures", on=str(on)))["stages"]
    return {each["stage"]: (each["cases"], _above_zero(each["arrears"])) for each in found}


def _above_zero(arrears: list[dict[str, str]]) -> dict[str, int]:
    return {money["currency"]: int(amount) for money in arrears if (amount := float(money["amount"]))}


async def test_the_figures_of_every_day_are_those_of_another_road(case: Case):
    random = Random(20260601)
    histories = [history(random, f"A-{number}") for number in range(150)]
    for number, facts in enumerate(histories):
        await case.tell(*facts, account_id=f"A-{number}")
    for on in (FIRST + timedelta(days=days) for days in range(-1, 82)):
        assert await figures(case, on) == by_another_road(histories, on), on
